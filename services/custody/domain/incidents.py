"""Incidents in care and the clocks that they start (handbook §5; 未成年人保护法 art. 11)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import AwareDatetime, Field

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
from shared.rulebook.explanation import Explanation, Question, Step, step
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
    """What happened, without words; `found_at` says when a missing child was found, where it was."""

    level: IncidentLevel
    kind: IncidentKind
    at: datetime
    noticed_at: datetime
    found_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """An incident as its house reported it, and what was done about it."""

    case: UUID
    id: UUID
    stay: UUID
    institution: UUID
    incident: Incident
    fact: UUID
    """The fact that reported it."""
    done: frozenset[IncidentStep]


class Happened(Question, of="custody.incident-clocks"):
    """An incident, and the figures of the county."""

    level: IncidentLevel = Field(description="Level of the incident.")
    kind: IncidentKind = Field(description="What happened.")
    noticed_at: AwareDatetime = Field(description="When the house noticed it: the clocks run from then.")
    at: AwareDatetime | None = Field(
        default=None, description="When it happened; a missing child's clock runs from here."
    )
    found_at: AwareDatetime | None = Field(default=None, description="When a missing child was found, if it was.")
    rules: Rules = Field(
        default=Rules(), description="Figures of the county, where they are not the handbook's defaults."
    )

    def explain(self) -> Explanation:
        """Say what must be done by when."""
        incident = Incident(self.level, self.kind, self.at or self.noticed_at, self.noticed_at, self.found_at)
        return explain_clocks(incident, self.rules)


@rule("custody.incident-clocks", "assumed", zh="三级以上：立即告知监护人，2小时内报残联，24小时内书面报告")
def clocks(incident: Incident, rules: Rules) -> Mapping[IncidentStep, datetime]:
    """Say what a serious incident asks for and by when: guardian at once, federation 2 h, report 24 h (handbook §5)."""
    since = clocks_from(incident, rules)
    if since is None:
        return {}
    due = {
        IncidentStep.GUARDIAN_TOLD: since + timedelta(minutes=rules.guardian_within_minutes),
        IncidentStep.FEDERATION_TOLD: since + timedelta(hours=rules.federation_within_hours),
        IncidentStep.WRITTEN_REPORT: since + timedelta(hours=rules.report_within_hours),
    }
    at_once = {IncidentStep.AUTHORITY_TOLD: since + timedelta(minutes=rules.authority_within_minutes)}
    return at_once | due if must_be_reported(incident.kind) else due


@rule("custody.incident-clocks-from", "assumed", zh="时限自发现之时起算；走失超过2小时的，自满2小时起算")
def clocks_from(incident: Incident, rules: Rules) -> datetime | None:
    """Say from when the clocks run: from the notice of what is serious, or of a child missing too long (handbook §5).

    A child that is missing for more than 2 hours makes it serious, whatever level the house said. While it is not found
    its clocks are set, also before: nobody may report it a second time.
    """
    if incident.level in SERIOUS or must_be_reported(incident.kind):
        return incident.noticed_at
    return max(incident.noticed_at, too_long_from(incident, rules)) if missing_too_long(incident, rules) else None


@rule(
    "custody.missing-child",
    "assumed",
    zh="走失超过2小时即按三级处理",
    setting="CUSTODY_RULES__MISSING_SERIOUS_AFTER_HOURS",
)
def missing_too_long(incident: Incident, rules: Rules) -> bool:
    """Tell whether a child was not found within the time after which it is serious: 2 hours (handbook §5)."""
    limit = too_long_from(incident, rules)
    return incident.kind is IncidentKind.MISSING and (incident.found_at is None or incident.found_at > limit)


def too_long_from(incident: Incident, rules: Rules) -> datetime:
    """Return the moment after which a missing child has been gone for too long."""
    return incident.at + timedelta(hours=rules.missing_serious_after_hours)


@rule("custody.mandatory-report", "source", zh="发现疑似侵害未成年人情形，不论级别，立即向公安、民政等报告")
def must_be_reported(kind: IncidentKind) -> bool:
    """Tell whether the law makes the house report at once, whatever the level (未成年人保护法 art. 11; handbook §5)."""
    return kind is IncidentKind.SUSPECTED_ABUSE


@rule("custody.incident-report", "assumed", zh="事件按级别、类型登记，须发生在托管期间")
def report(
    stay: Stay, incident: Incident, rules: Rules, *, now: datetime
) -> tuple[IncidentReported, Mapping[IncidentStep, datetime]]:
    """Report an incident of a stay with the hours by which its steps are due (handbook §5)."""
    _check_moments(incident, now)
    happened_on = local_date(incident.at)
    if happened_on < stay.admitted_on or (stay.ended_on is not None and happened_on > stay.ended_on):
        raise errors.OutsideStay
    due = clocks(incident, rules)
    return _told(new_record(), stay.id, stay.institution, incident, due), due


def _told(
    key: UUID, stay: UUID, institution: UUID, incident: Incident, due: Mapping[IncidentStep, datetime]
) -> IncidentReported:
    return IncidentReported(
        incident=key,
        stay=stay,
        institution=institution,
        level=incident.level,
        kind=incident.kind,
        at=incident.at,
        family_due_at=due.get(IncidentStep.GUARDIAN_TOLD),
        federation_due_at=due.get(IncidentStep.FEDERATION_TOLD),
        report_due_at=due.get(IncidentStep.WRITTEN_REPORT),
        authority_due_at=due.get(IncidentStep.AUTHORITY_TOLD),
    )


@rule("custody.child-found", "assumed", zh="走失儿童找到后登记时间；未达三级的，更正报告并撤销时限")
def found(reported: Reported, at: datetime, rules: Rules, *, now: datetime) -> IncidentReported | None:
    """Take that a missing child was found; within 2 hours, the report is corrected and asks for nothing (handbook §5).

    Raises FoundBefore, FoundWithoutMissing or InTheFuture.
    """
    if reported.incident.found_at is not None:
        raise errors.FoundBefore
    incident = replace(reported.incident, found_at=at)
    _check_moments(incident, now)
    if due := clocks(incident, rules):
        return None
    told = _told(reported.id, reported.stay, reported.institution, incident, due)
    return told.model_copy(update={"correction_of": reported.fact})


def _check_moments(incident: Incident, now: datetime) -> None:
    if incident.noticed_at > now:
        raise InTheFuture(field="noticed_at")
    if incident.noticed_at < incident.at:
        raise errors.NoticedBefore
    if incident.found_at is None:
        return
    if incident.kind is not IncidentKind.MISSING or incident.found_at < incident.at:
        raise errors.FoundWithoutMissing
    if incident.found_at > now:
        raise InTheFuture(field="found_at")


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


def explain_clocks(incident: Incident, rules: Rules) -> Explanation:
    """Show which steps an incident asks for, and by when."""
    due = clocks(incident, rules)
    steps = (_level(incident), _mandatory(incident), *_missing(incident, rules), *_called(due))
    return Explanation(rule=Happened.rule, outcome="clocks_run" if due else "no_clock", steps=steps)


def _level(incident: Incident) -> Step:
    return step(
        "level", "level {level}, serious from level 3", "{level}，三级起为严重",
        holds=incident.level in SERIOUS, level=incident.level,
    )  # fmt: skip


def _mandatory(incident: Incident) -> Step:
    must = must_be_reported(incident.kind)
    en = "the law asks for a report at any level" if must else "the law asks for no report at once"
    zh = "依法须立即强制报告，不论级别" if must else "不属于依法强制报告的情形"
    return step("mandatory", f"kind {{kind}}: {en}", f"{{kind}}：{zh}", holds=must, kind=incident.kind)


def _missing(incident: Incident, rules: Rules) -> tuple[Step, ...]:
    """Say of a missing child from when on it is serious."""
    if incident.kind is not IncidentKind.MISSING:
        return ()
    too_long = missing_too_long(incident, rules)
    if incident.found_at is None:
        en = "a child that is not found by {limit} is a serious incident from then on, whatever level was said"
        zh = "至 {limit} 仍未找到的，不论所填级别，自此按三级处理"
    elif too_long:
        en = "missing beyond {limit}: serious from then on, whatever level was said"
        zh = "至 {limit} 仍未找到：不论所填级别，自此按三级处理"
    else:
        en, zh = "found by {limit}, from which on it would be serious", "在 {limit} 之前已找到，未达三级"
    return (step("missing", en, zh, holds=too_long, limit=too_long_from(incident, rules)),)


def _called(due: Mapping[IncidentStep, datetime]) -> tuple[Step, ...]:
    said = ((what, by, *CALLED[what]) for what, by in due.items())
    return tuple(step(what, f"{en} by {{by}}", f"{zh}：{{by}}前", by=by) for what, by, en, zh in said)
