"""Cursors: what a list gave out comes back, anything else is refused."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.envelope import b64
from shared.http.paging import BadCursor, from_cursor, to_cursor

KINDS = (datetime.fromisoformat, UUID, int, str)


@given(st.datetimes(timezones=st.just(UTC)), st.uuids(), st.integers(-(2**53), 2**53), st.text())
def test_what_was_given_out_comes_back(moment: datetime, case: UUID, number: int, text: str):
    cursor = to_cursor(moment, case, number, text.encode("utf-8", "ignore").decode())
    assert from_cursor(cursor, *KINDS) == (moment, case, number, text.encode("utf-8", "ignore").decode())


def test_no_cursor_is_the_first_page():
    assert from_cursor(None, UUID) is None


def test_a_cursor_fits_into_the_query():
    assert len(to_cursor(datetime.now(UTC), uuid4(), uuid4())) < 400
    assert to_cursor(uuid4()).replace("-", "").replace("_", "").isalnum()


GARBAGE = {
    "nothing": "",
    "no base64": "%%%",
    "another script": "次の頁",
    "no JSON": b64(b"\xff\x00"),
    "a number": b64(b"7"),
    "a text": b64(b'"x"'),
    "an object": b64(b'{"id": 1}'),
    "too few": b64(b"[]"),
    "too many": b64(b'["6f0d1c52-52b5-4f4e-9d0e-7a1c3c1f2a10", 1]'),
    "no id": b64(b'["x"]'),
    "a number for an id": b64(b"[7]"),
    "null for an id": b64(b"[null]"),
    "a list for an id": b64(b"[[]]"),
    "one character too few": to_cursor(uuid4())[:-1],
}


@pytest.mark.parametrize("what", GARBAGE)
def test_garbage_is_refused(what: str):
    with pytest.raises(BadCursor):
        from_cursor(GARBAGE[what], UUID)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def to_cursor_of(value: Any) -> str:
    return b64(json.dumps(value).encode())


@given(st.text() | st.binary().map(b64) | json_values.map(to_cursor_of))
def test_nothing_a_caller_sends_makes_a_defect(cursor: str):
    for kinds in ((UUID,), (int,), (date.fromisoformat, UUID), (datetime.fromisoformat, UUID, int)):
        try:
            read = from_cursor(cursor, *kinds)
        except BadCursor:
            continue
        assert isinstance(read, tuple)
        assert len(read) == len(kinds)
