from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from trayapp.core.words import Status
from trayapp.ui.attention import Attention
from trayapp.ui.icons import RATIOS, SIZES, Icons, status_pixmap, tray_pixmap
from trayapp.ui.palette import DARK, LIGHT, Appearance, Colours

SHAPES = (Status.UP, Status.DEGRADED, Status.DOWN, Status.UNKNOWN, Status.PAUSED)


def grey(image: QImage) -> list[int]:
    """Every pixel's greyness on white: what is left of an icon without its colour."""
    on_white = QImage(image.size(), QImage.Format.Format_RGB32)
    on_white.fill(0xFFFFFFFF)
    painter = QPainter(on_white)
    image.setDevicePixelRatio(1)
    painter.drawImage(0, 0, image)
    painter.end()
    flat = on_white.convertToFormat(QImage.Format.Format_Grayscale8)
    return [flat.pixelColor(x, y).value() for y in range(flat.height()) for x in range(flat.width())]


def outline(image: QImage) -> list[bool]:
    return [image.pixelColor(x, y).alpha() > 127 for y in range(image.height()) for x in range(image.width())]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("size", [16, 22, 64])
def test_the_shapes_differ_without_their_colours(qapp: QApplication, colours: Colours, size: int) -> None:
    pictures = {status: grey(status_pixmap(status, colours, size, 1).toImage()) for status in SHAPES}
    for one, other in combinations(SHAPES, 2):
        differing = sum(abs(a - b) > 40 for a, b in zip(pictures[one], pictures[other], strict=True))
        assert differing > size * size * 0.05, (one, other)


def test_circle_triangle_and_square_differ_in_outline(qapp: QApplication) -> None:
    outlines = [outline(status_pixmap(status, LIGHT, 22, 1).toImage()) for status in SHAPES[:3]]
    for one, other in combinations(outlines, 2):
        assert sum(a is not b for a, b in zip(one, other, strict=True)) > 22


def test_an_icon_holds_a_pixmap_of_every_size_at_both_ratios(appearance: Appearance) -> None:
    icon = Icons(appearance).tray(Attention(Status.DOWN, 3))
    widths = sorted(size.width() for size in icon.availableSizes())
    assert set(widths) == {size * ratio for size in SIZES for ratio in RATIOS}


def test_the_count_and_the_ring_change_the_icon_at_every_size(qapp: QApplication) -> None:
    looks = (
        Attention(Status.DOWN),
        Attention(Status.DOWN, 1),
        Attention(Status.DOWN, 12),
        Attention(Status.DOWN, hollow=True),
        Attention(Status.DOWN, 1, True),
    )
    for size in SIZES:
        pictures = [tray_pixmap(look, LIGHT, size, 1).toImage() for look in looks]
        assert all(one != other for one, other in combinations(pictures, 2))


def test_the_same_icon_is_painted_once(appearance: Appearance) -> None:
    icons = Icons(appearance)
    assert icons.tray(Attention(Status.UP)) is icons.tray(Attention(Status.UP))
    assert icons.of(Status.UP) is icons.of(Status.UP)
