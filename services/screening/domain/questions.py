"""What `tongkang rules explain` can ask of screening: each question is answered by the very function that decides."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from services.screening.domain import diagnosis, initial, rescreening
from services.screening.domain.diagnosis import Diagnosis
from services.screening.domain.follow_up import next_follow_up
from services.screening.domain.initial import InitialScreening
from services.screening.domain.instruments import Quotients, Reading, read_abc, read_cars, read_cdss_ii, read_m_chat_23
from services.screening.domain.newborn_hearing import HearingStep, hearing_due
from services.screening.domain.protocol import Protocol, protocols
from services.screening.domain.rescreening import Concern, Rescreening
from services.screening.domain.schedule import Done, due_for
from services.screening.domain.suspicion import Child
from shared.contracts.codes import RehabCategory, ScreeningCategory
from shared.contracts.events.screening import (
    DiagnosisOutcome,
    Instrument,
    Regression,
    RescreeningOutcome,
    ScreeningOutcome,
)
from shared.rulebook.explanation import Explanation, Question, Step, step

NOBODY = UUID(int=0)
"""A question is about no child: its records have no id."""


class ScoreMChat23(Question, of="screening.m-chat-23"):
    """Is an M-CHAT of 23 answers positive?"""

    on: date = Field(description="Day of the answers; the protocol in force then is used.")
    yes: dict[int, bool] = Field(description="Item by item, whether it was answered yes.")

    def explain(self) -> Explanation:
        protocol = protocols().in_force(self.on)
        return _read(self.rule, read_m_chat_23(self.yes, protocol.m_chat_23), protocol)


class ReadAbc(Question, of="screening.abc"):
    """Is an ABC total positive?"""

    on: date = Field(description="Day of the checklist.")
    score: int = Field(description="Total of the 57 items.")

    def explain(self) -> Explanation:
        protocol = protocols().in_force(self.on)
        return _read(self.rule, read_abc(self.score, protocol.abc), protocol)


class ReadCars(Question, of="screening.cars"):
    """Does a CARS total point to autism?"""

    on: date = Field(description="Day of the rating.")
    score: Decimal = Field(description="Total of the 15 items.")

    def explain(self) -> Explanation:
        protocol = protocols().in_force(self.on)
        return _read(self.rule, read_cars(self.score, protocol.cars), protocol)


class ReadCdssIi(Question, of="screening.cdss-ii"):
    """What do the quotients of 儿心量表-II say?"""

    on: date = Field(description="Day of the assessment.")
    quotients: Quotients = Field(description="Total quotient and the five domains.")

    def explain(self) -> Explanation:
        protocol = protocols().in_force(self.on)
        scale = read_cdss_ii(self.quotients, protocol.cdss_ii)
        outcome = "deviation" if scale.deviation else scale.band.value
        return Explanation(rule=self.rule, policy=protocol.policy, outcome=outcome, steps=scale.steps)


class JudgeInitialScreening(Question, of="screening.initial-screen"):
    """Is an initial screening abnormal?"""

    born: date = Field(description="Birth date of the child.")
    on: date = Field(description="Day of the screening.")
    category: ScreeningCategory = Field(description="Category that was screened for.")
    instrument: Instrument = Field(default=Instrument.WARNING_SIGNS, description="Instrument used.")
    signs: dict[str, bool] = Field(default={}, description="Sign by sign, whether it is there.")
    regression: Regression = Field(default=Regression.NOT_ASKED, description="Answer on absence or regression.")
    finding: ScreeningOutcome | None = Field(default=None, description="The examiner's finding, of other instruments.")

    def explain(self) -> Explanation:
        protocol = protocols().in_force(self.on)
        screening = InitialScreening(
            NOBODY, self.category, self.instrument, self.on, self.signs, self.regression, self.finding
        )
        judged = initial.judge(Child(NOBODY, self.born), screening, protocol)
        return _told(self.rule, judged.outcome.value, judged.steps, protocol)


class JudgeRescreening(Question, of="screening.re-screen"):
    """What is the result of a re-screening?"""

    born: date = Field(description="Birth date of the child.")
    on: date = Field(description="Day of the re-screening.")
    category: ScreeningCategory = Field(description="Category that is suspected.")
    concerns: frozenset[Concern] = Field(default=frozenset(), description="What history or observation showed.")
    m_chat_23: dict[int, bool] | None = Field(default=None, description="From 18 to 24 months: answers of M-CHAT.")
    abc: int | None = Field(default=None, description="From 24 months on: total of the ABC.")
    cdss_ii: Quotients | None = Field(default=None, description="Quotients of 儿心量表-II.")
    examined_by: frozenset[Instrument] = Field(default=frozenset(), description="Examinations of other categories.")
    finding: RescreeningOutcome | None = Field(default=None, description="The examiner's finding, of other categories.")

    def explain(self) -> Explanation:
        protocol = protocols().in_force(self.on)
        found = Rescreening(
            NOBODY, self.on, self.concerns, self.m_chat_23, self.abc, self.cdss_ii, self.examined_by, self.finding
        )
        return rescreening.explained(rescreening.judge(self.born, self.category, found, protocol), protocol)


class ReadDiagnosis(Question, of="screening.diagnosis"):
    """How does a diagnosis stand beside its aid?"""

    on: date = Field(description="Day of the diagnosis.")
    category: ScreeningCategory = Field(description="Category that was suspected.")
    outcome: DiagnosisOutcome = Field(description="What the clinician concluded.")
    rehab_category: RehabCategory | None = Field(default=None, description="Of a confirmed diagnosis.")
    cars: Decimal | None = Field(default=None, description="Total of CARS.")
    screened: bool = Field(default=True, description="Whether the child was ever screened for the category.")

    def explain(self) -> Explanation:
        made = Diagnosis(NOBODY, self.category, self.on, self.outcome, self.rehab_category, self.cars)
        return diagnosis.explained(made, protocols().in_force(self.on), screened=self.screened)


class WhatIsDue(Question, of="screening.due-for-a-child"):
    """Which checks are due for a child, late or missed?"""

    born: date = Field(description="Birth date of the child.")
    on: date = Field(description="Day on which it is asked.")
    done: dict[Instrument, list[date]] = Field(default={}, description="Days on which the child had each check.")

    def explain(self) -> Explanation:
        protocol = protocols().in_force(self.on)
        had = [Done(check, day) for check, days in self.done.items() for day in days]
        owed = due_for(self.born, had, self.on, protocol)
        steps = tuple(
            step(
                f"{one.round.value}-{one.check.value}", "{since} to {until}: {status}.", "{since}至{until}：{status}。",
                since=one.since, until=one.until, status=one.status.value,
            )
            for one in owed
        )  # fmt: skip
        count = sum(one.status.value in {"due", "overdue"} for one in owed)
        return _told(self.rule, f"{count} due", steps, protocol)


class WhenIsHearingDue(Question, of="screening.newborn-hearing"):
    """By which day is the next step of newborn hearing due?"""

    born: date = Field(description="Birth date of the child.")
    awaited: HearingStep = Field(description="What is awaited next.")

    def explain(self) -> Explanation:
        protocol = protocols().in_force(self.born)
        due_on = hearing_due(self.born, self.awaited, protocol)
        told = step(self.awaited.value, "Due by {day}.", "应于{day}前完成。", day=due_on)
        return _told(self.rule, due_on.isoformat(), (told,), protocol)


class WhenIsTheNextFollowUp(Question, of="screening.follow-up-interval"):
    """When is a child confirmed with autism seen again?"""

    born: date = Field(description="Birth date of the child.")
    on: date = Field(description="Day of the diagnosis, or of the last follow-up.")

    def explain(self) -> Explanation:
        protocol = protocols().in_force(self.on)
        due_on = next_follow_up(self.born, self.on, protocol)
        day = due_on.isoformat() if due_on else "none"
        told = step("next", "Seen again on {day}.", "下次随访：{day}。", day=day)
        return _told(self.rule, day, (told,), protocol)


def _read(rule: str, reading: Reading, protocol: Protocol) -> Explanation:
    return _told(rule, "positive" if reading.positive else "negative", reading.steps, protocol)


def _told(rule: str, outcome: str, steps: tuple[Step, ...], protocol: Protocol) -> Explanation:
    return Explanation(rule=rule, policy=protocol.policy, outcome=outcome, steps=steps)
