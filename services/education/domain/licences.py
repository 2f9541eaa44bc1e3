"""Education licences of institutions: what is taught at a site counts only under one that is valid on the day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.education import errors
from services.education.domain.calendar import SchoolPolicy
from services.education.domain.placement import PlacementOrder
from shared.contracts.events.education import (
    AttendanceRecorded,
    AttendanceStatus,
    EducationLicenceGranted,
    LicenceStage,
    PlacementMode,
)
from shared.ids import new_record
from shared.rulebook.explanation import Step, step
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Licence:
    """An institution's education licence, both days included."""

    stage: LicenceStage
    valid_from: date
    valid_until: date
    partner_school: UUID

    def valid_on(self, on: date) -> bool:
        """Tell whether the licence holds on a day."""
        return self.valid_from <= on <= self.valid_until


@rule("education.count", "assumed", zh="教学点在校日仅在办学资质有效期内计入教育人数")
def counts(fact: AttendanceRecorded, licences: Iterable[Licence]) -> bool:
    """Tell whether a day counts as education: at a teaching site only under a licence valid on it (handbook §4, §8)."""
    licensed = fact.mode is not PlacementMode.TEACHING_SITE or any(licence.valid_on(fact.on) for licence in licences)
    return licensed and fact.status is AttendanceStatus.PRESENT


@rule("education.one-licence-per-stage", "assumed", zh="同一机构同一学段同一时间只有一个办学资质")
def grant_licence(licence: Licence, region: str, held: Iterable[Licence]) -> EducationLicenceGranted:
    """Grant an education licence; one institution holds one licence per stage at a time (handbook §4)."""
    if licence.valid_until < licence.valid_from:
        raise errors.PeriodReversed
    for other in held:
        if other.stage is licence.stage and _meet(other, licence):
            raise errors.LicenceOverlaps(
                valid_from=other.valid_from.isoformat(), valid_until=other.valid_until.isoformat()
            )
    return EducationLicenceGranted(
        licence=new_record(),
        region=region,
        stage=licence.stage,
        valid_from=licence.valid_from,
        valid_until=licence.valid_until,
        partner_school=licence.partner_school,
    )


@rule("education.site-licence", "assumed", zh="教学点安置：机构当日资质有效，学籍由其合作学校保留")
def check_site(order: PlacementOrder, licences: Iterable[Licence], policy: SchoolPolicy) -> None:
    """Ask of a teaching site that the roll is kept by the partner school of its licence (handbook §4).

    Without a valid licence on the first day the placement is refused only where the county's policy says so: the rule
    flags, and no day at the site counts. A licence is often entered after the children came.
    """
    if order.mode is not PlacementMode.TEACHING_SITE:
        return
    valid = [licence for licence in licences if licence.valid_on(order.starts_on)]
    if valid and order.school not in {licence.partner_school for licence in valid}:
        raise errors.NotThePartnerSchool
    if not valid and policy.refuse_unlicensed_sites.value:
        raise errors.SiteNotLicensed(on=order.starts_on.isoformat())


def explain_site(order: PlacementOrder, licences: Iterable[Licence]) -> tuple[Step, ...]:
    """Show whether the site is licensed on the first day; empty for every other form."""
    if order.mode is not PlacementMode.TEACHING_SITE:
        return ()
    return (
        step(
            "site-licensed",
            "The site has a licence that is valid on {on}; without one no day there counts.",
            "教学点在 {on} 有有效办学资质；无资质则在校日不计入。",
            holds=any(licence.valid_on(order.starts_on) for licence in licences),
            on=order.starts_on,
        ),
    )


def _meet(one: Licence, other: Licence) -> bool:
    return one.valid_from <= other.valid_until and other.valid_from <= one.valid_until
