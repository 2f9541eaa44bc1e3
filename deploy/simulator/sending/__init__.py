"""One child's plan, sent through the services' doors by those who would do it."""

from deploy.simulator.sending.forms import PEOPLE, care_sheet, person, registration, session_line
from deploy.simulator.sending.journey import Journey

__all__ = ["PEOPLE", "Journey", "care_sheet", "person", "registration", "session_line"]
