"""Whatever a service is called or answered, a report shows it as text: in a page, a table, a sheet and in JSON."""

from __future__ import annotations

import csv as reading
import io
import json as decoding
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.report.made import DAY, HOUR, MONDAY, a_chapter, a_report, an_outage
from tests.report.reading import Page
from trayapp.core.wording import plain
from trayapp.core.words import Marker
from trayapp.report import escaping
from trayapp.report.html import html
from trayapp.report.markdown import markdown
from trayapp.report.objects import json
from trayapp.report.sheet import HEAD, csv
from trayapp.report.values import Report

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "[click](javascript:alert(1))",
    "a | b | c",
    "`x` | ``y``",
    "\\| \\\\|",
    "1. not a list",
    "- not a list",
    "# not a heading",
    "@everyone, see #1 and http://evil.example/?a=b",
    '=HYPERLINK("http://evil.example","x")',
    "+1;=2+5;@SUM(A1)",
    "-1\t=1+1",
    "x\r\n=cmd|' /C calc'!A0",
    '";=1+1;"',
    "\u202egnp.exe",
    "&lt;b&gt; &amp;",
    "]]>-->",
    "\x00\x1b[31m",
    "*bold* _it_ ~~no~~ $x$ !",
)

texts = st.one_of(
    st.text(max_size=60),
    st.text("<>&\"'`|\\*_[]()#!~=+-@;,.: \t\n\r1a\u202e\u200b", max_size=40),
    st.sampled_from(HOSTILE),
).filter(plain)


def reported(text: str, **keys: Any) -> Report:
    """A report with this text wherever one may come from elsewhere."""
    outage = an_outage(1, MONDAY + DAY, HOUR, text, account=f"{text}\n  and more")
    marker = Marker(1, MONDAY + 2 * DAY, text)
    chapters = [
        a_chapter(text, None, [outage], id=text, group=text, target=text, markers=[marker], took=[10.0]),
        a_chapter("Other", id="other"),
    ]
    return a_report(*chapters, title=text, markers=(marker,), **keys)


def rows(text: str) -> list[list[str]]:
    """The tables of a Markdown text as its parser understands them, all rows of all tables."""
    found: list[list[str]] = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        if token.type == "tr_open":
            found.append([])
        if token.type == "inline" and token.level >= 4 and found:
            found[-1].append("".join(child.content for child in token.children or ()))
    return found


@settings(max_examples=150)
@given(texts)
@example("x" * 400)
def test_a_page_shows_every_text_as_it_is(text: str) -> None:
    page = Page(html(reported(text)))
    assert page.texts["h1"] == [plain(text, escaping.LONGEST)]
    assert page.texts["title"][0].startswith(plain(text, escaping.LONGEST))
    assert page.texts["bdi"].count(plain(text, escaping.LONGEST)) >= 4
    assert page.texts["h2"].count(plain(text, escaping.LONGEST)) >= 1


HARMLESS = Page(html(reported("harmless")))


@settings(max_examples=150)
@given(texts)
def test_no_text_makes_an_element_or_an_attribute_of_its_own(text: str) -> None:
    page = Page(html(reported(text)))
    assert page.elements == HARMLESS.elements
    assert [(tag, name) for tag, name, _ in page.attributes] == [(tag, name) for tag, name, _ in HARMLESS.attributes]
    for name in ("href", "class", "id", "style"):
        assert [*map(structure, page.values(name))] == [*map(structure, HARMLESS.values(name))]


def structure(value: str) -> str:
    """An attribute's value without its numbers: flags make room for their words."""
    return "".join(sign for sign in value if not sign.isdigit() and sign != ".")


@settings(max_examples=200)
@given(texts)
def test_a_markdown_table_keeps_its_columns_and_shows_the_name(text: str) -> None:
    table = rows(markdown(reported(text)))
    assert {len(row) for row in table} == {8, 3}
    names = [row[1] for row in table if len(row) == 8]
    assert plain(text, escaping.LONGEST) in names


@settings(max_examples=150)
@given(texts)
def test_markdown_has_no_html_no_link_and_no_more_headings_than_ours(text: str) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown(reported(text)))
    children = [child.type for token in tokens for child in token.children or ()]
    assert not {"html_inline", "link_open", "image", "code_inline", "em_open", "strong_open"} & set(children)
    kinds = [token.type for token in tokens]
    assert "html_block" not in kinds
    assert "fence" not in kinds
    assert kinds.count("heading_open") == 3
    assert kinds.count("bullet_list_open") == 2


@pytest.mark.parametrize("text", ["@everyone", "ping @admins now"])
def test_markdown_calls_nobody(text: str) -> None:
    assert "@" not in markdown(reported(text))


@settings(max_examples=200)
@given(texts)
def test_a_sheet_read_back_has_the_columns_and_the_names(text: str) -> None:
    lines = list(reading.reader(io.StringIO(csv(reported(text)), newline=""), strict=True))
    assert lines[0] == list(HEAD)
    assert {len(line) for line in lines} == {len(HEAD)}
    assert len(lines) == 1 + 2 * 7
    assert lines[1][0] == lines[1][1] == escaping.sheet(text)


@settings(max_examples=300)
@given(texts)
@example('";=1+1;"')
@example("a, =1+1")
def test_no_cell_begins_as_a_formula_wherever_a_spreadsheet_divides_the_line(text: str) -> None:
    whole = csv(reported(text))
    for delimiter in ",;\t|":
        for quotes in (reading.QUOTE_MINIMAL, reading.QUOTE_NONE):
            for line in reading.reader(io.StringIO(whole, newline=""), delimiter=delimiter, quoting=quotes):  # type: ignore[arg-type]
                assert not [cell for cell in line if cell.lstrip(' "')[:1] in set("=+-@\t\r＝＋－＠")]


@settings(max_examples=100)
@given(texts)
def test_what_a_sheet_guards_is_the_text_but_for_the_guard(text: str) -> None:
    assert escaping.sheet(text).replace("'", "") == plain(text, escaping.LONGEST).replace("'", "")


@settings(max_examples=150)
@given(texts)
def test_json_holds_every_text_exactly(text: str) -> None:
    whole = decoding.loads(json(reported(text)))
    assert whole["title"] == text
    assert whole["services"][0]["name"] == whole["services"][0]["service"] == text
    assert whole["services"][0]["outages"][0]["message"] == text
    assert whole["markers"][0]["text"] == text


def test_an_account_keeps_its_columns_and_its_lines() -> None:
    account = "From       <b>now</b>\n\n  until later"
    assert escaping.html_lines(account) == "From       &lt;b&gt;now&lt;/b&gt;\n\n  until later"
