"""Pages of a school and of a teaching site: the day's attendance, the pupils, teaching at home."""

from services.portal.api.school import attendance, home_teaching, pupils

ROUTERS = (attendance.router, pupils.router, home_teaching.router)
