"""Figures of the workflow that are a county's choice: the handbook's defaults, each [assumed], each a setting."""

from datetime import date

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
