"""Every route has its rule in its signature: `may(...)` before anything that acts for somebody, or an `open_door`."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.portal.api.common import sent_form
from shared.access.policy import TABLE, Act
from shared.blueprint import app_of, service_names
from shared.http.doors import Guard, reading, unit_of_work
from shared.http.entrances import Entrance, entrances
from shared.journal.unit_of_work import UnitOfWork

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}

CHANGES_NOTHING = {
    "POST /internal/journal/heads": "asks with a body; the query would be too long for an address",
    "POST /internal/journal/signed-heads": "asks with a body, as the others of the feed",
    "POST /internal/journal/ranges": "asks with a body; the query would be too long for an address",
    "POST /v1/children/preview": "asks with a child's identity, which no address may hold; each shown one is logged",
    "POST /v1/children/previews": "as above, for the lines of a file",
    "POST /v1/children/searches": "asks with names and numbers, which no address may hold; each found one is logged",
    "POST /v1/sessions/preview": "asks with a day of sessions, too long for an address; whose line is judged is logged",
    "POST /v1/children/resolve": "asks for up to 500 names with a body; each shown one is logged",
}
"""Routes that are asked with POST and write nothing but the log of reading."""

WRITES_IN_ITS_OWN_WAY = {
    "POST /v1/token": "OAuth: the form has no Idempotency-Key, and the caller is known only afterwards",
    "POST /v1/token/revocation": "OAuth: as above; a repeat ends nothing more",
    "POST /sign-in": "nobody is signed in yet: the form proves by a cookie of its own that this site opened it",
    "POST /language": "a choice of the browser before anybody is signed in",
    "PUT /v1/account/password": "a repeat with the old password fails by itself, and its answer must not be kept",
}
"""Routes that write without the unit of work of `writing`."""


def doors() -> Iterator[tuple[str, Entrance]]:
    for service in service_names():
        yield from ((service, entrance) for entrance in entrances(app_of(service)))


DOORS = [pytest.param(entrance, id=f"{service} {entrance.method} {entrance.path}") for service, entrance in doors()]


def steps(entrance: Entrance) -> list[Callable[..., Any]]:
    return list(entrance.calls)


def name(entrance: Entrance) -> str:
    return f"{entrance.method} {entrance.path}"


@pytest.mark.parametrize("entrance", DOORS)
def test_a_door_is_guarded_or_open_and_never_both(entrance: Entrance):
    guards = [call for call in entrance.calls if isinstance(call, Guard)]
    reasons = [call for call in entrance.calls if hasattr(call, "open_door")]
    assert len(guards) + len(reasons) == 1


@pytest.mark.parametrize("entrance", DOORS)
def test_who_comes_in_is_decided_before_anything_acts_for_them(entrance: Entrance):
    acting = [i for i, call in enumerate(steps(entrance)) if call in {unit_of_work, reading}]
    guarding = [i for i, call in enumerate(steps(entrance)) if isinstance(call, Guard)]
    assert not acting or (guarding and guarding[0] < acting[0])


@pytest.mark.parametrize("entrance", DOORS)
def test_what_changes_something_goes_through_the_unit_of_work_or_a_form_of_this_login(entrance: Entrance):
    writes = unit_of_work in entrance.calls or sent_form in entrance.calls
    if entrance.method in CHANGING:
        assert writes != (name(entrance) in CHANGES_NOTHING.keys() | WRITES_IN_ITS_OWN_WAY.keys())
    else:
        assert not writes


@pytest.mark.parametrize("entrance", DOORS)
def test_an_open_door_says_why_and_touches_no_case(entrance: Entrance):
    if entrance.act is None:
        assert len(entrance.open_because or "") > 10
        assert not {unit_of_work, reading} & set(entrance.calls)
        assert "{case}" not in entrance.path


@pytest.mark.parametrize("entrance", DOORS)
def test_a_door_is_asked_for_an_act_of_the_table(entrance: Entrance):
    assert entrance.act is None or entrance.act in TABLE


def test_no_exception_outlives_its_route():
    present = {name(entrance) for _, entrance in doors()}
    excepted = CHANGES_NOTHING.keys() | WRITES_IN_ITS_OWN_WAY.keys()
    assert excepted - present == set()


def test_every_act_has_a_rule():
    assert set(TABLE) == set(Act)


def test_every_act_is_checked_at_some_door():
    checked = {entrance.act for _, entrance in doors()}
    assert {act for act in Act if act not in checked} == NOT_YET_ASKED_FOR.keys()


NOT_YET_ASKED_FOR: dict[Act, str] = {}


@pytest.mark.parametrize("service", service_names())
def test_the_unit_of_work_is_the_service_s_own(service: str):
    kind = app_of(service).state.service.ledger.kind
    assert issubclass(getattr(kind, "func", kind), UnitOfWork)
