"""Where the files beside the code are: icon, menu entry, the demo's certificate."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def resource(*names: str) -> Path:
    """The path of a file of resources/: `resource("demo", "post-office.pem")`. FileNotFoundError: it is not there.

    A wheel carries them inside the package; an editable checkout has them beside it, and hatchling does not map them.
    """
    for folder in (_PACKAGE / "resources", _PACKAGE.parent / "resources"):
        path = folder.joinpath(*names)
        if path.exists():
            return path
    raise FileNotFoundError(f"Watchbell was installed without its resource {'/'.join(names)}")
