"""How a service stands, for those who run it: what it recorded and owes the broker, what it applied, what waits.

Counts and codes only; no case and no person is named.
"""

from datetime import datetime
from typing import Annotated

import asyncpg
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from shared.access.policy import Act, Actor
from shared.db import Driver
from shared.http.doors import may, service_of
from shared.telemetry import LAG

router = APIRouter(prefix="/internal", tags=["operation"])

_RECORDED = "SELECT count(*) AS streams, coalesce(sum(last_seq), 0)::bigint AS facts FROM case_stream"
_OWED = "SELECT count(*) FROM outbox"
_APPLIED = """
SELECT producer, count(*) AS streams, sum(last_seq)::bigint AS facts FROM stream_position GROUP BY producer ORDER BY 1
"""
_PARTITIONS = """
SELECT topic, partition, passed, applied, duplicate, parked, rejected FROM partition_account ORDER BY topic, partition
"""
_PARKED = "SELECT reason, count(*) AS number FROM parked_event GROUP BY reason ORDER BY reason"
_COMPLETE = "SELECT producer, complete_to, checkpoint_at, behind FROM completeness ORDER BY producer"


class Recorded(BaseModel):
    """What this service itself recorded."""

    streams: int = Field(description="Cases and institutions with facts.")
    facts: int
    owed: int = Field(description="Facts that the broker has not acknowledged yet.")


class Applied(BaseModel):
    """How far the facts of one producer are applied here."""

    producer: str
    streams: int
    facts: int


class Partition(BaseModel):
    """The account of one partition: offsets passed = applied + duplicate + parked + rejected."""

    topic: str
    partition: int
    passed: int
    applied: int
    duplicate: int
    parked: int
    rejected: int
    balanced: bool
    lag: int | None = Field(description="Records behind its end, as this process last saw; null when it is not ours.")


class Complete(BaseModel):
    """Up to when all that a producer recorded is applied here."""

    producer: str
    complete_to: datetime | None
    checkpoint_at: datetime | None
    behind: int


class Status(BaseModel):
    """How a service stands."""

    service: str
    listening: bool = Field(description="Whether its consumers run.")
    recorded: Recorded
    applied: list[Applied]
    partitions: list[Partition]
    parked: dict[str, int] = Field(description="Parked events by reason.")
    completeness: list[Complete]


@router.get("/status")
async def status(request: Request, actor: Annotated[Actor, may(Act.OPERATE)]) -> Status:
    """Say how this service stands."""
    del actor
    service = service_of(request)
    async with service.database.transaction(isolation="repeatable_read", readonly=True) as session:
        driver = session.driver
        return Status(
            service=service.name,
            listening=service.listening,
            recorded=await _recorded(driver),
            applied=[Applied(**row) for row in await driver.fetch(_APPLIED)],
            partitions=_partitions(await driver.fetch(_PARTITIONS)),
            parked={row["reason"]: row["number"] for row in await driver.fetch(_PARKED)},
            completeness=[Complete(**row) for row in await driver.fetch(_COMPLETE)],
        )


async def _recorded(driver: Driver) -> Recorded:
    row = await driver.fetchrow(_RECORDED)
    assert row is not None  # noqa: S101 - an aggregate gives a row
    return Recorded(**row, owed=await driver.fetchval(_OWED))


def _partitions(rows: list[asyncpg.Record]) -> list[Partition]:
    lags = _lags()
    return [
        Partition(**row, balanced=_balanced(row), lag=lags.get((row["topic"], str(row["partition"])))) for row in rows
    ]


def _balanced(row: asyncpg.Record) -> bool:
    return bool(row["passed"] == row["applied"] + row["duplicate"] + row["parked"] + row["rejected"])


def _lags() -> dict[tuple[str, str], int]:
    return {
        (sample.labels["topic"], sample.labels["partition"]): int(sample.value)
        for metric in LAG.collect()
        for sample in metric.samples
    }
