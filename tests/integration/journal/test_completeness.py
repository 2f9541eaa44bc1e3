"""Completeness: what Kafka lost is seen, and repaired from the producer's own feed, a real service over HTTP."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from deploy.postgres.databases import role_of
from shared import clock
from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from shared.contracts.envelope import b64, unb64
from shared.http.app import create_app
from shared.journal.checkpoint import Checkpoint, Head, Signer, as_cloudevent, signed_by, take_checkpoint
from shared.journal.completeness import Completeness, Missing, Peer, portions, side_by_side
from shared.journal.inbox import Outcome, Record
from shared.service import assemble
from shared.settings import ServiceSettings
from shared.testing.eventually import eventually
from shared.testing.streams import Stream
from tests.integration.journal.conftest import DATABASE
from tests.support.probe import PRODUCER, Bench, Noted, check_kept
from tests.support.stack import NOWHERE, PASSWORD, Servers
from tests.support.tokens import an_actor


@dataclass
class Tokens:
    """The tokens that the directory would give this consumer."""

    servers: Servers
    actor: Actor

    async def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.servers.issuer.token(self.actor)}"}


@dataclass
class Giving(Peer):
    """A producer whose feed gives other facts than it was asked for."""

    lines: list[bytes] = field(default_factory=list)

    async def facts(self, missing: Sequence[Missing]) -> list[bytes]:
        assert missing
        return self.lines


@dataclass
class Pair:
    """A producer with its feed, and a consumer that watches it; both on the bench's database."""

    bench: Bench
    servers: Servers
    app: FastAPI
    asked: list[httpx.Request]
    http: httpx.AsyncClient

    @property
    def signer(self) -> Signer:
        return self.app.state.service.signer

    def peer(self, producer: str = PRODUCER, org_type: OrgType = OrgType.SERVICE) -> Peer:
        return Peer(producer, f"http://{producer}.test", Tokens(self.servers, an_actor(org_type)), self.http)

    def giving(self, *lines: bytes) -> "Giving":
        """A peer whose feed has just these lines."""
        return Giving(PRODUCER, "http://probe.test", self.peer().tokens, self.http, lines=list(lines))

    def completeness(self, *others: Peer, repair_after: float = 0.2) -> Completeness:
        peers = {peer.producer: peer for peer in (self.peer(), *others)}
        return Completeness(self.bench.database, self.bench.inbox(), peers, repair_after)

    async def checkpoint(self) -> Checkpoint:
        return self.signer.sign(await take_checkpoint(self.bench.database, PRODUCER))

    async def state(self) -> tuple[datetime | None, int] | None:
        rows = await self.bench.fetch("SELECT complete_to, behind FROM completeness WHERE producer = $1", PRODUCER)
        return (rows[0][0], rows[0][1]) if rows else None

    def pulls(self) -> list[httpx.Request]:
        return [request for request in self.asked if request.url.path.endswith("/ranges")]


@asynccontextmanager
async def a_producer(servers: Servers) -> AsyncIterator[FastAPI]:
    settings = ServiceSettings(
        database_url=servers.postgres.dsn(role_of(DATABASE), role_of(DATABASE), "-"),
        database_password_file=servers.secret_file("password", PASSWORD),
        kafka=servers.broker.bootstrap,
        directory_url=NOWHERE["directory"],
        signing_key_file=servers.key_file(PRODUCER),
        client_secret_file=servers.secret_file("client-secret", PASSWORD),
    )
    service = assemble(PRODUCER, settings)
    service.verifier.fetch_keys = servers.issuer.keys
    yield create_app(service, [], title="probe", description="a producer of one kind of fact")
    await service.http.aclose()
    await service.database.close()


@pytest.fixture
async def pair(bench: Bench, probe: Servers) -> AsyncIterator[Pair]:
    async with a_producer(probe) as app:
        asked: list[httpx.Request] = []

        async def note(request: httpx.Request) -> None:
            asked.append(request)

        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, event_hooks={"request": [note]}) as http:
            yield Pair(bench, probe, app, asked, http)


