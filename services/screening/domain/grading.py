"""Which grade of disability measurements give (GB/T 26341; handbook §2.1); a hospital grades, nobody else (§2.2).

A child is graded as it is: without hearing aids, without prostheses or orthoses.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.screening.domain.grading_tables import DailyLiving, Rows, grade_in, grading_tables
from services.screening.errors import GradedOnce, MeasuredWithAids, MeasurementNeeded, MultipleIsOfParts
from shared.contracts.codes import DisabilityCategory
from shared.rulebook.explanation import Explanation, Question, Step, step
from shared.rulebook.registry import rule

RULE = "screening.disability-grade"
Score = Annotated[int, Field(ge=0, le=200)]


class Measurement(BaseModel):
    """What a hospital measured for one category; each category asks for its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: DisabilityCategory
    acuity: Annotated[Decimal, Field(ge=0, le=2, max_digits=4)] | None = Field(
        default=None, description="Better eye, best corrected; 0 without light perception."
    )
    field_radius_degrees: Annotated[Decimal, Field(ge=0, le=90, max_digits=4)] | None = None
    better_ear_db: Annotated[int, Field(ge=-10, le=120)] | None = None
    intelligibility_percent: Annotated[int, Field(ge=0, le=100)] | None = None
    daily_living: DailyLiving | None = None
    quotient: Score | None = Field(default=None, description="DQ before the 7th birthday, IQ from it.")
    adaptive_grade: Annotated[int, Field(ge=0, le=4)] | None = Field(
        default=None, description="Grade of the adaptive-behaviour disorder; 0 where there is none."
    )
    who_das: Score | None = None
    unaided: bool = Field(default=True, description="Measured without hearing aid, prosthesis or orthosis.")

    def need(self, *names: str) -> None:
        """Raise MeasurementNeeded unless all of these were measured."""
        if missing := [name for name in names if getattr(self, name) is None]:
            raise MeasurementNeeded(category=self.category.value, needed=missing)


