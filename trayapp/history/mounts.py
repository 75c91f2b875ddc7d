"""Which file systems are no place for a write-ahead log: other machines may have the same file open.

The log's index is shared memory, which a machine shares with itself alone (https://www.sqlite.org/wal.html). Two of
them that write the same history through it damage it.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

_MOUNTS = Path("/proc/self/mountinfo")

_ELSEWHERE = re.compile(
    r"(nfs4?|cifs|smb3|smbfs|9p|ceph|afs|kafs|coda|ncpfs|lustre|glusterfs|gpfs|beegfs|orangefs|ocfs2|gfs2|vboxsf|vmhgfs"
    r"|prl_fs|virtiofs|drvfs|davfs|webdav|fuse|fuse\..*)",
    re.ASCII,
)


def is_elsewhere(path: Path) -> bool:
    """Whether the file at `path` lies, or would lie, where another machine may have it open too."""
    if str(path).startswith("\\\\"):
        return True
    try:
        mounts = _MOUNTS.read_text(errors="surrogateescape")
    except OSError:
        return False  # not Linux: SQLite finds out for itself whether there is shared memory
    return may_be_shared(file_system(mounts, str(path.parent.resolve())))


def may_be_shared(file_system: str) -> bool:
    """Whether a file system of this kind (proc(5): field 9 of mountinfo) is one of a network or of a host."""
    return _ELSEWHERE.fullmatch(file_system) is not None


def file_system(mounts: str, path: str) -> str:
    """The kind of the file system that `path` lies on, by the lines of /proc/self/mountinfo; "" where none says so."""
    found, longest = "", -1
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 5 or not after:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[4])
        # Of two that are mounted at the same place the later one is seen.
        if PurePosixPath(path).is_relative_to(point) and len(point) >= longest:
            found, longest = after.split(" ")[0], len(point)
    return found
