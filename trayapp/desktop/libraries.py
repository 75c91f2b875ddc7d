"""Which system libraries Qt needs here, for when it cannot be loaded without them."""

from __future__ import annotations

import re
from pathlib import Path

_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
}

_LIBRARY = re.compile(r"lib[\w.+-]+\.so[\d.]*")


def missing_libraries(fault: ImportError) -> str:
    """What to install, as a sentence, when importing Qt failed with this."""
    found = _LIBRARY.search(str(fault))
    if found is None:
        return f"the window cannot be shown: {fault}"
    package = _PACKAGES.get(found[0])
    if package is None or not Path("/etc/debian_version").exists():
        return f"the window cannot be shown without {found[0]}: install the package that has it"
    everything = " ".join(sorted(set(_PACKAGES.values())))
    return f"the window cannot be shown without {found[0]}. This installs it: sudo apt-get install {everything}"
