"""The real command line as a process of its own, in a home of its own.

home = Home(tmp_path)
home.configure(service("web", server.url, interval="1s"))
assert home.run("check").returncode == 0
with home.watch() as watching:
    down = watching.until("status", to="DOWN")
    watching.kill()
"""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.servers import HttpServer, until
from trayapp.config.places import Places
from trayapp.core.words import Incident
from trayapp.history.queries import Reader

ROOT = Path(__file__).parents[2]
DESKTOP = ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "QT_QPA_PLATFORM")
PATIENCE = 30.0


def service(id_: str, url: str, *, http: str = "", **keys: Any) -> str:
    """A table of services.toml; `http` are more lines for the probe. Fast unless the keys say otherwise."""
    keys = {"interval": "300ms", "recheck_interval": "200ms", **keys}
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
    return f'\n[services.{id_}]\n{lines}[services.{id_}.http]\nurl = "{url}"\n{http}\n'


@functools.cache
def without_network() -> tuple[str, ...] | None:
    """What a program is started with so that it has no network but an idle loopback; None: that cannot be here."""
    for words in (("unshare", "--net"), ("unshare", "--net", "--map-root-user")):
        try:
            if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0:
                return words
        except FileNotFoundError:
            break
    return None


class Home:
    """A WATCHBELL_HOME, and commands run in it. `env` is what else their environment holds."""

    def __init__(self, path: Path, program: Sequence[str] = ("-m", "trayapp"), **env: str) -> None:
        self.places = Places.under(path)
        self.program = (sys.executable, *program)
        usual = {name: value for name, value in os.environ.items() if name not in DESKTOP}
        self.env = {**usual, "WATCHBELL_HOME": str(path), **env}

    def configure(self, *texts: str) -> None:
        self.places.config.mkdir(parents=True, exist_ok=True)
        draft = self.places.config / "draft"
        draft.write_text("".join(texts))
        draft.replace(self.places.services_toml)

    def run(self, *words: str, given: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.program, *words],
            cwd=ROOT,
            env={**self.env, **env},
            input=given,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """The command as it runs, for who ends it himself."""
        pipe = subprocess.PIPE
        return subprocess.Popen([*self.program, *words], cwd=ROOT, env=self.env, stdout=pipe, stderr=pipe, text=True)

    def watch(self, *words: str) -> Watching:
        return Watching(self, words)

    def watch_of(self, server: HttpServer, **keys: Any) -> Watching:
        """Watch this one server, as "web"."""
        self.configure(service("web", server.url, **{"name": "Web", **keys}))
        return self.watch()

    def incidents(self) -> list[Incident]:
        """All of them, oldest first, as history has them."""
        return Reader(self.places.history_db).incidents(0, 1 << 60)[::-1]

    def written(self) -> dict[Path, bytes]:
        """Every file of the home but those of the configuration, which are the user's."""
        files = (path for path in self.places.home.rglob("*") if path.is_file())  # type: ignore[union-attr]
        return {path: path.read_bytes() for path in files if self.places.config not in path.parents}


class Watching:
    """`watchbell watch --json` while it runs. Every line of its output is read as JSON, as it comes."""

    def __init__(self, home: Home, words: Sequence[str]) -> None:
        self._command = [*home.program, "watch", "--json", *words]
        self._home = home
        self.lines: list[str] = []
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self._command, cwd=ROOT, env=self._home.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._said: list[str] = []
        self._readers = [threading.Thread(target=self._read), threading.Thread(target=self._listen)]
        for reader in self._readers:
            reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self._wait()

    @property
    def complaints(self) -> str:
        """What it said on standard error; complete once it has ended."""
        return "".join(self._said)

    def of(self, event: str, **fields: Any) -> list[dict[str, Any]]:
        """The events of this kind so far, with these values."""
        return [e for e in list(self.events) if e["event"] == event and fields.items() <= e.items()]

    def until(self, event: str, *, count: int = 1, seconds: float = PATIENCE, **fields: Any) -> dict[str, Any]:
        """Wait for the nth event of this kind with these values."""
        until(lambda: len(self.of(event, **fields)) >= count or self.process.poll() is not None, seconds)
        self_found = self.of(event, **fields)
        assert len(self_found) >= count, f"ended with {self.process.poll()}: {self.complaints}"
        return self_found[count - 1]

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self._wait()

    def end(self, number: int = signal.SIGTERM) -> float:
        """Ask it to end; returns after how many seconds it has."""
        asked = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(PATIENCE)
        took = time.monotonic() - asked
        self._wait()
        return took

    def wait(self) -> int:
        """Until it ends by itself; its exit status."""
        self.process.wait(PATIENCE)
        self._wait()
        return self.process.returncode

    def _wait(self) -> None:
        self.process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.process.stdout.close()
        self.process.stderr.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if line.endswith("\n"):  # kill -9 may cut the last one
                self.events.append(json.loads(line))

    def _listen(self) -> None:
        assert self.process.stderr is not None
        self._said.extend(self.process.stderr)
