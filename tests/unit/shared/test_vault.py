"""Words about a child at rest: under the child's own key, bound to the place where they stand."""

from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag

from shared.vault import Keys

SECRET = "wrapping " * 8
CASE, OTHER = UUID(int=7), UUID(int=8)
WORDS = "外婆，电话 100 1111 2222"


@pytest.fixture
def keys() -> Keys:
    return Keys.of(SECRET)


def test_what_was_sealed_is_opened_again_also_after_a_restart(keys):
    wrapped, key = keys.new(CASE)
    assert Keys.of(SECRET).open(CASE, wrapped).open(key.seal(WORDS, "contact.name"), "contact.name") == WORDS


@pytest.mark.parametrize("words", ["", None])
def test_what_is_empty_and_what_is_missing_stay_apart(keys, words):
    _, key = keys.new(CASE)
    assert key.open(key.seal(words, "allergies"), "allergies") == words


def test_no_word_shows_and_the_same_word_is_never_sealed_alike(keys):
    _, key = keys.new(CASE)
    first, second = (key.seal(WORDS, "name") for _ in "12")
    assert WORDS.encode() not in first
    assert first != second


def test_words_open_nowhere_else(keys):
    wrapped, key = keys.new(CASE)
    sealed = key.seal(WORDS, "one.name")
    for open_elsewhere in (
        lambda: key.open(sealed, "another.name"),
        lambda: keys.new(CASE)[1].open(sealed, "one.name"),
        lambda: keys.open(OTHER, wrapped),
        lambda: Keys.of("another secret " * 4).open(CASE, wrapped),
    ):
        with pytest.raises(InvalidTag):
            open_elsewhere()


def test_keys_show_in_no_representation(keys):
    assert "AESGCM" not in repr(keys)
    assert repr(keys.new(CASE)[1]) == f"ChildKey(case={CASE!r})"
