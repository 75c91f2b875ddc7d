"""A power cut at any moment of a program's life: what it wrote is seen by strace, and what no fsync covers may be lost.

    for moment in moments(trace, "data", {"history.db": before}):

        moment.leave(random.Random(1), folder)      # the files as a disk may hold them then
        moment.said                                 # what the program had told by then

A write since the last fsync of its file is there, is not, or is there up to some 512 bytes; each by itself, in any
order. The file's length and whether a removed file is gone follow the same rule.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
_CALL = re.compile(r"^(\d+)\s+(\w+)\((.*?)\)\s+= (-?\d+)", re.DOTALL)
_BYTES = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')

CALLS = "pwrite64,ftruncate,fdatasync,fsync,unlink,write"


def recorded(trace: Path) -> list[str]:
    """What to write before a command to have everything it writes in `trace`."""
    return ["strace", "-f", "-y", "-xx", "-s", "70000", "-o", f"{trace}", "-e", f"trace={CALLS}", "-e", "signal=none"]


@dataclass(frozen=True)
class Change:
    """One call: bytes at a place of a file; no bytes: its new length; a place of -1: the file is removed."""

    file: str
    at: int
    bytes: bytes | None


@dataclass
class Disk:
    """What is on it for certain, and what may be."""

    certain: dict[str, bytearray]
    open: list[Change] = field(default_factory=list)

    def synced(self, file: str) -> None:
        for change in self.open:
            if change.file == file:
                apply(self.certain, change)
        self.open = [change for change in self.open if change.file != file]

    def names_synced(self) -> None:
        for change in self.open:
            if change.at < 0:
                apply(self.certain, change)
        self.open = [change for change in self.open if change.at >= 0]


@dataclass(frozen=True)
class Moment:
    """Just after one call."""

    number: int
    said: tuple[str, ...]
    certain: dict[str, bytes]
    open: tuple[Change, ...]

    def leave(self, chance: random.Random, folder: Path) -> None:
        """Put the files into `folder` as a disk without power may hold them."""
        files = {name: bytearray(content) for name, content in self.certain.items()}
        for change in self.open:
            fate = chance.random()
            if fate < 0.4:
                continue
            if fate < 0.6 and change.bytes:
                whole = chance.randrange(len(change.bytes) // SECTOR + 1) * SECTOR
                apply(files, Change(change.file, change.at, change.bytes[:whole]))
            else:
                apply(files, change)
        for name, content in files.items():
            (folder / name).write_bytes(content)


def apply(files: dict[str, bytearray], change: Change) -> None:
    if change.at < 0:
        files.pop(change.file, None)
        return
    content = files.setdefault(change.file, bytearray())
    if change.bytes is None:
        del content[change.at :]
        content.extend(bytes(change.at - len(content)))
        return
    content.extend(bytes(max(0, change.at - len(content))))
    content[change.at : change.at + len(change.bytes)] = change.bytes


def moments(trace: Path, folder: str, before: dict[str, bytes]) -> list[Moment]:
    """Every moment of the recording, in a folder of this name.

    `before` is what was on the disk when it began, by the names of the files.
    """
    disk = Disk({name: bytearray(content) for name, content in before.items()})
    said: list[str] = []
    found: list[Moment] = []
    for call, arguments, result in _calls(trace.read_text()):
        if result < 0:
            continue
        if call == "write" and arguments.startswith("1<"):
            said += _bytes(arguments).decode().split()
            continue
        name = _name(call, arguments)
        if name == folder and call == "fsync":
            disk.names_synced()
        if name is None or not (name in before or name.startswith("history.db")) or name.endswith("-shm"):
            continue
        if call in ("fsync", "fdatasync"):
            disk.synced(name)
        elif call == "pwrite64":
            disk.open.append(Change(name, int(arguments.rsplit(", ", 1)[1]), _bytes(arguments)))
        elif call == "ftruncate":
            disk.open.append(Change(name, int(arguments.rsplit(", ", 1)[1]), None))
        elif call == "unlink":
            disk.open.append(Change(name, -1, None))
        else:
            continue
        certain = {file: bytes(content) for file, content in disk.certain.items()}
        found.append(Moment(len(found), tuple(said), certain, tuple(disk.open)))
    return found


def _calls(trace: str) -> Sequence[tuple[str, str, int]]:
    """The calls in the order in which they ended; of one that another thread interrupts both halves."""
    begun: dict[str, str] = {}
    calls = []
    for line in trace.splitlines():
        thread, _, text = line.partition(" ")
        whole = line
        if text.rstrip().endswith("<unfinished ...>"):
            begun[thread] = line.rstrip().removesuffix("<unfinished ...>").rstrip()
            continue
        if "resumed>" in text[:40]:
            whole = begun.pop(thread) + text.split("resumed>", 1)[1]
        if match := _CALL.match(whole):
            calls.append((match[2], match[3], int(match[4])))
    return calls


def _bytes(arguments: str) -> bytes:
    match = _BYTES.search(arguments)
    return bytes.fromhex(match[1].replace("\\x", "")) if match else b""


def _name(call: str, arguments: str) -> str | None:
    if call == "unlink":
        return Path(_bytes(arguments).decode()).name
    match = re.match(r"\d+<([^>]*)>", arguments)
    if match is None:
        return None
    path = match[1]
    if "\\x" in path:
        path = bytes.fromhex(path.replace("\\x", "")).decode()
    return Path(path).name
