"""The portal and the directory in this process, speaking with each other over their real HTTP interfaces."""

import html
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.access.clients import Organisation
from shared.contracts.codes import OrgType
from tests.support.directory import COUNTY, Directory, a_directory
from tests.support.screening import Chain
from tests.support.stack import Running, Servers, running
from tests.support.stages import a_stage

SERVICES = ("directory", "screening", "rehab", "education", "custody", "timeline")
HIDDEN = re.compile(r'name="form" value="([^"]+)"')
ONCE = re.compile(r'name="once" value="([^"]+)"')
"""The key of a form, under which two clicks write once."""


@dataclass
class Browser:
    """A browser without script: it keeps cookies and sends the forms that pages hold."""

    client: httpx.AsyncClient
    last: httpx.Response = field(init=False)

    async def look(self, path: str, **query: Any) -> httpx.Response:
        self.last = await self.client.get(path, params=query or None)
        return self.last

    async def send(self, path: str, *, form: str | None = None, **fields: str) -> httpx.Response:
        """Send a form of the page that was looked at last."""
        found = HIDDEN.search(self.last.text)
        token = form if form is not None else (found.group(1) if found else "")
        return await self.client.post(path, data={"form": token, **fields})

    async def reads_english(self) -> None:
        """Choose English, for a person who is signed in."""
        await self.look("/account")
        await self.send("/account/preferences", language="en")

    async def sign_in(self, user_name: str, password: str, to: str = "/") -> httpx.Response:
        await self.look("/sign-in", to=to)
        return await self.send("/sign-in", user_name=user_name, password=password, to=to)


@dataclass
class Portal:
    """A running portal, with the directory behind it."""

    running: Running
    directory: Directory

    def browser(self) -> Browser:
        transport = httpx.ASGITransport(self.running.app, raise_app_exceptions=False)
        return Browser(httpx.AsyncClient(transport=transport, base_url="http://portal.test"))

    async def person(self, org_type: OrgType = OrgType.CLINIC, *roles: str) -> dict[str, Any]:
        """Return a person of a new organisation, with the password that they chose."""
        organisation = await self.directory.organisation(org_type)
        person = await self.directory.account(organisation, *roles)
        return person | {"organisation": UUID(str(organisation))}

    async def signed_in(self, person: dict[str, Any] | None = None) -> Browser:
        """Return a browser in which somebody is signed in."""
        person = person or await self.person()
        browser = self.browser()
        answer = await browser.sign_in(person["user_name"], person["password"])
        assert answer.status_code == 303, answer.text
        return browser

    async def reader(self, org_type: OrgType, *roles: str) -> Browser:
        """Return the browser of somebody of a new organisation, who reads English and may do what the roles may."""
        browser = await self.signed_in(await self.person(org_type, *roles))
        await browser.reads_english()
        return browser

    async def worker(
        self, stage: Running, org_type: OrgType, *roles: str, region: str = COUNTY
    ) -> tuple[Browser, UUID]:
        """Return the browser of somebody of a new organisation that a stage knows, who reads English, and it."""
        organisation = await self.directory.organisation(org_type, region)
        stage.knows(Organisation(organisation, f"{org_type} (invented)", org_type, region))
        browser = await self.signed_in(await self.directory.account(organisation, *roles))
        await browser.reads_english()
        return browser, organisation

    async def clerk(self, stage: Running, *roles: str, region: str = COUNTY) -> Browser:
        """Return the browser of somebody of a federation that a stage knows, who reads English."""
        return (await self.worker(stage, OrgType.FEDERATION, *roles, region=region))[0]


def chain_of(screening: Running, clinic: UUID) -> Chain:
    """Return the chain of care, whose clinic is an organisation of the directory."""
    chain = Chain(screening)
    chain.clinic = replace(chain.clinic, organisation=clinic)
    screening.knows(Organisation(clinic, "clinic (invented)", OrgType.CLINIC, COUNTY))
    return chain


def words(answer: httpx.Response) -> str:
    """Return what a page says, without its marks."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def children(screening: Running) -> int:
    """Return how many children the registry knows."""
    return int((await screening.fetch("SELECT count(*) FROM child"))[0][0])


@asynccontextmanager
async def a_portal(servers: Servers, directory: Directory, *others: Running) -> AsyncIterator[Portal]:
    """Run the portal in this process before the services that a test starts; others are away, as they may be."""
    with pytest.MonkeyPatch.context() as patch:
        addresses = {name: f"http://{name}.test" for name in SERVICES}
        patch.setenv("PORTAL_SERVICES", json.dumps(addresses))
        patch.setenv("PORTAL_SECURE_COOKIES", "false")
        async with running(servers, "portal", patch) as it:
            it.service.verifier.issuer, it.service.verifier.fetch_keys = "tongkang-directory", directory.desk.keys.fetch
            secret = "secret of portal"  # as tests/support/directory.py gives it to the directory
            for other in others:
                other.service.verifier.fetch_keys = directory.running.service.verifier.fetch_keys
            reached = {f"http://{one.service.name}.test": one.app for one in (directory.running, *others)}
            inside = httpx.AsyncClient(mounts={at: httpx.ASGITransport(app) for at, app in reached.items()})
            desk = it.app.state.reception
            upstream = type(desk.upstream)(desk.upstream.urls, inside)
            it.app.state.reception = type(desk).of(
                desk.settings, desk.database, upstream, secret, desk.settings.session_key_file.read_text()
            )
            yield Portal(it, directory)
            await inside.aclose()


@pytest.fixture(scope="session")
async def directory(servers: Servers) -> AsyncIterator[Directory]:
    async with a_directory(servers) as it:
        yield it


@pytest.fixture(scope="session")
async def portal(servers: Servers, directory: Directory) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory) as it:
        yield it


@pytest.fixture(scope="module")
async def clinic(office: Portal) -> dict[str, Any]:
    """A person of the clinic that registers the children of a module, with their organisation."""
    return await office.person(OrgType.CLINIC)


def a_stage_of_its_own(name: str) -> Any:
    """Return the fixture of a stage behind a portal: a module starts those that its pages ask."""

    @pytest.fixture(scope="module", name=name)
    async def it(servers: Servers) -> AsyncIterator[Running]:
        async with a_stage(servers, name) as stage:
            yield stage

    return it


screening, rehab, education, custody, timeline = map(a_stage_of_its_own, SERVICES[1:])
