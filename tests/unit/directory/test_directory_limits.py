"""Token buckets, by a clock that the test moves."""

import asyncio

import pytest

from services.directory import limits
from services.directory.limits import Buckets, Queues, plain_address, subscriber
from shared.errors import TooManyRequests


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def taken(buckets, key="a", most=100) -> int:
    for number in range(most):
        try:
            buckets.take(key)
        except TooManyRequests:
            return number
    return most


def test_a_burst_then_a_drip(clock):
    buckets = Buckets(5, 60, clock)
    assert taken(buckets) == 5
    clock.now += 1
    assert taken(buckets) == 1
    clock.now += 3
    assert taken(buckets) == 3


def test_it_never_holds_more_than_a_burst(clock):
    buckets = Buckets(5, 60, clock)
    clock.now += 3600
    assert taken(buckets) == 5
    for _ in range(9):
        buckets.give_back("a")
    assert taken(buckets) == 5


def test_what_is_given_back_can_be_taken_again(clock):
    buckets = Buckets(1, 1, clock)
    for _ in range(50):
        buckets.take("a")
        buckets.give_back("a")
    assert taken(buckets) == 1


@pytest.mark.parametrize(("per_minute", "seconds"), [(1, 60), (60, 1), (600, 1), (7, 9)])
def test_it_says_when_to_come_again_and_then_there_is_one(clock, per_minute, seconds):
    buckets = Buckets(1, per_minute, clock)
    buckets.take("a")
    with pytest.raises(TooManyRequests) as refusal:
        buckets.take("a")
    assert refusal.value.details == {"retry_after": seconds}
    clock.now += seconds
    buckets.take("a")


def test_refusals_cost_nothing(clock):
    buckets = Buckets(1, 1, clock)
    assert taken(buckets) == 1
    for _ in range(10):
        assert taken(buckets) == 0
    clock.now += 60
    assert taken(buckets) == 1


def test_one_does_not_pay_for_another(clock):
    buckets = Buckets(2, 1, clock)
    assert (taken(buckets, "a"), taken(buckets, "b")) == (2, 2)


def test_a_flood_of_addresses_does_not_fill_the_memory(clock, monkeypatch):
    monkeypatch.setattr(limits, "KEPT", 10)
    buckets = Buckets(1, 1, clock)
    for number in range(100):
        buckets.take(str(number))
    assert len(buckets._buckets) == 10
    assert taken(buckets, "99") == 0


@pytest.mark.parametrize(
    ("address", "whom"),
    [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("2001:db8:1:3::9", "2001:db8:1:3::"), ("", "unknown"), ("nonsense", "unknown"),
    ],
)  # fmt: skip
def test_an_ipv6_subscriber_is_one_caller(address, whom):
    assert subscriber(plain_address(address)) == whom


async def test_of_one_key_one_comes_after_the_other_and_of_another_key_at_once():
    queues, order = Queues(), []

    async def visit(key: str, name: str, rest: asyncio.Event) -> None:
        async with queues.turn(key):
            order.append(f"{name} in")
            await rest.wait()
            order.append(f"{name} out")

    first, free = asyncio.Event(), asyncio.Event()
    free.set()
    slow = asyncio.create_task(visit("a", "first", first))
    waiting = asyncio.create_task(visit("a", "second", free))
    await asyncio.sleep(0)
    await visit("b", "other", free)
    assert order == ["first in", "other in", "other out"]
    first.set()
    await asyncio.gather(slow, waiting)
    assert order[3:] == ["first out", "second in", "second out"]


async def test_whoever_fails_or_gives_up_keeps_nobody_waiting():
    queues = Queues()

    async def visit() -> None:
        async with queues.turn("a"):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await visit()
    assert len(queues) == 0, "an empty queue is kept"
    async with queues.turn("a"):
        impatient = asyncio.create_task(visit())
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.gather(impatient, return_exceptions=True)
    async with asyncio.timeout(1), queues.turn("a"):
        assert len(queues) == 1
