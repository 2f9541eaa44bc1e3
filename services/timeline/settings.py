"""Environment of the timeline: `TIMELINE_...`."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.timeline.assessment import Pace
from services.timeline.domain.duties.limits import DutyLimits
from services.timeline.domain.findings.limits import Limits
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What the timeline is told beside what every service is told."""

    model_config = SettingsConfigDict(
        env_prefix="TIMELINE_", env_nested_delimiter="__", env_nested_max_split=1, frozen=True, extra="ignore"
    )

    consumer_batch: int = Field(default=4000, ge=1, le=10_000, description="Records of a batch at most.")
    kafka_fetch_wait_ms: int = Field(
        default=50, ge=1, le=10_000, description="As for every service, but people look at this one."
    )
    consumer_gather_seconds: float = Field(default=0.02, ge=0, description="As above.")
    consumer_at_once: int = Field(
        default=4, ge=1, le=8, description="While the database writes one part of a batch, the next is read."
    )
    visible_after_days: int = Field(
        default=90, ge=0, description="How long an institution still sees a child that left it [assumed]."
    )
    completeness_seconds: float = Field(
        default=1.0, ge=0, le=60, description="How long one reading of the completeness serves all answers."
    )
    figures_seconds: float = Field(
        default=15.0,
        ge=0,
        le=600,
        description="How long one counting of figures serves all who ask the same; they say as of when they are.",
    )
    live_poll_seconds: float = Field(
        default=1.0, gt=0, description="How often a live view looks for facts that another replica applied."
    )
    live_heartbeat_seconds: float = Field(
        default=15.0, gt=0, description="How often a silent live view says that it is alive."
    )
    live_views: int = Field(default=500, ge=1, description="Live views of one process at most.")
    assess_apart: bool = Field(
        default=True, description="Cases are assessed by a process of its own; off, beside requests in the same one."
    )
    assess_untouched_seconds: float = Field(
        default=2.0, ge=0, description="A case is assessed when no fact has touched it for so long."
    )
    assess_waiting_seconds: float = Field(
        default=30.0, ge=0, description="A case that facts touch all the time is assessed after so long."
    )
    assess_cases: int = Field(default=20, ge=1, le=1000, description="Cases that are assessed in one transaction.")
    assess_poll_seconds: float = Field(default=0.5, gt=0, description="How often it is looked for cases to assess.")
    assess_share: float = Field(
        default=0.5, gt=0, le=1, description="Share of its time that assessing works; the rest is left to others."
    )
    duties: DutyLimits = DutyLimits()
    findings: Limits = Limits()
    rebuild_page: int = Field(default=4000, ge=1, le=10_000, description="Facts that a rebuild asks for at a time.")

    @property
    def pace(self) -> Pace:
        """How eagerly cases are assessed."""
        return Pace(
            untouched=timedelta(seconds=self.assess_untouched_seconds),
            waiting=timedelta(seconds=self.assess_waiting_seconds),
            cases=self.assess_cases,
            poll_seconds=self.assess_poll_seconds,
            share=self.assess_share,
        )
