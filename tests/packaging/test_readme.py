"""README says what is true."""

from __future__ import annotations

from pathlib import Path

from trayapp.probes import PROBES

README = (Path(__file__).parents[2] / "README.md").read_text()


def test_readme_lists_every_kind_of_probe_in_the_order_of_the_list() -> None:
    table = "\n".join(f"| `{kind}` | {probe.title} | `{probe.example}` |" for kind, probe in PROBES.items())
    assert table in README, f"the table has to be\n{table}"


def test_readme_is_short() -> None:
    assert README.count("\n") < 200
