"""The school roll and the individualised education programme (学籍, 个别化教育计划; handbook §4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.education import errors
from services.education.domain.calendar import SchoolPolicy, Term, term_of
from services.education.domain.placement import Placement
from services.education.domain.school_age import stage_on
from shared.contracts.events.education import IepAgreed, SchoolEnrolled
from shared.errors import InTheFuture
from shared.ids import new_record
from shared.rulebook.explanation import Explanation, step
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Programme:
    """An individualised education programme as its school gives it; the words stay with the school."""

    goals: tuple[str, ...]
    accommodations: tuple[str, ...]
    services: tuple[str, ...]
    resource_room: bool
    reviewer: UUID
    agreed_on: date
    term_from: date | None = None


@rule("education.school-roll", "source", zh="学籍由保留学籍的学校办理，送教上门和教学点儿童同样保留学籍")
def enrol_in_school(
    placement: Placement, school: UUID, born: date, enrolled_on: date, policy: SchoolPolicy, *, today: date
) -> SchoolEnrolled:
    """Take a child on the roll of the school that keeps it, on a day of its placement (教育条例; handbook §4)."""
    if enrolled_on > today:
        raise InTheFuture(field="enrolled_on")
    if not placement.covers(enrolled_on):
        raise errors.DayOutsidePlacement(on=enrolled_on.isoformat())
    return SchoolEnrolled(
        placement=placement.id,
        roll=new_record(),
        school=school,
        stage=stage_on(born, enrolled_on, policy),
        enrolled_on=enrolled_on,
    )


@rule("education.iep-term", "assumed", zh="个别化教育计划每学期一份，由保留学籍的学校制定")
def agree_iep(
    placement: Placement, school: UUID, programme: Programme, held: Iterable[date], policy: SchoolPolicy, *, today: date
) -> IepAgreed:
    """Agree on one programme for one term: the present one, or in the holidays the next (handbook §4).

    `held` are the first days of the terms that have a programme already.
    """
    if programme.agreed_on > today:
        raise InTheFuture(field="agreed_on")
    term = _term(programme, policy)
    if placement.starts_on > term.last or (placement.ends_on is not None and placement.ends_on < term.first):
        raise errors.DayOutsidePlacement(on=term.first.isoformat())
    if term.first in set(held):
        raise errors.IepAgreedBefore(term_from=term.first.isoformat())
    return IepAgreed(
        iep=new_record(),
        placement=placement.id,
        school=school,
        term_from=term.first,
        term_until=term.last,
        goals=len(programme.goals),
        resource_room=programme.resource_room,
        reviewer=programme.reviewer,
        agreed_on=programme.agreed_on,
    )


def _term(programme: Programme, policy: SchoolPolicy) -> Term:
    term = term_of(programme.term_from or programme.agreed_on, policy)
    if programme.term_from not in {None, term.first} or programme.agreed_on > term.last:
        raise errors.NoSuchTerm
    return term


@rule("education.resource-room", "source", zh="普通学校残疾学生达到5人应设资源教室")
def owes_resource_room(pupils: int, opened_on: date | None, day: date, policy: SchoolPolicy) -> bool:
    """Tell whether an ordinary school owes a resource room: from 5 pupils with disabilities (特教提升; handbook §4)."""
    has_one = opened_on is not None and opened_on <= day
    return pupils >= policy.resource_room_pupils.value and not has_one


def explain_room(pupils: int, opened_on: date | None, day: date, policy: SchoolPolicy) -> Explanation:
    """Show the pupils of an ordinary school, from how many on it owes a room, and since when it has one."""
    enough = step(
        "pupils", "{pupils} pupils with disabilities; a room is owed from {limit}.",
        "残疾学生 {pupils} 名；满 {limit} 名应设资源教室。",
        holds=pupils >= policy.resource_room_pupils.value, pupils=pupils, limit=policy.resource_room_pupils.value,
    )  # fmt: skip
    has_one = opened_on is not None and opened_on <= day
    room = step(
        "room", f"On {{day}} there is {'one' if has_one else 'none'}.",
        f"{{day}} {'已有' if has_one else '尚无'}资源教室。", holds=has_one, day=day,
    )  # fmt: skip
    outcome = "owed" if owes_resource_room(pupils, opened_on, day, policy) else "not-owed"
    return Explanation(rule="education.resource-room", policy=policy.policy, outcome=outcome, steps=(enough, room))