async def test_what_is_all_there_is_complete_to_the_time_of_the_checkpoint(pair, bench):
    for number in range(9):
        await bench.note(number)
    await bench.inbox().take(await bench.published())
    checkpoint = await pair.checkpoint()
    assert await pair.completeness().compare(checkpoint)
    assert await pair.state() == (checkpoint.as_of, 0)
    assert pair.pulls() == []


async def test_after_the_loss_of_kafka_what_nobody_had_consumed_comes_from_the_feed(pair, bench):
    cases = [uuid4() for _ in range(5)]
    for number in range(50):
        await bench.note(number, case=cases[number % 5])
    await bench.inbox().take((await bench.published())[:23])
    checkpoint = await pair.checkpoint()
    assert await pair.completeness().compare(checkpoint)
    check_kept(await bench.log(), await bench.kept())
    assert await pair.state() == (checkpoint.as_of, 0)


async def test_a_missing_tail_is_shown_while_it_is_missing(pair, bench):
    await bench.note(1, 2)
    checkpoint = await pair.checkpoint()
    comparing = asyncio.create_task(pair.completeness(repair_after=3600).compare(checkpoint))
    await eventually(lambda: pair.asked)

    async def arrive() -> None:
        await bench.inbox().take(await bench.published())

    await arrive()
    assert await asyncio.wait_for(comparing, 10)
    assert pair.pulls() == []
    assert await pair.state() == (checkpoint.as_of, 0)


@pytest.mark.parametrize("facts", [4, 30], ids=["a-while", "longer-than-the-patience"])
async def test_what_keeps_coming_is_not_pulled_however_long_it_takes(pair, bench, facts):
    """A consumer that is behind would only get more to do."""
    for number in range(facts):
        await bench.note(number)
    published, checkpoint = await bench.published(), await pair.checkpoint()
    comparing = asyncio.create_task(pair.completeness(repair_after=0.4).compare(checkpoint))
    for record in published:
        await asyncio.sleep(0.15)
        await bench.inbox().take([record])
    assert await asyncio.wait_for(comparing, 10)
    assert pair.pulls() == []


async def test_what_does_not_come_is_pulled_though_others_did(pair, bench):
    for number in range(6):
        await bench.note(number)
    _, *others = await bench.published()
    comparing = asyncio.create_task(pair.completeness(repair_after=0.4).compare(await pair.checkpoint()))
    for record in others:
        await asyncio.sleep(0.1)
        await bench.inbox().take([record])
    assert await asyncio.wait_for(comparing, 10)
    assert len(pair.pulls()) == 1
    check_kept(await bench.log(), await bench.kept())


async def test_facts_that_came_after_the_checkpoint_do_not_keep_it_from_being_complete(pair, bench):
    """Under traffic there is always something on its way; complete_to moves all the same."""
    busy = uuid4()
    await bench.note(1, case=busy)
    await bench.inbox().take(await bench.published())
    checkpoint = await pair.checkpoint()
    await bench.note(2, case=busy)
    await bench.note(3)
    assert await pair.completeness().compare(checkpoint)
    assert await pair.state() == (checkpoint.as_of, 0)
    assert pair.pulls() == []


async def test_facts_applied_since_the_checkpoint_are_no_difference_either(pair, bench):
    await bench.note(1, case=(busy := uuid4()))
    checkpoint = await pair.checkpoint()
    await bench.note(2, case=busy)
    await bench.note(3)
    await bench.inbox().take(await bench.published())
    assert await pair.completeness().compare(checkpoint)
    assert await pair.state() == (checkpoint.as_of, 0)


async def test_complete_to_never_goes_back(pair, bench):
    completeness = pair.completeness()
    await bench.note(1)
    older = await pair.checkpoint()
    await bench.inbox().take(await bench.published())
    newer = await pair.checkpoint()
    await completeness.compare(newer)
    await completeness.compare(older)
    assert await pair.state() == (newer.as_of, 0)


async def test_what_the_feed_cannot_give_keeps_complete_to_where_it_was(pair, bench):
    await bench.inbox().take(await bench.published())
    first = await pair.checkpoint()
    completeness = pair.completeness()
    await completeness.compare(first)
    await bench.note(1, 2, 3)
    checkpoint = await pair.checkpoint()
    completeness.peers = {PRODUCER: pair.giving()}
    assert await completeness.compare(checkpoint)
    assert await pair.state() == (first.as_of, 1)
    assert await bench.kept() == []


