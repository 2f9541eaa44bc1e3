from collections.abc import Iterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.kafka.apache import Apache, fetch_jars, find_java
from deploy.local.broker import Broker, Embedded, External
from deploy.local.errors import NotOurs, NotReady, ToolMissing, TopicDiffers, UnknownKafka
from deploy.local.home import Home
from deploy.local.kafka_option import broker_from
from deploy.local.topics import Topic, declare

FACTS = Topic("tongkang.lantern", partitions=12, replicas=3, retention_ms=-1)
KINDS = [pytest.param("embedded"), pytest.param("apache", marks=pytest.mark.kafka_apache)]


@pytest.fixture(params=KINDS)
def broker(home: Home, request: pytest.FixtureRequest) -> Iterator[Broker]:
    server = broker_from(request.param, home)
    server.start()
    yield server
    server.stop()


async def names(broker: Broker) -> set[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        return set(await admin.list_topics())
    finally:
        await admin.close()


async def send(broker: Broker, value: bytes) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=broker.bootstrap, acks="all", enable_idempotence=broker.idempotent
    ) as producer:
        await producer.send_and_wait(FACTS.name, value, partition=0)


async def first_value(broker: Broker) -> bytes | None:
    place = TopicPartition(FACTS.name, 0)
    async with AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign([place])
        return (await consumer.getone()).value


async def test_a_record_goes_through(broker):
    await declare(broker.bootstrap, [FACTS])
    await send(broker, b"fact")
    assert await first_value(broker) == b"fact"


async def test_declaring_is_idempotent_and_says_what_was_new(broker):
    assert await declare(broker.bootstrap, [FACTS]) == [FACTS.name]
    more = Topic("tongkang.checkpoints", partitions=1, replicas=1, retention_ms=None)
    assert await declare(broker.bootstrap, [FACTS, more]) == [more.name]
    assert await declare(broker.bootstrap, [FACTS, more]) == []
    assert {FACTS.name, more.name} <= await names(broker)


async def test_a_topic_with_other_partitions_is_not_bent(broker):
    await declare(broker.bootstrap, [FACTS])
    with pytest.raises(TopicDiffers, match=r"tongkang\.lantern has 12, not 24"):
        await declare(broker.bootstrap, [Topic(FACTS.name, partitions=24)])


async def test_a_wiped_broker_serves_again_and_knows_nothing(broker):
    await declare(broker.bootstrap, [FACTS])
    address = broker.bootstrap
    broker.wipe()
    assert broker.bootstrap == address
    assert FACTS.name not in await names(broker)
    assert await declare(broker.bootstrap, [FACTS]) == [FACTS.name]


async def test_a_killed_broker_keeps_what_it_promises_to_keep(broker):
    await declare(broker.bootstrap, [FACTS])
    await send(broker, b"fact")
    broker.kill()
    broker.start()
    assert (FACTS.name in await names(broker)) is broker.durable
    if broker.durable:
        assert await first_value(broker) == b"fact"


async def test_somebody_elses_broker_is_used_and_never_touched(home):
    ours = Embedded(home)
    ours.start()
    theirs = broker_from(f" {ours.bootstrap} ", home)
    theirs.start()
    assert await declare(theirs.bootstrap, [FACTS]) == [FACTS.name]
    for harm in (theirs.kill, theirs.wipe):
        with pytest.raises(NotOurs, match="was not started by this run"):
            harm()
    theirs.stop()
    assert FACTS.name in await names(ours)
    ours.stop()


def test_a_broker_that_is_not_there_is_told(settings):
    with Home(settings.model_copy(update={"start_within_s": 0.2})) as home:
        nobody = broker_from(f"127.0.0.1:{home.port('nobody')}", home)
        with pytest.raises(NotReady, match=r"the broker at 127.0.0.1:\d+ does not answer after 0.2 seconds"):
            nobody.start()


@pytest.mark.parametrize(
    ("option", "kind", "idempotent", "durable"),
    [
        ("embedded", Embedded, False, False),
        ("Apache", Apache, True, True),
        ("kafka.county.example:9092", External, True, True),
        ("one.example:9092, two.example:9093", External, True, True),
        ("[::1]:9092", External, True, True),
    ],
)
def test_the_option_names_a_broker(home, option, kind, idempotent, durable):
    broker = broker_from(option, home)
    assert isinstance(broker, kind)
    assert (broker.idempotent, broker.durable) == (idempotent, durable)
    if kind is External:
        assert broker.bootstrap == option.replace(" ", "")


@pytest.mark.parametrize(
    "option", ["", "kafka", "localhost", ":9092", "localhost:0", "localhost:65536", "a:1,b", "a:x"]
)
def test_an_option_that_names_none_is_told(home, option):
    with pytest.raises(UnknownKafka, match="embedded, apache, or HOST:PORT"):
        broker_from(option, home)


def test_without_java_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        ToolMissing, match=r"needs Java 17 or newer; none was found\. .*apt-get install openjdk-17-jre-headless"
    ):
        find_java()


@pytest.mark.parametrize("version", ['1.8.0_402"', '11.0.22" 2024-01-16'])
def test_an_old_java_is_told(monkeypatch, tmp_path, version):
    old = tmp_path / "bin" / "java"
    old.parent.mkdir()
    old.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}' >&2\n")
    old.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(ToolMissing, match=rf"needs Java 17 or newer; {old} is 1"):
        find_java()


def test_without_maven_it_says_what_to_install(monkeypatch, home):
    monkeypatch.setenv("PATH", str(home.path))
    with pytest.raises(ToolMissing, match=r"Maven \(mvn\); it was not found. .*apt-get install .*maven"):
        fetch_jars(home, home.path / "jars")
