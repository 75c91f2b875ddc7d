"""The ground that this system offers."""

from __future__ import annotations

import sys
from collections.abc import Callable

from trayapp.monitor.ground import Ground
from trayapp.probes.base import Means

if sys.platform == "linux":
    from trayapp.monitor.ground_linux import LinuxGround as _GroundHere
else:
    from trayapp.monitor.ground_portable import PortableGround as _GroundHere


def ground_here(means: Callable[[float], Means]) -> Ground:
    """`means` gives what a check is given, for the seconds it may take."""
    return _GroundHere(means)
