"""`command`: a program of this machine says how a service is, as Nagios plugins do.

Its exit status is the outcome and its first line the message (the Nagios Plugin Development Guidelines, "Plugin
Output" and "Performance data"). How it runs and how it ends is told in program.py.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, Self

from trayapp.core.keys import Key
from trayapp.core.wording import plain
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes.base import Kind, Means
from trayapp.probes.causes import Impaired, Misbehaved, Misconfigured
from trayapp.probes.phases import Phases
from trayapp.probes.program import MOMENT, Ran, run

MOST_WORDS = 200
LONGEST_WORD = 8_000
MOST_PERFDATA = 20

PLUGINS = (
    "/usr/lib/nagios/plugins",  # Debian, Ubuntu
    "/usr/lib64/nagios/plugins",  # Fedora
    "/usr/lib/monitoring-plugins",  # Arch, Alpine, openSUSE
    "/usr/local/libexec/nagios",  # FreeBSD
)
"""Where plugins are installed: a program that is named without its folder is looked for here, too."""

_OUTCOMES = {outcome.exit_code: outcome for outcome in Outcome}
_CAUSES = {Outcome.WARNING: "command.warning", Outcome.CRITICAL: "command.critical", Outcome.UNKNOWN: "command.unknown"}

_NO_PROGRAM = {126: "it is no program that may be run", 127: "there is no such program"}
"""Exit status of the shell that cannot become the program (POSIX, Shell Command Language, 2.8.2)."""

_BROKEN = re.compile(rb"syntax ?error|Traceback \(most recent call last\)", re.IGNORECASE)
"""What languages say of a program that fails by itself; its exit status, often 1 or 2, then is no judgement."""

_PERFDATA = re.compile(r"(?<!\S)(?:'([^'=]{1,60})'|([^\s'=]{1,60}))=([-+0-9.,eE]{1,30}[A-Za-z%µ]{0,10})(?=[;\s]|$)")


def check_words(argv: tuple[str, ...]) -> None:
    """ValueError: no program can be given these."""
    if not argv:
        raise ValueError("the first word must be a program")
    if len(argv) > MOST_WORDS:
        raise ValueError(f"more than {MOST_WORDS} words")
    for word in argv:
        if "\0" in word or len(word) > LONGEST_WORD:
            raise ValueError(f"a word has a NUL character or more than {LONGEST_WORD} characters")


@dataclass(frozen=True, slots=True)
class Command(Kind):
    """A program on this computer, such as a Nagios plugin. Its words stand on the screen: no secrets in them."""

    kind: ClassVar[str] = "command"
    title: ClassVar[str] = "Program"
    example: ClassVar[str] = "command:check_load -w 5 -c 10"

    argv: Annotated[
        tuple[str, ...],
        Key(
            "Command",
            "The program and its arguments, one word each: exit status 0, 1, 2 or 3 as Nagios plugins have it.",
            check=check_words,
        ),
    ]
    distrust: str = field(default="", compare=False)
    """Why it must not be run, for what says so could have been written by somebody else; empty: it may."""

    def __post_init__(self) -> None:
        """ValueError: there is no folder from which its path would lead anywhere."""
        check_words(self.argv)
        if not self.argv[0]:
            raise ValueError("the first word must be a program")
        if "/" in self.argv[0] and not self.argv[0].startswith("/"):
            raise ValueError(f'write the whole path of the program: "{self.argv[0][:80]}" begins in no known folder')

    @property
    def target(self) -> str:
        return shlex.join(self.argv)

    @classmethod
    def from_target(cls, target: str) -> Self | None:
        """`command:` and what one would type in a terminal; nothing in it is expanded."""
        scheme, colon, rest = target.partition(":")
        if not colon or scheme.lower() != cls.kind:
            return None
        try:
            words = shlex.split(rest)
        except ValueError as error:
            raise ValueError(f"not a command: {str(error).lower()}") from error
        if not words:
            raise ValueError(f"a command needs a program: {cls.example}, for example")
        return cls(tuple(words))

    def distrusted(self, why: str) -> Self:
        return replace(self, distrust=why)

    async def ask(self, means: Means, phases: Phases) -> Finding:
        if self.distrust:
            raise Misconfigured("config.unsafe", f"not run: {self.distrust}")
        seconds = means.timeout - phases.spent
        phases.enter("run")
        try:
            # It needs a moment to end, and whoever waits shall not wait for that, too.
            ran = await run(self.argv, environment(), max(seconds - 2 * MOMENT, seconds / 2))
        except TimeoutError as error:
            # Most that hang do so because the service does; what speaks against that, the monitor finds out.
            raise Misbehaved("timeout.command", f"the program did not end within {means.timeout:g} s") from error
        phases.leave()
        return _judge(ran, self.argv[0])


def environment() -> Mapping[str, str]:
    """What a program is given of ours: next to nothing, for there may be secrets in it. The language is no country's,
    so that numbers have points.
    """
    path = os.environ.get("PATH", os.defpath)
    home = os.environ.get("HOME", "/")
    return {"PATH": os.pathsep.join((path, *PLUGINS)), "LANG": "C.UTF-8", "HOME": home}


def _judge(ran: Ran, program: str) -> Finding:
    silent = not ran.output.strip()
    said, perfdata = _first_line(ran.errors if silent else ran.output)
    if ran.code < 0:
        raise Impaired("command.killed", f"the program was ended by {_name(-ran.code)}{_quoted(said)}")
    if ran.code in _NO_PROGRAM and silent and ran.errors.startswith(b"sh: "):
        name = program if len(program) <= 80 else f"…{program[-79:]}"
        raise Misconfigured("config.invalid", f"{name} cannot be run: {_NO_PROGRAM[ran.code]}")
    if ran.code not in _OUTCOMES:
        raise Misconfigured("command.exit", f"exit status {ran.code} is none of a plugin (0 to 3){_quoted(said)}")
    outcome = _OUTCOMES[ran.code]
    if outcome is not Outcome.OK and silent and _BROKEN.search(ran.errors):
        raise Misconfigured("command.broken", f"the program itself failed{_quoted(said)}")
    details: dict[str, Any] = {"exit": ran.code}
    if perfdata:
        details["perfdata"] = perfdata
    if outcome is Outcome.OK:
        return Finding(outcome, details=details | ({"said": said} if said else {}))
    blame = Blame.CONFIG if outcome is Outcome.UNKNOWN else Blame.SERVICE
    return Finding(outcome, _CAUSES[outcome], blame, said or f"exit status {ran.code}, without a word", details=details)


def _first_line(output: bytes) -> tuple[str, Mapping[str, str]]:
    """What it says in its first line, and the numbers behind the "|" in that by their labels."""
    first = output.lstrip().partition(b"\n")[0][:LONGEST_WORD].decode("utf-8", "replace")
    said, _, numbers = first.partition("|")
    found = _PERFDATA.findall(numbers)[:MOST_PERFDATA]
    return plain(said), {plain(quoted or bare, 60): value for quoted, bare, value in found}


def _quoted(said: str) -> str:
    return f": {said}" if said else ""


def _name(number: int) -> str:
    with suppress(ValueError):
        return f"signal {number} ({signal.Signals(number).name})"
    return f"signal {number}"