async def test_a_checkpoint_that_its_producer_did_not_sign_moves_nothing(pair, bench, caplog):
    await bench.note(1)
    await bench.inbox().take(await bench.published())
    forged = (await pair.checkpoint()).model_copy(update={"as_of": clock.now() + timedelta(days=1)})
    assert await pair.completeness().compare(forged)
    assert await pair.state() is None
    assert "wrong signature" in caplog.text


async def test_a_producer_may_change_its_key(pair, bench, probe):
    completeness = pair.completeness()
    await completeness.compare(await pair.checkpoint())
    pair.app.state.service.signer = Signer(probe.key_file("rotated"))
    await bench.note(1)
    await bench.inbox().take(await bench.published())
    checkpoint = await pair.checkpoint()
    await completeness.compare(checkpoint)
    assert await pair.state() == (checkpoint.as_of, 0)


async def test_another_fact_under_the_same_number_is_an_incident_and_not_complete(pair, bench, caplog):
    await bench.note(1, 2, case=(case := uuid4()))
    await bench.inbox().take(await bench.published())
    await bench.fetch("UPDATE stream_position SET head_hash = sha256('other') WHERE case_id = $1", case)
    await pair.completeness().compare(await pair.checkpoint())
    assert await pair.state() == (None, 1)
    assert "differ" in caplog.text


async def test_a_producer_that_was_set_back_is_noticed(pair, bench, caplog):
    """Restored from a backup: it no longer knows what the consumers have."""
    await bench.note(1, case=(case := uuid4()))
    await bench.inbox().take(await bench.published())
    await bench.note(2, case=case)
    await bench.inbox().take(await bench.published())
    connection = await asyncpg.connect(bench.superuser)
    await connection.execute("DELETE FROM event_log WHERE seq = 2")
    await connection.execute("UPDATE case_stream SET last_seq = 1, head_hash = (SELECT hash FROM event_log)")
    await connection.close()
    await pair.completeness().compare(await pair.checkpoint())
    assert await pair.state() == (None, 1)
    assert "differ" in caplog.text


async def test_a_stream_that_its_producer_never_recorded_is_noticed(pair, bench):
    await bench.note(1)
    forged = Stream(PRODUCER)
    await bench.inbox().take([*(await bench.published()), forged.append(Noted(number=5))])
    await pair.completeness().compare(await pair.checkpoint())
    assert await pair.state() == (None, 1)


async def test_a_poisoned_case_is_not_pulled_again_and_again(pair, bench):
    bench.effects.refuses.add(7)
    sick, sound = uuid4(), uuid4()
    await bench.note(7, 1, case=sick)
    await bench.inbox().take(await bench.published())
    await bench.note(2, case=sound)
    assert await pair.completeness().compare(await pair.checkpoint())
    assert [row[0] for row in await bench.kept()] == [sound]
    assert [str(sick) in request.content.decode() for request in pair.pulls()] == [False]
    assert await pair.state() == (None, 1)


async def test_a_gap_is_repaired_from_the_feed(pair, bench):
    await bench.note(*range(8), case=uuid4())
    published = await bench.published()
    await bench.inbox().take([published[0], published[3], *published[6:]])
    completeness = pair.completeness(repair_after=0.01)

    async def repaired() -> bool:
        await completeness.repair_gaps()
        return len(await bench.kept()) == 8

    await eventually(repaired)
    check_kept(await bench.log(), await bench.kept())
    assert await bench.parked() == []


async def test_a_gap_of_just_now_is_left_to_close_by_itself(pair, bench):
    await bench.note(1, 2)
    await bench.inbox().take((await bench.published())[1:])
    assert not await pair.completeness(repair_after=3600).repair_gaps()
    assert pair.asked == []


