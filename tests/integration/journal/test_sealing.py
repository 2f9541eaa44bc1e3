"""The log of reading: sealed in blocks that miss no row, and every change to it found in its block."""

import asyncio
import json
import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.access.access_log import record_reading
from shared.access.policy import Act
from shared.contracts.codes import OrgType
from shared.contracts.envelope import GENESIS
from shared.journal import sealing
from shared.journal.checkpoint import Signer
from shared.journal.sealing import BlockFault, CounterSetBackError, Sealer, verify_access_log
from shared.testing.eventually import eventually
from tests.support.probe import PRODUCER
from tests.support.tokens import an_actor

ACTOR = an_actor(OrgType.CLINIC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
def signer(probe) -> Signer:
    return Signer(probe.key_file(PRODUCER))


@pytest.fixture
def sealer(bench, signer) -> Sealer:
    return Sealer(bench.database, PRODUCER, signer, every=0.05, most=10)


async def read(bench, *cases: UUID, driver: asyncpg.Connection | None = None) -> None:
    """Log that cases were read, in a transaction of its own unless one is given."""
    if driver is not None:
        await record_reading(driver, ACTOR, Act.READ_TIMELINE, cases, request_id=uuid4())
        return
    async with bench.database.transaction() as session:
        await read(bench, *cases, driver=session.driver)


async def settled(bench) -> None:
    """Wait until all that is in the log is final: other databases of the server have transactions too."""

    async def final() -> bool:
        sql = "SELECT coalesce(max(txid), 0) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM access_log"
        return bool((await bench.fetch(sql))[0][0])

    await eventually(final)


async def sealed(sealer: Sealer) -> list[int]:
    """Seal all that is final; return how many rows each new block holds."""
    blocks = []
    while (block := await sealer.seal()) is not None:
        blocks.append(block.rows)
    return blocks


async def verdict(bench, signer):
    return await verify_access_log(bench.database, PRODUCER, signer.public)


async def tamper(bench, *statements: str) -> None:
    connection = await asyncpg.connect(bench.superuser)
    for statement in statements:
        assert not (await connection.execute(statement)).endswith(" 0"), statement
    await connection.close()


@pytest.fixture
async def three_blocks(bench, sealer):
    """Ten readings in each of three blocks, one transaction each."""
    for number in range(30):
        await read(bench, UUID(int=number))
    await settled(bench)
    assert await sealed(sealer) == [10, 10, 10]
    return bench


async def test_every_row_is_in_one_block_and_blocks_are_chained(three_blocks, signer):
    await read(three_blocks, uuid4())
    found = await verdict(three_blocks, signer)
    assert (found.sound, found.blocks, found.rows, found.unsealed, found.first) == (True, 3, 30, 1, None)


async def test_an_empty_log_has_no_block_and_is_sound(bench, sealer, signer):
    assert await sealer.seal() is None
    found = await verdict(bench, signer)
    assert (found.sound, found.blocks, found.unsealed) == (True, 0, 0)


async def test_whoever_has_the_rows_can_sum_them_up_without_us(three_blocks):
    head = GENESIS
    for block in await three_blocks.fetch("SELECT * FROM access_block ORDER BY number"):
        rows = await three_blocks.fetch(
            "SELECT * FROM access_log WHERE txid >= $1 AND txid < $2 ORDER BY txid, id", block["since"], block["until"]
        )
        lines = [json.dumps(line(row), ensure_ascii=False) + "\n" for row in rows]
        head = sha256(head + "".join(lines).encode()).digest()
        assert (block["hash"], block["rows"]) == (head, len(rows))


def line(row: asyncpg.Record) -> list[object]:
    ids = {name: str(row[name]) for name in ("person", "organisation", "case_id", "request_id")}
    return [
        row["txid"], row["id"], ids["person"], ids["organisation"], row["role"], row["purpose"], ids["case_id"],
        row["act"], row["outcome"], ids["request_id"], (row["at"] - EPOCH) // timedelta(microseconds=1),
    ]  # fmt: skip


async def test_what_one_transaction_wrote_is_not_divided(bench, sealer, signer):
    await read(bench, uuid4())
    await read(bench, *(uuid4() for _ in range(25)))
    await read(bench, uuid4())
    await settled(bench)
    assert await sealed(sealer) == [1, 25, 1]
    assert (await verdict(bench, signer)).sound


async def test_a_long_transaction_holds_the_seal_until_it_ends_and_its_rows_are_not_missed(bench, sealer, signer):
    """Its number and its ids are the lowest, its rows appear last: after all the others would have been sealed."""
    async with bench.database.transaction() as slow:
        await read(bench, UUID(int=1), driver=slow.driver)
        for number in range(2, 8):
            await read(bench, UUID(int=number))
        assert await sealed(sealer) == []
    await settled(bench)
    assert await sealed(sealer) == [7]
    found = await verdict(bench, signer)
    assert (found.sound, found.rows, found.unsealed) == (True, 7, 0)


MUTANTS = {
    "up to the newest transaction": ("pg_snapshot_xmin(", "pg_snapshot_xmax("),
    "up to the newest row": (
        "pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
        "(SELECT coalesce(max(txid), 0) + 1 FROM access_log)",
    ),
}


@pytest.mark.parametrize(("right", "wrong"), MUTANTS.values(), ids=MUTANTS)
async def test_a_seal_that_does_not_wait_for_running_transactions_is_caught(
    bench, sealer, signer, monkeypatch, right, wrong
):
    assert right in sealing._FINAL
    monkeypatch.setattr(sealing, "_FINAL", sealing._FINAL.replace(right, wrong))
    async with bench.database.transaction() as slow:
        await read(bench, UUID(int=1), driver=slow.driver)
        await read(bench, UUID(int=2))
        assert await sealed(sealer) == [1]
    found = await verdict(bench, signer)
    assert (found.first, found.unsealed) == ((1, BlockFault.ROWS), 0)


async def test_ids_that_a_session_took_early_and_uses_late_are_sealed_when_they_come(bench, sealer, signer):
    connections = [await asyncpg.connect(bench.superuser) for _ in range(2)]
    for connection in (*connections, *reversed(connections)):
        await read(bench, uuid4(), driver=connection)
        await settled(bench)
        assert await sealed(sealer) == [1]
    for connection in connections:
        await connection.close()
    order = [row[0] for row in await bench.fetch("SELECT id FROM access_log ORDER BY txid")]
    assert order != sorted(order)
    assert (await verdict(bench, signer)).sound


async def test_nothing_is_missed_while_many_read_and_some_give_up(bench, sealer, signer):
    running = asyncio.create_task(sealer.run())

    async def reader(number: int) -> None:
        for turn in range(20):
            with suppress(ZeroDivisionError):
                async with bench.database.transaction() as session:
                    await read(bench, uuid4(), driver=session.driver)
                    await asyncio.sleep(0.001 * (number * turn % 7))
                    if turn % 5 == 0:
                        raise ZeroDivisionError

    async def all_sealed() -> bool:
        found = await verdict(bench, signer)
        return (found.sound, found.rows, found.unsealed) == (True, 8 * 16, 0)

    await asyncio.gather(*map(reader, range(8)))
    await eventually(all_sealed)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_two_processes_do_not_seal_the_same_rows(bench, sealer, signer):
    await read(bench, uuid4())
    await settled(bench)
    blocks = await asyncio.gather(*(sealer.seal() for _ in range(5)))
    assert [block.rows for block in blocks if block] == [1]
    assert (await verdict(bench, signer)).blocks == 1


FIFTEENTH = f"case_id = '{UUID(int=14)}'"
SECOND = "(SELECT since FROM access_block WHERE number = 2)"
INSERTED = f"""
INSERT INTO access_log (txid, person, organisation, role, purpose, act, outcome, request_id)
SELECT {SECOND}, gen_random_uuid(), gen_random_uuid(), '', '', '', '', gen_random_uuid()
"""
TAMPERING = {
    "row changed": ([f"UPDATE access_log SET person = gen_random_uuid() WHERE {FIFTEENTH}"], (2, BlockFault.HASH)),
    "time of a row changed": (
        [f"UPDATE access_log SET at = at - interval '1 us' WHERE {FIFTEENTH}"],
        (2, BlockFault.HASH),
    ),
    "row removed": ([f"DELETE FROM access_log WHERE {FIFTEENTH}"], (2, BlockFault.ROWS)),
    "row inserted": (
        [INSERTED],
        (2, BlockFault.ROWS),
    ),
    "row moved to another block": (
        [f"UPDATE access_log SET txid = (SELECT since FROM access_block WHERE number = 3) WHERE {FIFTEENTH}"],
        (2, BlockFault.ROWS),
    ),
    "row removed and block fitted to it": (
        [
            f"DELETE FROM access_log WHERE {FIFTEENTH}",
            "UPDATE access_block SET rows = 9 WHERE number = 2",
        ],
        (2, BlockFault.SIGNATURE),
    ),
    "block dated back": (
        ["UPDATE access_block SET sealed_at = sealed_at - interval '1 day' WHERE number = 2"],
        (2, BlockFault.SIGNATURE),
    ),
    "signature changed": (
        ["UPDATE access_block SET signature = set_byte(signature, 0, get_byte(signature, 0) # 1) WHERE number = 2"],
        (2, BlockFault.SIGNATURE),
    ),
    "signature emptied": (["UPDATE access_block SET signature = '' WHERE number = 2"], (2, BlockFault.SIGNATURE)),
    "block removed with its rows": (
        [
            "DELETE FROM access_log l USING access_block b WHERE number = 2 AND l.txid >= since AND l.txid < until",
            "DELETE FROM access_block WHERE number = 2",
        ],
        (3, BlockFault.NUMBER),
    ),
    "block removed and the next one moved up": (
        ["DELETE FROM access_block WHERE number = 2", "UPDATE access_block SET number = 2 WHERE number = 3"],
        (2, BlockFault.CHAIN),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("statements", "first"), TAMPERING.values(), ids=TAMPERING)
async def test_what_was_done_to_the_log_of_reading_is_found_in_its_block(three_blocks, signer, statements, first):
    await tamper(three_blocks, *statements)
    found = await verdict(three_blocks, signer)
    assert (found.sound, found.first) == (False, first)


async def test_a_block_that_another_key_signed_is_found(three_blocks, probe, signer):
    stranger = Signer(probe.key_file("stranger"))
    await tamper(three_blocks, "DELETE FROM access_block WHERE number = 3")
    await settled(three_blocks)
    assert (await Sealer(three_blocks.database, PRODUCER, stranger).seal()).number == 3
    found = await verdict(three_blocks, signer)
    assert (found.broken, found.first) == (1, (3, BlockFault.SIGNATURE))


async def test_a_block_of_another_service_is_no_block_of_this_one(three_blocks, signer):
    found = await verify_access_log(three_blocks.database, "another", signer.public)
    assert (found.broken, found.first) == (3, (1, BlockFault.SIGNATURE))


async def test_a_counter_that_was_set_back_stops_the_seal_and_says_so(three_blocks, sealer, signer, caplog):
    await tamper(three_blocks, "UPDATE access_block SET until = until + 1000000000 WHERE number = 3")
    await read(three_blocks, uuid4())
    with pytest.raises(CounterSetBackError):
        await sealer.seal()
    with caplog.at_level(logging.ERROR), suppress(TimeoutError):
        async with asyncio.timeout(0.3):
            await sealer.run()
    assert "cannot be sealed" in caplog.text
    assert len(await three_blocks.fetch("SELECT 1 FROM access_block")) == 3


async def test_the_application_role_only_adds(three_blocks):
    for statement in (
        "UPDATE access_block SET rows = 1", "DELETE FROM access_block", "TRUNCATE access_block",
        "UPDATE access_log SET role = ''", "DELETE FROM access_log",
    ):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await three_blocks.fetch(statement)


async def test_a_walk_longer_than_a_page(three_blocks, signer, monkeypatch):
    monkeypatch.setattr(sealing, "PAGE", 2)
    assert (await verdict(three_blocks, signer)).rows == 30
