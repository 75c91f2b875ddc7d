"""A small internet: this machine, a home router, and everybody else, each in a network of its own.

    us 192.168.7.20 --- 192.168.7.1 router 203.0.113.1 --- 203.0.113.254 outside 198.51.100.0/24
                        192.168.7.50 a box at home

The router's name server asks the one outside, as at home. Outside are one server for all the services, another
for the victim of each test, and the control targets.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

from tests.faults.namespaces import Namespace, Tunnel, own_file
from tests.faults.watching import Watching
from tests.probes.certificates import server as certified
from tests.servers import HttpServer, until
from trayapp.core.words import Service

SERVICES, VICTIM, PLAIN_CONTROL, TLS_CONTROL = "198.51.100.1", "198.51.100.50", "198.51.100.100", "198.51.100.101"
NAME_SERVER = "203.0.113.53"
NOBODY = "203.0.113.98"
"""Who should know of the names below hung.test, and never says a word."""
ROUTER, SECOND_ROUTER, BOX = "192.168.7.1", "192.168.7.2", "192.168.7.50"
OFFICE = "10.8.0.1"
FAR = "198.51.100.60"
"""At the end of a road that is built by `far_road` alone."""
NAMES = {"victim.test": VICTIM, "plain.test": PLAIN_CONTROL, "tls.test": TLS_CONTROL, "wiki.office.test": OFFICE}
CONTROLS = ("http://plain.test/generate_204", f"https://{TLS_CONTROL}", "https://tls.test", "dns:zone.test")


class NameServer:
    """dnsmasq in a network; `arguments` say what it knows."""

    def __init__(self, namespace: Namespace, address: str, *arguments: str) -> None:
        argv = ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--no-hosts"]
        argv += ["--no-resolv", "--cache-size=0", "--bind-interfaces", f"--listen-address={address}", *arguments]
        with namespace.inside():
            self._process = subprocess.Popen(argv)
            until(lambda: self._listens(address))

    @staticmethod
    def _listens(address: str) -> bool:
        with socket.socket() as knocking:
            return knocking.connect_ex((address, 53)) == 0

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(10)


class World:
    """All of it, and what can go wrong in it."""

    def __init__(self) -> None:
        self._at_end = contextlib.ExitStack()
        self._folder = Path(self._at_end.enter_context(tempfile.TemporaryDirectory(prefix="world-")))

    def __enter__(self) -> Self:
        with self._at_end.pop_all() as building:
            self._build(building)
            self._at_end = building.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._at_end.close()

    def _build(self, at_end: contextlib.ExitStack) -> None:
        self.us, self.router, self.outside = (self._namespace(at_end) for _ in range(3))
        self.us.cable("eth0", self.router, "lan")
        self.router.cable("wan", self.outside, "eth0")
        for address in (ROUTER, SECOND_ROUTER, BOX):
            self.router.ip("address", "add", f"{address}/24", "dev", "lan")
        self.router.ip("address", "add", "203.0.113.1/24", "dev", "wan")
        self.router.ip("route", "add", "default", "via", "203.0.113.254")
        self.router.set("net/ipv4/ip_forward", "1")
        self.outside.ip("address", "add", "203.0.113.254/24", "dev", "eth0")
        self.outside.ip("route", "add", "default", "via", "203.0.113.1")
        for address in (SERVICES, VICTIM, PLAIN_CONTROL, TLS_CONTROL, NAME_SERVER):
            self.outside.ip("address", "add", f"{address}/32", "dev", "lo")
        self.plug_in()
        self.names_outside = self._names(at_end, NAMES)
        self.router.ip("neigh", "replace", NOBODY, "lladdr", "02:00:00:00:00:98", "dev", "wan", "nud", "permanent")
        self.names = self._name_server(
            at_end, self.router, ROUTER, f"--server={NAME_SERVER}", f"--server=/hung.test/{NOBODY}"
        )
        tls = certified(*NAMES, *(f"s{n}.test" for n in range(20)), TLS_CONTROL)
        self.victim = HttpServer(host=VICTIM, port=443, tls=tls)
        self.box = HttpServer(host=BOX, port=80)
        self.services = [
            HttpServer(host=SERVICES, port=443, tls=tls),
            HttpServer(host=SERVICES, port=80),
            HttpServer(host=SERVICES, port=22),
        ]
        self.controls = [
            HttpServer(204, b"", host=PLAIN_CONTROL, port=80),
            HttpServer(host=TLS_CONTROL, port=443, tls=tls),
        ]
        for server in (self.victim, *self.services, *self.controls):
            self.start(server, self.outside, at_end)
        self.start(self.box, self.router, at_end)
        self.resolv_conf = self._folder / "resolv.conf"
        self.resolv_conf.write_text(f"nameserver {ROUTER}\noptions timeout:1 attempts:1\n")

    def start(
        self, server: AbstractContextManager[object], where: Namespace, at_end: contextlib.ExitStack | None = None
    ) -> None:
        with where.inside():
            (at_end or self._at_end).enter_context(server)

    @staticmethod
    def _namespace(at_end: contextlib.ExitStack) -> Namespace:
        namespace = Namespace()
        at_end.callback(namespace.close)
        return namespace

    @staticmethod
    def _name_server(at_end: contextlib.ExitStack, where: Namespace, address: str, *arguments: str) -> NameServer:
        name_server = NameServer(where, address, *arguments)
        at_end.callback(name_server.stop)
        return name_server

    def _names(self, at_end: contextlib.ExitStack, names: Mapping[str, str]) -> NameServer:
        known = {**names, **{f"s{n}.test": SERVICES for n in range(20)}}
        every = [f"--address=/{name}/{address}" for name, address in known.items()]
        return self._name_server(at_end, self.outside, NAME_SERVER, "--local=/#/", *every)

    # What can go wrong

    def lose_name(self, lost: str) -> None:
        """The name servers of the world know this name no longer."""
        self.names_outside.stop()
        self._names(self._at_end, {name: address for name, address in NAMES.items() if name != lost})

    def stop_services(self) -> None:
        """All but the victim, the box and the control targets are really down."""
        for server in self.services:
            server.stop()

    def plug_in(self) -> None:
        """The cable is in, and the address and the way out with it, as a network manager does it."""
        self.router.ip("link", "set", "lan", "up")
        self.us.ip("address", "replace", "192.168.7.20/24", "dev", "eth0")
        self.us.ip("route", "replace", "default", "via", ROUTER)

    def pull_out(self) -> None:
        self.router.ip("link", "set", "lan", "down")

    def cut_uplink(self, how: str) -> None:
        """Nothing gets beyond the router: "silent"ly, or it answers that this is "unreachable"."""
        if how == "silent":
            wrong = ("lladdr", "02:00:00:00:00:99", "dev", "wan", "nud", "permanent")
            self.router.ip("neigh", "replace", "203.0.113.254", *wrong)
            self.router.ip("neigh", "replace", NAME_SERVER, *wrong)
        else:
            # Names first: if they alone were there for a moment, they would vouch for all the rest.
            self.router.ip("route", "replace", how, "203.0.113.0/25")
            self.router.ip("route", "replace", how, "default")

    def mend_uplink(self, how: str) -> None:
        """It is as it was before it was cut in this way."""
        if how == "silent":
            for address in ("203.0.113.254", NAME_SERVER):
                self.router.ip("neigh", "delete", address, "dev", "wan")
        else:
            self.router.ip("route", "replace", "default", "via", "203.0.113.254")
            self.router.ip("route", "delete", how, "203.0.113.0/25")

    def swallow(self, *addresses: str) -> None:
        """Packets to these are never seen again."""
        for address in addresses:
            self.router.ip("route", "replace", "blackhole", f"{address}/32")

    def capture(self) -> None:
        """The router answers for everybody outside."""
        self.router.ip("route", "replace", "local", "198.51.100.0/24", "dev", "lo")

    def release(self) -> None:
        self.router.ip("route", "delete", "local", "198.51.100.0/24", "dev", "lo")

    def flip_route(self, gateway: str) -> None:
        self.us.ip("route", "replace", "default", "via", gateway)

    def dial_vpn(self) -> Tunnel:
        """A tunnel to the office, which is a part of the router here."""
        tunnel = self._at_end.enter_context(Tunnel(self.us, self.router))
        self.router.ip("address", "add", f"{OFFICE}/24", "dev", "tun0")
        self.router.ip("link", "set", "tun0", "up")
        self.us.ip("address", "add", "10.8.0.2/24", "dev", "tun0")
        self.us.ip("link", "set", "tun0", "up")
        return tunnel

    def far_road(self, *servers: AbstractContextManager[object]) -> Tunnel:
        """A road from the outside to FAR, on which packets can be made to get lost, and the servers there."""
        far = self._namespace(self._at_end)
        tunnel = self._at_end.enter_context(Tunnel(self.outside, far))
        far.ip("address", "add", f"{FAR}/32", "dev", "tun0")
        far.ip("link", "set", "tun0", "up")
        far.ip("route", "add", "default", "dev", "tun0")
        self.outside.ip("link", "set", "tun0", "up")
        self.outside.ip("route", "add", f"{FAR}/32", "dev", "tun0")
        self.outside.set("net/ipv4/ip_forward", "1")
        for server in servers:
            self.start(server, far)
        return tunnel

    def answer_names(self, name_server: AbstractContextManager[object]) -> None:
        """From now on the router's name server is this one."""
        self.names.stop()
        self.start(name_server, self.router)

    # Who looks

    @contextlib.contextmanager
    def here(self) -> Iterator[None]:
        """The calling thread, and the programs that it starts, are on our machine for a while."""
        with self.us.inside(), own_file("/etc/resolv.conf", self.resolv_conf):
            yield

    def watch(self, services: Sequence[Service], controls: Sequence[str] = CONTROLS) -> Watching:
        """A monitor on our machine, which sees the world as it is there."""
        watching = Watching(services, controls, self.resolv_conf)
        ready = threading.Event()

        def live() -> None:
            with self.here():
                watching.run(ready)

        thread = threading.Thread(target=live, name="watching")
        thread.start()
        self._at_end.callback(thread.join)
        self._at_end.callback(watching.stop)
        until(lambda: ready.is_set() or not thread.is_alive())
        return watching
