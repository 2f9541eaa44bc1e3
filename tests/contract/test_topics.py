"""Topics are declared once, and their files name exactly who writes and who listens."""

from collections import Counter
from collections.abc import Iterable
from importlib.resources import files

import pytest
import yaml
from faststream.kafka import KafkaBroker

from shared.blueprint import app_of, service_names
from shared.contracts import topics as folder
from shared.contracts.catalogue import FACTS
from shared.contracts.topics import Topic, topics
from shared.journal.checkpoint import TOPIC
from shared.service import Service

DECLARED = {topic.name: topic for topic in topics()}
SERVICES = service_names()
PRODUCERS = sorted({fact.producer for fact in FACTS.values()})


def service(name: str) -> Service:
    found: Service = app_of(name).state.service
    return found


def subscribed(broker: KafkaBroker | None) -> set[str]:
    return {topic for subscriber in (broker.subscribers if broker else ()) for topic in subscriber.topic_names}


def test_a_topic_is_declared_in_one_file_of_its_name():
    names = [
        yaml.safe_load(file.read_text())["name"] for file in files(folder).iterdir() if file.name.endswith(".yaml")
    ]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert {f"{name}.yaml" for name in names} == {f.name for f in files(folder).iterdir() if f.name.endswith(".yaml")}


@pytest.mark.parametrize("fact_type", sorted(FACTS))
def test_a_fact_travels_on_a_declared_topic_of_its_producer(fact_type: str):
    fact = FACTS[fact_type]
    assert fact.producer in DECLARED[fact.topic].producers
    assert DECLARED[fact.topic].key == f"{fact.about} id"


@pytest.mark.parametrize("topic", sorted(DECLARED))
def test_a_topic_names_exactly_its_producers(topic: str):
    writing = {fact.producer for fact in FACTS.values() if fact.topic == topic}
    assert set(DECLARED[topic].producers) == (set(PRODUCERS) if topic == TOPIC else writing)


@pytest.mark.parametrize("topic", sorted(DECLARED))
def test_a_topic_names_exactly_its_consumers(topic: str):
    listening = {name for name in SERVICES if topic in subscribed(service(name).broker)}
    assert {name for name in DECLARED[topic].consumers if name in SERVICES} == listening


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_listens_only_to_declared_topics(name: str):
    assert subscribed(service(name).broker) <= DECLARED.keys()


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_hears_travels_on_what_it_listens_to(name: str):
    assert topics_of(service(name).hears) | {TOPIC} >= subscribed(service(name).broker)
    assert topics_of(service(name).hears) <= subscribed(service(name).broker)


def topics_of(facts: Iterable[type]) -> set[str]:
    return {fact.topic for fact in facts}


@pytest.mark.parametrize("topic", sorted(DECLARED))
def test_facts_are_kept_for_ever_and_keep_their_order(topic: str):
    """A topic with one more partition would send a case's next fact elsewhere; so all topics of facts have the same."""
    declared: Topic = DECLARED[topic]
    assert declared.retention == ("7 days" if topic == TOPIC else "forever")
    assert declared.retention_ms == (7 * 24 * 3600 * 1000 if topic == TOPIC else -1)
    assert declared.partitions == (1 if topic == TOPIC else 12)
