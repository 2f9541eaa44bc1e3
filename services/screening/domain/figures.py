"""Parts of the screening protocol: which figures a version of the file holds (handbook §1)."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from shared.ages import anniversary
from shared.contracts.codes import RehabCategory, ScreeningCategory
from shared.contracts.events.screening import Instrument, ScreeningRound
from shared.policyfile import Figure


class Part(BaseModel):
    """A part of the protocol file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Age(Part):
    """An age in completed months and days."""

    months: int = 0
    days: int = 0

    def reached_on(self, born: date) -> date:
        """Return the day on which a child reaches this age."""
        return anniversary(born, months=self.months) + timedelta(days=self.days)


class CheckUp(Part):
    """A check-up of the schedule and the half-open window of ages in which it counts as that one (handbook §1.2)."""

    round: ScreeningRound
    since: Age = Field(alias="from")
    until: Age

    def covers(self, born: date, on: date) -> bool:
        return self.since.reached_on(born) <= on < self.until.reached_on(born)


class AgeLimits(Part):
    screening_years: Figure[int] = Field(
        title="筛查年龄上限（周岁）", description="Screening ends before this birthday: 0-6 (§0)."
    )
    registry_years: Figure[int] = Field(
        title="登记年龄上限（周岁）", description="A child is registered before this birthday (§0)."
    )


class Initial(Part):
    instruments: Figure[Mapping[ScreeningCategory, tuple[Instrument, ...]]] = Field(
        title="初筛类别与工具", description="Instruments of the initial screening, by category (§1.4)."
    )


class InstrumentsFrom(Part):
    """Instruments that a child of an age and older needs."""

    from_months: int
    instruments: tuple[Instrument, ...]


class Rescreening(Part):
    developmental: Figure[tuple[ScreeningCategory, ...]] = Field(
        title="发育类筛查类别", description="Categories that are re-screened by the scales of the child's age (§1.4)."
    )
    by_age: Figure[tuple[InstrumentsFrom, ...]] = Field(
        title="复筛工具（按月龄）", description="Scales of a re-screening, from an age in months on (§1.4)."
    )
    judged: Figure[Mapping[ScreeningCategory, tuple[Instrument, ...]]] = Field(
        title="复筛检查（按类别）", description="Examinations of a re-screening that an examiner judges (§1.4)."
    )
    recheck_months: Figure[int] = Field(
        title="复查期限（月）",
        description="A borderline or first normal re-screening is rechecked within these months (§1.4).",
    )

    def instruments_at(self, months: int) -> tuple[Instrument, ...]:
        """Return the row of the table for an age in months."""
        return [row for row in self.by_age.value if row.from_months <= months][-1].instruments


class MChat23(Part):
    items: Figure[int] = Field(title="M-CHAT 条目数", description="Number of items of this M-CHAT (§1.4).")
    fails_on_yes: Figure[frozenset[int]] = Field(
        title="M-CHAT 反向条目", description="Items that fail when answered yes; all others fail on no (§1.4)."
    )
    critical: Figure[frozenset[int]] = Field(title="M-CHAT 关键条目", description="Critical items (§1.4).")
    positive_at_critical_fails: Figure[int] = Field(
        title="关键条目不通过数", description="Positive from this number of failed critical items on (§1.4)."
    )
    positive_at_fails: Figure[int] = Field(
        title="全部条目不通过数", description="Positive from this number of failed items on (§1.4)."
    )


class Abc(Part):
    maximum: Figure[int] = Field(title="ABC 最高分", description="Highest total of the ABC (§1.4).")
    positive_from: Figure[int] = Field(title="ABC 阳性界值", description="Positive from this total on (§1.4).")


class Band(Part):
    """A band of developmental quotients, from its lower bound to that of the next."""

    band: str
    since: Decimal = Field(alias="from")


