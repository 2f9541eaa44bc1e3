"""Pages of a house that cares for children: at the door, the children, leave, incidents."""

from services.portal.api.house import admission, door, houses, incidents, leaves, residents

ROUTERS = (door.router, admission.router, houses.router, residents.router, leaves.router, incidents.router)
