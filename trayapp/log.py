"""The one log: small, rotating, readable by its owner alone, a record a line, and nothing secret in it."""

from __future__ import annotations

import io
import logging
import os
import sys
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path

from trayapp.redaction import Redaction

FILE_SIZE = 1 << 20
FILES = 3
LONGEST_RECORD = 32_768
"""Characters of one record, its traceback included; the middle of a longer one is left out."""

TALKATIVE = ("httpx", "httpcore", "desktop_notifier")
"""Libraries that report every request at INFO; httpx does so with the URL, password and all."""


def open_log(path: Path, redaction: Redaction, level: int = logging.INFO) -> RotatingLog:
    """Begin to write everything that is logged to `path`; its folder must exist.

    OSError: the file cannot be opened; nothing is changed then.
    The caller closes what is returned.
    """
    log = RotatingLog(path, redaction)
    root = logging.getLogger()
    root.addHandler(log)
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    return log


class RotatingLog(RotatingFileHandler):
    """Three files of 1 MiB. A full disk is said once on standard error and never disturbs who logs."""

    def __init__(self, path: Path, redaction: Redaction, size: int = FILE_SIZE, files: int = FILES) -> None:
        super().__init__(path, maxBytes=size, backupCount=files - 1, encoding="utf-8", errors="backslashreplace")
        self.setFormatter(OneLine(redaction))
        self._failed = False
        self._said = False

    def _open(self) -> io.TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        if sys.platform != "win32":
            os.fchmod(descriptor, 0o600)  # the file may be older than this rule
        return os.fdopen(descriptor, "a", encoding=self.encoding, errors=self.errors)

    def emit(self, record: logging.LogRecord) -> None:
        self._failed = False
        super().emit(record)
        self._said = self._said and self._failed

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        self._failed = True
        if not self._said and sys.stderr is not None:
            sys.stderr.write(f"watchbell: cannot write the log {self.baseFilename}: {sys.exc_info()[1]}\n")
        self._said = True

    def close(self) -> None:
        logging.getLogger().removeHandler(self)
        super().close()


class OneLine(logging.Formatter):
    """`2026-11-22T08:36:00.123Z WARNING trayapp.monitor: text`, line breaks and control characters escaped."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"
    converter = staticmethod(time.gmtime)

    def __init__(self, redaction: Redaction) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._redaction = redaction

    def format(self, record: logging.LogRecord) -> str:
        text = self._redaction.clean(super().format(record))
        if len(text) > LONGEST_RECORD:
            half = LONGEST_RECORD // 2
            text = f"{text[:half]} […{len(text) - 2 * half} characters…] {text[-half:]}"
        return "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")
