"""What the doors take from the composition root."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Request

from services.screening.repository.unit_of_work import ScreeningUnitOfWork, Tools
from shared.access.policy import Actor
from shared.http.doors import service_of, writing

Uow = Annotated[ScreeningUnitOfWork, writing]


def tools_of(request: Request) -> Tools:
    """Return the vault and the protocols of the app that answers."""
    tools: Tools = request.app.state.tools
    return tools


async def noted(request: Request, actor: Actor, note: Callable[[Any], Awaitable[None]]) -> None:
    """Note what a refusal came upon in a unit of work of its own: that of the refused request leaves no trace."""
    async with service_of(request).ledger.open(actor.ref) as uow:
        await note(uow)
        await uow.write_journal()
