"""Supervision of designated institutions: the yearly grade, the staff list, closed days (handbook §3.4)."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from pydantic import Field

from services.rehab.domain.designation import Designation, suspend_designation
from services.rehab.domain.policy import AssistancePolicy, read_assistance_policies
from services.rehab.errors import AlreadyGraded, LicenceOver, NotOnStaff, OutsideAgreement, StaffLater
from shared.contracts.events.rehab import (
    DesignationGraded,
    DesignationSuspended,
    Discipline,
    InstitutionGrade,
    LapseReason,
    StaffLapsed,
    StaffQualified,
    SuspensionReason,
)
from shared.rulebook.explanation import Explanation, Question, step
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person on the staff list of an institution; off it from `lapsed_on`."""

    therapist: UUID
    disciplines: frozenset[Discipline]
    since: date
    licence_until: date
    lapsed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """The yearly score of an institution under an agreement."""

    year: int
    score: int
    on: date


@rule("rehab.yearly-grade", "assumed", zh="年度评分定级；不合格的暂停定点并限期整改")
def grade_designation(
    designation: Designation, score: Score, graded: frozenset[int], policy: AssistancePolicy
) -> tuple[DesignationGraded, DesignationSuspended | None, Explanation]:
    """Grade an institution for a year; one that failed is suspended until it rectifies (handbook §3.4).

    Raises AlreadyGraded or OutsideAgreement. An agreement that is suspended already stays as it is.
    """
    if score.year in graded:
        raise AlreadyGraded(year=score.year)
    if not designation.valid_from.year <= score.year <= designation.valid_until.year:
        raise OutsideAgreement(
            on=str(score.year), since=designation.valid_from.isoformat(), until=designation.valid_until.isoformat()
        )
    grade = policy.grade_of(score.score)
    fact = DesignationGraded(
        designation=designation.id, year=score.year, score=score.score, grade=grade, graded_on=score.on,
        policy=policy.policy,
    )  # fmt: skip
    suspended = None
    if grade is InstitutionGrade.FAILED and designation.suspended_on is None and designation.holds_on(score.on):
        suspended = suspend_designation(designation, score.on, SuspensionReason.GRADE_FAILED, policy, None)
    return fact, suspended, explain_grade(score.score, policy)


def explain_grade(score: int, policy: AssistancePolicy) -> Explanation:
    """Return how a score became a grade."""
    steps = tuple(
        step(
            f"from-{row.grade}", "{score} against {limit} for grade {grade}", "得分 {score}，{grade} 级须 {limit} 分",
            holds=score >= row.from_score.value, score=score, limit=row.from_score.value, grade=row.grade.upper(),
        )
        for row in sorted(policy.grades, key=lambda row: -row.from_score.value)
    )  # fmt: skip
    outcome = policy.grade_of(score)
    return Explanation(rule="rehab.institution-grade", policy=policy.policy, outcome=outcome, steps=steps)


@rule("rehab.staff-list", "assumed", zh="列入人员名单须有有效执业资格与专业类别")
def qualify_staff(member: StaffMember, known: StaffMember | None) -> StaffQualified:
    """Put a person on the staff list, with disciplines and a licence that is not over (handbook §3.4, §3.7 F12).

    Raises LicenceOver, or StaffLater for a day before the one from which the list has the person.
    """
    if member.licence_until < member.since:
        raise LicenceOver(until=member.licence_until.isoformat())
    if known is not None and member.since < known.since:
        raise StaffLater(since=known.since.isoformat())
    return StaffQualified(
        therapist=member.therapist, disciplines=tuple(sorted(member.disciplines)), since=member.since,
        licence_until=member.licence_until,
    )  # fmt: skip


@rule("rehab.staff-off", "assumed", zh="离职、资格到期或被除名的移出人员名单")
def lapse_staff(member: StaffMember | None, on: date, reason: LapseReason) -> StaffLapsed:
    """Take a person off the staff list from a day on (handbook §3.4, §3.7 F12). Raises NotOnStaff."""
    if member is None or member.lapsed_on is not None or on < member.since:
        raise NotOnStaff
    return StaffLapsed(therapist=member.therapist, lapsed_on=on, reason=reason)


@rule("rehab.licence-expiry", "assumed", zh="执业资格到期次日自动移出人员名单")
def expire_licence(member: StaffMember) -> StaffLapsed:
    """Take a person off the list on the day after the last day of the licence (handbook §3.4, §3.7 F12)."""
    return lapse_staff(member, member.licence_until + timedelta(days=1), LapseReason.LICENCE_EXPIRED)


class GradeInstitution(Question, of="rehab.institution-grade"):
    """A yearly score, under a policy version by name."""

    policy: str = Field(description="Version of the policy, by its name.")
    score: int = Field(description="Score of the year, 0 to 100.")

    def explain(self) -> Explanation:
        """Grade by the built-in policy files."""
        return explain_grade(self.score, read_assistance_policies().named(self.policy))
