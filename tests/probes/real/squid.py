"""A real Squid."""

from __future__ import annotations

from collections.abc import Sequence

from tests.probes.real.program import Program


class Squid(Program):
    """squid(8), which caches nothing, asks the name server at 127.0.0.1, and lets nobody to below forbidden.test."""

    user = "proxy"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        hosts, settings = self.folder / "hosts", self.folder / "squid.conf"
        hosts.write_text("127.0.0.1 known.test closed.test\n")
        settings.write_text(
            f"""http_port 127.0.0.1:{self.port}
pid_filename none
cache deny all
access_log none
cache_log {self.folder}/cache.log
coredump_dir {self.folder}
pinger_enable off
dns_nameservers 127.0.0.1
hosts_file {hosts}
shutdown_lifetime 0 seconds
acl forbidden dstdomain .forbidden.test
http_access deny forbidden
http_access allow all
connect_timeout 2 seconds
dns_timeout 2 seconds
"""
        )
        self.give(self.folder, hosts, settings)

    def command(self) -> Sequence[str]:
        return ["squid", "-N", "-f", str(self.folder / "squid.conf")]
