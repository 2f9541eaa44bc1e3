"""Every subscriber is at least once: own parser, offsets by hand, one group per service, from the earliest record."""

from typing import Any

import pytest
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from deploy.services import SERVICES as INSTALLED
from shared.blueprint import app_of, service_names
from shared.journal.checkpoint import TOPIC
from shared.messaging.consumer import raw_batch, raw_records
from shared.service import Service

LISTENING = [name for name in service_names() if app_of(name).state.service.broker is not None]


def service(name: str) -> Service:
    found: Service = app_of(name).state.service
    return found


def subscribers(name: str) -> list[Any]:
    broker = service(name).broker
    assert isinstance(broker, KafkaBroker)
    return list(broker.subscribers)


@pytest.mark.parametrize("name", LISTENING)
def test_a_service_listens_to_facts_and_to_checkpoints_in_two_groups(name: str):
    groups = {subscriber.group_id: set(subscriber.topic_names) for subscriber in subscribers(name)}
    assert set(groups) == {f"tongkang.{name}", f"tongkang.{name}.checkpoints"}
    assert groups[f"tongkang.{name}.checkpoints"] == {TOPIC}
    assert TOPIC not in groups[f"tongkang.{name}"]


@pytest.mark.parametrize("name", LISTENING)
def test_no_subscriber_acknowledges_by_itself(name: str):
    for subscriber in subscribers(name):
        assert subscriber.ack_policy is AckPolicy.MANUAL
        assert subscriber._connection_args["enable_auto_commit"] is False


@pytest.mark.parametrize("name", LISTENING)
def test_every_subscriber_begins_with_the_earliest_record(name: str):
    assert {subscriber._connection_args["auto_offset_reset"] for subscriber in subscribers(name)} == {"earliest"}


@pytest.mark.parametrize("name", LISTENING)
def test_every_subscriber_takes_records_as_they_came(name: str):
    for subscriber in subscribers(name):
        assert subscriber._call_options.parser is raw_batch
        assert subscriber._call_options.decoder is raw_records


@pytest.mark.parametrize("name", LISTENING)
def test_no_topic_is_made_on_the_way(name: str):
    broker = service(name).broker
    assert broker is not None
    assert broker.config.broker_config.allow_auto_create_topics is False


@pytest.mark.parametrize("name", LISTENING)
def test_a_service_watches_the_completeness_of_every_producer_that_it_hears(name: str):
    watched = service(name).completeness
    assert watched is not None
    assert watched.peers.keys() == {fact.producer for fact in service(name).hears}


@pytest.mark.parametrize("name", service_names())
def test_the_installation_knows_whom_a_service_hears(name: str):
    spec = next(spec for spec in INSTALLED if spec.name == name)
    assert set(spec.hears) == {fact.producer for fact in service(name).hears}
