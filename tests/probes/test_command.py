"""`command`: programs that answer as plugins do, programs that do not, and that nothing of any of them is left."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.probes.asking import ask, descriptors, means, nothing_is_left
from tests.servers import RawServer, closed_port, saying
from trayapp.config.document import read_document
from trayapp.config.load import load_file
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes import probe_for
from trayapp.probes.command import Command
from trayapp.probes.program import FLOOD

PLUGINS = "/usr/lib/nagios/plugins"


def shell(script: str) -> Command:
    return Command(("sh", "-c", script))


def python(script: str) -> Command:
    return Command((sys.executable, "-c", script))


def children() -> set[str]:
    """Processes that this one started, zombies too."""
    return {pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


def running(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until_gone(pid: int) -> None:
    end = time.monotonic() + 5
    while running(pid):
        assert time.monotonic() < end, f"{pid} is still there"
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def _no_child_is_left() -> Iterator[None]:
    before = children()
    yield
    assert children() <= before


# What plugins say


@pytest.mark.parametrize(
    ("status", "outcome", "cause", "blame"),
    [
        (1, Outcome.WARNING, "command.warning", Blame.SERVICE),
        (2, Outcome.CRITICAL, "command.critical", Blame.SERVICE),
        (3, Outcome.UNKNOWN, "command.unknown", Blame.CONFIG),
    ],
)
def test_a_real_plugins_exit_status_is_the_outcome_and_its_first_line_the_message(
    status: int, outcome: Outcome, cause: str, blame: Blame
) -> None:
    finding = ask(Command((f"{PLUGINS}/check_dummy", str(status), "so it is")))
    assert (finding.outcome, finding.cause, finding.blame) == (outcome, cause, blame)
    assert finding.message == f"{outcome}: so it is"
    assert finding.details == {"exit": status}


def test_a_real_plugin_that_is_well_says_so_in_the_details() -> None:
    finding = ask(Command((f"{PLUGINS}/check_dummy", "0", "all of it")))
    assert (finding.outcome, finding.cause, finding.message) == (Outcome.OK, "", "")
    assert finding.details == {"exit": 0, "said": "OK: all of it"}
    assert list(finding.phases_ms) == ["run"]
    assert not finding.answered  # that a program ran says nothing of any network


def test_the_numbers_of_a_real_plugin_are_kept_and_it_is_found_without_its_folder() -> None:
    finding = ask(Command(("check_load", "-w", "10000", "-c", "10000")))
    assert finding.outcome is Outcome.OK
    assert set(finding.details["perfdata"]) == {"load1", "load5", "load15"}
    assert all(float(value) >= 0 for value in finding.details["perfdata"].values())


def test_a_real_plugin_that_asks_a_server_tells_whether_it_is_there() -> None:
    with RawServer(saying(b"")) as server:
        finding = ask(Command(("check_tcp", "-H", "127.0.0.1", "-p", str(server.port))))
    assert finding.outcome is Outcome.OK
    assert finding.details["perfdata"]["time"].endswith("s")
    with closed_port() as port:
        finding = ask(Command(("check_tcp", "-H", "127.0.0.1", "-p", str(port))))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "command.critical")
    assert "Connection refused" in finding.message


def test_a_real_plugin_that_is_called_wrongly_is_unknown() -> None:
    finding = ask(Command(("check_tcp", "--no-such-option")))
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.UNKNOWN, "command.unknown", Blame.CONFIG)


def test_only_the_first_line_counts_and_long_output_is_dropped() -> None:
    finding = ask(shell("printf 'DISK CRITICAL - full | used=97%%;90;95\\nline two\\nline three|more=1\\n'; exit 2"))
    assert finding.message == "DISK CRITICAL - full"
    assert finding.details == {"exit": 2, "perfdata": {"used": "97%"}}


def test_labels_of_numbers_may_be_quoted_and_what_is_no_number_is_left_out() -> None:
    said = "OK | 'free space'=1,5GB;;;0 a=1 b=x c=-2.5e3ms;1;2 =5 d= 'e=1 f=7foo! g=8"
    finding = ask(Command(("printf", "%s", said)))
    assert finding.details["perfdata"] == {"free space": "1,5GB", "a": "1", "c": "-2.5e3ms", "g": "8"}


def test_thousands_of_numbers_are_bounded() -> None:
    finding = ask(python("print('OK |', ' '.join(f'label{i}={i}' for i in range(5000)))"))
    assert finding.outcome is Outcome.OK
    assert len(finding.details["perfdata"]) == 20


@pytest.mark.parametrize("numbers", ["'" * 7000, "a=" * 3500, "1" * 7000, "'a=1" * 1700, "= " * 3500])
def test_numbers_that_are_none_cost_nothing(numbers: str) -> None:
    started = time.process_time()
    finding = ask(Command(("printf", "%s", f"OK |{numbers}")))
    assert finding.outcome is Outcome.OK
    assert time.process_time() - started < 5  # a square of it would take minutes


def test_what_it_prints_is_no_terminal_command_and_need_not_be_utf_8() -> None:
    finding = ask(shell("printf '\\033[31mBAD\\033[0m \\377 caf\\303\\251 \\342\\200\\256end\\007\\n'; exit 2"))
    assert finding.message == "BAD \ufffd café end"


def test_a_program_that_says_nothing_is_told_by_its_exit_status() -> None:
    finding = ask(Command(("false",)))
    assert (finding.outcome, finding.message) == (Outcome.WARNING, "exit status 1, without a word")
    assert ask(Command(("true",))).details == {"exit": 0}


def test_standard_error_is_only_heard_where_there_is_no_output() -> None:
    assert ask(shell("echo out; echo err >&2; exit 2")).message == "out"
    assert ask(shell("echo; echo err >&2; exit 2")).message == "err"


# Programs that are none


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("/nowhere/check_none", "1"), "/nowhere/check_none cannot be run: there is no such program"),
        (("check_no_such_thing",), "check_no_such_thing cannot be run: there is no such program"),
        (("/etc/passwd",), "/etc/passwd cannot be run: it is no program that may be run"),
        (("/usr",), "/usr cannot be run: it is no program that may be run"),
    ],
)
def test_a_program_that_cannot_be_run_is_a_matter_of_the_configuration(
    argv: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # one of ours may be closed to whoever runs the tests
    finding = ask(Command(argv))
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.UNKNOWN, "config.invalid", Blame.CONFIG)
    assert finding.message == message


def test_a_program_for_another_machine_is_nobodys_outage(tmp_path: Path) -> None:
    program = tmp_path / "check_alien"
    program.write_bytes(b"\x7fELF\x02\x01\x01" + b"\0" * 9 + b"\x02\0\xff\xff" + bytes(range(1, 100)) * 20)
    program.chmod(0o755)
    finding = ask(Command((str(program),)))
    assert (finding.outcome, finding.blame) == (Outcome.UNKNOWN, Blame.CONFIG)


@pytest.mark.parametrize("status", [4, 42, 125, 255])
def test_an_exit_status_that_no_plugin_has_is_no_judgement(status: int) -> None:
    finding = ask(shell(f"echo hm; exit {status}"))
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.UNKNOWN, "command.exit", Blame.CONFIG)
    assert finding.message == f"exit status {status} is none of a plugin (0 to 3): hm"


def test_a_plugin_that_misses_a_program_is_another_thing_than_a_missing_plugin() -> None:
    finding = ask(Command(("bash", "-c", "no_such_thing")))
    assert (finding.outcome, finding.cause) == (Outcome.UNKNOWN, "command.exit")
    assert "no_such_thing: command not found" in finding.message


@pytest.mark.parametrize("program", [python("1/0"), shell("if then"), python("def")])
def test_a_plugin_with_a_bug_is_no_outage_though_its_exit_status_says_so(program: Command) -> None:
    finding = ask(program)
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.UNKNOWN, "command.broken", Blame.CONFIG)


@pytest.mark.parametrize(("number", "name"), [(11, "SIGSEGV"), (9, "SIGKILL"), (15, "SIGTERM")])
def test_a_program_that_is_killed_is_nobodys_outage(number: int, name: str) -> None:
    finding = ask(shell(f"echo half a word; kill -{number} $$"))
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.UNKNOWN, "command.killed", Blame.SELF)
    assert finding.message == f"the program was ended by signal {number} ({name}): half a word"


# Programs that do not behave


def test_a_program_that_hangs_is_ended_by_the_deadline() -> None:
    finding = ask(Command(("sleep", "1000")), 0.5)
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "timeout.command")
    assert finding.message == "the program did not end within 0.5 s"


def test_a_program_that_does_not_want_to_end_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    script = f"trap '' TERM; (trap '' TERM; sleep 1000) & echo $! > {tmp_path}/pid; while :; do sleep 0.01; done"
    assert ask(shell(script), 0.6).cause == "timeout.command"
    until_gone(int((tmp_path / "pid").read_text()))


def test_a_program_that_is_ended_may_clean_up(tmp_path: Path) -> None:
    kept = tmp_path / "cleaned"
    assert ask(shell(f"trap 'touch {kept}; exit 0' TERM; while :; do sleep 0.01; done"), 0.5).cause == "timeout.command"
    assert kept.exists()


def test_what_a_program_leaves_behind_neither_holds_us_up_nor_lives_on(tmp_path: Path) -> None:
    finding = ask(shell(f"sleep 1000 & echo $! > {tmp_path}/pid; echo done"), 5)
    assert (finding.outcome, finding.details["said"]) == (Outcome.OK, "done")
    until_gone(int((tmp_path / "pid").read_text()))


def test_a_daemon_that_left_the_group_and_holds_the_pipe_does_not_hold_us_up(tmp_path: Path) -> None:
    finding = ask(shell(f"setsid sh -c 'echo $$ > {tmp_path}/pid; exec sleep 1000' & sleep 0.2; echo done"), 5)
    daemon = int((tmp_path / "pid").read_text())
    try:
        assert (finding.outcome, finding.details["said"]) == (Outcome.OK, "done")
        assert running(daemon)
    finally:
        os.kill(daemon, signal.SIGKILL)


@pytest.mark.parametrize("where", ["", " >&2"])
def test_a_program_that_never_stops_printing_is_stopped(where: str) -> None:
    finding = ask(shell(f"yes{where}"))
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.UNKNOWN, "command.output", Blame.CONFIG)
    assert finding.message == "the program prints more than 1024 KiB"


def test_much_output_is_taken_away_so_that_the_program_ends() -> None:
    finding = ask(python(f"print('fine'); print('x' * {FLOOD - 100}); raise SystemExit(2)"))
    assert (finding.outcome, finding.message) == (Outcome.CRITICAL, "fine")


def test_a_line_without_an_end_is_cut() -> None:
    finding = ask(python("print('x' * 100_000, end=''); raise SystemExit(2)"))
    assert len(finding.message) == 200


def test_nobody_answers_a_program_that_asks() -> None:
    assert ask(Command(("cat",))).details == {"exit": 0}
    assert ask(shell("echo hello > /dev/tty"), 5).outcome is not Outcome.OK  # it has no terminal


def test_a_program_is_given_next_to_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "hunter2")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    given = ask(shell("env | cut -d= -f1 | sort | tr '\\n' ' '; pwd")).details["said"]
    assert given == "HOME LANG PATH PWD /"


def test_words_are_given_as_they_are_and_nothing_is_expanded() -> None:
    finding = ask(Command(("printf", "%s.", "$HOME", "`id`", "a b", "", "*", ";", "-n", "ü")))
    assert finding.details["said"] == "$HOME.`id`.a b..*.;.-n.ü."


# Cancelled, crowded, on any thread


def test_a_cancelled_check_leaves_no_process(tmp_path: Path) -> None:
    script = f"trap '' TERM; sleep 1000 & echo $! > {tmp_path}/pid; while :; do sleep 0.01; done"

    async def cancel() -> None:
        before = descriptors()
        for delay in (0.0, 0.001, 0.05, 0.3):
            task = asyncio.create_task(shell(script).check(means(30)))
            await asyncio.sleep(delay)
            task.cancel()
            outcome = await asyncio.gather(task, return_exceptions=True)
            assert isinstance(outcome[0], asyncio.CancelledError)
        await nothing_is_left(before)

    asyncio.run(cancel())
    until_gone(int((tmp_path / "pid").read_text()))


def test_a_check_that_is_cancelled_again_while_it_ends_leaves_no_process() -> None:
    async def cancel() -> None:
        before = descriptors()
        task = asyncio.create_task(shell("trap '' TERM; while :; do sleep 0.01; done").check(means(30)))
        await asyncio.sleep(0.2)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0.01)
        await asyncio.gather(task, return_exceptions=True)
        await nothing_is_left(before)

    asyncio.run(cancel())
    assert not [pid for pid in children() if running(int(pid))]
    subprocess.run(["true"], check=True)  # what was killed in a hurry is reaped when the next program starts


def test_fifty_programs_at_once_all_end_in_time() -> None:
    async def fifty() -> list[Finding]:
        before = descriptors()
        findings = await asyncio.gather(*(Command(("check_dummy", "2", str(i))).check(means(30)) for i in range(50)))
        await nothing_is_left(before)
        return findings

    assert [finding.message for finding in asyncio.run(fifty())] == [f"CRITICAL: {i}" for i in range(50)]


def test_it_works_on_a_loop_in_any_thread_and_needs_no_other() -> None:
    found: list[Finding] = []
    before = set(threading.enumerate())
    seen: set[threading.Thread] = set()

    def look() -> None:
        program = python("import time; time.sleep(0.3); raise SystemExit(1)")
        found.append(ask(program, 10))

    thread = threading.Thread(target=look)
    thread.start()
    while thread.is_alive():
        seen |= set(threading.enumerate())
        thread.join(0.01)
    assert [finding.outcome for finding in found] == [Outcome.WARNING]
    assert seen - before == {thread}


# Who may say what is run


def test_only_who_types_command_has_something_run() -> None:
    typed = probe_for(f"command:{PLUGINS}/check_dummy 2 'as it \"is\"'")
    assert typed == Command((f"{PLUGINS}/check_dummy", "2", 'as it "is"'))
    assert typed.target == f"{PLUGINS}/check_dummy 2 'as it \"is\"'"
    for target in (f"{PLUGINS}/check_dummy 0", "check_dummy 0", "check_dummy", "exec:true", "http://command:x/"):
        with contextlib.suppress(ValueError):
            assert probe_for(target).kind != "command"


@pytest.mark.parametrize(
    "target", ["command:", "command:  ", "command:'unclosed", "command:./check", "command:bin/x", "command:''"]
)
def test_a_command_that_names_no_program_is_refused_with_a_sentence(target: str) -> None:
    with pytest.raises(ValueError, match=r"program|command"):
        probe_for(target)


@pytest.mark.parametrize("argv", ["[]", '[""]', '["./x"]', '["x\\u0000y"]', '"true"', "[1]", '["x", { secret = "y" }]'])
def test_a_table_that_names_no_program_is_a_fault(argv: str, tmp_path: Path) -> None:
    loaded = load_file(configuration(tmp_path, argv))
    assert loaded.settings is not None
    assert not loaded.settings.services
    assert [fault for fault in loaded.faults if not fault.warning]


@pytest.mark.parametrize("mode", [0o622, 0o660, 0o666, 0o602])
def test_a_file_that_others_may_change_has_nothing_run(mode: int, tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    path = configuration(tmp_path, f'["touch", "{touched}"]')
    path.chmod(mode)
    finding = the_finding(path)
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.UNKNOWN, "config.unsafe", Blame.CONFIG)
    assert finding.message.startswith("not run: services.toml: others may change it")
    assert not touched.exists()
    path.chmod(0o600)
    assert the_finding(path).outcome is Outcome.OK
    assert touched.exists()


def test_a_file_of_somebody_else_has_nothing_run(tmp_path: Path) -> None:
    path = configuration(tmp_path, '["true"]')
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    if os.geteuid() != 0:  # then there is no file of anybody but us and root, whose files are believed, too
        assert read_document(Path("/etc/hostname")).foreign == ""
        return
    os.chown(path, 12345, -1)
    finding = the_finding(path)
    assert (finding.outcome, finding.cause) == (Outcome.UNKNOWN, "config.unsafe")
    assert "belongs to another user" in finding.message


def test_that_a_file_became_safe_again_is_no_other_question() -> None:
    assert shell("true").distrusted("others may change it") == shell("true")


def configuration(folder: Path, argv: str) -> Path:
    path = folder / "services.toml"
    path.touch(0o600)
    path.write_text(f"[services.mine.command]\nargv = {argv}\n")
    return path


def the_finding(path: Path) -> Finding:
    settings = load_file(path).settings
    assert settings is not None
    (service,) = settings.services
    assert isinstance(service.probe, Command)
    return ask(service.probe)
