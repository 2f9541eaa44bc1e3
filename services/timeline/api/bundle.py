"""The verifier bundle of a file: its facts in their published bytes, with what their producers say of them, signed."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated
from uuid import UUID

import httpx
from fastapi import APIRouter, Request, Response

from services.timeline.api.reading import database, reader_of
from services.timeline.domain.chain import PRODUCERS
from services.timeline.domain.entry import Row
from services.timeline.domain.sight import Detail, Sight
from services.timeline.errors import FileCovered
from services.timeline.repository import bundle as repository
from shared.access.policy import Act, Actor
from shared.contracts.envelope import Event
from shared.errors import CaseNotFound, TemporarilyUnavailable
from shared.http.doors import may, service_of
from shared.ids import CaseId
from shared.journal.bundle import Bundle, SignedHeads
from shared.journal.completeness import Peer

router = APIRouter(prefix="/v1/cases/{case}", tags=["entries"])
Takes = Annotated[Actor, may(Act.TAKE_BUNDLE)]

ZIP = "application/zip"


@router.get("/bundle", responses={200: {"content": {ZIP: {}}}}, response_class=Response)
async def bundle(request: Request, case: CaseId, actor: Takes) -> Response:
    """Give all facts of a file as they were published, signed heads and keys: what is checked without the installation.

    The producers are asked before the facts are read, so that no fact is missing that they have signed; one that was
    on its way just then is, and the check says so.
    """
    reader = reader_of(request, actor)
    async with database(request).session() as session:
        head = await repository.head(session.driver, reader, case)
    if head is None:
        raise CaseNotFound
    if _is_covered(head, reader.sight):
        raise FileCovered
    heads, keys = await _signed(_peers(request), head["family"])
    async with database(request).session() as session:
        rows = await repository.facts(session.driver, reader, case, head["family"])
    return _zip(Bundle(_by_producer(rows), heads, keys).packed(), case)


def _is_covered(head: Row, sight: Sight) -> bool:
    left = sight.masked(Detail.FULL, own=False, withdrawn=head["masked"], erased=head["erased"])
    return left is not Detail.FULL


def _peers(request: Request) -> Mapping[str, Peer]:
    completeness = service_of(request).completeness
    assert completeness is not None  # noqa: S101 - `app.py` made it listen
    return completeness.peers


async def _signed(peers: Mapping[str, Peer], family: Sequence[UUID]) -> tuple[list[SignedHeads], dict[str, str]]:
    """Ask every producer. Raises TemporarilyUnavailable: without the word of one, a file could end anywhere."""
    answers = await asyncio.gather(*(_word(name, peers[name], family) for name in PRODUCERS))
    return [said for said, _ in answers], {said.producer: key for said, key in answers}


async def _word(producer: str, peer: Peer, family: Sequence[UUID]) -> tuple[SignedHeads, str]:
    try:
        return await peer.signed_heads(family), await peer.key(anew=True)
    except httpx.HTTPError as error:
        raise TemporarilyUnavailable(what=producer) from error


def _by_producer(rows: Iterable[Row]) -> dict[str, list[bytes]]:
    """Return the facts of each producer in the order of its streams."""
    facts: dict[str, list[Event]] = {producer: [] for producer in PRODUCERS}
    for row in rows:
        facts[row["producer"]].append(Event.read(row["envelope"]))
    return {
        producer: [event.envelope for event in sorted(events, key=lambda one: (one.subject, one.epoch, one.seq))]
        for producer, events in facts.items()
    }


def _zip(content: bytes, case: UUID) -> Response:
    return Response(content, media_type=ZIP, headers={"content-disposition": f'attachment; filename="{case}.zip"'})
