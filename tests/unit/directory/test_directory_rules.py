"""Who fits where: the table of kinds, and the rules of organisations, accounts, machines and passwords."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.directory.domain import members
from services.directory.domain.members import Kind, NewAccount, NewClient, NewOrganisation, Organisation, Subject
from services.directory.errors import (
    CreditCodeInvalid,
    NotYours,
    NotYourself,
    OrganisationClosed,
    OutsideRegion,
    PasswordIsName,
    PasswordTooShort,
    PurposeDoesNotFit,
    RegionDoesNotFit,
    RolesDoNotFit,
    UserNameInvalid,
)
from shared.access.policy import TABLE, Role
from shared.contracts.codes import OrgType
from shared.errors import NotAllowed
from tests.support.tokens import an_actor

AT = datetime(2026, 3, 1, tzinfo=UTC)
STAFF = frozenset({"staff"})
COUNTY_ONLY, ANY_LEVEL = frozenset({6}), frozenset({2, 4, 6})
WORKERS = frozenset({"staff", "manager"})
FEDERATION = WORKERS | {
    "intake_clerk", "reviewer", "approver", "auditor", "institution_supervisor", "finance_clerk",
    "privacy_officer", "administrator",
}  # fmt: skip

GOLDEN = {
    "clinic": Kind(COUNTY_ONLY, WORKERS, ("care",)),
    "mch": Kind(ANY_LEVEL, WORKERS, ("care",)),
    "hospital": Kind(ANY_LEVEL, WORKERS, ("care",)),
    "rehab_centre": Kind(COUNTY_ONLY, WORKERS, ("care",)),
    "school": Kind(COUNTY_ONLY, WORKERS, ("care",)),
    "care_home": Kind(COUNTY_ONLY, WORKERS, ("care",)),
    "federation": Kind(ANY_LEVEL, FEDERATION, ("assistance", "supervision", "audit", "operation")),
    "education_authority": Kind(ANY_LEVEL, WORKERS, ("supervision",)),
    "health_authority": Kind(ANY_LEVEL, WORKERS, ("supervision",)),
    "auditor": Kind(ANY_LEVEL, WORKERS | {"auditor"}, ("audit",)),
    "service": Kind(frozenset(), frozenset({"service"}), ("operation",)),
}


def test_the_table_of_kinds_is_the_agreed_one():
    assert dict(members.kinds().of) == {OrgType(name): kind for name, kind in GOLDEN.items()}
    assert members.kinds().only_people == {"manager", "administrator"}
    assert members.kinds().stands_alone == {"administrator"}


def test_every_role_of_the_access_table_is_given_by_some_kind_that_may_act_in_it():
    for act, rule in TABLE.items():
        given = {role for kind in rule.org_types for role in members.kinds().of[kind].roles}
        assert rule.roles <= given, act


def test_every_role_that_is_given_is_a_known_one():
    known = {role.value for role in Role}
    assert all(kind.roles <= known for kind in members.kinds().of.values())


def an_organisation(org_type: OrgType = OrgType.CLINIC, region: str = "371602", **more) -> Organisation:
    return Organisation(uuid4(), "样例", org_type, region, None, AT, **more)


def wanted(org_type: OrgType = OrgType.CLINIC, region: str = "371602", code: str | None = None) -> NewOrganisation:
    return NewOrganisation("样例", org_type, region, code)


ADMINISTRATOR = an_actor(OrgType.FEDERATION, "37", Role.ADMINISTRATOR)


@pytest.mark.parametrize("org_type", [kind for kind in OrgType if kind is not OrgType.SERVICE])
@pytest.mark.parametrize("region", ["37", "3716", "371602"])
def test_an_organisation_has_a_region_of_its_level(org_type, region):
    if len(region) in members.kinds().of[org_type].region_digits:
        assert members.open_organisation(ADMINISTRATOR, wanted(org_type, region), AT).region == region
    else:
        with pytest.raises(RegionDoesNotFit) as refusal:
            members.open_organisation(ADMINISTRATOR, wanted(org_type, region), AT, place=4)
        assert refusal.value.details == {"org_type": org_type.value, "digits": [6], "place": 4}


@pytest.mark.parametrize(
    ("own", "region", "inside"),
    [
        ("37", "371602", True), ("3716", "371602", True), ("371602", "371602", True),
        ("371603", "371602", False), ("371602", "3716", False), ("", "371602", False),
    ],
)  # fmt: skip
def test_an_administrator_sets_up_the_own_region(own, region, inside):
    actor = an_actor(OrgType.FEDERATION, own, Role.ADMINISTRATOR)
    kind = OrgType.FEDERATION
    if inside:
        assert members.open_organisation(actor, wanted(kind, region), AT).region == region
    else:
        with pytest.raises(OutsideRegion):
            members.open_organisation(actor, wanted(kind, region), AT)


def test_a_credit_code_is_checked_and_kept_in_capitals():
    # The example number of GB 32100.
    assert members.open_organisation(ADMINISTRATOR, wanted(code=" 91350100m000100y43 "), AT).credit_code == (
        "91350100M000100Y43"
    )
    with pytest.raises(CreditCodeInvalid) as refusal:
        members.open_organisation(ADMINISTRATOR, wanted(code="91350100M000100Y44"), AT, place=2)
    assert refusal.value.details == {"flaw": "check_character", "place": 2}


@pytest.mark.parametrize(
    ("org_type", "roles", "fit"),
    [
        (OrgType.CLINIC, {"staff"}, True),
        (OrgType.CLINIC, {"staff", "manager"}, True),
        (OrgType.CLINIC, {"approver"}, False),
        (OrgType.CLINIC, {"administrator"}, False),
        (OrgType.FEDERATION, {"intake_clerk", "reviewer", "approver"}, True),
        (OrgType.FEDERATION, {"administrator"}, True),
        (OrgType.FEDERATION, {"administrator", "staff"}, False),
        (OrgType.FEDERATION, {"service"}, False),
        (OrgType.AUDITOR, {"auditor"}, True),
        (OrgType.HOSPITAL, {"unheard-of"}, False),
    ],
)
def test_an_account_has_roles_that_its_organisation_gives(org_type, roles, fit):
    account = NewAccount(uuid4(), "somebody", "某人", frozenset(roles))
    if fit:
        made = members.open_account(ADMINISTRATOR, an_organisation(org_type), account, AT)
        assert (made.roles, made.password_is_initial) == (roles, True)
    else:
        with pytest.raises(RolesDoNotFit):
            members.open_account(ADMINISTRATOR, an_organisation(org_type), account, AT)


@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_no_machine_manages(role):
    machine = NewClient(uuid4(), "HIS", frozenset({role}))
    with pytest.raises(RolesDoNotFit):
        members.open_client(an_organisation(OrgType.FEDERATION), machine, AT)


def test_only_an_administrator_makes_an_administrator():
    federation = an_organisation(OrgType.FEDERATION)
    account = NewAccount(federation.id, "somebody", "某人", frozenset({"administrator"}))
    manager = an_actor(OrgType.FEDERATION, "371602", Role.MANAGER, organisation=federation.id)
    with pytest.raises(NotYours):
        members.open_account(manager, federation, account, AT)
    assert members.open_account(ADMINISTRATOR, federation, account, AT).roles == {"administrator"}


def test_the_role_of_an_administrator_counts_in_a_federation_only():
    clinic = an_organisation()
    pretender = an_actor(OrgType.CLINIC, "37", Role.ADMINISTRATOR)
    assert not members.is_administrator(pretender)
    with pytest.raises(NotAllowed):
        members.require_manages(pretender, clinic)
    members.require_manages(ADMINISTRATOR, clinic)


def test_nobody_and_nothing_joins_a_closed_organisation():
    closed = an_organisation(closed_at=AT)
    with pytest.raises(OrganisationClosed):
        members.open_account(ADMINISTRATOR, closed, NewAccount(closed.id, "somebody", "某人", STAFF), AT)
    with pytest.raises(OrganisationClosed):
        members.open_client(closed, NewClient(closed.id, "HIS", STAFF), AT)


def test_nobody_ends_themselves():
    own = uuid4()
    members.require_another(own, uuid4())
    with pytest.raises(NotYourself):
        members.require_another(own, own)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("zhang.san", "zhang.san"), ("  Zhang.San ", "zhang.san"), ("3-b_c", "3-b_c"), ("x" * 64, "x" * 64),
        ("ab", None), ("x" * 65, None), (".abc", None), ("a b c", None), ("张三三", None), ("abc\n", "abc"),
        ("abc\0", None), ("ａｂｃ", None), ("", None),
    ],
)  # fmt: skip
def test_a_user_name_has_one_form(typed, kept):
    assert members.plain_user_name(typed) == kept
    if kept is None:
        with pytest.raises(UserNameInvalid):
            members.require_user_name(typed)
    else:
        assert members.require_user_name(typed) == kept


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("x" * 12, None), ("密码密码密码密码密码密码", None), ("x" * 11, PasswordTooShort), ("", PasswordTooShort),
        ("zhang.san.long", PasswordIsName), (" Zhang.San.LONG ", PasswordIsName), ("zhang.san.long1", None),
    ],
)  # fmt: skip
def test_a_password_is_long_and_not_the_user_name(password, refusal):
    if refusal is None:
        members.require_good_password("zhang.san.long", password, 12)
    else:
        with pytest.raises(refusal):
            members.require_good_password("zhang.san.long", password, 12)


def test_an_initial_password_is_a_good_one_and_never_the_same():
    made = {members.new_initial_password() for _ in range(100)}
    assert len(made) == 100
    for password in made:
        members.require_good_password("somebody", password, 20)


def test_a_purpose_is_the_first_of_the_organisations_unless_another_of_them_is_wanted():
    clerk = Subject(uuid4(), uuid4(), OrgType.FEDERATION, "371602", frozenset({"reviewer"}))
    assert members.purpose_of(clerk, None) == "assistance"
    assert members.purpose_of(clerk, "audit") == "audit"
    with pytest.raises(PurposeDoesNotFit):
        members.purpose_of(clerk, "care")


def test_records_are_made_open_and_named_in_the_order_of_time():
    first, second = [members.open_organisation(ADMINISTRATOR, wanted(), AT) for _ in range(2)]
    assert first.closed_at is None
    assert first.id < second.id
    first.require_open()
    with pytest.raises(OrganisationClosed):
        an_organisation(closed_at=AT + timedelta(days=1)).require_open()
