"""Keyset paging: a page is found by the last row of the page before, never by counting rows."""

from typing import Annotated, Any, Generic, TypeVar

import orjson
from fastapi import Query
from pydantic import BaseModel, Field

from shared.contracts.envelope import b64, unb64
from shared.errors import Refusal

Item = TypeVar("Item")

Limit = Annotated[int, Query(ge=1, le=200, description="Rows of a page at most.")]
NewestFirst = Annotated[bool, Query(description="The last recorded comes first.")]
After = Annotated[str | None, Query(max_length=400, description="`next` of the page before.")]


class BadCursor(Refusal, code="bad-cursor", status=400):
    en = "The value of `after` is not one that this list gave out."
    zh = "after 参数不是本列表给出的值。"


class Page(BaseModel, Generic[Item]):
    """One page of a list and, where there is more, the cursor of the next."""

    items: list[Item]
    next: str | None = Field(default=None, description="Give as `after` to get the next page; absent on the last.")


def to_cursor(*keys: Any) -> str:
    """Return an opaque cursor that names the last row of a page."""
    # The driver gives UUIDs of a class of its own.
    return b64(orjson.dumps(keys, default=str))


def from_cursor(cursor: str | None, *kinds: Any) -> tuple[Any, ...] | None:
    """Read a cursor into values of the given kinds (callables). Raises BadCursor."""
    if cursor is None:
        return None
    try:
        values = orjson.loads(unb64(cursor))
        return tuple(kind(value) for kind, value in zip(kinds, values, strict=True))
    except (ValueError, TypeError, AttributeError) as error:
        raise BadCursor from error
