"""What custody listens to."""

from shared.stage import KNOWS_CHILD

REACTIONS = (KNOWS_CHILD,)
