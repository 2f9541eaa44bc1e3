"""Files of many children or sessions: checked line by line, decided, taken over part by part, mended and sent again."""

from services.portal.api.importing import children, sessions
from services.portal.api.importing.pages import routes_of

ROUTERS = (routes_of(children.KIND), routes_of(sessions.KIND))
