"""Sessions: one, a day of them, a correction, a month to read (handbook §3.5)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, WrapValidator

from services.rehab.api.forms import Flag, Open, Uow, View
from services.rehab.domain.rules import Rules
from services.rehab.domain.sessions import Correction, SessionOrder, of_usual_length
from services.rehab.errors import BatchSize
from services.rehab.handlers import training
from services.rehab.repository.records import OneRow, Rows
from shared.access.policy import Act, Actor
from shared.ages import anniversary
from shared.clock import moment_of
from shared.contracts.codes import OrgType
from shared.contracts.events.rehab import (
    Confirmation,
    ConfirmationMethod,
    CorrectionReason,
    Discipline,
    SessionContent,
    SessionMode,
)
from shared.errors import InvalidRequest, Refusal
from shared.http.direct import DirectWrite
from shared.http.doors import may
from shared.http.lines import BadLine, keep_bad, refused
from shared.http.problems import language_of
from shared.ids import CaseId, PersonId
from shared.journal.unit_of_work import Receipt
from shared.stage import Body, Moment

router = APIRouter(prefix="/v1", tags=["sessions"])
busy = APIRouter(prefix="/v1", tags=["sessions"], route_class=DirectWrite)

LARGEST_BATCH = 1000


Words = Annotated[
    str | None,
    Field(
        default=None,
        min_length=1,
        max_length=2000,
        description="What was done, how the child answered, the parents' task; stays with the centre.",
    ),
]


class ConfirmationIn(Body):
    """How the guardian confirmed, and from which login or device."""

    method: ConfirmationMethod
    device: UUID | None = None

    def confirmation(self) -> Confirmation:
        """Return it as facts hold it."""
        return Confirmation(method=self.method, device=self.device)


class ContentIn(Body):
    """What a session was. Times carry their offset from UTC; the end is exclusive."""

    therapist: PersonId
    discipline: Discipline
    mode: SessionMode
    starts_at: Moment
    ends_at: Moment
    attended: Flag
    group: UUID | None = Field(default=None, description="Group session, the same for all its children (§3.5).")
    bedside: Flag = Field(default=False, description="Given at the bedside during a hospital stay.")
    goals: list[UUID] = Field(default=[], max_length=20, description="Goals of the plan that it worked on.")
    confirmation: ConfirmationIn | None = Field(default=None, description="The guardian's confirmation.")
    visit: UUID | None = Field(default=None, description="Home visit on which training at home stands (§3.2).")
    words: Words = None

    def content(self) -> SessionContent:
        """Return the content as facts hold it."""
        return SessionContent(
            therapist=self.therapist, discipline=self.discipline, mode=self.mode, starts_at=self.starts_at,
            ends_at=self.ends_at, attended=self.attended, group=self.group, bedside=self.bedside,
            goals=tuple(self.goals), confirmation=self.confirmation.confirmation() if self.confirmation else None,
            visit=self.visit,
        )  # fmt: skip


class SessionIn(ContentIn):
    """One session of an enrolled child."""

    enrolment: UUID


class LineIn(SessionIn):
    """One session of a batch."""

    case: CaseId

    def order(self) -> SessionOrder:
        """Return the session to be logged."""
        return SessionOrder(self.case, self.enrolment, self.content(), self.words)


class CorrectionIn(Body):
    """What holds instead of a session; without a replacement the session is void."""

    reason: CorrectionReason
    replacement: ContentIn | None = None


class BatchIn(Body):
    """A day of sessions, 1 to 1,000."""

    sessions: list[Annotated[LineIn, WrapValidator(keep_bad)]]


class LineResult(BaseModel):
    """What became of one line: the session, or the code and words of its refusal."""

    session: UUID | None = None
    code: str | None = None
    title: str | None = None
    details: dict[str, Any] | None = None


class BatchResult(BaseModel):
    """What became of each line, in the order of the batch."""

    recorded: int
    refused: int
    results: list[LineResult]


class SessionView(View):
    """A session as it stands; `void` when it was corrected away."""

    id: UUID
    enrolment_id: UUID
    institution: UUID
    therapist: UUID
    discipline: Discipline
    mode: SessionMode
    starts_at: datetime
    ends_at: datetime
    attended: bool
    void: bool
    said_by: UUID = Field(description="Fact that says so: the record, or its last correction.")
    group_id: UUID | None
    bedside: bool
    goals: list[UUID]
    confirmed_by: ConfirmationMethod | None
    device: UUID | None = Field(default=None, description="Opaque id of the device or login that confirmed.")
    visit_id: UUID | None
    words: str | None = Field(description="The centre's words; nobody else is shown them.")
    usual_length: bool = Field(description="Whether an individual session lasted as the guidance says (§3.5).")


class BusyView(View):
    """A time at which another centre has the child; nothing else of that session."""

    starts_at: datetime
    ends_at: datetime


class MonthView(View):
    """A child's month: the reader's own sessions, and the child's other busy times."""

    sessions: list[SessionView]
    busy: list[BusyView]


