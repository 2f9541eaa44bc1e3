"""Pages of a house that cares for children: at the door, the children, leave, incidents."""

from services.portal.api.house import door, incidents, leaves, residents

ROUTERS = (door.router, residents.router, leaves.router, incidents.router)