async def test_a_gap_that_the_producer_cannot_fill_is_asked_for_ever_more_rarely(pair, bench):
    forged = Stream(PRODUCER)
    forged.extend(Noted(number=n) for n in range(9))
    await bench.inbox().take(forged.records[8:])
    completeness = pair.completeness(repair_after=0.05)
    ended = asyncio.get_running_loop().time() + 2
    while asyncio.get_running_loop().time() < ended:
        await completeness.repair_gaps()
        await asyncio.sleep(0.01)
    assert 3 <= len(pair.pulls()) <= 7


async def test_a_forged_fact_in_front_of_the_genuine_one_is_overcome_by_the_feed(pair, bench):
    await bench.note(1, 2, 3, case=(case := uuid4()))
    forged = Stream(PRODUCER, subject=case)
    forged.extend(Noted(number=n) for n in (1, 66, 3))
    published = await bench.published()
    await bench.inbox().take([published[0], forged.records[1], published[2]])
    assert await bench.parked() == [(2, "broken-chain"), (3, "gap")]
    completeness = pair.completeness(repair_after=0.01)

    async def repaired() -> bool:
        return await completeness.repair_gaps()

    await eventually(repaired)
    check_kept(await bench.log(), await bench.kept())
    assert await bench.parked() == [(2, "equivocation")]


async def test_a_feed_speaks_for_its_own_producer_only(pair, bench):
    foreign, own = Stream("screening").append(Noted(number=1)), Stream(PRODUCER).append(Noted(number=2))
    value = foreign.value.replace(b"tongkang.probe.", b"tongkang.screening.")
    (item,) = await bench.inbox().rehearse([Record(value)])
    assert item.outcome is Outcome.APPLIED, "from anywhere else it would be good"
    completeness = pair.completeness()
    completeness.peers = {PRODUCER: pair.giving(value, own.value)}
    await completeness.pull(PRODUCER, [Missing(uuid4(), 1, 1, 1)])
    assert [number for _, _, number in await bench.kept()] == [2]


@dataclass
class Silent:
    """A peer that is away."""

    producer: str

    async def key(self, **_: object) -> str:
        raise httpx.ConnectError("away")

    async def facts(self, _: object) -> list[bytes]:
        raise httpx.ConnectError("away")


@dataclass
class Garbled(Silent):
    """A peer that answers nonsense."""

    async def key(self, **_: object) -> str:
        return {}["ed25519"]

    async def facts(self, _: object) -> list[bytes]:
        raise TypeError


@pytest.mark.parametrize("kind", [Silent, Garbled])
async def test_a_producer_that_is_away_or_answers_nonsense_does_not_hold_up_the_others(pair, bench, kind):
    away = Stream("aaa")
    away.extend(Noted(number=n) for n in range(3))
    renamed = [r.value.replace(b"tongkang.probe.", b"tongkang.aaa.") for r in away.records]
    await bench.inbox().take([type(r)(v) for r, v in zip(away.records[2:], renamed[2:], strict=True)])
    await bench.note(1, 2, 3)
    await bench.inbox().take((await bench.published())[2:])
    completeness = pair.completeness(kind("aaa"), repair_after=0.05)
    signed = await pair.checkpoint()
    await completeness.note(
        [as_cloudevent(signed.model_copy(update={"producer": "aaa"})), as_cloudevent(signed), b"?", b"{}"]
    )
    running = asyncio.create_task(completeness.run())

    async def complete() -> bool:
        return await pair.state() == (signed.as_of, 0)

    await eventually(complete)
    check_kept(await bench.log(), await bench.kept())
    assert set(completeness._latest) == {"aaa"}, "compared again when it is back"
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_checkpoints_of_strangers_and_older_ones_are_passed_over(pair, bench):
    completeness = pair.completeness()
    older = await pair.checkpoint()
    newer = await pair.checkpoint()
    stranger = newer.model_copy(update={"producer": "stranger"})
    await completeness.note([as_cloudevent(c) for c in (newer, older, stranger)])
    assert completeness._latest == {PRODUCER: newer}


ASKED: dict[str, dict[str, Any]] = {
    "heads": {"buckets": [1], "as_of": "2026-01-01T00:00:00Z"},
    "ranges": {"ranges": []},
    "signed-heads": {"cases": [str(UUID(int=1))]},
}


