"""What a user installs: the wheel and its libraries as pinned, without the tools of development.

In the developers' environment a bench would measure what those tools bring: click alone makes httpx load rich.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


@contextmanager
def installed() -> Iterator[Path]:
    """The interpreter of such an environment, which has its bytecode as every installation has; gone afterwards."""
    uv = Path(sys.executable).with_name("uv")
    with tempfile.TemporaryDirectory(prefix="watchbell-installed-") as name:
        folder = Path(name)
        _run(
            uv,
            "build",
            "--quiet",
            "--wheel",
            "--no-build-isolation",
            "--python",
            sys.executable,
            "--out-dir",
            folder,
            PROJECT,
        )
        (wheel,) = folder.glob("watchbell-*.whl")
        _run(uv, "venv", "--quiet", "--python", sys.executable, folder / "environment")
        python = folder / "environment" / "bin" / "python"
        pins = PROJECT / "packaging" / "requirements.txt"
        _run(uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python, "--constraint", pins, wheel)
        yield python


def _run(*command: str | Path) -> None:
    subprocess.run(list(map(str, command)), check=True)
