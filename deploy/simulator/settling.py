"""Claims of the centres by quarter, audited and paid by the city (handbook §3.3 step 7)."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from deploy.simulator.callers import Callers
from deploy.simulator.journeys import Course
from deploy.simulator.sending import Journey
from deploy.simulator.sending.training import Training
from deploy.simulator.sources import source
from deploy.simulator.works import Work
from shared.ages import anniversary
from shared.clock import local_date
from shared.contracts.events.rehab import LineVerdict

PAGE = "200"
REDUCED_EVERY, REDUCED_BY = 40, 10
"""Of one child in so many the lines are reduced, by a tenth: a paper is missing."""
WHY_REDUCED = "缺一次家长签字，核减十分之一"


A_DAY = timedelta(days=1)
CLAIMED_AFTER, SPREAD = 8, 54
"""Days after a quarter's end on which the first centre claims it, and over which the others follow."""
AUDITED_AFTER, PAID_AFTER = timedelta(days=20), timedelta(days=35)


@dataclass(frozen=True, slots=True)
class Quarter:
    """A settlement cycle of a centre, and when it is claimed, audited and paid."""

    since: date
    until: date
    submitted_on: date

    @property
    def audited_on(self) -> date:
        """The day of the audit."""
        return self.submitted_on + AUDITED_AFTER

    @property
    def paid_on(self) -> date:
        """The day of the payment."""
        return self.submitted_on + PAID_AFTER


Lines = list[dict[str, str]]
Trained = tuple[Journey, Training]


def quarters(place: int, today: date) -> list[Quarter]:
    """Return the quarters that a centre has claimed by a day: centres claim one after the other."""
    delay = timedelta(days=CLAIMED_AFTER + place * 6 % SPREAD)
    starts = [date(year, month, 1) for year in range(2024, today.year + 1) for month in (1, 4, 7, 10)]
    spans = [(since, anniversary(since, months=3) - A_DAY) for since in starts]
    return [Quarter(since, until, until + delay) for since, until in spans if until + delay <= today]


def settlement(journeys: Iterable[Journey], callers: Callers, today: date) -> Iterator[Work]:
    """Yield what claims the quarters of a centre, one after the other, and has each audited and paid."""
    by_centre: dict[str, list[Trained]] = defaultdict(list)
    for journey in journeys:
        for training in journey.trainings:
            if training.course.enrolment and training.course.care:
                by_centre[training.course.enrolment.centre].append((journey, training))
    for place, (centre, own) in enumerate(sorted(by_centre.items())):
        yield _all_quarters(own, [_Settlement(centre, one, callers, today) for one in quarters(place, today)])


def lines_of(trained: Iterable[Trained], quarter: Quarter) -> Lines:
    """Return a line for each child and month of a quarter in which it came; what lacks an evaluation waits."""
    return [
        {"month": month, "enrolment": training.enrolment}
        for _, training in trained
        for month in sorted(months_to_claim(training.course, quarter))
    ]


def months_to_claim(course: Course, quarter: Quarter) -> set[str]:
    """Return the months of a quarter in which a child came under an approval."""
    came = (local_date(session.starts_at) for session in course.sessions if session.attended)
    return {f"{day:%Y-%m}" for day in came if quarter.since <= day <= min(quarter.until, course.evaluated_until)}


def _all_quarters(own: list[Trained], settlements: list["_Settlement"]) -> Work:
    reduced = {journey.case for journey, _ in own if journey.child.index % REDUCED_EVERY == 0}

    async def settle() -> None:
        for one in settlements:
            if lines := lines_of(own, one.quarter):
                await one.run(lines, reduced)

    return settle


@dataclass(frozen=True, slots=True)
class _Settlement:
    centre: str
    quarter: Quarter
    callers: Callers
    today: date

    @property
    def auditor(self) -> str:
        return f"federation-{source().city.region}"

    async def run(self, lines: Lines, reduced: set[str]) -> None:
        claim = (await self._post(self.centre, "/v1/claims", self._claim(lines)))["record"]
        if self.quarter.audited_on > self.today:
            return
        path = f"/v1/claims/{claim}"
        verdicts = [_verdict(line, reduced) async for line in self._claimed(path)]
        audit = {"audited_on": self.quarter.audited_on.isoformat(), "lines": verdicts}
        await self._post(self.auditor, f"{path}/audit", audit)
        if self.quarter.paid_on <= self.today:
            await self._post(self.auditor, f"{path}/payments", {"paid_on": self.quarter.paid_on.isoformat()})

    def _claim(self, lines: Lines) -> dict[str, Any]:
        return {
            "county": self.centre.split("-")[1],
            "cycle_from": self.quarter.since.isoformat(),
            "submitted_on": self.quarter.submitted_on.isoformat(),
            "lines": lines,
        }

    async def _claimed(self, path: str) -> AsyncIterator[Mapping[str, Any]]:
        after: dict[str, str] = {}
        while True:
            page = await self.callers.get(self.auditor, "rehab", f"{path}/lines", limit=PAGE, **after)
            for line in page["items"]:
                yield line
            if page["next"] is None:
                return
            after = {"after": page["next"]}

    async def _post(self, who: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        step = path.rpartition("/")[2]
        return await self.callers.post(who, "rehab", path, body, key=f"{step}/{self.centre}/{self.quarter.since}")


def _verdict(line: Mapping[str, Any], reduced: set[str]) -> dict[str, Any]:
    if line["case_id"] not in reduced:
        return {"line": line["id"], "verdict": LineVerdict.ACCEPTED}
    amount = line["amount"] - line["amount"] // REDUCED_BY
    return {"line": line["id"], "verdict": LineVerdict.REDUCED, "amount": amount, "reason": WHY_REDUCED}
