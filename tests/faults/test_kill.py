"""kill -9 at every named place in mid-flow: nothing acknowledged is lost, nothing is doubled, nothing overtakes."""

import pytest

PRODUCER_PLACES = (
    "producer.after-outbox",
    "producer.after-commit",
    "relay.after-read",
    "relay.after-send",
    "relay.after-ack",
    "relay.after-delete",
)
CONSUMER_PLACES = ("consumer.after-read", "consumer.after-insert", "consumer.after-commit")


async def test_a_producer_killed_at_every_place(flow):
    await flow.consumer.start()
    async with flow.sending():
        await kill_at_each(flow, flow.producer, PRODUCER_PLACES)
    await flow.settles()
    await flow.check()


async def test_a_consumer_killed_at_every_place(flow):
    await flow.producer.start()
    async with flow.sending():
        await kill_at_each(flow, flow.consumer, CONSUMER_PLACES)
    await flow.settles()
    await flow.check()


async def kill_at_each(flow, process, places):
    """Start a process so that it dies at a place, start it again so that it dies at the next, and then for good."""
    for place in flow.luck.sample(places, len(places)):
        await process.start(f"{place}:{flow.luck.randint(1, 3)}")
        await process.dies()
    await process.start()


@pytest.mark.long
@pytest.mark.parametrize("turn", range(10))
async def test_both_killed_again_and_again(flow, turn):
    await flow.producer.start()
    await flow.consumer.start()
    async with flow.sending():
        for _ in range(8):
            process, places = flow.luck.choice([(flow.producer, PRODUCER_PLACES), (flow.consumer, CONSUMER_PLACES)])
            await process.stop()
            await process.start(f"{flow.luck.choice(places)}:{flow.luck.randint(1, 5)}")
            await process.dies()
            await process.start()
    await flow.settles()
    await flow.check()
