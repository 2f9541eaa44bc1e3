"""Limits of the duties: the handbook's defaults, each [assumed], each a setting `TIMELINE_DUTIES__<NAME>`."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MonthAndDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$")]
Count = Annotated[int, Field(ge=0, le=3660)]


class DutyLimits(BaseModel):
    """By when what is owed; a county sets its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    referral_working_days: Count = Field(
        default=5,
        title="转诊期限（工作日）",
        description='Referral of an abnormal child, working days; the norm says "as soon as possible" (§1.4).',
    )
    offer_again_days: Count = Field(
        default=30,
        title="再次告知期限（天）",
        description="Offering again of what a family refused, days from the next round on (§1.4).",
    )
    report_working_days: Count = Field(
        default=5,
        title="确诊后报送残联期限（工作日）",
        description="Report to the federation after confirmation, working days (§1.4).",
    )
    needs_working_days: Count = Field(
        default=10, title="需求评估期限（工作日）", description="Needs assessment, working days (§3.3 step 3)."
    )
    silence_days: Count = Field(
        default=14,
        title="训练沉默天数",
        description="Days in an enrolment without a recorded session after which the centre is asked (§3.5).",
    )
    silence_working_days: Count = Field(
        default=3, title="沉默说明期限（工作日）", description="The centre's answer to a silence, working days (§3.5)."
    )
    rest_days: Count = Field(
        default=30,
        title="请假、暂停未定返回日的期限（天）",
        description="Days after which a rest without an expected return is asked about (§3.3).",
    )
    continuation_notice_days: Count = Field(
        default=30,
        title="救助期满提醒（天）",
        description="Notice before an approved period ends: closure or continuation, days (§3.3 step 8).",
    )
    evaluation_months: tuple[Count, ...] = Field(
        default=(0, 3, 6), min_length=1, title="阶段评估月份", description="First checkpoints, months (§3.5)."
    )
    evaluation_every_months: int = Field(
        default=6, ge=1, le=60, title="其后评估间隔（月）", description="Later checkpoints, each so many months (§3.5)."
    )
    evaluation_window_days: Count = Field(
        default=14, title="评估窗口（前后天数）", description="Days before and after a checkpoint (§3.5)."
    )
    transfer_days: Count = Field(
        default=30,
        title="在训儿童转出期限（天）",
        description="Transfer of sitting children after a designation is suspended or removed, days (§3.4).",
    )
    audit_working_days: Count = Field(
        default=20, title="结算审核期限（工作日）", description="Audit of a claim, working days (§3.3 step 7)."
    )
    recovery_days: Count = Field(
        default=30, title="资金追回期限（天）", description="Recovery of money after a confirmed finding, days (§3.4)."
    )
    placement_days: Count = Field(
        default=30,
        title="学龄儿童安置期限（天）",
        description="Placement of a child that is of compulsory age when it becomes known or loses its place (§4).",
    )
    term_starts: tuple[MonthAndDay, ...] = Field(
        default=("03-01", "09-01"), min_length=1, title="学期开始日", description="First days of the school terms (§4)."
    )
    iep_days: Count = Field(
        default=30, title="个别化教育计划期限（天）", description="Agreement of a programme in each term, days (§4)."
    )
    gap_working_days: Count = Field(
        default=5, title="缺勤说明期限（工作日）", description="The school's answer to a gap, working days (§4)."
    )
    at_once_hours: Count = Field(
        default=1,
        title="“立即”事项期限（小时）",
        description="What must be done at once is missed after so many hours: guardian, police, civil affairs (§5).",
    )
    certificate_notice_days: Count = Field(
        default=90, title="残疾人证到期提醒（天）", description="Notice before a certificate ends, days (§2.2)."
    )
    city_after_days: Count = Field(
        default=7, title="逾期升级至市级（天）", description="A missed duty is shown to the city after days (§9)."
    )
    province_after_days: Count = Field(
        default=30, title="逾期升级至省级（天）", description="A missed duty is shown to the province after days (§9)."
    )
    urgent_city_after_hours: Count = Field(
        default=24, title="紧急事项升级至市级（小时）", description="A missed urgent duty, city after hours (§9)."
    )
    urgent_province_after_hours: Count = Field(
        default=72, title="紧急事项升级至省级（小时）", description="A missed urgent duty, province after hours (§9)."
    )
    due_soon_days: Count = Field(
        default=7,
        title="即将到期天数",
        description="Duties due within so many days stand in the list as due soon (§9).",
    )
    days_off: frozenset[date] = Field(
        default=frozenset(), title="本地放假日", description="Days off beside the public holidays (§3.3)."
    )
