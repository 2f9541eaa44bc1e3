"""Failed logins: the lock of a user name, which holds in every process, and the limits of an address."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import httpx
import pytest

from services.directory.app import create_app
from services.directory.limits import Buckets
from shared import clock
from tests.support.directory import a_manager, a_user_name, code_of, environment
from tests.support.stack import PASSWORD as SECRET

WRONG = "a wrong but long password"
INVALID, LOCKED = (400, "directory.grant-invalid"), (429, "directory.login-locked")


class Hands:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime.now(clock.SHANGHAI)

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


@pytest.fixture
def hands(monkeypatch) -> Hands:
    standing = Hands()
    monkeypatch.setattr(clock, "now", standing)
    return standing


@pytest.fixture
async def account(directory):
    return await directory.account(await directory.organisation())


async def fail(directory, name: str, times: int) -> list[tuple[int, str]]:
    return [code_of(await directory.log_in(name, WRONG)) for _ in range(times)]


async def test_five_failures_lock_a_name_for_fifteen_minutes_even_to_the_right_password(directory, account, hands):
    name, right = account["user_name"], account["password"]
    assert await fail(directory, name, 5) == [INVALID] * 5
    locked = await directory.log_in(name, right)
    assert code_of(locked) == LOCKED
    assert locked.headers["retry-after"] == "900"
    hands.move(minutes=14, seconds=59)
    again = await directory.log_in(name, right)
    assert (code_of(again), again.json()["retry_after"]) == (LOCKED, 1)
    hands.move(seconds=1)
    assert (await directory.log_in(name, right)).status_code == 200


async def test_tries_while_it_is_locked_do_not_make_the_lock_longer(directory, account, hands):
    await fail(directory, account["user_name"], 5)
    hands.move(minutes=14)
    assert await fail(directory, account["user_name"], 3) == [LOCKED] * 3
    hands.move(minutes=1)
    assert (await directory.log_in(account["user_name"], account["password"])).status_code == 200


async def test_after_a_lock_there_are_five_tries_again(directory, account, hands):
    await fail(directory, account["user_name"], 5)
    hands.move(minutes=15)
    assert await fail(directory, account["user_name"], 6) == [INVALID] * 5 + [LOCKED]


async def test_a_login_that_succeeds_forgets_the_failures_before_it(directory, account):
    for _ in range(3):
        assert await fail(directory, account["user_name"], 4) == [INVALID] * 4
        assert (await directory.log_in(account["user_name"], account["password"])).status_code == 200


async def test_failures_far_apart_lock_nothing(directory, account, hands):
    for _ in range(7):
        assert await fail(directory, account["user_name"], 1) == [INVALID]
        hands.move(minutes=15)


async def test_a_name_that_nobody_has_is_locked_like_any_other(directory):
    assert await fail(directory, a_user_name(), 6) == [INVALID] * 5 + [LOCKED]


async def test_capitals_are_no_way_round_the_lock(directory, account):
    await fail(directory, account["user_name"], 5)
    assert await fail(directory, account["user_name"].upper(), 1) == [LOCKED]


async def test_a_hundred_tries_at_once_are_five_tries(directory, account):
    answers = await asyncio.gather(*(directory.log_in(account["user_name"], WRONG) for _ in range(100)))
    assert Counter(map(code_of, answers)) == {INVALID: 5, LOCKED: 95}


async def test_right_logins_at_once_are_all_let_in(directory, account):
    """A dozen windows of one clinic, opened at eight in the morning."""
    name, right = account["user_name"], account["password"]
    assert await fail(directory, name, 4) == [INVALID] * 4
    answers = await asyncio.gather(*(directory.log_in(name, right) for _ in range(12)))
    assert [answer.status_code for answer in answers] == [200] * 12


async def test_right_and_wrong_logins_at_once_count_the_wrong_ones_only(directory, account):
    name, right = account["user_name"], account["password"]
    both = [password for _ in range(4) for password in (WRONG, right)]
    answers = await asyncio.gather(*(directory.log_in(name, password) for password in both))
    assert Counter(answer.status_code for answer in answers) == {400: 4, 200: 4}
    guesses = await asyncio.gather(*(directory.log_in(name, WRONG) for _ in range(20)))
    tried = Counter(map(code_of, guesses))[INVALID]
    assert 1 <= tried <= 5
    assert code_of(await directory.log_in(name, right)) == LOCKED


@asynccontextmanager
async def a_second_process(directory, servers) -> AsyncIterator[httpx.AsyncClient]:
    with pytest.MonkeyPatch.context() as patch:
        for key, value in (servers.environment("directory") | environment(servers)).items():
            patch.setenv(key, value)
        app = create_app()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://second.test") as client:
        yield client
    await app.state.service.database.close()
    await app.state.service.http.aclose()


async def test_a_lock_holds_in_every_process(directory, servers, account):
    form = {"grant_type": "password", "username": account["user_name"], "password": WRONG}
    async with a_second_process(directory, servers) as second:
        for _ in range(2):
            assert code_of(await second.post("/v1/token", data=form)) == INVALID
            assert await fail(directory, account["user_name"], 1) == [INVALID]
        assert code_of(await second.post("/v1/token", data=form)) == INVALID
        assert await fail(directory, account["user_name"], 1) == [LOCKED]
        assert code_of(await second.post("/v1/token", data=form)) == LOCKED
    assert SECRET != WRONG


async def test_right_logins_at_once_in_two_processes_are_all_let_in(directory, servers, account):
    form = {"grant_type": "password", "username": account["user_name"], "password": account["password"]}
    async with a_second_process(directory, servers) as second:
        here = [directory.log_in(account["user_name"], account["password"]) for _ in range(8)]
        there = [second.post("/v1/token", data=form) for _ in range(8)]
        answers = await asyncio.gather(*here, *there)
    assert [answer.status_code for answer in answers] == [200] * 16


async def test_a_manager_who_resets_the_password_ends_the_lock(directory, account):
    await fail(directory, account["user_name"], 6)
    path = f"/v1/accounts/{account['id']}/password"
    new = (await directory.send("POST", path, by=a_manager(account["organisation"]))).json()["password"]
    assert (await directory.log_in(account["user_name"], new)).status_code == 200


async def test_old_tries_are_swept_away(directory, account, hands):
    await fail(directory, a_user_name(), 2)
    hands.move(minutes=16)
    assert (await directory.log_in(account["user_name"], account["password"])).status_code == 200
    old = hands.moment - timedelta(minutes=15)
    left = await directory.running.fetch("SELECT count(*) FROM login_tries WHERE last_at <= $1", old)
    assert left[0][0] == 0


async def test_what_was_typed_as_a_name_cannot_be_found_in_the_database(directory):
    typed = "typed-my-password-here"
    await fail(directory, typed, 1)
    rows = await directory.running.fetch("SELECT name_digest FROM login_tries")
    assert sha256(typed.encode()).digest() not in {row[0] for row in rows}
    everything = await directory.running.fetch("SELECT a::text FROM audit a")
    assert not any(typed in row[0] for row in everything)


@pytest.fixture
def narrow(directory):
    """The desk with small buckets: three failures of an address, two of a name, then none for a minute."""
    desk, state = directory.desk, directory.running.app.state
    state.desk = replace(desk, addresses=Buckets(3, 1), names=Buckets(2, 1))
    yield
    state.desk = desk


async def test_an_address_that_fails_too_often_is_refused_whatever_the_name(directory, narrow):
    for _ in range(3):
        assert await fail(directory, a_user_name(), 1) == [INVALID]
    refused = await directory.log_in(a_user_name(), WRONG)
    assert code_of(refused) == (429, "too-many-requests")
    assert 50 <= int(refused.headers["retry-after"]) <= 60
    assert code_of(await directory.log_in_machine("rehab", "secret of rehab")) == (429, "too-many-requests")


async def test_a_machine_that_guesses_is_refused_too(directory, narrow):
    for _ in range(3):
        assert code_of(await directory.log_in_machine("rehab", "guess")) == (401, "directory.client-invalid")
    assert code_of(await directory.log_in_machine("rehab", "guess")) == (429, "too-many-requests")


async def test_a_name_that_is_tried_too_often_is_refused(directory, narrow):
    name = a_user_name()
    assert await fail(directory, name, 3) == [INVALID, INVALID, (429, "too-many-requests")]


async def test_right_logins_at_once_do_not_empty_the_bucket_of_their_name(directory, account):
    desk, state = directory.desk, directory.running.app.state
    state.desk = replace(desk, names=Buckets(2, 1))
    answers = await asyncio.gather(*(directory.log_in(account["user_name"], account["password"]) for _ in range(8)))
    state.desk = desk
    assert [answer.status_code for answer in answers] == [200] * 8


async def test_who_succeeds_is_never_refused(directory, narrow, account):
    for _ in range(8):
        assert (await directory.log_in(account["user_name"], account["password"])).status_code == 200
        assert (await directory.log_in_machine("rehab", "secret of rehab")).status_code == 200
