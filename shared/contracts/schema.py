"""JSON Schemas (2020-12) of what is published: the data of every fact, and the envelope around it.

They are open, although the classes are strict: a reader ignores what it does not know, so a new optional field must not
make an old fact's schema refuse it.
"""

from datetime import datetime
from functools import cache
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, create_model
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from shared.contracts.envelope import ActorRef, Fact, Strict, schema_uri

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Envelope(Strict):
    """CloudEvents 1.0 in structured JSON, canonical (RFC 8785), as it lies in the journal and on the topic."""

    specversion: Literal["1.0"] = Field(description="Version of CloudEvents.")
    id: UUID = Field(description="Id of the fact, UUIDv7.")
    source: str = Field(description="`/tongkang/<service>`: who says so.")
    type: str = Field(description="`tongkang.<service>.<noun>_<past verb>.v<N>`.")
    subject: UUID = Field(
        description="The case that the fact is about; an institution's id on `tongkang.institutions`."
    )
    partitionkey: UUID = Field(description="Equal to the subject; the Kafka key is its text.")
    time: datetime = Field(description="When it happened, UTC with microseconds.")
    recordedtime: datetime = Field(description="When it was recorded.")
    sequence: str = Field(
        description="Number in (producer, subject, epoch), from 1, gapless.", pattern=r"^[1-9][0-9]*$"
    )
    epoch: int = Field(description="Counts how often the stream was begun anew.", ge=1)
    correlationid: UUID = Field(description="The command that all facts of one unit of work share.")
    causationid: UUID | None = Field(default=None, description="The fact that caused this one, where one did.")
    traceparent: str | None = Field(default=None, description="W3C trace context, where there is one.")
    prevhash: str = Field(
        description="Hash of the fact before it in its stream, base64url; 32 zero bytes before the first.",
        pattern=r"^[A-Za-z0-9_-]{43}$",
    )
    datacontenttype: Literal["application/json"] = Field(description="Form of the data.")
    dataschema: str = Field(description="`urn:tongkang:schema:<type>`: the committed schema of the data.")
    data: dict[str, Any] = Field(description="What happened, by the schema of the type.")


class _Published(GenerateJsonSchema):
    """As facts are written: what is not known is absent, never null."""

    schema_dialect = DIALECT

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default") is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def field_title_should_be_set(self, schema: object) -> bool:
        del schema
        return False


@cache
def schema_of(fact: type[Fact]) -> dict[str, Any]:
    """Return the schema of a fact's data, with the actor that the envelope adds to it."""
    actor = (ActorRef, Field(description="Who caused the fact."))
    written = create_model(fact.__name__, __base__=fact, __doc__=fact.__doc__, actor=actor)
    return {"$schema": DIALECT, "$id": schema_uri(fact.type)} | _schema(written)


@cache
def envelope_schema() -> dict[str, Any]:
    """Return the schema of the envelope, whatever its data."""
    return {"$schema": DIALECT, "$id": schema_uri("envelope")} | _schema(Envelope)


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(mode="serialization", schema_generator=_Published)
    for part in (schema, *schema.get("$defs", {}).values()):
        part.pop("additionalProperties", None)
    return schema
