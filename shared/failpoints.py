"""Named places at which a test kills the process (`kill -9`), to show that nothing acknowledged is lost.

`TONGKANG_FAILPOINT=relay.after-ack` dies at the first pass, `relay.after-ack:5` at the fifth. Unset, as in every real
run, a place costs one comparison.
"""

import os
import signal


class _Armed:
    name, at, passes = "", 1, 0


def arm(setting: str) -> None:
    """Choose the place, and count its passes from here on."""
    _Armed.name, _, at = setting.partition(":")
    _Armed.at, _Armed.passes = int(at or 1), 0


def failpoint(name: str) -> None:
    """Die here and now when this place was chosen."""
    if name != _Armed.name:
        return
    _Armed.passes += 1
    if _Armed.passes == _Armed.at:
        os.kill(os.getpid(), signal.SIGKILL)


arm(os.environ.get("TONGKANG_FAILPOINT", ""))
