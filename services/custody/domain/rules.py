"""Figures of day and boarding care that are a county's choice: the defaults of handbook §5, each a setting."""

from pydantic import BaseModel, ConfigDict, Field

from services.custody.domain.papers import AdmissionPaper


class Rules(BaseModel):
    """Limits of §5; `CUSTODY_RULES__<NAME>` in the environment sets another figure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minimum_boarding_age: int = Field(
        default=3, ge=0, title="寄宿最低年龄", description="Youngest age for boarding, in years (§5)."
    )
    before_age: int = Field(
        default=18, ge=1, title="托管年龄上限", description="Care is for children before this birthday (§0, §5)."
    )
    admission_papers: frozenset[AdmissionPaper] = Field(
        default=frozenset(AdmissionPaper), title="入托材料", description="What an admission needs (§5)."
    )
    parts_required: bool = Field(
        default=False,
        title="入托材料须逐项填报",
        description="Whether each paper is entered in its parts; else the institution's word that it holds it (§5).",
    )
    licence_required: bool = Field(
        default=True, title="须有核定床位", description="Whether a house without licensed places admits nobody (§5)."
    )
    children_per_carer_by_day: int = Field(
        default=4, ge=1, title="日间每名护理员照护人数", description="Children per carer by day (§5)."
    )
    children_per_carer_at_night: int = Field(
        default=6, ge=1, title="夜间每名护理员照护人数", description="Children per carer at night (§5)."
    )
    severe_grades: frozenset[int] = Field(
        default=frozenset({1, 2}), title="重度等级", description="Grades with the stricter ratio (§5, §2.1)."
    )
    severe_per_carer_by_day: int = Field(
        default=2,
        ge=1,
        title="日间每名护理员照护重度儿童人数",
        description="Children of grade 1-2 per carer by day; §5 says only that it is stricter (§5).",
    )
    severe_per_carer_at_night: int = Field(
        default=4,
        ge=1,
        title="夜间每名护理员照护重度儿童人数",
        description="Children of grade 1-2 per carer at night; §5 says only that it is stricter (§5).",
    )
    confirmation_required: bool = Field(
        default=True,
        title="接走须登记确认方式",
        description="Whether a pick-up says how the house made sure who takes the child (§5).",
    )
    overdue_after_hours: int = Field(
        default=12, ge=0, title="逾期未归时限", description="Hours after the expected return of a leave (§5)."
    )
    guardian_within_minutes: int = Field(
        default=0,
        ge=0,
        title="告知监护人时限",
        description="Minutes to tell the guardian of an incident; 0 is at once (§5).",
    )
    federation_within_hours: int = Field(
        default=2, ge=0, title="报告残联时限", description="Hours to tell the federation of a serious incident (§5)."
    )
    report_within_hours: int = Field(
        default=24, ge=0, title="书面报告时限", description="Hours to the written report of a serious incident (§5)."
    )
    missing_serious_after_hours: int = Field(
        default=2,
        ge=0,
        title="走失升为三级的时限",
        description="Hours after which a missing child is a serious incident, whatever level was said (§5).",
    )
    authority_within_minutes: int = Field(
        default=0,
        ge=0,
        title="强制报告时限",
        description="Minutes to report suspected abuse to police and civil affairs; 0 is at once (未成年人保护法; §5).",
    )
    check_months: int = Field(
        default=12,
        ge=1,
        title="从业查询周期",
        description="Months from one background check to the next (未成年人保护法; §5).",
    )
    check_notice_days: int = Field(
        default=30, ge=0, title="从业查询提前提醒", description="Days before its due day that a check is listed (§5)."
    )
    visible_after_days: int = Field(
        default=90, ge=0, title="离托后可见天数", description="How long a child that left stays in sight (§5)."
    )
