"""Old answers are forgotten, young ones are given again."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest

from shared.journal.forgetting import Forgetting
from shared.journal.unit_of_work import AnsweredBefore, Request
from shared.testing.eventually import eventually

WEEK = timedelta(days=7)


async def aged(bench, days: float, number: int) -> None:
    """Keep answers that were given some days ago."""
    await bench.fetch(
        "INSERT INTO idempotency SELECT (i).* FROM (SELECT jsonb_populate_record(i, jsonb_build_object("
        "'person', gen_random_uuid(), 'created_at', now() - $1::interval)) AS i FROM idempotency i, "
        "generate_series(1, $2) LIMIT $2) o",
        timedelta(days=days),
        number,
    )


async def ages(bench) -> list[int]:
    return [row[0] for row in await bench.fetch("SELECT (now()::date - created_at::date) FROM idempotency ORDER BY 1")]


@pytest.fixture
async def answered(bench) -> Request:
    request = Request(uuid4(), "a-key-of-today", bytes(32), 201)
    await bench.note(1, request=request)
    return request


async def test_only_what_is_older_than_the_term_goes(bench, answered):
    await aged(bench, 6.9, 2)
    await aged(bench, 7.1, 3)
    assert await Forgetting(bench.database, WEEK).forget() == 3
    assert len(await ages(bench)) == 3
    with pytest.raises(AnsweredBefore):
        await bench.note(1, request=answered)


async def test_it_goes_in_small_batches_until_all_are_gone(bench, answered):
    await aged(bench, 8, 25)
    forgetting = Forgetting(bench.database, WEEK, every=60, batch=10, pause=0.01)
    assert await forgetting.forget() == 10
    running = asyncio.create_task(forgetting.run())

    async def only_todays() -> bool:
        return await ages(bench) == [0]

    await eventually(only_todays)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
