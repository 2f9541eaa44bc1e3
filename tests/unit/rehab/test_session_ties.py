"""Groups, goals, visits and the digest of words (handbook §3.5, §3.7)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.rehab.domain.rules import Rules
from services.rehab.domain.session_ties import Ties, named
from services.rehab.domain.sessions import SessionOrder, of_usual_length
from services.rehab.domain.wording import Wordings
from services.rehab.errors import GroupDiffers, GroupFull, GroupMissing, GroupNeedsGroupMode, UnknownGoal, UnknownVisit
from shared.contracts.events.rehab import Discipline, SessionContent, SessionMode

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
CENTRE, THERAPIST, GROUP, RULES = uuid4(), uuid4(), uuid4(), Rules()
SECRET = "invented secret of thirty-two characters"


def an_order(**changes):
    values = {
        "therapist": THERAPIST, "discipline": Discipline.ST, "mode": SessionMode.GROUP, "starts_at": START,
        "ends_at": START + timedelta(minutes=40), "attended": True, "group": GROUP,
    } | changes  # fmt: skip
    return SessionOrder(uuid4(), uuid4(), SessionContent(**values))


def filled(ties, count, **changes):
    for _ in range(count):
        order = an_order(**changes)
        ties.check(order, CENTRE, RULES)
        ties.join(order, CENTRE)


def test_a_group_has_eight_children_and_a_missed_one_takes_no_place():
    ties = Ties()
    filled(ties, 3, attended=False)
    filled(ties, 8)
    with pytest.raises(GroupFull):
        ties.check(an_order(), CENTRE, RULES)
    ties.check(an_order(attended=False), CENTRE, RULES)
    ties.check(an_order(group=uuid4()), CENTRE, RULES)
    ties.check(an_order(), CENTRE, Rules(largest_group=9))


@pytest.mark.parametrize(
    "change", [{"therapist": uuid4()}, {"ends_at": START + timedelta(minutes=41)}, {"starts_at": START - timedelta(1)}]
)
def test_a_group_is_one_interval_of_one_therapist(change):
    ties = Ties()
    filled(ties, 1)
    with pytest.raises(GroupDiffers):
        ties.check(an_order(**change), CENTRE, RULES)
    with pytest.raises(GroupDiffers):
        ties.check(an_order(), uuid4(), RULES)


def test_a_group_session_has_a_group_and_no_other_has():
    with pytest.raises(GroupNeedsGroupMode):
        Ties().check(an_order(mode=SessionMode.INDIVIDUAL), CENTRE, RULES)
    with pytest.raises(GroupMissing):
        Ties().check(an_order(group=None), CENTRE, RULES)
    Ties().check(an_order(mode=SessionMode.INDIVIDUAL, group=None), CENTRE, RULES)


def test_goals_and_visits_are_those_of_the_same_enrolment():
    goal, visit = uuid4(), uuid4()
    order = an_order(group=None, mode=SessionMode.HOME, goals=(goal,), visit=visit)
    mine = Ties(goals={goal: order.enrolment}, visits={visit: order.enrolment})
    mine.check(order, CENTRE, RULES)
    with pytest.raises(UnknownGoal):
        replace(mine, goals={goal: uuid4()}).check(order, CENTRE, RULES)
    with pytest.raises(UnknownVisit):
        replace(mine, visits={}).check(order, CENTRE, RULES)


def test_what_sessions_name_is_gathered_once():
    goal = uuid4()
    orders = [an_order(goals=(goal,)), an_order(goals=(goal,)), an_order(group=None)]
    assert named(orders) == ({goal}, set(), {GROUP})
    assert named([an_order(group=None)]) == (set(), set(), set())


@pytest.mark.parametrize(
    ("mode", "minutes", "usual"),
    [
        ("individual", 30, True),
        ("individual", 45, True),
        ("individual", 29, False),
        ("individual", 46, False),
        ("group", 120, True),
    ],
)
def test_guidance_is_about_individual_sessions(mode, minutes, usual):
    assert of_usual_length(SessionMode(mode), (START, START + timedelta(minutes=minutes)), RULES) is usual


def test_equal_words_have_equal_digests_at_one_centre_only():
    wordings, centre = Wordings.of(SECRET), uuid4()
    digest = wordings.digest(centre, "走路  练习\n二十分钟")
    assert digest == wordings.digest(centre, " 走路 练习 二十分钟 ")
    assert digest != wordings.digest(centre, "走路 练习 三十分钟")
    assert digest != wordings.digest(uuid4(), "走路 练习 二十分钟")
    assert digest != Wordings.of(SECRET[::-1]).digest(centre, "走路 练习 二十分钟")
    assert len(digest) == 22
    assert wordings.digest(centre, None) is None


def test_a_short_secret_is_none_and_a_secret_is_never_shown():
    with pytest.raises(ValueError, match="at least 32"):
        Wordings.of("short")
    assert SECRET not in repr(Wordings.of(SECRET))
