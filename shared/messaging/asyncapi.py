"""The AsyncAPI document of a service: what it publishes and what it reacts to, with the true schema of each message.

FastStream could render its own document, but the subscriber at run time takes raw batches, so that its messages would
be bytes. This one is built from the catalogue: what the journal really writes and the inbox really reads.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.contracts.envelope import Fact
from shared.contracts.schema import envelope_schema, schema_of
from shared.contracts.topics import Topic, topics
from shared.journal.checkpoint import TOPIC, Checkpoint

Document = dict[str, Any]
SCHEMA_FORMAT = "application/schema+json;version=draft-2020-12"
CHECKPOINT = "checkpoint"


def asyncapi(name: str, *, publishes: Sequence[type[Fact]], hears: Sequence[type[Fact]]) -> Document:
    """Return the AsyncAPI 3.0 document of a service; `hears` is what it has reactions to."""
    sent, heard = _by_topic(publishes), _by_topic(hears)
    checkpoints = {TOPIC: [CHECKPOINT]}
    awaited = heard | checkpoints if heard else {}
    facts = {fact.type: fact for fact in (*publishes, *hears)}
    return {
        "asyncapi": "3.0.0",
        "id": f"urn:tongkang:service:{name}",
        "info": {"title": f"Tongkang {name}: events", "version": "1", "description": _said(publishes, hears)},
        "defaultContentType": "application/cloudevents+json",
        "channels": {t.name: _channel(t, facts.values()) for t in topics() if t.name in {*sent, *heard, TOPIC}},
        "operations": _operations("send", sent | checkpoints) | _operations("receive", awaited),
        "components": {"messages": _messages(facts), "schemas": _schemas(facts)},
    }


def _said(publishes: Sequence[type[Fact]], hears: Sequence[type[Fact]]) -> str:
    return (
        f"Publishes {len(publishes)} kinds of facts and reacts to {len(hears)}. Every record is a CloudEvents 1.0"
        " document in structured JSON, keyed by its subject, in order per producer and subject, at least once."
    )


def _by_topic(facts: Iterable[type[Fact]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for fact in facts:
        found.setdefault(fact.topic, []).append(fact.type)
    return found


def _channel(topic: Topic, facts: Iterable[type[Fact]]) -> Document:
    carried = [CHECKPOINT] if topic.name == TOPIC else [fact.type for fact in facts if fact.topic == topic.name]
    return {
        "address": topic.name,
        "description": topic.description,
        "messages": {message: {"$ref": f"#/components/messages/{message}"} for message in carried},
        "bindings": {"kafka": {"topic": topic.name, "partitions": topic.partitions, "replicas": topic.replicas}},
    }


def _operations(action: str, carried: Mapping[str, Sequence[str]]) -> Document:
    return {
        f"{action}:{topic}": {
            "action": action,
            "channel": {"$ref": f"#/channels/{topic}"},
            "messages": [{"$ref": f"#/channels/{topic}/messages/{message}"} for message in messages],
        }
        for topic, messages in carried.items()
    }


def _messages(facts: Mapping[str, type[Fact]]) -> Document:
    described = {kind: _message(kind, fact.__doc__ or "") for kind, fact in facts.items()}
    return described | {CHECKPOINT: _message(CHECKPOINT, Checkpoint.__doc__ or "")}


def _message(kind: str, description: str) -> Document:
    return {
        "name": kind,
        "title": kind,
        "summary": description.partition("\n")[0],
        "contentType": "application/cloudevents+json",
        "payload": {"schemaFormat": SCHEMA_FORMAT, "schema": {"$ref": f"#/components/schemas/{kind}"}},
    }


def _schemas(facts: Mapping[str, type[Fact]]) -> Document:
    placed = _placed(Checkpoint.model_json_schema(), CHECKPOINT, f"{CHECKPOINT}:data") | {CHECKPOINT: _checkpoint()}
    for kind, fact in facts.items():
        placed |= _placed(schema_of(fact), fact.producer, f"{kind}:data") | {kind: _record(kind)}
    return placed


def _record(kind: str) -> Document:
    """Return the schema of a whole record: the envelope around the data of one kind of fact."""
    attributes = {"type": {"const": kind}, "data": {"$ref": f"#/components/schemas/{kind}:data"}}
    envelope = _bare(envelope_schema())
    return envelope | {"title": kind, "properties": envelope["properties"] | attributes}


def _checkpoint() -> Document:
    """Return the schema of a checkpoint's record: CloudEvents too, but no part of a stream, so it has no number."""
    names = ("specversion", "id", "source", "type", "subject", "partitionkey", "time", "datacontenttype", "data")
    said = {"type": {"type": "string", "pattern": r"\.checkpoint_published\.v1$"}, "subject": {"type": "string"}}
    said |= {"partitionkey": {"type": "string"}, "data": {"$ref": f"#/components/schemas/{CHECKPOINT}:data"}}
    attributes = envelope_schema()["properties"]
    return {"type": "object", "properties": {n: said.get(n, attributes[n]) for n in names}, "required": list(names)}


def _placed(schema: Mapping[str, Any], owner: str, name: str) -> Document:
    """Return a schema and its definitions as components: definitions carry their owner's name, references follow."""
    text = json.dumps(schema).replace('"#/$defs/', f'"#/components/schemas/{owner}.')
    whole = json.loads(text)
    definitions = {f"{owner}.{part}": body for part, body in whole.pop("$defs", {}).items()}
    return definitions | {name: _bare(whole)}


def _bare(schema: Mapping[str, Any]) -> Document:
    return {word: value for word, value in schema.items() if word not in {"$schema", "$id"}}
