"""The twenty services that the laptop watches, as the world knows them; Watchbell is given their targets alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Where(StrEnum):
    """What has to work for a service to be reached."""

    INTERNET = "internet"
    HOME = "the network at home"
    TUNNEL = "the VPN"
    HERE = "this machine"


@dataclass(frozen=True, slots=True)
class Subject:
    """One service. `named`: its name has to be looked up first. `picky`: its page must hold certain words."""

    id: str
    target: str
    address: str
    where: Where = Where.INTERNET
    provider: str = ""
    picky: bool = False

    @property
    def speech(self) -> str:
        """ "https", "http" or "tcp"."""
        scheme = self.target.partition(":")[0]
        return scheme if scheme in ("https", "http") else "tcp"

    @property
    def named(self) -> bool:
        return self.address not in self.target and self.where is not Where.HERE


CAST = (
    Subject("shop", "https://shop.cloud.test/", "198.51.100.10", provider="Cloud"),
    Subject("pay", "https://pay.cloud.test/health", "198.51.100.11", provider="Cloud"),
    Subject("api", "https://api.cloud.test/v1", "198.51.100.12", provider="Cloud"),
    Subject("mail", "https://mail.cloud.test/", "198.51.100.13", provider="Cloud"),
    Subject("queue", "queue.cloud.test:6379", "198.51.100.14", provider="Cloud"),
    Subject("wiki", "https://wiki.hosted.test/", "203.0.113.20", provider="Hosted"),
    Subject("code", "https://code.hosted.test/", "203.0.113.21", provider="Hosted"),
    Subject("ci", "https://ci.hosted.test/", "203.0.113.22", provider="Hosted"),
    Subject("blog", "https://blog.elsewhere.test/", "203.0.113.30"),
    Subject("map", "https://maps.faraway.test/", "203.0.113.31"),
    Subject("news", "http://news.plain.test/", "203.0.113.40"),
    Subject("radio", "http://radio.plain.test/live", "203.0.113.41", picky=True),
    Subject("ssh", "shell.elsewhere.test:22", "203.0.113.42"),
    Subject("dns", "192.0.2.53:53", "192.0.2.53"),
    Subject("edge", "https://192.0.2.80/", "192.0.2.80"),
    Subject("mirror", "http://192.0.2.81/", "192.0.2.81"),
    Subject("nas", "http://192.168.7.50/", "192.168.7.50", Where.HOME),
    Subject("printer", "192.168.7.60:9100", "192.168.7.60", Where.HOME),
    Subject("intranet", "https://10.8.0.50/", "10.8.0.50", Where.TUNNEL),
    Subject("db", "localhost:5432", "127.0.0.1", Where.HERE),
)
