"""How a large batch is divided: cases stay whole and in order, and every offset passed is counted once."""

from collections import Counter
from uuid import uuid4

import pytest

from shared.journal.inbox import WORTH_DIVIDING, Item, Outcome, Record, apart, outcomes, shares, subject_of
from tests.support.children import Child

CASES = [str(uuid4()).encode() for _ in range(40)]


def records(number: int = 400, *, partitions: int = 3) -> list[Record]:
    return [Record(b"", CASES[n % 40], "tongkang.rehab", n % 40 % partitions, n) for n in range(number)]


@pytest.mark.parametrize("parts", [2, 3, 4])
def test_all_records_of_a_case_stay_together_and_in_order(parts):
    divided = apart(records(), parts)
    assert len(divided) == parts
    assert sorted(record.offset for part in divided for record in part) == list(range(400))
    for part in divided:
        assert [record.offset for record in part] == sorted(record.offset for record in part)
    where = {(record.key, number) for number, part in enumerate(divided) for record in part}
    assert len(where) == len(CASES)


@pytest.mark.parametrize(("number", "parts"), [(WORTH_DIVIDING - 1, 4), (400, 1)])
def test_a_small_batch_stays_whole_and_so_does_one_that_is_not_to_be_divided(number, parts):
    assert apart(records(number), parts) == [records(number)]


def test_facts_from_a_feed_are_divided_by_the_case_in_their_bytes():
    children = [Child() for _ in range(WORTH_DIVIDING // 2)]
    for child in children:
        child.registered()
        child.registered()
    facts = [Record(record.value, feed="screening") for child in children for record in child.records]
    divided = apart(facts, 2)
    cases = [{subject_of(record.value or b"") for record in part} for part in divided]
    assert cases[0] | cases[1] == {str(child.case).encode() for child in children}
    assert not cases[0] & cases[1]


def test_what_is_no_fact_at_all_is_in_some_part():
    junk = [Record(value, None, "tongkang.rehab", 0, n) for n, value in enumerate([None, b"", b"junk"] * 100)]
    assert sum(map(len, apart(junk, 2))) == 300


def test_the_shares_add_up_to_what_was_passed_and_show_what_no_record_stands_for():
    batch = records()
    passed = {place: number for place, number in Counter(record.place for record in batch).items() if place}
    lost = {("tongkang.rehab", 0): 3}
    divided = apart(batch, 3)
    given = shares({place: number + lost.get(place, 0) for place, number in passed.items()}, divided)
    assert sum((Counter(share) for share in given), Counter()) == Counter(passed) + Counter(lost)
    surplus = Counter(given[0])
    surplus.subtract(Counter(record.place for record in divided[0]))
    assert +surplus == Counter(lost)


def test_an_outcome_is_counted_whatever_it_is():
    items = [Item(Record(b""), outcome=outcome) for outcome in (*Outcome, Outcome.APPLIED, None)]
    assert outcomes(items) == {**dict.fromkeys(Outcome, 1), Outcome.APPLIED: 2}
