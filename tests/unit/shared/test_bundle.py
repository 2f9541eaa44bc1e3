"""A bundle that somebody took along: whatever was changed in it is found, with nothing running."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from shared.journal.bundle import Bundle, NotABundle, Wrong, check
from tests.support.bundles import a_bundle
from tests.support.children import Child, a_whole_way

REHAB = "rehab"
Facts = list[bytes]


@pytest.fixture
def child() -> Child:
    child = a_whole_way(uuid4(), uuid4(), uuid4())
    for day in range(5):
        child.trained(date(2024, 7, 1) + timedelta(days=day), uuid4(), uuid4())
    return child


@pytest.fixture
def bundle(child: Child, tmp_path: Path) -> Bundle:
    return a_bundle(child, tmp_path)


def first_faults(bundle: Bundle) -> dict[str, tuple[Wrong, int]]:
    """Return what is wrong first at each producer of whom something is, and at which number."""
    return {one.producer: (one.faults[0].wrong, one.faults[0].seq) for one in check(bundle) if one.faults}


def test_an_untouched_bundle_is_sound_also_once_it_was_packed(bundle, child):
    verdicts = check(Bundle.unpacked(bundle.packed()))
    assert [one.faults for one in verdicts] == [[]] * 5
    assert sum(one.facts for one in verdicts) == len(child.records)
    assert not any(one.newer for one in verdicts)


def flipped(fact: bytes, old: bytes = b'"role"', new: bytes = b'"rule"') -> bytes:
    assert old in fact
    return fact.replace(old, new)


def with_byte_changed_at(place: int) -> Callable[[Facts], Facts]:
    def change(facts: Facts) -> Facts:
        facts[place] = flipped(facts[place])
        return facts

    return change


CHANGES: dict[str, tuple[Callable[[Facts], Facts], Callable[[int], tuple[Wrong, int]]]] = {
    "a byte in the middle": (with_byte_changed_at(2), lambda _: (Wrong.CHAIN, 4)),
    "a byte of the last fact": (with_byte_changed_at(-1), lambda last: (Wrong.HEAD, last)),
    "the last fact left out": (lambda facts: facts[:-1], lambda last: (Wrong.TAIL, last)),
    "the first fact left out": (lambda facts: facts[1:], lambda _: (Wrong.NUMBER, 2)),
    "one in the middle left out": (lambda facts: [*facts[:3], *facts[4:]], lambda _: (Wrong.NUMBER, 5)),
    "one twice": (lambda facts: [*facts[:3], *facts[2:]], lambda _: (Wrong.NUMBER, 3)),
    "all left out": (lambda _: [], lambda _: (Wrong.TAIL, 1)),
    "a line that is no fact": (lambda facts: [*facts, b"{}"], lambda last: (Wrong.ENVELOPE, last + 1)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_changed_is_found_at_its_place(bundle, change):
    altered, wrong = CHANGES[change]
    last = len(bundle.facts[REHAB])
    changed = replace(bundle, facts={**bundle.facts, REHAB: altered(list(bundle.facts[REHAB]))})
    assert first_faults(Bundle.unpacked(changed.packed())) == {REHAB: wrong(last)}


def test_the_fact_of_another_child_is_no_part_of_it(bundle):
    stranger = Child()
    alien = stranger.trained(date(2024, 7, 1), uuid4(), uuid4()).envelope
    changed = replace(bundle, facts={**bundle.facts, REHAB: [*bundle.facts[REHAB], alien]})
    assert first_faults(changed) == {REHAB: (Wrong.ENVELOPE, len(bundle.facts[REHAB]) + 1)}


def test_a_fact_that_came_after_the_signature_is_counted_as_newer(bundle, child):
    record = child.trained(date(2024, 8, 1), uuid4(), uuid4()).envelope
    grown = replace(bundle, facts={**bundle.facts, REHAB: [*bundle.facts[REHAB], record]})
    (rehab,) = [one for one in check(grown) if one.producer == REHAB]
    assert (rehab.faults, rehab.newer) == ([], 1)


def test_a_head_that_was_set_back_is_no_longer_signed(bundle):
    at = [one.producer for one in bundle.heads].index(REHAB)
    head = bundle.heads[at].heads[0]
    back = bundle.heads[at].model_copy(update={"heads": [head.model_copy(update={"last": head.last - 1})]})
    heads = [*bundle.heads[:at], back, *bundle.heads[at + 1 :]]
    assert first_faults(replace(bundle, heads=heads))[REHAB][0] is Wrong.SIGNATURE


def test_keys_that_were_kept_elsewhere_find_a_bundle_that_was_made_anew_as_a_whole(bundle, child, tmp_path):
    (tmp_path / "forger").mkdir()
    forged = a_bundle(child, tmp_path / "forger")
    assert not any(one.faults for one in check(forged))
    assert {one.faults[0].wrong for one in check(forged, bundle.keys)} == {Wrong.SIGNATURE}
    without = {name: key for name, key in bundle.keys.items() if name != REHAB}
    assert [one.producer for one in check(bundle, without) if one.faults] == [REHAB]


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip at all"])
def test_a_file_of_another_kind_is_told_apart(content):
    with pytest.raises(NotABundle):
        Bundle.unpacked(content)


LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
"""With what the two headers of a packed file begin (APPNOTE.TXT 4.3.7, 4.3.12)."""


@pytest.mark.parametrize(("place", "value"), [(6, 1), (8, 99)], ids=["encrypted", "packed in another way"])
def test_a_zip_that_cannot_be_unpacked_is_told_apart(bundle, place, value):
    content = bytearray(bundle.packed())
    for header, further in ((LOCAL, 0), (CENTRAL, 2)):
        for one in re.finditer(re.escape(header), bundle.packed()):
            content[one.start() + place + further] = value
    with pytest.raises(NotABundle):
        Bundle.unpacked(bytes(content))


def test_a_zip_that_was_damaged_on_its_way_is_told_apart(bundle):
    content = bundle.packed()
    begins = content.index(b"heads.json") + len(b"heads.json")
    with pytest.raises(NotABundle):
        Bundle.unpacked(content[:begins] + b"\xff" * 8 + content[begins + 8 :])


def test_a_bundle_with_a_part_missing_is_none(bundle):
    unknown = replace(bundle, facts={name: facts for name, facts in bundle.facts.items() if name != REHAB})
    with pytest.raises(NotABundle):
        Bundle.unpacked(unknown.packed())
