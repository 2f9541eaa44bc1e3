"""What the doors take from the composition root."""

from typing import Annotated

from fastapi import Request

from services.screening.repository.unit_of_work import ScreeningUnitOfWork, Tools
from shared.http.doors import writing

Uow = Annotated[ScreeningUnitOfWork, writing]


def tools_of(request: Request) -> Tools:
    """Return the vault and the protocols of the app that answers."""
    tools: Tools = request.app.state.tools
    return tools
