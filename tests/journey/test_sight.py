"""Who sees what of a child, how the file stood before a correction, and that looking is recorded."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared import clock
from shared.testing.eventually import eventually
from tests.journey.children import (
    CARE_HOME,
    CENTRE,
    CLINIC,
    COUNTY,
    FEDERATION,
    HOSPITAL,
    MISSED,
    OTHER_CENTRE,
    OTHER_COUNTY,
    SCHOOL,
    a_session,
)
from tests.journey.town import AUDITOR, PATIENCE_S, Town, Traveller, kind

OUTSIDERS = (
    f"federation-{OTHER_COUNTY}",
    f"education-{OTHER_COUNTY}",
    f"clinic-{COUNTY}-2",
    OTHER_CENTRE,
    f"rehab-{OTHER_COUNTY}-1",
    f"school-{COUNTY}-ordinary",
    f"care-{OTHER_COUNTY}",
)
INSIDERS = (FEDERATION, CLINIC, HOSPITAL, CENTRE, SCHOOL, CARE_HOME, "health-3716", AUDITOR)


@pytest.mark.parametrize("who", OUTSIDERS)
async def test_who_has_no_part_in_a_child_cannot_tell_that_it_exists(town: Town, traveller: Traveller, who: str):
    for page in ("", "/entries", "/live"):
        answer = await town.ask(who, "timeline", f"/v1/cases/{traveller.case}{page}")
        assert (answer.status_code, answer.json()["code"]) == (404, "case-not-found")
    listed = (await town.ask(who, "timeline", "/v1/cases", limit=200)).json()["items"]
    assert traveller.case not in {row["case"] for row in listed}


@pytest.mark.parametrize("who", INSIDERS)
async def test_who_takes_part_finds_the_child_in_its_list(town: Town, traveller: Traveller, who: str):
    await town.settled(traveller.case)
    listed = (await town.ask(who, "timeline", "/v1/cases", limit=200)).json()["items"]
    assert traveller.case in {row["case"] for row in listed}


async def test_another_centre_can_neither_log_nor_correct_for_the_child(town: Town, traveller: Traveller):
    session = traveller.child.sessions[0]
    body = {
        "enrolment": traveller.enrolment,
        "therapist": traveller.enrolment,
        "discipline": session.discipline,
        "mode": session.mode,
        "starts_at": (session.starts_at + timedelta(hours=3)).isoformat(),
        "ends_at": (session.ends_at + timedelta(hours=3)).isoformat(),
        "attended": True,
    }
    before = len((await town.recorded(traveller.case))["rehab"])
    answer = await town.write(OTHER_CENTRE, "rehab", f"/v1/cases/{traveller.case}/sessions", body, "other-centre-1")
    assert answer.status_code == 404
    assert len((await town.recorded(traveller.case))["rehab"]) == before


async def test_the_file_stands_as_it_was_known_before_a_correction(town: Town, traveller: Traveller):
    case = traveller.case
    wrong = await the_missed_session(town, case)
    before = datetime.fromisoformat(wrong["recorded_at"])
    await correct(town, wrong)

    async def corrected() -> Any:
        return (await the_missed_session(town, case))["corrected_by"]

    correction = await eventually(corrected, within=PATIENCE_S)
    assert datetime.fromisoformat(correction["recorded_at"]) > before
    then = await the_missed_session(town, case, as_known_at=before.isoformat())
    assert (then["id"], then["corrected_by"]) == (wrong["id"], None)
    kinds_then = [kind(entry) for entry in await town.entries(AUDITOR, case, as_known_at=before.isoformat())]
    kinds_now = [kind(entry) for entry in await town.entries(AUDITOR, case, as_known_at=clock.now().isoformat())]
    assert (kinds_then.count("session_corrected"), kinds_now.count("session_corrected")) == (0, 1)


async def the_missed_session(town: Town, case: str, **query: Any) -> dict[str, Any]:
    entries = await town.entries(AUDITOR, case, type="tongkang.rehab.session_recorded.v1", **query)
    return next(entry for entry in entries if entry["day"] == MISSED.isoformat())


async def correct(town: Town, wrong: dict[str, Any]) -> None:
    """The child was there after all."""
    data = wrong["fact"]["data"]
    there = {name: data[name] for name in ("therapist", "discipline", "mode", "starts_at", "ends_at")}
    body = {"reason": "wrong_details", "replacement": there | {"attended": True}}
    path = f"/v1/sessions/{data['session']}/correction"
    assert data["attended"] is a_session(MISSED, attended=False).attended
    answer = await town.write(CENTRE, "rehab", path, body, "correction-1")
    assert answer.status_code == 201, answer.text


async def test_who_looked_at_the_file_is_on_record(town: Town, traveller: Traveller):
    looked = await town.ask(CLINIC, "timeline", f"/v1/cases/{traveller.case}/entries")
    assert looked.status_code == 200
    await town.ask(f"federation-{OTHER_COUNTY}", "timeline", f"/v1/cases/{traveller.case}/entries")
    log = await town.ask(FEDERATION, "timeline", f"/v1/cases/{traveller.case}/access-log", limit=200)
    organisations = {row["organisation"] for row in log.json()["items"]}
    assert str(town.city.ids[CLINIC]) in organisations
    assert str(town.city.ids[f"federation-{OTHER_COUNTY}"]) not in organisations
    newest = next(row for row in log.json()["items"] if row["organisation"] == str(town.city.ids[CLINIC]))
    assert (newest["act"], newest["outcome"]) == ("timeline.read", "shown")
