"""A producer and a consumer as processes of their own, built like every service; they are killed at named places.

They are forked from a server that has everything imported, because they are started often.
"""

import asyncio
import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import httpx
import uvicorn
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from shared import clock, failpoints
from shared.access.policy import Act, Actor
from shared.http.app import create_app
from shared.http.doors import may, writing
from shared.journal.unit_of_work import Receipt, UnitOfWork
from shared.messaging.consumer import _Listener, commit_behind
from shared.service import Service, assemble
from shared.settings import ServiceSettings
from shared.telemetry import JsonLines
from shared.testing.eventually import eventually
from tests.support.probe import CONSUMER, PRODUCER, TOPIC, Keeping, Noted

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.faults.processes"])

router = APIRouter()
Uow = Annotated[UnitOfWork, writing]


class Note(BaseModel):
    number: int


@router.post("/v1/notes/{case}", status_code=201)
async def note(case: UUID, body: Note, actor: Annotated[Actor, may(Act.RECORD_SCREENING)], uow: Uow) -> Receipt:
    uow.record(case, Noted(number=body.number), occurred_at=clock.now())
    return await uow.commit()


@dataclass
class Place:
    """Where a process runs, and what is to happen to it."""

    settings: dict[str, Any]
    port: int
    log: Path
    jwks: dict[str, Any]
    token: str
    failpoint: str = ""
    repairs: bool = False
    mutant: str = ""


@dataclass
class FixedToken:
    """The service's own token, without a directory to ask for it."""

    token: str

    async def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def produce(place: Place) -> None:
    serve(place, create_app(built(PRODUCER, place), [router], title=PRODUCER, description="records notes"))


def consume(place: Place) -> None:
    service = built(CONSUMER, place)
    if place.mutant:
        MUTANTS[place.mutant]()
    service.listen(Keeping(), {TOPIC}, {PRODUCER})
    # It lives in the producer's database, whose facts are not its own to publish.
    service.tasks = [(name, task) for name, task in service.tasks if name == "completeness" and place.repairs]
    serve(place, create_app(service, [], title=CONSUMER, description="keeps notes"))


def built(name: str, place: Place) -> Service:
    failpoints.arm(place.failpoint)
    service = assemble(name, ServiceSettings(**place.settings))
    service.tokens = FixedToken(place.token)

    async def keys() -> dict[str, Any]:
        return place.jwks

    service.verifier.fetch_keys = keys
    return service


def serve(place: Place, app: FastAPI) -> None:
    handler = logging.FileHandler(place.log)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    sys.stderr = place.log.open("a")
    uvicorn.run(app, host="127.0.0.1", port=place.port, log_config=None, access_log=False)


def offset_before_commit() -> None:
    """The mutant: the offsets are committed first, and what was under way at a crash is never seen again."""

    async def take(self: _Listener, records: Any) -> None:
        await commit_behind(self.subscriber.consumer, records)
        await original(self, records)

    original = _Listener.take
    _Listener.take = take


MUTANTS: dict[str, Callable[[], None]] = {"offset before commit": offset_before_commit}


@dataclass
class Running:
    """One of the two, started, killed and started again at the same address."""

    main: Callable[[Place], None]
    place: Place
    process: BaseProcess | None = None
    deaths: list[int] = field(default_factory=list)

    async def start(self, failpoint: str = "", **changes: Any) -> None:
        place = Place(**{**vars(self.place), "failpoint": failpoint, **changes})
        self.process = CONTEXT.Process(target=self.main, args=(place,), daemon=True)
        self.process.start()
        await eventually(self._ready_or_dead, within=30)

    async def _ready_or_dead(self) -> bool:
        assert self.process is not None
        if not self.process.is_alive():
            return True
        try:
            async with httpx.AsyncClient(timeout=2) as http:
                return (await http.get(f"http://127.0.0.1:{self.place.port}/health/ready")).is_success
        except httpx.HTTPError:
            return False

    async def dies(self, within: float = 30) -> None:
        """Wait until the failpoint has killed it."""
        assert self.process is not None
        await eventually(lambda: not self.process.is_alive(), within=within)
        assert self.process.exitcode == -signal.SIGKILL, self.place.log.read_text()[-2000:]

    def kill(self) -> None:
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.join()

    def pause(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    async def stop(self) -> None:
        if self.process is not None and self.process.is_alive():
            self.process.terminate()
            await asyncio.to_thread(self.process.join, 15)
            self.process.kill()
        self.process = None
