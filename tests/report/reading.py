"""A page read back as a browser's parser would: its texts by element, and everything that might act."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = frozenset({"meta", "br", "path", "circle", "rect", "use", "input", "link", "img"})


class Page(HTMLParser):
    """The texts of all <bdi> and of the title, the elements there are, and every attribute's value."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.given: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.given.append((tag, {name: value or "" for name, value in attrs}))
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        while tag in self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def values(self, name: str) -> list[str]:
        """Of every attribute of this name."""
        return [value for _, attribute, value in self.attributes if attribute == name]