@busy.post("/cases/{case}/sessions", status_code=201)
async def record_session(
    case: CaseId, body: SessionIn, actor: Annotated[Actor, may(Act.RECORD_SESSION)], uow: Uow
) -> Receipt:
    """Log one session of a child enrolled with the caller's own centre."""
    session = await training.record_session(SessionOrder(case, body.enrolment, body.content(), body.words), actor, uow)
    receipt: Receipt = await uow.commit(record=session)
    return receipt


@busy.post("/sessions/batch")
async def record_sessions(
    body: BatchIn, request: Request, actor: Annotated[Actor, may(Act.RECORD_SESSION)], uow: Uow
) -> BatchResult:
    """Log a day of sessions; each line is taken or refused by itself."""
    outcomes, language = iter(await training.record_sessions(orders_of(body), actor, uow)), language_of(request)
    results = [_result(line, outcomes, language) for line in body.sessions]
    recorded = sum(result.session is not None for result in results)
    answer: BatchResult = await uow.commit(
        BatchResult(recorded=recorded, refused=len(results) - recorded, results=results)
    )
    return answer


def orders_of(body: BatchIn) -> list[SessionOrder]:
    """Return the sessions of a batch that can be read. Raises BatchSize."""
    if not 1 <= len(body.sessions) <= LARGEST_BATCH:
        raise BatchSize(limit=LARGEST_BATCH, size=len(body.sessions))
    return [line.order() for line in body.sessions if isinstance(line, LineIn)]


def _result(line: LineIn | BadLine, outcomes: Iterator[UUID | Refusal], language: str) -> LineResult:
    if isinstance(line, BadLine):
        return refused_line(InvalidRequest(errors=line.errors), language)
    outcome = next(outcomes)
    return refused_line(outcome, language) if isinstance(outcome, Refusal) else LineResult(session=outcome)


def refused_line(refusal: Refusal, language: str) -> LineResult:
    """Return why a line is not taken."""
    return LineResult(**refused(refusal, language))


@router.post("/sessions/{session}/correction", status_code=201)
async def correct_session(
    session: UUID, body: CorrectionIn, actor: Annotated[Actor, may(Act.RECORD_SESSION)], uow: Uow
) -> Receipt:
    """Correct a session of the caller's own centre, or make it void."""
    replacement = body.replacement.content() if body.replacement else None
    words = body.replacement.words if body.replacement else None
    await training.correct_session(session, Correction(replacement, body.reason, words), actor, uow)
    receipt: Receipt = await uow.commit(record=session)
    return receipt


@router.get("/cases/{case}/sessions")
async def read_sessions(
    case: CaseId,
    actor: Annotated[Actor, may(Act.READ_SESSION)],
    books: Open,
    month: Annotated[str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="Month in China, as 2026-03.")],
) -> MonthView:
    """Read a child's sessions of a month; a centre sees its own, and of others' only when the child is busy."""
    cases = await books.cases_of(case, actor)
    first = date.fromisoformat(f"{month}-01")
    rows = await books.records.sessions.between(cases, moment_of(first), moment_of(anniversary(first, months=1)))
    return _month(rows, actor, books.rules)


def _month(rows: Rows, actor: Actor, rules: Rules) -> MonthView:
    whole = actor.org_type is OrgType.FEDERATION
    own = [session_shown(row, actor, rules) for row in rows if whole or row.institution == actor.organisation]
    busy = [row for row in rows if not whole and row.institution != actor.organisation and not row.void]
    return MonthView.model_validate({"sessions": own, "busy": busy})


def session_shown(row: OneRow, actor: Actor, rules: Rules) -> dict[str, Any]:
    """Return a session as a reader is shown it: the centre's words to nobody else."""
    usual = of_usual_length(SessionMode(row.mode), (row.starts_at, row.ends_at), rules)
    words = row.words if row.institution == actor.organisation else None
    return row._asdict() | {"usual_length": usual, "words": words}
