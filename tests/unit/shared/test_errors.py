"""Refusals: words in both languages, details filled in, a code that belongs to one."""

import pytest

from shared.contracts.events.education import PlacementEndReason
from shared.errors import CATALOGUE, CaseNotFound, Conflict, InTheFuture, NotAllowed, Refusal, TooManyRequests


def test_the_words_hold_the_details_in_the_language_asked_for():
    refusal = InTheFuture(field="screened_on")
    assert refusal.words("en") == "screened_on lies in the future."
    assert refusal.words("zh") == "screened_on 不能晚于当前时间。"
    assert refusal.words("fr") == refusal.words("en")


def test_a_list_is_joined_and_a_missing_detail_shows_as_its_name():
    assert "a, b" in Conflict(reason=["a", "b"]).words("en")
    assert "{" not in Conflict().words("en")
    assert "reason" in Conflict().words("en")


def test_a_refusal_says_its_code_first():
    assert str(NotAllowed(act="child.read")).startswith("not-allowed: ")
    assert CaseNotFound().args == ("case-not-found",)


def test_details_are_kept_as_they_were_given():
    assert TooManyRequests(retry_after=7).details == {"retry_after": 7}


def test_a_refusal_enters_the_catalogue_under_its_code():
    assert CATALOGUE["case-not-found"] is CaseNotFound
    assert (CaseNotFound.code, CaseNotFound.status) == ("case-not-found", 404)


def test_a_detail_cannot_break_the_words():
    assert "{0}{evil}" in Conflict(reason="{0}{evil}").words("en")


def test_a_code_needs_a_status():
    with pytest.raises(TypeError, match="status"):
        type("Half", (Refusal,), {}, code="half")
    assert "half" not in CATALOGUE


def test_a_chinese_sentence_says_codes_by_their_words_and_joins_lists_as_chinese_does():
    refused = Conflict(reason=[PlacementEndReason.GRADUATED, PlacementEndReason.DECEASED])
    assert refused.words("en") == "The present state does not allow this: graduated, deceased."
    assert refused.words("zh") == "当前状态不允许此操作：毕业、死亡。"
