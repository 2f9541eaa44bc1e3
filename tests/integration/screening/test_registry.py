"""The registry: one case per child, identity encrypted and shown to few (docs/access.md, identity)."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import select

from services.screening import tables as t
from services.screening.repository.registry import Registry
from shared.contracts.codes import OrgType
from shared.contracts.events.custody import CustodyAdmitted, CustodyEnded, CustodyEndReason, CustodyMode
from shared.contracts.events.education import PlacementDecided, PlacementMode
from shared.contracts.events.rehab import EnrolmentEnded, EnrolmentEndReason
from shared.testing.streams import Stream
from tests.integration.screening.test_the_chain import an_enrolment
from tests.support.screening import BORN, a_birth_certificate, a_child, a_resident_number
from tests.support.stages import code_of

NAME, ADDRESS = "童可可", "虚构路九十九号"


async def test_a_child_gets_a_case_and_its_file_shows_who_it_is(chain):
    number = a_resident_number()
    case = await chain.register(name=NAME, resident_number=f" {number.lower()} ", birth_certificate=None)
    file = await chain.file(case)
    assert file["identity"] == {
        "name": NAME,
        "resident_number": number,
        "birth_certificate": None,
        "guardian_name": "童大一",
        "guardian_phone": "000 0000 0000",
        "guardian_resident_number": None,
        "address": "虚构路一号",
    }
    assert (file["sex"], file["birth_date"], file["region"]) == ("male", "2022-03-15", "371602")
    assert (file["identifier_kind"], file["registered_by"]) == ("resident_number", str(chain.clinic.organisation))


async def test_the_fact_of_a_registration_tells_no_identity(chain):
    case = await chain.register(name=NAME, resident_number=a_resident_number())
    (fact,) = await chain.stage.facts(case)
    assert set(fact["data"]) == {"sex", "birth_date", "region", "identifier_kind", "actor"}


async def test_identity_stands_nowhere_in_the_database_in_the_clear(chain):
    number, guardian = a_resident_number(), a_resident_number(date(1990, 1, 1))
    secrets = {"name": NAME, "address": ADDRESS, "resident_number": number, "guardian_resident_number": guardian}
    await chain.register(**secrets)
    for row in await chain.stage.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        for line in await chain.stage.fetch(f'SELECT t::text FROM "{row[0]}" t'):
            for secret in secrets.values():
                assert secret not in line[0]
                assert secret.encode().hex() not in line[0]


@pytest.mark.parametrize("kind", ["resident_number", "birth_certificate"])
async def test_a_known_number_is_refused_with_the_case_only_to_who_may_know_it(chain, kind):
    number = a_resident_number() if kind == "resident_number" else a_birth_certificate()
    case = await chain.register(**{"birth_certificate": None, kind: number})
    again = a_child(**{"birth_certificate": None, kind: number})
    before = await chain.stage.counts()
    own = await chain.post(chain.clinic, "/v1/children", again)
    assert code_of(own) == (409, "screening.duplicate-child")
    assert own.json()["case"] == case
    elsewhere = await chain.post(chain.stage.organisation(OrgType.CLINIC), "/v1/children", again)
    assert code_of(elsewhere) == (409, "screening.duplicate-child")
    assert case not in elsewhere.text
    assert await chain.stage.counts() == before


async def test_one_known_number_of_two_is_enough(chain):
    number, certificate = a_resident_number(), a_birth_certificate()
    case = await chain.register(resident_number=number, birth_certificate=None)
    refused = await chain.post(
        chain.clinic, "/v1/children", a_child(resident_number=number, birth_certificate=certificate)
    )
    assert refused.json()["case"] == case
    assert (await chain.post(chain.clinic, "/v1/children", a_child(birth_certificate=certificate))).status_code == 201


async def test_of_two_clerks_who_register_a_number_at_once_one_wins(chain):
    body = a_child(resident_number=a_resident_number())
    clerks = [chain.clinic, chain.mch, chain.hospital, chain.stage.organisation(OrgType.CLINIC)] * 2
    answers = await asyncio.gather(*(chain.post(clerk, "/v1/children", body) for clerk in clerks))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    (won,) = [answer.json()["case"] for answer in answers if answer.status_code == 201]
    told = {answer.json().get("case") for answer in answers if answer.status_code == 409}
    assert told <= {won, None}


async def test_names_are_resolved_for_those_who_take_part_and_each_is_logged(chain):
    cases = [await chain.register(name=f"童{order}") for order in "一二三"]
    others = await chain.register(chain.stage.organisation(OrgType.CLINIC), name="童四")
    asked = [*cases, others, str(uuid4())]
    answer = await chain.done(chain.clinic, "/v1/children/resolve", {"cases": asked})
    assert {one["case"]: one["name"] for one in answer} == dict(zip(cases, ("童一", "童二", "童三"), strict=True))
    logged = "SELECT case_id FROM access_log WHERE organisation = $1 AND act = 'child.resolve'"
    rows = await chain.stage.fetch(logged, chain.clinic.organisation)
    assert sorted(str(row[0]) for row in rows) == sorted(cases)


async def test_a_file_is_shown_only_with_its_row_in_the_log(chain):
    case = await chain.register()
    await chain.file(case)
    rows = await chain.stage.fetch("SELECT person, act, outcome FROM access_log WHERE case_id = $1", UUID(case))
    assert [tuple(row) for row in rows] == [(chain.clinic.person, "child.read", "shown")]


async def resolved(chain, actor, case) -> bool:
    answer = await chain.done(actor, "/v1/children/resolve", {"cases": [case]})
    return [one["case"] for one in answer] == [case]


async def test_a_centre_knows_a_childs_name_from_its_enrolment_until_ninety_days_after(chain):
    case, centre = await chain.confirmed(), chain.stage.organisation(OrgType.REHAB_CENTRE)
    stream, today = Stream("rehab", UUID(case)), date(2026, 1, 31)
    assert not await resolved(chain, centre, case)
    started = an_enrolment(centre.organisation)
    await chain.stage.deliver(stream.append(started))
    assert await resolved(chain, centre, case)
    reason = EnrolmentEndReason.FINISHED
    ended = EnrolmentEnded(enrolment=started.enrolment, institution=centre.organisation, ended_on=today, reason=reason)
    await chain.stage.deliver(stream.append(ended))
    (part,) = await chain.stage.fetch(
        "SELECT until FROM participant WHERE case_id = $1 AND basis = 'enrolled'", UUID(case)
    )
    assert part[0] == date(2026, 5, 1)
    assert not await resolved(chain, centre, case)


async def test_a_school_knows_the_name_of_a_child_placed_with_it_and_not_of_one_that_moved_on(chain):
    case = await chain.register()
    old, site, new = (chain.stage.organisation(kind) for kind in (OrgType.SCHOOL, OrgType.REHAB_CENTRE, OrgType.SCHOOL))
    stream = Stream("education", UUID(case))
    for school, at, starts_on in ((old, site.organisation, date(2024, 9, 1)), (new, None, date(2025, 9, 1))):
        placed = PlacementDecided(
            placement=uuid4(),
            mode=PlacementMode.TEACHING_SITE if at else PlacementMode.REGULAR_CLASS,
            school=school.organisation,
            site=at,
            decided_on=starts_on,
            starts_on=starts_on,
            ends_on=None,
            skipped=(),
        )
        await chain.stage.deliver(stream.append(placed))
        assert await resolved(chain, school, case)
        assert await resolved(chain, site, case) is (at is not None)
    assert not await resolved(chain, old, case)


async def test_a_care_home_knows_the_name_of_a_child_while_it_is_there(chain):
    case, home, stay = await chain.register(), chain.stage.organisation(OrgType.CARE_HOME), uuid4()
    stream = Stream("custody", UUID(case))
    admitted = CustodyAdmitted(
        stay=stay, institution=home.organisation, mode=CustodyMode.DAY, admitted_on=date(2025, 1, 6), until=None
    )
    await chain.stage.deliver(stream.append(admitted))
    assert await resolved(chain, home, case)
    left = CustodyEnded(
        stay=stay, institution=home.organisation, ended_on=date(2025, 2, 1), reason=CustodyEndReason.RETURNED_HOME
    )
    await chain.stage.deliver(stream.append(left))
    assert not await resolved(chain, home, case)


async def test_facts_about_a_child_nobody_registered_here_give_sight_of_nothing(chain):
    home = chain.stage.organisation(OrgType.CARE_HOME)
    stream = Stream("custody")
    admitted = CustodyAdmitted(
        stay=uuid4(), institution=home.organisation, mode=CustodyMode.DAY, admitted_on=date(2025, 1, 6), until=None
    )
    await chain.stage.deliver(stream.append(admitted))
    assert await chain.stage.fetch("SELECT 1 FROM participant WHERE case_id = $1", stream.subject) == []


async def test_the_second_wall_shows_identity_only_in_a_transaction_that_says_who_reads(chain):
    case = UUID(await chain.register())
    wanted = select(t.child_identity.c.case_id).where(t.child_identity.c.case_id == case)
    stranger = chain.stage.organisation(OrgType.CLINIC)
    other_county = chain.stage.organisation(OrgType.FEDERATION, "371603")
    seen = {}
    for name, actor in {
        "nobody": None,
        "clinic": chain.clinic,
        "federation": chain.federation,
        "stranger": stranger,
        "other county": other_county,
        "nobody again": None,
    }.items():
        async with chain.stage.service.database.transaction() as session:
            if actor is not None:
                await Registry(session, chain.stage.app.state.tools.vault).identities([], actor)
            seen[name] = len((await session.execute(wanted)).all())
    assert seen == {
        "nobody": 0, "clinic": 1, "federation": 1, "stranger": 0, "other county": 0, "nobody again": 0,
    }  # fmt: skip


async def test_an_erased_child_keeps_its_case_and_has_no_identity(chain):
    case = await chain.register(name=NAME)
    columns = ", ".join(f"{c.name} = NULL" for c in t.child_identity.columns if not c.primary_key)
    superuser = await asyncpg.connect(chain.stage.servers.dsn("screening", superuser=True))
    await superuser.execute(f"UPDATE child_identity SET {columns} WHERE case_id = $1", UUID(case))
    await superuser.close()
    file = await chain.file(case)
    assert (file["identity"], file["birth_date"]) == (None, BORN.isoformat())
    assert not await resolved(chain, chain.clinic, case)
