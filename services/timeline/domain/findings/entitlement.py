"""Whether a session was paid for at all: approval, age, term of vision training (F06, F07, F24; handbook §3.7)."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from services.timeline.domain.findings.casefile import CaseFile, Held, Session
from services.timeline.domain.findings.catalogue import finds
from services.timeline.domain.findings.grounds import Ground, Suspect, by_month, counted
from services.timeline.domain.findings.limits import AgeRule, Limits
from services.timeline.domain.findings.periods import Enrolment
from shared.ages import age_in_years, anniversary, birthday
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    AgeBand,
    AssistanceApproved,
    AssistanceItem,
    AssistanceLapsed,
)
from shared.contracts.events.screening import (
    ChildRegistered,
)

SCHOOL_AGE = 7
"""Age at which the band changes (handbook §0 rule 2)."""


@finds("F06", zh="批准之前、到期之后、暂停或请假期间的训练。")
def outside_approval(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag sessions before approval, after expiry, outside the enrolment, or while it rests (handbook §3.7 F06)."""
    del limits
    lapses = {held.fact.approval: held for held in file.of(AssistanceLapsed)}
    suspects = []
    for session in file.sessions:
        enrolment = file.enrolments.get(session.enrolment)
        if enrolment is None:
            continue
        approval = file.approvals.get(enrolment.approval)
        against = [*_against(session, enrolment), *_without_approval(session, approval, lapses)]
        if against:
            suspects.append(Suspect(session, frozenset(against)))
    words = counted(
        "not-covered", "no approval covers them, or the enrolment rested.", "不在批准期内，或安置处于暂停。"
    )
    yield from by_month(suspects, words)


def _against(session: Session, enrolment: Enrolment) -> Iterator[UUID]:
    """Yield facts of the enrolment that speak against a session."""
    if session.day < enrolment.since or (enrolment.ended and session.day >= enrolment.until):
        yield from enrolment.evidence
    for rest in enrolment.rests:
        if session.day in rest:
            yield from rest.evidence


def _without_approval(
    session: Session, approval: Held[AssistanceApproved] | None, lapses: dict[UUID, Held[AssistanceLapsed]]
) -> Iterator[UUID]:
    if approval is None:
        return
    fact = approval.fact
    if not fact.valid_from <= session.day <= fact.valid_until:
        yield approval.id
    lapse = lapses.get(fact.approval)
    if lapse is not None and session.day >= lapse.fact.lapsed_on:
        yield lapse.id


@finds("F07", zh="满18周岁当日及以后的训练，或按年龄规则年龄段错误。")
def after_age_out(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag sessions on or after the 18th birthday, or under the wrong age band (handbook §3.2, §3.7 F07)."""
    for held in file.of(ChildRegistered)[-1:]:
        born = held.fact.birth_date
        too_old = birthday(born, limits.age_out)
        yield from by_month(
            (Suspect(session, frozenset({held.id})) for session in file.sessions if session.day >= too_old),
            counted("aged-out", "the child came of age on {too_old}.", "儿童于 {too_old} 超龄。", too_old=too_old),
        )
        yield from by_month(
            _wrong_band(file, limits, born, held.id),
            counted(
                "wrong-band",
                "the approved age band is not that of {born}.",
                "批准的年龄段与出生日期 {born} 不符。",
                born=born,
            ),
        )


def _wrong_band(file: CaseFile, limits: Limits, born: date, registered: UUID) -> Iterator[Suspect]:
    for session in file.sessions:
        enrolment = file.enrolments.get(session.enrolment)
        approval = file.approvals.get(enrolment.approval) if enrolment else None
        if approval is not None and band(born, deciding_day(limits.age_rule, approval.fact, session.day)) != (
            approval.fact.age_band
        ):
            yield Suspect(session, frozenset({registered, approval.id}))


def deciding_day(age_rule: AgeRule, approval: AssistanceApproved, served_on: date) -> date:
    """Return the day on which the age is looked at."""
    days = {
        AgeRule.AT_APPROVAL: approval.approved_on,
        AgeRule.AT_YEAR_START: served_on.replace(month=1, day=1),
        AgeRule.AT_SERVICE_DATE: served_on,
    }
    return days[age_rule]


def band(born: date, on: date) -> AgeBand:
    """Return the age band on a day."""
    return AgeBand.UNDER_7 if age_in_years(born, on) < SCHOOL_AGE else AgeBand.FROM_7


@finds("F24", zh="视力训练补助超过两年。")
def vision_term(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag vision training beyond the two years assisted, breaks left out (山东办法2026; handbook §3.7 F24)."""
    enrolments = sorted(
        (one for one in file.enrolments.values() if _is_vision_training(one)), key=lambda one: one.since
    )
    if not enrolments:
        return
    over = term_end(enrolments, limits.vision_months)
    ids = {one.id for one in enrolments}
    suspects = (
        Suspect(session, frozenset(one.fact for one in enrolments))
        for session in file.sessions
        if session.enrolment in ids and session.day >= over
    )
    words = counted(
        "vision-term-over", "vision training was assisted until {over}.", "视力训练补助期至 {over} 止。", over=over
    )
    yield from by_month(suspects, words)


def _is_vision_training(enrolment: Enrolment) -> bool:
    return enrolment.item is AssistanceItem.TRAINING and enrolment.category is RehabCategory.VISION


def term_end(enrolments: Sequence[Enrolment], months: int) -> date:
    """Return the first day beyond the term: months after the first beginning, plus the days between enrolments."""
    end, covered = anniversary(enrolments[0].since, months=months), enrolments[0].until
    for enrolment in enrolments[1:]:
        if covered < min(enrolment.since, end):
            end += enrolment.since - covered
        covered = max(covered, enrolment.until)
    return end
