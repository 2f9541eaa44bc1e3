"""Figures of the workflow that are a county's choice: the handbook's defaults, each [assumed], each a setting."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Rules(BaseModel):
    """Limits of §3.3 to §3.5; `REHAB_RULES__<NAME>` in the environment sets another figure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contact_working_days: int = Field(
        default=5,
        ge=0,
        title="确诊后联系家庭期限（工作日）",
        description="Federation informs the family after a diagnosis, working days (§1.4).",
    )
    completeness_working_days: int = Field(
        default=5,
        ge=0,
        title="材料齐全答复期限（工作日）",
        description="Completeness reply, working days (§3.3 step 1).",
    )
    review_working_days: int = Field(
        default=10,
        ge=0,
        title="审核期限（工作日）",
        description="Decision on an application, working days (§3.3 step 2).",
    )
    days_off: frozenset[date] = Field(
        default=frozenset(),
        title="本地放假日",
        description="Days off of the federation beside the public holidays (§3.3).",
    )
    enrol_within_days: int = Field(
        default=30,
        ge=0,
        title="批准后入训期限（天）",
        description="Enrolment after approval, or lapse, days (§3.3 step 5).",
    )
    designation_years: int = Field(
        default=2, ge=1, title="定点协议年限", description="Agreement of an institution, years (§3.4)."
    )
    visible_after_days: int = Field(
        default=90,
        ge=0,
        title="离训后可见天数",
        description="How long a centre still sees a child that left, days (§3.3 step 5).",
    )
    longest_session_minutes: int = Field(
        default=480,
        ge=1,
        le=1440,
        title="单次训练最长分钟数",
        description="F08: a longer session in one day is not plausible, minutes (§3.7).",
    )
    evaluation_months: tuple[int, ...] = Field(
        default=(0, 3, 6), min_length=1, title="最初的评估月份", description="First evaluations, in months (§3.5)."
    )
    evaluation_every_months: int = Field(
        default=6, ge=1, title="此后的评估间隔（月）", description="Months between evaluations after those (§3.5)."
    )
    evaluation_window_days: int = Field(
        default=14, ge=0, title="评估时间窗（天）", description="Days before and after the day of an evaluation (§3.5)."
    )
    largest_group: int = Field(
        default=8, ge=2, title="集体课人数上限", description="Children of one group session at most (§3.5)."
    )
    individual_minutes_from: int = Field(
        default=30, ge=1, title="单训时长下限（分钟）", description="Guidance: an individual session lasts from (§3.5)."
    )
    individual_minutes_until: int = Field(
        default=45,
        ge=1,
        title="单训时长上限（分钟）",
        description="Guidance: an individual session lasts until (§3.5).",
    )
    cars_severe_from: int = Field(
        default=36, ge=30, le=60, title="CARS 重度起点", description="CARS total that reads as severe, 36 or 37 (§3.6)."
    )
    claim_cycle_months: Literal[1, 2, 3, 4, 6, 12] = Field(
        default=3,
        title="结算周期（月）",
        description="Months of a settlement cycle, counted from January (§3.3 step 7).",
    )
    recover_within_days: int = Field(
        default=30, ge=0, title="追回期限（天）", description="Days in which money that is demanded back is due (§3.4)."
    )
    certificate_on_paper: bool = Field(
        default=True,
        title="登记系统未见残疾人证时认可纸质证件",
        description="A certificate on paper counts while the registry has told of none (§3.2).",
    )
    reviewer_may_approve: bool = Field(
        default=False,
        title="审核人可否兼任审批人",
        description="Whether who checked an application may approve it too (§3.3).",
    )
    review_before_approval: bool = Field(
        default=False,
        title="审批前须有审核记录",
        description="Whether an approval needs a recorded check by another person first (§3.3 step 2).",
    )
    assessment_working_days: int = Field(
        default=10,
        ge=0,
        title="需求评估期限（工作日）",
        description="Needs assessment of an application, working days (§3.3 step 3).",
    )
    due_soon_days: int = Field(
        default=3,
        ge=0,
        title="临期提醒天数",
        description="From how many days before its day an item of a working list is due soon (§3.3).",
    )
    late_entry_hours: int = Field(
        default=24,
        ge=0,
        title="补录宽限（小时）",
        description="How long what was entered late is left alone by the clock, hours (§3.3 step 5).",
    )
