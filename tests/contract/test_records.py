"""The bytes: canonical by RFC 8785, chained, closed, and readable by the stock CloudEvents SDK."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
import rfc8785
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event
from cloudevents.core.v1.event import CloudEvent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from shared.contracts.catalogue import FACTS
from shared.contracts.envelope import (
    ActorRef,
    Context,
    Event,
    Fact,
    Recorded,
    Sealed,
    Unreadable,
    b64,
    read,
    seal,
    timestamp,
)
from shared.contracts.schema import envelope_schema, schema_of
from shared.contracts.specimen import example_of
from shared.journal.checkpoint import BUCKETS, TOPIC, Checkpoint, as_cloudevent, read_cloudevent
from tests.contract import arbitrary

TYPES = sorted(FACTS)

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
moments = st.datetimes(timezones=st.just(UTC), min_value=datetime(1900, 1, 1))  # noqa: DTZ001 - a bound without a zone
contexts = st.builds(
    Context,
    producer=st.just("screening"),
    actor=st.builds(ActorRef, person=st.uuids(), organisation=st.uuids(), role=texts),
    recorded_at=moments,
    traceparent=st.none() | texts,
)
positions = st.fixed_dictionaries(
    {
        "epoch": st.integers(1, 2**31 - 1),
        "seq": st.integers(1, 10**18 - 1),
        "prev_hash": st.binary(min_size=32, max_size=32),
    }
)


@st.composite
def sealed(draw: st.DrawFn, fact: type[Fact]) -> tuple[Fact, Sealed]:
    made = fact.model_validate_json(orjson.dumps(draw(arbitrary.facts(fact))))
    recorded = Recorded(
        draw(st.uuids()), draw(st.uuids()), made, draw(moments), draw(st.uuids()), draw(st.none() | st.uuids())
    )
    return made, seal(recorded, draw(contexts), **draw(positions))


arbitrary_records = st.sampled_from(TYPES).flatmap(lambda name: sealed(FACTS[name]))
slow_to_draw = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


@slow_to_draw
@given(arbitrary_records)
def test_a_record_is_canonical_json(made: tuple[Fact, Sealed]):
    envelope = made[1].envelope
    assert envelope == rfc8785.dumps(orjson.loads(envelope))


@slow_to_draw
@given(arbitrary_records)
def test_a_record_reads_back_as_the_fact_that_was_written(made: tuple[Fact, Sealed]):
    fact, record = made
    event = Event.read(record.envelope)
    assert read(type(fact), event) == fact
    assert (event.seq, event.prev_hash, event.hash, event.id) == (record.seq, record.prev_hash, record.hash, record.id)


@slow_to_draw
@given(arbitrary_records)
def test_a_record_holds_no_attribute_and_no_field_outside_its_schema(made: tuple[Fact, Sealed]):
    record = orjson.loads(made[1].envelope)
    assert record.keys() <= envelope_schema()["properties"].keys()
    Draft202012Validator(envelope_schema()).validate(record)
    Draft202012Validator(schema_of(type(made[0]))).validate(record["data"])
    assert record["data"].keys() <= schema_of(type(made[0]))["properties"].keys()


@slow_to_draw
@given(arbitrary_records)
def test_the_stock_sdk_reads_a_record(made: tuple[Fact, Sealed]):
    fact, record = made
    ours = orjson.loads(record.envelope)
    event = stock(record.envelope, key=ours["subject"].encode())
    assert isinstance(event, CloudEvent)
    assert (event.get_id(), event.get_type(), event.get_source()) == (str(record.id), fact.type, "/tongkang/screening")
    assert event.get_time() == datetime.fromisoformat(ours["time"])
    assert event.get_extension("partitionkey") == event.get_subject()
    assert event.get_extension("sequence") == str(record.seq)
    assert event.get_extension("prevhash") == b64(record.prev_hash)
    assert event.get_data() == ours["data"]


def stock(value: bytes, key: bytes) -> Any:
    return from_kafka_event(KafkaMessage(headers={}, key=key, value=value))


@pytest.mark.parametrize("fact_type", TYPES)
def test_the_stock_sdk_reads_every_committed_example(fact_type: str):
    envelope = example_of(FACTS[fact_type]).envelope
    assert stock(envelope, b"any").get_type() == fact_type


def a_checkpoint() -> Checkpoint:
    roots = {bucket: b64(bytes([bucket]) * 32) for bucket in (0, 9, 10, 100, BUCKETS - 1)}
    return Checkpoint(producer="rehab", as_of=datetime(2026, 3, 16, tzinfo=UTC), roots=roots, signature="c2lnbmVk")


def test_the_stock_sdk_reads_a_checkpoint_and_so_do_we():
    value = as_cloudevent(a_checkpoint())
    event = stock(value, b"rehab")
    assert event.get_type() == "tongkang.rehab.checkpoint_published.v1"
    assert TOPIC == "tongkang.checkpoints"
    assert read_cloudevent(value) == a_checkpoint()


def test_a_checkpoint_is_canonical_json_too():
    value = as_cloudevent(a_checkpoint())
    assert value == rfc8785.dumps(orjson.loads(value))
    assert a_checkpoint().signed_bytes() == rfc8785.dumps(orjson.loads(a_checkpoint().signed_bytes()))


@given(moments, moments)
def test_times_sort_as_their_text_does(one: datetime, other: datetime):
    assert (timestamp(one) < timestamp(other)) == (one < other)
    assert datetime.fromisoformat(timestamp(one)) == one


UNREADABLE: dict[str, Any] = {
    "no JSON": b"\xff\xfe not JSON",
    "empty": b"",
    "a list": b"[]",
    "another version": {"specversion": "0.3"},
    "a number of nothing": {"sequence": "0"},
    "a number that is none": {"sequence": "seven"},
    "no producer": {"source": None},
    "no time": {"time": "yesterday"},
    "half a hash": {"prevhash": b64(bytes(16))},
    "text for data": {"data": "names and notes"},
    "no subject": {"subject": "a child"},
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_record_of_ours_is_unreadable(name: str):
    value = UNREADABLE[name]
    if isinstance(value, dict):
        value = orjson.dumps(orjson.loads(example_of(FACTS[TYPES[0]]).envelope) | value)
    with pytest.raises(Unreadable):
        Event.read(value)


@pytest.mark.parametrize(
    "attribute", ["id", "type", "source", "subject", "epoch", "sequence", "time", "prevhash", "data"]
)
def test_a_record_without_a_needed_attribute_is_unreadable(attribute: str):
    record = orjson.loads(example_of(FACTS[TYPES[0]]).envelope)
    del record[attribute]
    with pytest.raises(Unreadable):
        Event.read(orjson.dumps(record))


def test_a_changed_byte_changes_the_hash():
    record = example_of(FACTS[TYPES[0]])
    changed = record.envelope.replace(b'"staff"', b'"chief"')
    assert Event.read(record.envelope).hash == record.hash
    assert Event.read(changed).hash != record.hash


def test_the_case_and_the_fact_have_ids_of_their_own_kinds():
    event = Event.read(example_of(FACTS["tongkang.screening.child_registered.v1"]).envelope)
    assert isinstance(event.case, UUID)
    assert event.case != event.id
    assert event.stream == ("screening", event.case, 1)
