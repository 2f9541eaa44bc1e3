"""The other services' own clients of the directory, against the real one."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from shared.access.clients import OrganisationRegister, ServiceTokens, UnknownOrganisation
from shared.access.tokens import TokenVerifier
from shared.contracts.codes import OrgType
from shared.ids import of_service

URL = "http://directory.test"


@pytest.fixture
async def http(directory) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(directory.running.app)) as client:
        yield client


@pytest.fixture
def tokens(http) -> ServiceTokens:
    return ServiceTokens(URL, "rehab", "secret of rehab", http)


async def test_a_service_fetches_its_token_and_another_service_reads_it_with_the_published_keys(tokens, http):
    async def keys():
        return (await http.get(f"{URL}/.well-known/jwks.json")).json()

    token = (await tokens.headers())["Authorization"].removeprefix("Bearer ")
    actor = await TokenVerifier("tongkang-directory", "tongkang", keys).actor(token)
    assert (actor.person, actor.org_type, actor.roles) == (of_service("rehab"), OrgType.SERVICE, {"service"})


async def test_a_service_finds_an_organisation_in_the_register_and_no_other_kind_under_its_id(directory, tokens, http):
    centre = await directory.organisation(OrgType.REHAB_CENTRE)
    register = OrganisationRegister(URL, tokens, http)
    found = await register.get(centre, field_name="institution", needed=frozenset({OrgType.REHAB_CENTRE}))
    assert (found.id, found.org_type, found.region) == (centre, OrgType.REHAB_CENTRE, "371602")
    for wanted, needed in ((centre, OrgType.SCHOOL), (uuid4(), OrgType.REHAB_CENTRE)):
        with pytest.raises(UnknownOrganisation):
            await register.get(wanted, field_name="institution", needed=frozenset({needed}))
