"""Where keys stand in the text, against documents whose lines are known because we wrote them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.config.lines import Path, dotted, line_of, lines_of, marks

TEXT = """\
# [not.a.table]
version = 1

[services.web]   # = [x]
name = "a # b = ]"
note = \"\"\"
[services.fake]
tags = "no" \\
\"\"\"\"\"
tags = [ "a", # first
  'b]',

  { deep = [1, 2979-05-27 07:32:00Z] },
]
http.url = 'https://x/#'

[services."dotted.id".http]
headers = { "A b" = { secret = "x" }, B = '''
'''' }

[[maintenance.night]]
at = 1
[[maintenance.night]]
at = 2
[maintenance.night.deep]
x = true
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("version",), 2),
        (("services",), 4),
        (("services", "web"), 4),
        (("services", "web", "name"), 5),
        (("services", "web", "note"), 6),
        (("services", "web", "tags"), 10),
        (("services", "web", "tags", 0), 10),
        (("services", "web", "tags", 1), 11),
        (("services", "web", "tags", 2), 13),
        (("services", "web", "tags", 2, "deep", 1), 13),
        (("services", "web", "http"), 15),
        (("services", "web", "http", "url"), 15),
        (("services", "dotted.id"), 17),
        (("services", "dotted.id", "http", "headers", "A b", "secret"), 18),
        (("services", "dotted.id", "http", "headers", "B"), 18),
        (("maintenance", "night", 0, "at"), 22),
        (("maintenance", "night", 1), 23),
        (("maintenance", "night", 1, "at"), 24),
        (("maintenance", "night", 1, "deep", "x"), 26),
    ],
)
def test_every_way_to_write_a_key_is_found(path: Path, line: int) -> None:
    tomllib.loads(TEXT)
    assert lines_of(TEXT)[path] == line


def test_a_missing_key_is_placed_at_the_table_that_should_have_it() -> None:
    assert line_of(("services", "web", "http", "method"), lines_of(TEXT)) == 15
    assert line_of(("nowhere",), lines_of(TEXT)) is None


def test_a_mark_ends_where_its_value_ends() -> None:
    found = {mark.path: TEXT[mark.start : mark.end] for mark in marks(TEXT)}
    assert found["services", "web", "name"] == 'name = "a # b = ]"'
    assert found["maintenance", "night", 1, "at"] == "at = 2"
    assert found["services", "web", "tags"].endswith("},\n]")


def test_paths_are_written_as_toml_writes_them() -> None:
    assert dotted(("services", "a.b", "tags", 1)) == 'services."a.b".tags[1]'


@dataclass
class Written:
    """A document under construction that knows where it put each key."""

    text: str = ""
    lines: dict[Path, int] = field(default_factory=dict)

    def put(self, path: Path, text: str) -> None:
        self.lines[path] = self.text.count("\n") + 1
        self.text += text


names = st.text(min_size=1, max_size=6)
bare_values = st.one_of(
    st.integers(-(2**60), 2**60).map(str),
    st.booleans().map(lambda value: str(value).lower()),
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat(" ")),
)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=20)
basic = texts.map(lambda text: tomlkit.string(text).as_string())
multi_line = texts.map(lambda text: tomlkit.string(text, multiline=True).as_string())
literal = st.text(st.sampled_from('ab"#=[]{}, \\'), max_size=8).map(lambda text: f"'{text}'")
long_literal = st.text(st.sampled_from("ab\"#=[]{},\n \\'"), max_size=12).map(
    lambda text: f"'''{text.replace(chr(39) * 2, chr(39)).strip(chr(39))}'''"
)
leaves = st.one_of(bare_values, basic, multi_line, literal, long_literal)
gaps = st.sampled_from(["", " ", "\n", "\r\n", ' # ] } = "\n', "\n\n\t"])


@st.composite
def documents(draw: st.DrawFn) -> Written:
    written = Written()
    for table in draw(st.lists(names, unique=True, max_size=4)):
        written.text += draw(st.sampled_from(["", "\n", "# [comment]\n", "\r\n"]))
        outer = "services" if draw(st.booleans()) else 'ser"vices'
        written.put((outer, table), f"[ {key(outer)} . {key(table)} ] # x = 1\n")
        for name in draw(st.lists(names, unique=True, max_size=4)):
            written.put((outer, table, name), f"{key(name)} = ")
            value(draw, written, (outer, table, name), 0)
            written.text += draw(st.sampled_from(["\n", " # = [\n", "\r\n"]))
    return written


def key(name: str) -> str:
    return tomlkit.key(name).as_string() if name.isascii() and name.isprintable() else tomlkit.string(name).as_string()


def value(draw: st.DrawFn, written: Written, path: Path, depth: int) -> None:
    form = draw(st.sampled_from(["leaf", "leaf", "array", "table"])) if depth < 3 else "leaf"
    if form == "leaf":
        written.text += draw(leaves)
    elif form == "array":
        written.text += "["
        for index in range(draw(st.integers(0, 3))):
            written.text += ("," if index else "") + draw(gaps)
            written.put((*path, index), "")
            value(draw, written, (*path, index), depth + 1)
            written.text += draw(gaps)
        written.text += "]"
    else:
        written.text += "{"
        for index, name in enumerate(draw(st.lists(names, unique=True, max_size=3))):
            written.text += ", " if index else " "
            written.put((*path, name), f"{key(name)} = ")
            value(draw, written, (*path, name), depth + 1)
        written.text += " }"


@settings(deadline=None)
@given(documents())
def test_every_key_of_any_document_is_found_on_its_line(written: Written) -> None:
    tomllib.loads(written.text)
    found = lines_of(written.text)
    assert {path: found.get(path) for path in written.lines} == written.lines
