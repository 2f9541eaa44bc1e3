"""Incidents in care and the clocks that they start (handbook §5; 未成年人保护法 art. 11)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.custody import errors
from services.custody.domain.admission import Stay
from services.custody.domain.rules import Rules
from shared.clock import local_date
from shared.contracts.events.custody import (
    IncidentFollowedUp,
    IncidentKind,
    IncidentLevel,
    IncidentReported,
    IncidentStep,
)
from shared.errors import InTheFuture
from shared.ids import new_record
from shared.rulebook.explanation import Explanation, Question, step
from shared.rulebook.registry import rule

SERIOUS = frozenset({IncidentLevel.SERIOUS, IncidentLevel.DEATH})
CALLED = {
    IncidentStep.GUARDIAN_TOLD: ("the guardian is told", "告知监护人"),
    IncidentStep.FEDERATION_TOLD: ("the federation is told", "报告残联"),
    IncidentStep.WRITTEN_REPORT: ("the written report is there", "书面报告"),
    IncidentStep.AUTHORITY_TOLD: ("police and civil affairs are told", "向公安、民政报告"),
}


@dataclass(frozen=True, slots=True)
class Incident:
    """What happened, without words; the clocks run from the moment at which the house noticed it."""

    level: IncidentLevel
    kind: IncidentKind
    at: datetime
    noticed_at: datetime


class Happened(Question, of="custody.incident-clocks"):
    """An incident, and the figures of the county."""

    level: IncidentLevel
    kind: IncidentKind
    noticed_at: datetime
    rules: Rules = Rules()

    def explain(self) -> Explanation:
        """Say what must be done by when."""
        return explain_clocks(self.level, self.kind, self.noticed_at, self.rules)


@rule("custody.incident-clocks", "assumed", zh="三级以上：立即告知监护人，2小时内报残联，24小时内书面报告")
def clocks(
    level: IncidentLevel, kind: IncidentKind, noticed_at: datetime, rules: Rules
) -> Mapping[IncidentStep, datetime]:
    """Say what a serious incident asks for and by when: guardian at once, federation 2 h, report 24 h (handbook §5)."""
    abuse = must_be_reported(kind)
    if level not in SERIOUS and not abuse:
        return {}
    due = {
        IncidentStep.GUARDIAN_TOLD: noticed_at + timedelta(minutes=rules.guardian_within_minutes),
        IncidentStep.FEDERATION_TOLD: noticed_at + timedelta(hours=rules.federation_within_hours),
        IncidentStep.WRITTEN_REPORT: noticed_at + timedelta(hours=rules.report_within_hours),
    }
    at_once = {IncidentStep.AUTHORITY_TOLD: noticed_at + timedelta(minutes=rules.authority_within_minutes)}
    return at_once | due if abuse else due


@rule("custody.mandatory-report", "source", zh="发现疑似侵害未成年人情形，不论级别，立即向公安、民政等报告")
def must_be_reported(kind: IncidentKind) -> bool:
    """Tell whether the law makes the house report at once, whatever the level (未成年人保护法 art. 11; handbook §5)."""
    return kind is IncidentKind.SUSPECTED_ABUSE


@rule("custody.incident-report", "assumed", zh="事件按级别、类型登记，须发生在托管期间")
def report(
    stay: Stay, incident: Incident, rules: Rules, *, now: datetime
) -> tuple[IncidentReported, Mapping[IncidentStep, datetime]]:
    """Report an incident of a stay with the hours by which its steps are due (handbook §5)."""
    if incident.noticed_at > now:
        raise InTheFuture(field="noticed_at")
    if incident.noticed_at < incident.at:
        raise errors.NoticedBefore
    happened_on = local_date(incident.at)
    if happened_on < stay.admitted_on or (stay.ended_on is not None and happened_on > stay.ended_on):
        raise errors.OutsideStay
    due = clocks(incident.level, incident.kind, incident.noticed_at, rules)
    fact = IncidentReported(
        incident=new_record(),
        stay=stay.id,
        institution=stay.institution,
        level=incident.level,
        kind=incident.kind,
        at=incident.at,
        family_due_at=due.get(IncidentStep.GUARDIAN_TOLD),
        federation_due_at=due.get(IncidentStep.FEDERATION_TOLD),
        report_due_at=due.get(IncidentStep.WRITTEN_REPORT),
        authority_due_at=due.get(IncidentStep.AUTHORITY_TOLD),
    )
    return fact, due


@rule("custody.incident-step", "assumed", zh="每个处置步骤登记一次")
def follow_up(
    incident: UUID,
    institution: UUID,
    noticed_at: datetime,
    done: tuple[IncidentStep, datetime],
    before: Collection[IncidentStep],
    *,
    now: datetime,
) -> IncidentFollowedUp:
    """Record that a step was done: each once, not before the incident was noticed (handbook §5)."""
    what, at = done
    if what in before:
        raise errors.StepDoneBefore(step=what)
    if at > now:
        raise InTheFuture(field="at")
    if at < noticed_at:
        raise errors.StepBeforeIncident
    return IncidentFollowedUp(incident=incident, institution=institution, step=what, at=at)


def explain_clocks(level: IncidentLevel, kind: IncidentKind, noticed_at: datetime, rules: Rules) -> Explanation:
    """Show which steps an incident asks for, and by when."""
    due = clocks(level, kind, noticed_at, rules)
    steps = [
        step(
            "level", "level {level}, serious from level 3", "级别{level}，三级起为严重",
            holds=level in SERIOUS, level=level,
        ),
        step(
            "mandatory", "kind {kind}: the law asks for a report at any level", "类型{kind}：依法须强制报告",
            holds=must_be_reported(kind), kind=kind,
        ),
    ]  # fmt: skip
    for what, by in due.items():
        en, zh = CALLED[what]
        steps.append(step(what, f"{en} by {{by}}", f"{zh}：{{by}}前", by=by))
    return Explanation(rule=Happened.rule, outcome="clocks_run" if due else "no_clock", steps=tuple(steps))
