"""Doors of a clerk who is about to register a child, or a file of them: known already? What would the screening say?"""

from dataclasses import asdict
from typing import Annotated, Any, Self

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, WrapValidator, model_validator

from services.screening.api.bodies import Body
from services.screening.api.identities import likely_ones
from services.screening.api.imports import ImportItem
from services.screening.api.tools import tools_of
from services.screening.api.views import LikelyOut, PreviewOut
from services.screening.domain.ages import check_not_in_future
from services.screening.domain.initial import preview as judged
from services.screening.domain.merging import traits_of
from services.screening.domain.registry import NewChild, register
from services.screening.domain.suspicion import Child
from services.screening.domain.warning_signs import categories_suggested_by, table
from services.screening.repository.merges import Merges
from services.screening.repository.registry import Registry
from shared import clock, ids
from shared.access.policy import Act, Actor
from shared.errors import InvalidRequest, Refusal
from shared.http.doors import Read, Reading, may
from shared.http.lines import BadLine, keep_bad, refused
from shared.http.problems import language_of
from shared.rulebook.explanation import Explanation

router = APIRouter(tags=["children"])

MOST = 10
LARGEST_FILE_PART = 100


class PreviewLineIn(ImportItem):
    """A line of a file: a child with its screening, the warning signs answered one by one or by their numbers."""

    positive_signs: list[Annotated[int, Field(strict=True, ge=1, le=4)]] | None = Field(
        default=None, max_length=4, description="Numbers of the signs that are there, in the column of the child's age."
    )

    @model_validator(mode="after")
    def _is_answered_once(self) -> Self:
        if self.positive_signs is not None and (self.screening is None or self.screening.signs):
            message = "positive_signs stand in place of the signs of a screening"
            raise ValueError(message)
        return self

    def answered(self) -> ImportItem:
        """Return the line with each sign answered. Raises NoSignColumn."""
        if self.positive_signs is None or self.screening is None:
            return self
        column = table().column_for(self.child.birth_date, self.screening.on)
        there = {sign.id for number, sign in enumerate(column.signs, start=1) if number in self.positive_signs}
        screening = self.screening.model_copy(update={"signs": column.answered(there)})
        return ImportItem(child=self.child, screening=screening)


class PreviewsIn(Body):
    """Lines of a file."""

    lines: list[Annotated[PreviewLineIn, WrapValidator(keep_bad)]] = Field(min_length=1, max_length=LARGEST_FILE_PART)


class PreviewLineOut(BaseModel):
    """What would be found of one line, or why it would be refused."""

    preview: PreviewOut | None = None
    signs: dict[str, bool] = Field(default={}, description="Each sign answered, as the screening is to be sent.")
    code: str | None = Field(default=None, description="Stable code of the refusal.")
    title: str | None = None
    details: dict[str, Any] = Field(default={}, description="Ids, codes and numbers of the refusal.")


class PreviewsOut(BaseModel):
    """What would be found of each line, in their order."""

    lines: list[PreviewLineOut]


@router.post("/v1/children/preview")
async def preview(
    body: ImportItem, actor: Annotated[Actor, may(Act.REGISTER_CHILD)], reading: Read, request: Request
) -> PreviewOut:
    """Return what would be found if a child and its screening were sent: likely duplicates, and the verdict.

    Compared are the children of whom the caller may know; of another one's child nothing is told but that a number is
    taken, as registering it would. Nothing is written but the log of reading.
    """
    found = await _previewed(body, actor, reading, request)
    await reading.shown(found.cases, act=Act.COMPARE_CHILDREN)
    return found


@router.post("/v1/children/previews")
async def previews(
    body: PreviewsIn, actor: Annotated[Actor, may(Act.REGISTER_CHILD)], reading: Read, request: Request
) -> PreviewsOut:
    """Return the same for up to 100 lines of a file; a line that would be refused is told by itself, with the reason.

    A line may answer the warning signs by their numbers; told is what they are called in the column of the child's age.
    """
    lines = [await _line(line, actor, reading, request) for line in body.lines]
    cases = {case for line in lines if line.preview for case in line.preview.cases}
    await reading.shown(cases, act=Act.COMPARE_CHILDREN)
    return PreviewsOut(lines=lines)


async def _line(line: PreviewLineIn | BadLine, actor: Actor, reading: Reading, request: Request) -> PreviewLineOut:
    try:
        if isinstance(line, BadLine):
            raise InvalidRequest(errors=line.errors)
        item = line.answered()
        found = await _previewed(item, actor, reading, request)
    except Refusal as refusal:
        return PreviewLineOut(**refused(refusal, language_of(request)))
    return PreviewLineOut(preview=found, signs=item.screening.signs if item.screening else {})


async def _previewed(item: ImportItem, actor: Actor, reading: Reading, request: Request) -> PreviewOut:
    today, tools = clock.today(), tools_of(request)
    child, screening = item.child.new_child(), item.command().screening
    registered = register(child, today, tools.protocols.in_force(today))
    verdict = _verdict(child, item, request)
    holders = await Registry(reading.session, tools.vault).holders(registered.identity, actor)
    return PreviewOut(
        number_known=bool(holders),
        known_as=next((case for case in holders if case is not None), None),
        likely=await _likely(child, actor, reading, request),
        verdict=verdict,
        suggested_categories=list(categories_suggested_by(screening.positive_signs if screening else frozenset())),
    )


async def _likely(child: NewChild, actor: Actor, reading: Reading, request: Request) -> list[LikelyOut]:
    tools = tools_of(request)
    merges = Merges(reading.session, tools.vault, actor.ref)
    traits = await merges.traits(await merges.born_on(child.birth_date, child.region, actor), actor)
    own = traits_of(child.sex.value, child.birth_date, asdict(child.identity))
    return likely_ones(own, traits, tools.registry_policies.in_force(clock.today()))[:MOST]


def _verdict(child: NewChild, body: ImportItem, request: Request) -> Explanation | None:
    screening = body.command().screening
    if screening is None:
        return None
    check_not_in_future(screening.on, clock.today(), "on")
    protocol = tools_of(request).protocols.in_force(screening.on)
    return judged(Child(ids.new_case(), child.birth_date), screening, protocol)
