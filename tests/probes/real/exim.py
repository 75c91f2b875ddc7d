"""A real Exim. Only root may run its daemon; anybody may run it for one connection, as inetd does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from tests.probes.certificates import pem
from tests.servers import RawServer

_CONFIGURATION = """
primary_hostname = mail.test
spool_directory = {folder}/spool
log_file_path = {folder}/%slog
keep_environment =
host_lookup =
rfc1413_hosts =
tls_advertise_hosts = {starttls}
tls_certificate = {folder}/chain.pem
tls_privatekey = {folder}/key.pem
{options}
begin acl
begin routers
begin transports
"""
_USER = "nobody"


class Exim(RawServer):
    """`exim -bs` for each connection; `implicit`: encrypted at once. `options` are lines of its main section.

    It would take a TCP connection from an unprivileged port for a forgery, so it gets one end of a pair of sockets.
    """

    def __init__(self, *options: str, starttls: bool = True, implicit: bool = False) -> None:
        super().__init__(self._converse_with_exim)
        self._folder = tempfile.TemporaryDirectory(prefix="exim-")
        self.folder = Path(self._folder.name)
        offered = "*" if starttls else ""
        text = _CONFIGURATION.format(folder=self.folder, starttls=offered, options="\n".join(options))
        chain, key = pem("127.0.0.1")
        for name, content in {"conf": text.encode(), "chain.pem": chain, "key.pem": key}.items():
            (self.folder / name).write_bytes(content)
        self._words = ["exim4", "-C", str(self.folder / "conf"), *(["-tls-on-connect"] if implicit else []), "-bs"]
        if os.geteuid() == 0:  # as root it would change to a user who may not read this folder
            account = pwd.getpwnam(_USER)
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, account.pw_uid, account.pw_gid)
            as_user = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", "--"]
            self._words = [*as_user, *self._words]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self._folder.cleanup()

    async def _converse_with_exim(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ours, its = socket.socketpair()
        with its, self._exim(its):
            its.close()
            from_exim, to_exim = await asyncio.open_connection(sock=ours)
            try:
                async with asyncio.TaskGroup() as ways:
                    ways.create_task(_relay(reader, to_exim))
                    ways.create_task(_relay(from_exim, writer))
            finally:
                to_exim.transport.abort()

    @contextlib.contextmanager
    def _exim(self, talks_to: socket.socket) -> Iterator[None]:
        environment = {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin"}
        end = talks_to.fileno()
        with subprocess.Popen(self._words, stdin=end, stdout=end, cwd=self.folder, env=environment) as exim:
            try:
                yield
            finally:
                exim.terminate()  # after QUIT it has ended by itself


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Passes on what is said, and that no more will be said."""
    try:
        while said := await reader.read(65536):
            writer.write(said)
            await writer.drain()
        writer.write_eof()
    except OSError:  # one of the two has left
        writer.transport.abort()
