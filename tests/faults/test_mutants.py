"""The checker can fail: a consumer that commits its offsets first does not get past it."""

import pytest

from shared.testing.eventually import eventually


async def killed_after_read(flow, mutant: str) -> None:
    await flow.producer.start()
    async with flow.sending():
        await flow.consumer.start(f"consumer.after-read:{flow.luck.randint(2, 3)}", mutant=mutant)
        await flow.consumer.dies()
        await flow.consumer.start(mutant=mutant)
        await flow.more_kept() if not mutant else await eventually(flow.parked, within=40)


async def test_offset_before_commit_loses_what_was_under_way(flow):
    await killed_after_read(flow, "offset before commit")
    with pytest.raises(AssertionError):
        await flow.check()


async def test_the_real_consumer_passes_the_same(flow):
    await killed_after_read(flow, "")
    await flow.settles()
    await flow.check()
