"""Named places at which a test kills the process (`kill -9`), to show that nothing acknowledged is lost.

`TONGKANG_FAILPOINT=relay.after-ack` dies at the first pass, `relay.after-ack:5` at the fifth. Unset, as in every real
run, a place costs one comparison.
"""

import os
import signal
from itertools import count

_NAME, _, _PASS = os.environ.get("TONGKANG_FAILPOINT", "").partition(":")
_DIES_AT = int(_PASS or 1)
_PASSES = count(1)


def failpoint(name: str) -> None:
    """Die here and now when the environment names this place."""
    if name == _NAME and next(_PASSES) == _DIES_AT:
        os.kill(os.getpid(), signal.SIGKILL)
