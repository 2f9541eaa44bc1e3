"""What tests of the stages share: a running stage, and children as screening would announce them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from uuid import UUID

import httpx
import pytest

from shared.contracts.codes import Sex
from shared.contracts.events.screening import ChildRegistered, IdentifierKind
from shared.testing.streams import Stream
from tests.support.stack import Running, Servers, running

UNKNOWN = UUID(int=404)
"""The id of nothing; a constant, so that a test named after it has the same name in every run."""


@asynccontextmanager
async def a_stage(servers: Servers, name: str, *, listens: bool = False) -> AsyncIterator[Running]:
    with pytest.MonkeyPatch.context() as patch:
        # Whoever has just told a fact asks for figures in which it counts.
        patch.setenv("TIMELINE_FIGURES_SECONDS", "0")
        async with running(servers, name, patch, listens=listens) as stage:
            yield stage


async def a_child(stage: Running, born: date = date(2019, 2, 1), county: str = "371602") -> UUID:
    """Let a stage hear of a new child."""
    stream = Stream("screening")
    kind = IdentifierKind.RESIDENT_NUMBER
    fact = ChildRegistered(sex=Sex.FEMALE, birth_date=born, region=county, identifier_kind=kind)
    await stage.deliver(stream.append(fact))
    return stream.subject


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Return status and stable code of a refusal, having checked that it is one."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    document = answer.json()
    assert document["status"] == answer.status_code
    return answer.status_code, document["code"]
