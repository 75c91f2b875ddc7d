"""The page in a real browser: nothing leaves it, nothing in it runs, and it can be looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage

from tests.report.browser import Browser
from tests.report.made import DAY, HOUR, MONDAY, a_chapter, a_report, an_outage
from tests.report.reading import Page
from tests.report.test_report_escaping import HOSTILE, reported
from trayapp.core.words import Segment, Status
from trayapp.report.html import html
from trayapp.report.style import DARK, LIGHT
from trayapp.report.values import Report

RUNS = "document.title='taken over'"
NAMES = (
    *HOSTILE,
    f"<script>{RUNS}</script>",
    f'<img src="x" onerror="{RUNS}">',
    f"<svg><script>{RUNS}</script></svg>",
    f'" onmouseover="{RUNS}" autofocus onfocus="{RUNS}',
    f"</style><script>{RUNS}</script>",
    f'</pre></details><iframe srcdoc="<script>parent.{RUNS}</script>">',
    '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">',
    "<style>@import 'http://127.0.0.1:9/x.css'</style>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>",
    "<base href='http://127.0.0.1:9/'>",
)


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


def written(folder: Path, report: Report) -> Path:
    path = folder / "report.html"
    path.write_text(html(report), encoding="utf-8")
    return path


def hostile() -> Report:
    reports = [reported(name) for name in NAMES]
    chapters = [report.chapters[0] for report in reports]
    return a_report(*chapters, title=NAMES[0], markers=tuple(report.markers[0] for report in reports))


def usual() -> Report:
    """Some of everything, the middle of the week unobserved."""
    gap = [
        Segment(MONDAY, MONDAY + 2 * DAY, Status.UP),
        Segment(MONDAY + 2 * DAY, MONDAY + 4 * DAY, Status.UNKNOWN, "asleep"),
        Segment(MONDAY + 4 * DAY, MONDAY + 5 * DAY, Status.DEGRADED),
        Segment(MONDAY + 5 * DAY, MONDAY + 6 * DAY, Status.MAINTENANCE, "maintenance"),
        Segment(MONDAY + 6 * DAY, MONDAY + 7 * DAY, Status.UP),
    ]
    outage = an_outage(1, MONDAY + DAY, 5 * HOUR, account="what was seen")
    return a_report(
        a_chapter("Web", outages=[outage], took=[80.0, 120.0, 300.0], objective=99.5),
        a_chapter("Library", gap, took=[20.0]),
        a_chapter("Nobody looked", []),
    )


def test_the_page_asks_nobody_for_anything(tmp_path: Path, browser: Browser) -> None:
    page = written(tmp_path, hostile())
    browser.open(page, "--dump-dom")
    assert browser.asked() == []


NOWHERE = "http://127.0.0.1:9"
"""Where nothing listens; the browser has no network anyway."""


def test_a_page_that_does_load_something_would_be_caught(tmp_path: Path, browser: Browser) -> None:
    """The other test fails where it should: the same browser, a page without our policy and with a picture."""
    page = tmp_path / "loads.html"
    page.write_text(f'<!DOCTYPE html><img src="{NOWHERE}/picture.png">')
    browser.open(page, "--dump-dom")
    assert f"{NOWHERE}/picture.png" in browser.asked()


def test_even_markup_that_got_through_could_load_and_run_nothing(tmp_path: Path, browser: Browser) -> None:
    """The policy of the page, should an escape ever be forgotten."""
    bad = f"<script>{RUNS}</script><img src='{NOWHERE}/a.png'><link rel=stylesheet href='{NOWHERE}/a.css'></h1>"
    page = tmp_path / "report.html"
    page.write_text(html(usual()).replace("</h1>", bad), encoding="utf-8")
    dom = Page(browser.open(page, "--dump-dom"))
    assert browser.asked() == []
    assert dom.texts["title"][0].startswith("Availability report")
    assert "script" in dom.elements  # it is there, and did not run


def test_hostile_names_make_no_element_and_run_nothing(tmp_path: Path, browser: Browser) -> None:
    report = hostile()
    dom = Page(browser.open(written(tmp_path, report), "--dump-dom"))
    assert not {"script", "img", "iframe", "link", "base", "object", "form", "input"} & set(dom.elements)
    assert not [name for _, name, _ in dom.attributes if name.startswith("on")]
    assert dom.texts["title"][0].startswith("<script>alert(1)</script> · ")
    assert dom.texts["h1"] == ["<script>alert(1)</script>"]
    assert dom.elements.count("style") == 1
    assert dom.elements.count("section") == len(report.chapters)
    assert {value[:1] for value in dom.values("href")} == {"#"}


@pytest.mark.parametrize(("scheme", "colours"), [(1, LIGHT), (0, DARK)], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1180, 400])
def test_it_is_painted_in_the_colours_of_the_desktop(
    tmp_path: Path, browser: Browser, scheme: int, colours: dict[str, str], width: int
) -> None:
    picture = tmp_path / "picture.png"
    browser.open(
        written(tmp_path, usual()),
        f"--blink-settings=preferredColorScheme={scheme}",
        f"--window-size={width},1600",
        f"--screenshot={picture}",
    )
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (width, 1600)
    assert QColor(image.pixel(3, 3)).name() == colours["ground"]
    seen = {QColor(image.pixel(x, y)).name() for x in range(0, width, 3) for y in range(1600)}
    assert {colours[name] for name in ("up", "down", "degraded", "held", "stub", "accent", "band")} <= seen
    assert QColor(image.pixel(width - 3, 900)).name() == colours["ground"]  # nothing sticks out at the side


def test_it_can_be_printed(tmp_path: Path, browser: Browser) -> None:
    paper = tmp_path / "report.pdf"
    browser.open(written(tmp_path, usual()), "--no-pdf-header-footer", f"--print-to-pdf={paper}")
    assert paper.read_bytes().startswith(b"%PDF-")
    assert paper.stat().st_size > 10_000