@dataclass(frozen=True, slots=True)
class Graded:
    """The grade of one category or of several together; None is no disability in the sense of the standard."""

    category: DisabilityCategory
    grade: int | None
    parts: tuple[DisabilityCategory, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def explanation(self) -> Explanation:
        outcome = f"{self.category.value}-{self.grade}" if self.grade else "none"
        return Explanation(rule=RULE, outcome=outcome, steps=self.steps)


@rule(RULE, "source", zh="残疾等级：按测量值评定，多重残疾按最重一项")
def grade(measurements: Sequence[Measurement], years: int) -> Graded:
    """Grade what was measured at an age in full years; several disabilities have the grade of the most severe.

    (GB/T 26341, 残疾人证办法 art. 13; handbook §2.1.) Raises GradedOnce, MultipleIsOfParts, MeasurementNeeded,
    MeasuredWithAids.
    """
    if len({measured.category for measured in measurements}) < len(measurements):
        raise GradedOnce
    found = [grade_one(measured, years) for measured in measurements]
    disabled = [one for one in found if one.grade is not None]
    steps = tuple(line for one in found for line in one.steps)
    if len(disabled) < 2:  # noqa: PLR2004 - one is not several
        only = disabled[0] if disabled else found[0]
        return Graded(only.category, only.grade, (), steps)
    return _multiple(disabled, steps)


@rule("screening.multiple-disability-grade", "source", zh="多重残疾：等级取其中最重一项")
def most_severe(grades: Sequence[int]) -> int:
    """Return the grade of a multiple disability: that of its most severe part (残疾人证办法 art. 13; handbook §2.1)."""
    return min(grades)


@rule("screening.single-disability-grade", "source", zh="单类残疾等级：视力、听力、言语、肢体、智力、精神各按其表")
def grade_one(measured: Measurement, years: int) -> Graded:
    """Grade one category by its table (GB/T 26341; handbook §2.1)."""
    if measured.category is DisabilityCategory.MULTIPLE:
        raise MultipleIsOfParts
    if not measured.unaided and measured.category in UNAIDED:
        raise MeasuredWithAids(category=measured.category.value)
    return BY_CATEGORY[measured.category](measured, years)


UNAIDED = frozenset({DisabilityCategory.HEARING, DisabilityCategory.PHYSICAL})
"""Graded without aids."""


def _multiple(disabled: Sequence[Graded], steps: tuple[Step, ...]) -> Graded:
    worst = most_severe([one.grade for one in disabled if one.grade is not None])
    parts = tuple(sorted((one.category for one in disabled), key=list(DisabilityCategory).index))
    said = step(
        "most-severe",
        "Several disabilities: the grade of the most severe, {grade}.",
        "多重残疾，取最重一项：{grade}级。",
        grade=worst,
    )
    return Graded(DisabilityCategory.MULTIPLE, worst, parts, (*steps, said))


def _visual(measured: Measurement, years: int) -> Graded:
    del years
    if measured.field_radius_degrees is None:
        measured.need("acuity")
    table = grading_tables().visual
    values: list[tuple[str, Decimal | None, Rows]] = [
        ("acuity", measured.acuity, table.acuity),
        ("field-radius", measured.field_radius_degrees, table.field_radius_degrees),
    ]
    given = [(code, value, grade_in(rows, value)) for code, value, rows in values if value is not None]
    grades = [found for _, _, found in given if found is not None]
    return Graded(measured.category, min(grades, default=None), (), tuple(_measured(*one) for one in given))


def _hearing(measured: Measurement, years: int) -> Graded:
    measured.need("better_ear_db")
    table = grading_tables().hearing
    loss = Decimal(measured.better_ear_db or 0)
    found = grade_in(table.better_ear_db, loss)
    steps = [_measured("hearing-loss-db", loss, found)]
    if found is not None and years < table.all_grades_from_years:
        counts = found <= table.lowest_grade_before
        steps.append(_too_young("under-3-grades-1-to-3", counts=counts))
        found = found if counts else None
    return Graded(measured.category, found, (), tuple(steps))


def _speech(measured: Measurement, years: int) -> Graded:
    measured.need("intelligibility_percent")
    table = grading_tables().speech
    if years < table.graded_from_years:
        return Graded(measured.category, None, (), (_too_young("speech-not-under-3", counts=False),))
    share = Decimal(measured.intelligibility_percent or 0)
    found = grade_in(table.intelligibility_percent, share)
    return Graded(measured.category, found, (), (_measured("intelligibility-percent", share, found),))


def _physical(measured: Measurement, years: int) -> Graded:
    del years
    if measured.daily_living is None:
        raise MeasurementNeeded(category=measured.category.value, needed=["daily_living"])
    found = grading_tables().physical.daily_living[measured.daily_living]
    return Graded(measured.category, found, (), (_measured("daily-living", measured.daily_living.value, found),))


def _intellectual(measured: Measurement, years: int) -> Graded:
    measured.need("quotient")
    table, quotient = grading_tables().intellectual, measured.quotient or 0
    by_iq = years >= table.iq_from_years
    found = grade_in(table.iq if by_iq else table.dq, Decimal(quotient))
    first = _measured("iq" if by_iq else "dq", quotient, found)
    if found is None or not (by_iq or quotient >= table.adaptive_decides_from_dq):
        return Graded(measured.category, found, (), (first,))
    return _by_adaptive_behaviour(measured, first)


def _mental(measured: Measurement, years: int) -> Graded:
    table = grading_tables().mental
    if years < table.who_das_from_years:
        return _by_adaptive_behaviour(measured)
    measured.need("who_das")
    found = grade_in(table.who_das, Decimal(measured.who_das or 0))
    return Graded(measured.category, found, (), (_measured("who-das", measured.who_das, found),))


def _by_adaptive_behaviour(measured: Measurement, *before: Step) -> Graded:
    measured.need("adaptive_grade")
    found = measured.adaptive_grade or None
    said = _measured("adaptive-behaviour-decides", measured.adaptive_grade, found)
    return Graded(measured.category, found, (), (*before, said))


BY_CATEGORY: Mapping[DisabilityCategory, Callable[[Measurement, int], Graded]] = {
    DisabilityCategory.VISUAL: _visual,
    DisabilityCategory.HEARING: _hearing,
    DisabilityCategory.SPEECH: _speech,
    DisabilityCategory.PHYSICAL: _physical,
    DisabilityCategory.INTELLECTUAL: _intellectual,
    DisabilityCategory.MENTAL: _mental,
}


def _measured(code: str, value: object, found: int | None) -> Step:
    if found is None:
        en, zh = "Measured {value}: milder than any grade.", "测量值 {value}：未达任何等级。"
    else:
        en, zh = "Measured {value}: grade {grade}.", "测量值 {value}：{grade}级。"
    return step(code, en, zh, holds=found is not None, value=value, grade=found)


def _too_young(code: str, *, counts: bool) -> Step:
    return step(
        code,
        "Before the 3rd birthday only part of the grades count.",
        "未满3周岁仅部分等级计为残疾。",
        holds=counts,
    )


class WhichGrade(Question, of=RULE):
    """Which grade do these measurements give at this age?"""

    measurements: tuple[Measurement, ...] = Field(
        min_length=1, max_length=6, description="What was measured, category by category."
    )
    years: int = Field(ge=0, le=120, description="Age in full years.")

    def explain(self) -> Explanation:
        return grade(self.measurements, self.years).explanation
