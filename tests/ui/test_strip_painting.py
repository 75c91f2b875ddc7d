from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.world import NOW, PaperPast, picture
from trayapp.core.words import Status
from trayapp.ui.palette import LIGHT
from trayapp.ui.strips import RANGES, Strip, Strips
from trayapp.ui.window.strip import HEIGHT, ROOM, StripPlace, paint_strip

AREA = QRect(10, 5, ROOM, HEIGHT)
PLACES = [
    StripPlace(AREA, offered.cells, ratio, mirrored)
    for offered in RANGES
    for ratio in (1.0, 1.25, 1.5, 2.0)
    for mirrored in (False, True)
]


@pytest.mark.parametrize("place", PLACES, ids=lambda p: f"{p.cells}-{p.ratio}-{p.mirrored}")
def test_cells_lie_side_by_side_inside_their_area(place: StripPlace) -> None:
    lefts = list(place.lefts())
    assert len(lefts) == place.cells
    assert {abs(b - a) for a, b in pairwise(lefts)} == {place.pitch}
    assert min(lefts) >= AREA.left() * place.ratio - 1
    assert max(lefts) + place.pitch - place.gap <= (AREA.right() + 1) * place.ratio + 1


@pytest.mark.parametrize("place", PLACES, ids=lambda p: f"{p.cells}-{p.ratio}-{p.mirrored}")
def test_the_mouse_finds_the_cell_that_is_painted_there(place: StripPlace) -> None:
    found = [place.cell_at(place.cell(cell).center()) for cell in range(place.cells)]
    assert found == list(range(place.cells))
    assert place.cell_at(QPoint(AREA.left() - 5, AREA.center().y())) is None
    assert place.cell_at(QPoint(AREA.center().x(), AREA.bottom() + 20)) is None


def test_the_newest_cell_is_on_the_trailing_side() -> None:
    assert StripPlace(AREA, 48, 1.0).cell(47).right() == AREA.right() + 1
    assert StripPlace(AREA, 48, 1.0, mirrored=True).cell(47).left() == AREA.left()


def painted(strip: Strip | None) -> QImage:
    image = QImage(ROOM + 20, HEIGHT + 10, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.ground))
    painter = QPainter(image)
    paint_strip(painter, StripPlace(AREA, 48, 1.0), strip, LIGHT)
    painter.end()
    return image


def strip_of(service: str, qtbot: QtBot) -> Strip:
    strips = Strips(PaperPast(picture()), lambda: NOW)
    qtbot.waitUntil(lambda: strips.of(service) is not None)
    strip = strips.of(service)
    assert strip is not None
    return strip


def test_each_cell_has_the_colour_of_its_worst_and_what_nobody_saw_is_a_low_stub(qtbot: QtBot) -> None:
    strip = strip_of("twitter", qtbot)
    image, place = painted(strip), StripPlace(AREA, 48, 1.0)
    for cell, (status, seen) in enumerate(strip.looks):
        left = place.lefts()[cell]
        foot = image.pixelColor(left, AREA.bottom())
        top = image.pixelColor(left, AREA.top())
        if status is Status.UNKNOWN:
            assert (foot.name(), top.name()) == (LIGHT.stub, LIGHT.ground)
        else:
            assert foot == LIGHT.fill(status)
            assert (top == LIGHT.fill(status)) is (seen > 0.98)


def test_before_it_is_read_a_strip_is_all_stubs(qapp: QApplication) -> None:
    image = painted(None)
    colours = {image.pixelColor(x, AREA.bottom()).name() for x in range(AREA.left(), AREA.right() + 1)}
    assert colours == {LIGHT.stub, LIGHT.ground}
