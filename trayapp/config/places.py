"""Where everything lives: the folders of this machine, or all of them under one `WATCHBELL_HOME`.

The one file that knows platformdirs.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

APPLICATION = "watchbell"


class NotYours(PermissionError):
    """A folder belongs to another user."""


@dataclass(frozen=True, slots=True)
class Places:
    """The four folders. `home` is set when they all lie under one folder of the user's choice."""

    config: Path
    data: Path
    log: Path
    run: Path
    home: Path | None = None

    @classmethod
    def standard(cls) -> Self:
        """The folders that this operating system has for such things."""
        from platformdirs import PlatformDirs  # noqa: PLC0415  (not needed under WATCHBELL_HOME)

        dirs = PlatformDirs(APPLICATION, appauthor=False)
        with warnings.catch_warnings():  # a session without XDG_RUNTIME_DIR is no news to anybody
            warnings.simplefilter("ignore")
            run = dirs.user_runtime_path
        return cls(dirs.user_config_path, dirs.user_data_path, dirs.user_log_path, run)

    @classmethod
    def under(cls, home: Path) -> Self:
        """Everything under one folder: portable installations, tests, demos."""
        home = home.expanduser().absolute()
        return cls(home / "config", home / "data", home / "log", home / "run", home)

    @classmethod
    def chosen(cls, home: str | None, environ: Mapping[str, str]) -> Self:
        """What `--home DIR` says, else WATCHBELL_HOME, else the standard."""
        wanted = home or environ.get("WATCHBELL_HOME")
        return cls.under(Path(wanted)) if wanted else cls.standard()

    @property
    def services_toml(self) -> Path:
        return self.config / "services.toml"

    @property
    def history_db(self) -> Path:
        return self.data / "history.db"

    @property
    def log_file(self) -> Path:
        return self.log / "watchbell.log"

    @property
    def socket(self) -> Path:
        return self.run / "control.sock"

    @property
    def lock(self) -> Path:
        return self.run / "lock"

    @property
    def keyring_service(self) -> str:
        """The name under which the keyring keeps our secrets; another home never touches those of the standard one."""
        return APPLICATION if self.home is None else f"{APPLICATION} {self.home}"

    def prepare(self) -> None:
        """Makes the folders, for nobody else to look into (0700).

        A home that is there already is the user's and stays as it is; the folders in it are ours.
        Raises OSError with a sentence when that cannot be, PermissionError when one is somebody else's.
        """
        if self.home is not None:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            _check_owner(self.home)
        for folder in (self.config, self.data, self.log, self.run):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make_private(folder)

    def prepare_what_can_be(self) -> str | None:
        """The same for who only watches: of folders that can not be written, a sentence is all that becomes.

        Raises OSError where the folder of the lock can not be, or a file stands where a folder is to be, and
        PermissionError when one is somebody else's.
        """
        refused: Path | None = None
        for folder in (*([self.home] if self.home is not None else []), self.config, self.data, self.log, self.run):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                if folder == self.home:
                    _check_owner(folder)
                else:
                    _make_private(folder)
            except OSError as fault:
                if folder == self.run or isinstance(fault, (NotYours, FileExistsError, NotADirectoryError)):
                    raise
                refused = refused or folder
            else:
                refused = refused or (None if os.access(folder, os.W_OK) else folder)
        if refused is None:
            return None
        return f"{refused} can not be written to: settings can not be saved there, and history is kept in memory"

    def within_reach(self) -> Self:
        """These; the lock and the socket in the system's temporary folder where their own can not be written to.

        The same for everybody who asks for the same places, so that a program that runs there is found.
        """
        if os.name != "posix" or _may_be_written(self.run):
            return self
        name = hashlib.blake2b(os.fsencode(self.run), digest_size=6).hexdigest()
        return replace(self, run=Path(tempfile.gettempdir()) / f"{APPLICATION}-{os.geteuid()}-{name}")

    @property
    def open_to_others(self) -> Path | None:
        """The folder in which others of this machine could exchange ours for theirs; None: there is none such."""
        if os.name != "posix" or self.home is None or not self.home.exists():
            return None  # a profile's folders are the user's own there
        mode = self.home.stat().st_mode
        return self.home if mode & 0o022 and not mode & stat.S_ISVTX else None


def _may_be_written(folder: Path) -> bool:
    """Whether it can be, or can be made; a file system that is read only forbids it to root too."""
    there = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    return os.access(there, os.W_OK | os.X_OK)


def _make_private(folder: Path) -> None:
    if os.name != "posix":
        return
    _check_owner(folder)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def _check_owner(folder: Path) -> None:
    # In a folder that is open to all a link may be somebody's way to have us use another of ours.
    follow = folder.parent != Path(tempfile.gettempdir())
    if os.name == "posix" and folder.stat(follow_symlinks=follow).st_uid != os.geteuid():
        raise NotYours(f"{folder} belongs to another user; remove it, or set WATCHBELL_HOME to a folder of yours")
