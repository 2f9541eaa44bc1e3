"""Sealing: numbers, hashes and the chain that they make."""

from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import ids
from shared.contracts.envelope import (
    FACTS,
    GENESIS,
    Context,
    Event,
    Fact,
    Recorded,
    b64,
    chain,
    schema_uri,
    seal,
    service_actor,
    timestamp,
    unb64,
)
from shared.contracts.events.custody import CustodyEnded, CustodyEndReason
from shared.testing.streams import Stream


def ended(on: date = date(2026, 7, 10)) -> CustodyEnded:
    stay, home = ids.new_record(), ids.new_record()
    return CustodyEnded(stay=stay, institution=home, ended_on=on, reason=CustodyEndReason.RETURNED_HOME)


def test_the_facts_of_a_stream_are_numbered_and_chained():
    stream = Stream("custody")
    stream.extend([ended() for _ in range(5)])
    assert [event.seq for event in stream.events] == [1, 2, 3, 4, 5]
    assert stream.events[0].prev_hash == GENESIS
    for before, after in zip(stream.events, stream.events[1:], strict=False):
        assert after.prev_hash == before.hash
        assert after.hash == sha256(before.hash + after.envelope).digest()
    assert stream.head == stream.events[-1].hash


def test_what_is_not_known_is_left_out_of_the_bytes():
    fact = ended()
    context = Context("custody", service_actor("custody"), datetime(2026, 7, 10, 9, tzinfo=UTC))
    recorded = Recorded(ids.new_fact(), ids.new_case(), fact, context.recorded_at, ids.new_record())
    record = orjson.loads(seal(recorded, context, epoch=1, seq=1, prev_hash=GENESIS).envelope)
    assert "causationid" not in record
    assert "traceparent" not in record
    assert record["data"].keys() == {"stay", "institution", "ended_on", "reason", "actor"}
    assert None not in record.values()


def test_a_cause_and_a_trace_stand_in_the_envelope():
    cause = ids.new_fact()
    context = Context("custody", service_actor("custody"), datetime(2026, 7, 10, 9, tzinfo=UTC), "00-ab-cd-01")
    recorded = Recorded(ids.new_fact(), ids.new_case(), ended(), context.recorded_at, ids.new_record(), cause)
    record = orjson.loads(seal(recorded, context, epoch=2, seq=7, prev_hash=bytes([1]) * 32).envelope)
    assert (record["causationid"], record["traceparent"]) == (str(cause), "00-ab-cd-01")
    assert (record["epoch"], record["sequence"]) == (2, "7")
    assert record["partitionkey"] == record["subject"]


@given(st.binary(max_size=64))
def test_base64url_comes_back_without_padding(raw: bytes):
    assert unb64(b64(raw)) == raw
    assert "=" not in b64(raw)


@given(st.binary(min_size=1), st.integers(0, 255), st.data())
def test_any_changed_byte_changes_the_hash(envelope: bytes, change: int, data: st.DataObject):
    place = data.draw(st.integers(0, len(envelope) - 1))
    changed = bytearray(envelope)
    changed[place] ^= change or 1
    assert chain(GENESIS, bytes(changed)) != chain(GENESIS, envelope)


def test_times_have_one_length_and_are_utc():
    east = timezone(timedelta(hours=8))
    assert timestamp(datetime(2026, 3, 2, 8, 0, tzinfo=east)) == "2026-03-02T00:00:00.000000Z"
    assert timestamp(datetime(2026, 3, 2, 0, 0, 0, 5, tzinfo=UTC)) == "2026-03-02T00:00:00.000005Z"


def test_a_fact_knows_its_producer_and_its_topic():
    licence = FACTS["tongkang.education.education_licence_granted.v1"]
    assert (licence.producer, licence.about, licence.topic) == ("education", "institution", "tongkang.institutions")
    assert (CustodyEnded.producer, CustodyEnded.about, CustodyEnded.topic) == ("custody", "case", "tongkang.custody")
    assert schema_uri(CustodyEnded.type) == "urn:tongkang:schema:tongkang.custody.custody_ended.v1"


def test_a_value_without_a_type_is_no_fact_of_the_catalogue():
    before = len(FACTS)
    type("Draft", (Fact,), {})
    assert len(FACTS) == before


def test_a_fact_is_strict():
    with pytest.raises(ValueError, match="date"):
        CustodyEnded.model_validate(dict(ended()) | {"ended_on": "2026-07-10"})
    with pytest.raises(ValueError, match="UUID"):
        CustodyEnded.model_validate(dict(ended()) | {"stay": "x"})


def test_a_reader_gets_the_moment_and_the_stream():
    stream = Stream("custody")
    record = stream.append(ended(), occurred_at=date(2026, 7, 10))
    event = Event.read(record.value or b"")
    assert event.occurred_at == datetime(2026, 7, 9, 16, tzinfo=UTC)
    assert event.stream == ("custody", stream.subject, 1)
