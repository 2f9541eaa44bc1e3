"""The figures that rules of findings compare with; each is a setting of the timeline."""

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class AgeRule(StrEnum):
    """On which day the age is looked at that decides the band (handbook §3.2)."""

    AT_APPROVAL = "at_approval"
    AT_YEAR_START = "at_year_start"
    AT_SERVICE_DATE = "at_service_date"


class Limits(BaseModel):
    """Limits of the findings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    age_rule: AgeRule = Field(
        default=AgeRule.AT_APPROVAL,
        title="年龄段按何时的年龄确定",
        description="Day on which the age decides the band, F07 (§3.2, §3.7).",
    )
    age_out: int = Field(default=18, ge=1, title="超龄年龄", description="Age from which nothing is paid, F07 (§3.7).")
    child_minutes_a_day: int = Field(
        default=480, ge=1, title="每名儿童每日训练分钟上限", description="Minutes of a child's day at most, F08 (§3.7)."
    )
    child_sessions_a_day: int = Field(
        default=6, ge=1, title="每名儿童每日训练次数上限", description="Sessions of a child's day at most, F08 (§3.7)."
    )
    therapist_minutes_a_day: int = Field(
        default=480,
        ge=1,
        title="治疗师每日工作分钟上限",
        description="Minutes of a therapist's day at most, F08 (§3.7).",
    )
    clashes_named: int = Field(
        default=5,
        ge=1,
        title="每次训练列出的冲突训练数",
        description="Sessions at the same time that a finding names for one session at most, F03 (§3.7).",
    )
    late_days: int = Field(
        default=7, ge=0, title="记录迟于训练的天数上限", description="Days by which a note may be late, F14 (§3.7)."
    )
    live_since: date | None = Field(
        default=None,
        title="系统启用日期",
        description="Sessions before this day were taken over from paper and are not late, F14 (§3.7).",
    )
    cloned_sessions: int = Field(
        default=5,
        ge=2,
        title="相同文字的次数",
        description="Sessions with one wording that make it cloned, F14 (§3.7).",
    )
    perfect_months: int = Field(
        default=3, ge=1, title="全勤月数", description="Months without a day missed that are too perfect, F15 (§3.7)."
    )
    checkpoint_months: tuple[int, ...] = Field(
        default=(0, 3, 6),
        title="阶段评估月份",
        description="Months of the first stage evaluations, F16 (§3.5).",
    )
    checkpoint_every_months: int = Field(
        default=6, ge=1, title="其后每隔几个月评估", description="Months between later stage evaluations, F16 (§3.5)."
    )
    checkpoint_window_days: int = Field(
        default=14, ge=0, title="阶段评估窗口天数", description="Days by which an evaluation may be off, F16 (§3.5)."
    )
    copied_dimensions: int = Field(
        default=3, ge=1, title="判为照抄的最少项目数",
        description="Values of an instrument from which the same ones again count as copied, F16 (§3.7).",
    )  # fmt: skip
    full_month_days: int = Field(
        default=16, ge=1, title="足月出勤天数", description="Attended days of a full month, F17 (§3.2)."
    )
    families_of_a_device: int = Field(
        default=3, ge=1, title="同一设备可确认的家庭数",
        description="Families for which one device or login may confirm, F20 (§3.7).",
    )  # fmt: skip
    children_per_carer_by_day: int = Field(
        default=4, ge=1, title="白天每名照护人员照护儿童数", description="Children per carer by day, F22 (§5)."
    )
    children_per_carer_at_night: int = Field(
        default=6, ge=1, title="夜间每名照护人员照护儿童数", description="Children per carer at night, F22 (§5)."
    )
    severe_grades: frozenset[int] = Field(
        default=frozenset({1, 2}), title="重度等级", description="Grades with the stricter ratio, F22 (§5, §2.1)."
    )
    severe_per_carer_by_day: int = Field(
        default=2, ge=1, title="日间每名护理员照护重度儿童人数",
        description="Children of grades 1-2 per carer by day, F22; §5 says only that it is stricter (§5).",
    )  # fmt: skip
    severe_per_carer_at_night: int = Field(
        default=4, ge=1, title="夜间每名护理员照护重度儿童人数",
        description="Children of grades 1-2 per carer at night, F22; §5 says only that it is stricter (§5).",
    )  # fmt: skip
    vision_months: int = Field(
        default=24, ge=1, title="视力训练补助月数上限",
        description="Months of vision training that are assisted, F24 (山东办法2026; §3.2).",
    )  # fmt: skip