@pytest.mark.parametrize("path", ASKED)
async def test_only_services_read_the_feed(pair, bench, path):
    body = ASKED[path]
    url = f"http://probe.test/internal/journal/{path}"
    assert (await pair.http.post(url, json=body)).status_code == 401
    for org_type, status in ((OrgType.FEDERATION, 403), (OrgType.AUDITOR, 403), (OrgType.SERVICE, 200)):
        headers = await pair.peer(org_type=org_type).tokens.headers()
        assert (await pair.http.post(url, json=body, headers=headers)).status_code == status
    facts = await pair.http.get("http://probe.test/internal/journal/facts")
    assert facts.status_code == 401


async def test_a_producer_signs_up_to_where_its_log_goes_and_that_it_has_nothing_of_another_case(pair, bench):
    case, unknown = uuid4(), uuid4()
    await bench.note(1, 2, 3, case=case)
    said = await pair.peer().signed_heads([case, unknown])
    last = (await bench.log())[-1]
    assert [(head.case, head.epoch, head.last, head.hash) for head in said.heads] == [(case, 1, 3, b64(last.hash))]
    assert said.cases == [case, unknown]
    key = await pair.peer().key()
    assert signed_by(key, unb64(said.signature), said.signed_bytes())
    less = said.model_copy(update={"cases": [case]})
    assert not signed_by(key, unb64(said.signature), less.signed_bytes())


async def test_the_feed_pages_through_everything_in_the_order_of_case_and_number(pair, bench):
    for number in range(23):
        await bench.note(number, number, case=UUID(int=number % 5 + 1))
    pages = [lines async for lines in pair.peer().all_facts(page=7)]
    assert [len(lines) for lines in pages] == [7, 7, 7, 7, 7, 7, 4]
    assert [line for lines in pages for line in lines] == [event.envelope for event in await bench.log()]


async def test_a_range_comes_as_the_stored_bytes(pair, bench):
    await bench.note(*range(3000), case=(case := uuid4()))
    facts = await pair.peer().facts([Missing(case, 1, 2, 2999), Missing(uuid4(), 1, 1, 5)])
    assert facts == [event.envelope for event in (await bench.log())[1:2999]]


async def test_a_long_repair_goes_in_portions_and_stays_in_order(pair, bench, monkeypatch, caplog):
    monkeypatch.setattr("shared.journal.completeness.portions", lambda missing: portions(missing, 10))
    await bench.note(*range(95), case=uuid4())
    await bench.note(*range(7), case=uuid4())
    with caplog.at_level(logging.INFO):
        await pair.completeness(repair_after=0.01).compare(await pair.checkpoint())
    check_kept(await bench.log(), await bench.kept())
    assert len(pair.pulls()) == 11


RANGES = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 60)), max_size=20)


@given(RANGES, st.integers(1, 30))
def test_portions_hold_every_number_once_in_order_and_no_more_than_was_said(ranges, most):
    missing = [Missing(UUID(int=n), 1, first, first + length - 1) for n, (first, length) in enumerate(ranges)]
    cut = list(portions(missing, most))

    def numbers(parts):
        return [(m.case, seq) for m in parts for seq in range(m.first, m.last + 1)]

    assert [number for portion in cut for number in numbers(portion)] == numbers(missing)
    assert all(0 < len(numbers(portion)) <= most for portion in cut)


HEADS = st.sets(st.tuples(st.integers(0, 30), st.integers(1, 3)))


@given(HEADS, HEADS)
async def test_two_runs_of_heads_are_paired_stream_by_stream(ours, theirs):
    async def run(streams):
        for case, epoch in sorted(streams):
            yield Head(UUID(int=case), epoch, 1, b"")

    pairs = [pair async for pair in side_by_side(run(ours), run(theirs))]
    streams = [(h or t).stream for h, t in pairs]
    assert streams == [(UUID(int=case), epoch) for case, epoch in sorted(ours | theirs)]
    for here, there in pairs:
        stream = ((here or there).case.int, (here or there).epoch)
        assert (here is not None, there is not None) == (stream in ours, stream in theirs)
