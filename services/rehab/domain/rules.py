"""Figures of the workflow that are a county's choice: the handbook's defaults, each [assumed], each a setting."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field


class Rules(BaseModel):
    """Limits of §3.3 to §3.5; `REHAB_RULES__<NAME>` in the environment sets another figure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contact_working_days: int = Field(default=5, ge=0, description="Federation to family after a diagnosis (§1.4).")
    completeness_working_days: int = Field(default=5, ge=0, description="Completeness reply (§3.3 step 1).")
    review_working_days: int = Field(default=10, ge=0, description="Decision on an application (§3.3 step 2).")
    days_off: frozenset[date] = Field(default=frozenset(), description="Public holidays of the federation.")
    enrol_within_days: int = Field(default=30, ge=0, description="Enrolment after approval, or lapse (§3.3 step 5).")
    designation_years: int = Field(default=2, ge=1, description="Agreement of an institution (§3.4).")
    visible_after_days: int = Field(default=90, ge=0, description="How long a centre still sees a child that left.")
    longest_session_minutes: int = Field(
        default=480, ge=1, le=1440, description="F08: more in one day is not plausible."
    )
