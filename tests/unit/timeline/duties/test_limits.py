"""A county's own limits come from the environment."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from services.timeline.domain.duties.limits import DutyLimits
from services.timeline.settings import Settings

NEEDED = {
    "DATABASE_URL": "postgresql://tongkang_timeline@localhost/tongkang_timeline",
    "DATABASE_PASSWORD_FILE": "password",
    "KAFKA": "localhost:9092",
    "DIRECTORY_URL": "http://localhost:1",
    "SIGNING_KEY_FILE": "key",
    "CLIENT_SECRET_FILE": "secret",
}


@pytest.fixture
def county(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in NEEDED.items():
        monkeypatch.setenv(f"TIMELINE_{name}", value)
    return monkeypatch


def test_without_a_county_s_own_the_handbook_s_defaults_hold(county):
    assert Settings().duties == DutyLimits()


def test_a_county_sets_days_checkpoints_and_terms(county):
    county.setenv("TIMELINE_DUTIES__SILENCE_DAYS", "10")
    county.setenv("TIMELINE_DUTIES__EVALUATION_MONTHS", "[0, 4]")
    county.setenv("TIMELINE_DUTIES__TERM_STARTS", '["02-20", "09-01"]')
    found = Settings().duties
    assert (found.silence_days, found.evaluation_months, found.term_starts) == (10, (0, 4), ("02-20", "09-01"))
    assert Settings().signing_key_file == Path("key")


@pytest.mark.parametrize(
    ("name", "wrong"), [("SILENCE_DAYS", "-1"), ("TERM_STARTS", '["02-30"]'), ("SILENT_DAYS", "14")]
)
def test_a_limit_that_makes_no_sense_stops_the_service(county, name, wrong):
    county.setenv(f"TIMELINE_DUTIES__{name}", wrong)
    with pytest.raises(ValidationError):
        Settings()
