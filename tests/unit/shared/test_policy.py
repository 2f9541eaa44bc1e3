"""The table of acts: complete, and asked in one way only."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.access.policy import (
    EVERYONE,
    TABLE,
    WITHOUT_CHILDREN,
    Act,
    Actor,
    Role,
    acting_as,
    allowed,
    covers,
    sees_no_child,
)
from shared.contracts.codes import OrgType


def an_actor(org_type: OrgType, *roles: str, region: str = "371602") -> Actor:
    return Actor(uuid4(), uuid4(), org_type, region, frozenset(roles))


def test_every_act_has_a_rule_and_some_kind_that_may_do_it():
    assert set(TABLE) == set(Act)
    assert [act for act, rule in TABLE.items() if not rule.org_types] == []


def test_a_role_of_a_rule_is_a_role_of_the_house():
    known = {role.value for role in Role}
    assert {role for rule in TABLE.values() for role in rule.roles} <= known


def test_every_role_with_a_name_of_its_own_decides_something():
    deciding = {role for rule in TABLE.values() for role in rule.roles}
    assert {role.value for role in Role} - deciding == {Role.STAFF.value}


@pytest.mark.parametrize("act", list(Act))
@pytest.mark.parametrize("org_type", list(OrgType))
def test_the_table_alone_decides(act: Act, org_type: OrgType):
    rule = TABLE[act]
    everything = an_actor(org_type, *(role.value for role in Role))
    nothing = an_actor(org_type)
    assert allowed(everything, act) == (org_type in rule.org_types)
    assert allowed(nothing, act) == (org_type in rule.org_types and not rule.roles)


@pytest.mark.parametrize("act", [act for act, rule in TABLE.items() if rule.roles])
def test_a_role_that_the_rule_does_not_name_is_no_key(act: Act):
    rule = TABLE[act]
    others = [role.value for role in Role if role.value not in rule.roles]
    assert not any(allowed(an_actor(kind, *others), act) for kind in rule.org_types)


@pytest.mark.parametrize(
    ("kind", "roles", "expected"),
    [
        (OrgType.FEDERATION, ("administrator",), True),
        (OrgType.FEDERATION, ("administrator", "reviewer"), False),
        (OrgType.SERVICE, ("service",), True),
        (OrgType.SERVICE, ("staff",), True),
        (OrgType.CLINIC, ("staff",), False),
    ],
)
def test_an_administrator_and_a_service_only_run_the_installation(kind, roles, expected):
    assert sees_no_child(an_actor(kind, *roles)) is expected


@pytest.mark.parametrize("act", [act for act, rule in TABLE.items() if OrgType.FEDERATION in rule.org_types])
def test_who_only_runs_the_installation_does_nothing_with_a_child(act: Act):
    rule = TABLE[act]
    runs = allowed(an_actor(OrgType.FEDERATION, Role.ADMINISTRATOR), act)
    assert runs == (Role.ADMINISTRATOR.value in rule.roles or act in WITHOUT_CHILDREN)
    assert allowed(an_actor(OrgType.FEDERATION, Role.ADMINISTRATOR, *rule.roles, Role.REVIEWER), act)


def test_acts_without_children_are_those_for_any_role():
    assert [act for act in WITHOUT_CHILDREN if TABLE[act].roles] == []


def test_nobody_is_a_service_by_being_everybody():
    assert OrgType.SERVICE not in EVERYONE
    assert {act for act, rule in TABLE.items() if OrgType.SERVICE in rule.org_types} == {
        Act.READ_ORGANISATIONS,
        Act.READ_JOURNAL_FEED,
        Act.OPERATE,
    }


def test_no_one_approves_who_also_checked_unless_they_hold_both_roles():
    assert TABLE[Act.CHECK_APPLICATION].roles.isdisjoint(TABLE[Act.DECIDE_APPLICATION].roles)


def test_a_role_is_recorded_that_allowed_the_act():
    both = frozenset({"staff", Role.APPROVER.value})
    assert acting_as(both, Act.DECIDE_APPLICATION) == Role.APPROVER
    assert acting_as(frozenset({"staff"}), Act.RECORD_SCREENING) == "staff"
    assert acting_as(frozenset(), Act.RECORD_SCREENING) == Role.STAFF


@pytest.mark.parametrize(
    ("prefix", "region", "inside"),
    [
        ("37", "371602", True),
        ("3716", "371602", True),
        ("371602", "371602", True),
        ("371603", "371602", False),
        ("3717", "371602", False),
        ("371602", "3716", False),
        ("", "371602", False),
    ],
)
def test_a_region_lies_inside_its_prefixes_and_no_other(prefix: str, region: str, inside: bool):
    assert covers(prefix, region) is inside


@given(st.from_regex(r"\A[0-9]{6}\Z"), st.integers(1, 6))
def test_every_prefix_covers_and_no_stranger_does(region: str, digits: int):
    assert covers(region[:digits], region)
    stranger = str((int(region[0]) + 1) % 10) + region[1:digits]
    assert not covers(stranger, region)


def test_the_actor_of_a_fact_is_ids_and_a_role():
    actor = an_actor(OrgType.CLINIC, "staff")
    assert actor.ref.model_dump() == {"person": actor.person, "organisation": actor.organisation, "role": "staff"}
