"""What all doors of education share: the unit of work, the settings, the calendar, rows as they are shown."""

from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, ConfigDict

from services.education.domain.calendar import SchoolPolicy
from services.education.repository import EducationUnitOfWork
from services.education.settings import Settings
from shared import clock
from shared.http.doors import writing
from shared.stage import settings

Uow = Annotated[EducationUnitOfWork, writing]
Given = Annotated[Settings, Depends(settings)]


def _calendar(given: Given) -> SchoolPolicy:
    return given.policies.in_force(clock.today())


Calendar = Annotated[SchoolPolicy, Depends(_calendar)]
"""The calendar and the figures in force today."""


class View(BaseModel):
    """What a row shows."""

    model_config = ConfigDict(from_attributes=True)
