"""Assistance in the present benefit year, for some of the children whose first year went well (handbook §3.3)."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from deploy.simulator import caring, days, organisations, rehabilitation
from deploy.simulator.casting import Cast
from deploy.simulator.journeys import Application, Course, Enrolment
from deploy.simulator.sources import Chance, happens
from shared.ages import age_in_years
from shared.contracts.events.rehab import EligibilityBasis, EnrolmentEndReason, Material

EARLIEST, LATEST = timedelta(days=230), timedelta(days=45)
"""Days before today between which an application of the present year was made."""
A_WEEK = timedelta(days=7)
ADULT_NEXT_YEAR = 17
SHOWN_EVERY = 2
"""Of so many children of the centre as which a visitor signs in one goes on: its day sheet is never empty."""
UNEVALUATED_EVERY = 13
"""With one child in so many the last evaluation is still to be made."""


def renew(
    dice: Random, cast: Cast, application: Application | None, enrolment: Enrolment | None, today: date
) -> Course | None:
    """Return a child's assistance in the present benefit year, where it goes on with the same centre."""
    first, last = max(date(today.year, 1, 4), today - EARLIEST), today - LATEST
    finished = enrolment is not None and enrolment.ended_on is not None and _finished(enrolment)
    if application is None or not finished or not _goes_on(dice, cast):
        return None
    if today.year <= days.last_day().year or last - first < A_WEEK or age_in_years(cast.born, today) >= ADULT_NEXT_YEAR:
        return None
    again = _apply(dice, cast, application, days.a_workday(dice, first, last))
    return _course(dice, cast, again, today)


def _goes_on(dice: Random, cast: Cast) -> bool:
    shown = cast.centre == organisations.SHOWN_CENTRE and cast.place % SHOWN_EVERY == 0
    return happens(dice, Chance.GOES_ON) or shown


def _finished(enrolment: Enrolment) -> bool:
    over = enrolment.ended_on
    return enrolment.reason is EnrolmentEndReason.FINISHED and over is not None and over > days.last_day()


def _apply(dice: Random, cast: Cast, before: Application, on: date) -> Application:
    by_certificate = age_in_years(cast.born, on) >= rehabilitation.CERTIFICATE_AGE
    basis = EligibilityBasis.CERTIFICATE if by_certificate else EligibilityBasis.DIAGNOSIS
    return replace(
        before,
        basis=basis,
        materials=(Material.IDENTITY, Material(basis.value), Material.RESIDENCE),
        submitted_on=on,
        approved_on=days.after(dice, on, 3, 8),
        experts_agree=True,
    )


def _course(dice: Random, cast: Cast, application: Application, today: date) -> Course:
    enrolment = Enrolment(cast.centre, days.after(dice, application.approved_on or today, 1, 9), None, None)
    yesterday = today - timedelta(days=1)
    evaluations = tuple(rehabilitation.evaluate(dice, cast, enrolment, yesterday))
    missing = cast.index % UNEVALUATED_EVERY == 0 and len(evaluations) > 1
    return Course(
        application=application,
        enrolment=enrolment,
        care=caring.care_for(cast, enrolment),
        evaluations=evaluations[:-1] if missing else evaluations,
        evaluated_until=enrolment.started_on - timedelta(days=1) if missing else date.max,
        sessions=tuple(rehabilitation.train(dice, cast, enrolment, yesterday)),
    )