class CdssIi(Part):
    maximum: Figure[int] = Field(
        title="儿心量表最高发育商", description="Highest developmental quotient accepted (§3.6)."
    )
    bands: Figure[tuple[Band, ...]] = Field(
        title="发育商分段", description="Bands of the total quotient, each from its lower bound on (§1.4, §3.6)."
    )
    domain_low_below: Figure[Decimal] = Field(
        title="能区低下界值", description="A domain below this quotient is low (§1.4)."
    )
    deviation_domains: Figure[tuple[str, ...]] = Field(
        title="偏离判定能区", description="Domains of which a low one is a deviation (§1.4)."
    )


class Cars(Part):
    minimum: Figure[Decimal] = Field(title="CARS 最低分", description="Lowest total of CARS (§1.4).")
    maximum: Figure[Decimal] = Field(title="CARS 最高分", description="Highest total of CARS (§1.4).")
    step: Figure[Decimal] = Field(title="CARS 分值步长", description="Step of a CARS total (§1.4).")
    autism_from: Figure[Decimal] = Field(
        title="CARS 孤独症界值", description="Points to autism from this total on, as an aid (§1.4)."
    )


class Diagnosing(Part):
    instruments: Figure[Mapping[ScreeningCategory, tuple[Instrument, ...]]] = Field(
        title="诊断工具（按类别）", description="Instruments that a diagnosis may name, by category (§1.4)."
    )
    undetermined_recheck_months: Figure[int] = Field(
        title="暂不能确诊复查期限（月）", description="An undetermined child is seen again after these months (§1.4)."
    )


class NewbornHearing(Part):
    rescreen_by_days: Figure[int] = Field(
        title="新生儿听力复筛期限（天）", description="Not passed or missed: again by this age in days (§1.2)."
    )
    diagnosis_by_months: Figure[int] = Field(
        title="听力诊断期限（月龄）", description="Still not passed: diagnostic audiology by this age in months (§1.2)."
    )
    intervention_by_months: Figure[int] = Field(
        title="听力干预期限（月龄）", description="Confirmed: intervention by this age in months (§1.2)."
    )


class FollowingUp(Part):
    categories: Figure[tuple[RehabCategory, ...]] = Field(
        title="需定期随访的类别", description="Confirmed categories that are followed up by a clock (§1.4)."
    )
    younger_than_years: Figure[int] = Field(
        title="随访年龄界线（周岁）", description="Before this birthday the shorter interval holds (§1.4)."
    )
    younger_every_months: Figure[int] = Field(
        title="低龄随访间隔（月）", description="Interval of follow-ups of younger children (§1.4)."
    )
    older_every_months: Figure[int] = Field(
        title="较大儿童随访间隔（月）", description="Interval of follow-ups from that birthday on (§1.4)."
    )


class Referring(Part):
    answer_days: Figure[int] = Field(
        title="转诊答复期限（天）", description="Days within which a referral is answered (§1.4)."
    )
    escalate_days: Figure[int] = Field(
        title="逾期上报天数", description="Days past the answer date after which the health authority is told (§1.4)."
    )
    starts_without_screening: Figure[tuple[ScreeningCategory, ...]] = Field(
        title="可不经初筛转诊断的类别", description="Categories in which a case may start at diagnosis (§1.5)."
    )


class Tracing(Part):
    rescreening_first_days: Figure[int] = Field(
        title="复筛首次追访天数", description="Days after the slip until the first contact (§1.4)."
    )
    rescreening_next_days: Figure[int] = Field(
        title="复筛再次追访间隔（天）", description="Days until the next attempt before a re-screening (§1.4)."
    )
    later_steps_days: Figure[int] = Field(
        title="复查与诊断追访间隔（天）", description="Days until an attempt before a recheck or diagnosis (§1.4)."
    )
    failures_before_lost: Figure[int] = Field(
        title="失访判定次数", description="Failed attempts in a row before a child counts as lost (§1.5)."
    )


class Registering(Part):
    birth_certificate_form: Figure[str] = Field(
        title="出生医学证明编号格式", description="Form of a birth certificate number (§2.3)."
    )


class Rates(Part):
    instruments: Figure[tuple[Instrument, ...]] = Field(
        title="纳入筛查率的工具", description="Screenings that count in the three official rates (§1.5)."
    )
