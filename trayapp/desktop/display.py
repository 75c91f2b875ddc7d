"""Whether a window can be opened here, asked of the display itself: where it cannot, Qt would end the process."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path


def has_display(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a display that these variables name lets us in. One that was chosen for Qt by name is taken as it is."""
    if sys.platform in ("win32", "darwin") or environ.get("QT_QPA_PLATFORM"):
        return True
    return _wayland_answers(environ) or _x11_answers(environ)


def _wayland_answers(environ: Mapping[str, str]) -> bool:
    name = environ.get("WAYLAND_DISPLAY")
    if not name:
        return False
    with socket.socket(socket.AF_UNIX) as caller:
        try:
            caller.connect(str(Path(environ.get("XDG_RUNTIME_DIR", ""), name)))
        except OSError:
            return False
    return True


def _x11_answers(environ: Mapping[str, str]) -> bool:
    """Whether the X server takes us, which after `su` or through a broken tunnel it does not."""
    name = environ.get("DISPLAY")
    if not name:
        return False
    import ctypes  # noqa: PLC0415 - not where Wayland answers

    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # Qt will say which library it misses
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(name.encode(), None))
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not refused
