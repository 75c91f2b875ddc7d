"""In which encoding a page is written, found out as a browser does, and never in any that is not the web's.

In this order: its byte order mark, the Content-Type, a <meta> or XML declaration near its beginning, UTF-8 if it is
such, windows-1252. What a server calls an encoding is looked up in the WHATWG's list of labels (Encoding Standard, 4.2)
and reaches no codec by itself.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

_ENCODINGS = """
UTF-8 utf_8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf8 x-unicode20utf8
IBM866 cp866 866 cp866 csibm866
ISO-8859-2 iso8859_2 csisolatin2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2
ISO-8859-3 iso8859_3 csisolatin3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3
ISO-8859-4 iso8859_4 csisolatin4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4
ISO-8859-5 iso8859_5 csisolatincyrillic cyrillic iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988
ISO-8859-6 iso8859_6 arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6-e iso-8859-6-i
 iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987
ISO-8859-7 iso8859_7 csisolatingreek ecma-118 elot_928 greek greek8 iso-ir-126 iso8859-7 iso88597 iso_8859-7
 iso_8859-7:1987 sun_eu_greek
ISO-8859-8 iso8859_8 csiso88598e csisolatinhebrew hebrew iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8
 iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical
ISO-8859-10 iso8859_10 csisolatin6 iso-ir-157 iso8859-10 iso885910 l6 latin6
ISO-8859-13 iso8859_13 iso8859-13 iso885913
ISO-8859-14 iso8859_14 iso8859-14 iso885914
ISO-8859-15 iso8859_15 csisolatin9 iso8859-15 iso885915 iso_8859-15 l9
ISO-8859-16 iso8859_16
KOI8-R koi8_r cskoi8r koi koi8 koi8_r
KOI8-U koi8_u koi8-ru
macintosh mac_roman csmacintosh mac x-mac-roman
windows-874 cp874 dos-874 iso-8859-11 iso8859-11 iso885911 tis-620
windows-1250 cp1250 cp1250 x-cp1250
windows-1251 cp1251 cp1251 x-cp1251
windows-1252 cp1252 ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591
 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii x-cp1252
windows-1253 cp1253 cp1253 x-cp1253
windows-1254 cp1254 cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5
 x-cp1254
windows-1255 cp1255 cp1255 x-cp1255
windows-1256 cp1256 cp1256 x-cp1256
windows-1257 cp1257 cp1257 x-cp1257
windows-1258 cp1258 cp1258 x-cp1258
x-mac-cyrillic mac_cyrillic x-mac-ukrainian
GBK gb18030 chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 iso-ir-58 x-gbk
gb18030 gb18030
Big5 big5hkscs big5-hkscs cn-big5 csbig5 x-x-big5
EUC-JP euc_jp cseucpkdfmtjapanese x-euc-jp
ISO-2022-JP iso2022_jp csiso2022jp
Shift_JIS cp932 csshiftjis ms932 ms_kanji shift-jis sjis windows-31j x-sjis
EUC-KR cp949 cseuckr csksc56011987 iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949
UTF-16BE utf_16_be unicodefffe
UTF-16LE utf_16_le csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16
"""
"""A name, Python's codec for it, and its further labels; a line that begins with a blank goes on with the last one."""

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_BE, "utf-16be"), (codecs.BOM_UTF16_LE, "utf-16le"))

PRESCAN = 1024
"""Bytes at the beginning of a page in which it may say what it is (HTML, 13.2.3.2)."""

_SHIFTS = (b"\0", b"\x1b")
"""What stands in a page of ASCII's bytes that is not ASCII: UTF-16, or ISO-2022-JP."""

_BLANK = rb"[ \t\r\n]{0,20}"
_DECLARED = re.compile(rb"charset" + _BLANK + rb"=" + _BLANK + rb"[\"']?" + _BLANK + rb"([\w:.-]{1,40})", re.IGNORECASE)
_META = re.compile(rb"<meta[ \t\r\n/][^>]{0,400}", re.IGNORECASE)
_XML = re.compile(rb"<\?xml[ \t\r\n][^>]{0,200}?encoding" + _BLANK + rb"=" + _BLANK + rb"[\"']([\w:.-]{1,40})")
_COMMENT = re.compile(rb"<!--.{0,1024}?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Encoding:
    """`name` is the WHATWG's, `codec` Python's."""

    name: str
    codec: str

    def decode(self, words: bytes | bytearray) -> str:
        """What cannot be read is U+FFFD, as in a browser."""
        return words.decode(self.codec, "replace")


@lru_cache(maxsize=1)
def _labels() -> Mapping[str, Encoding]:
    known = {}
    for line in _ENCODINGS.replace("\n ", " ").strip().splitlines():
        name, codec, *labels = line.split()
        known.update(dict.fromkeys((name.lower(), *labels), Encoding(name, codec)))
    return known


def called(label: str) -> Encoding | None:
    """The encoding of this label; None: the web knows none of this name."""
    return _labels().get(label.strip(" \t\r\n\f").lower())


def encoding_of(page: bytes | bytearray, content_type: bytes) -> Encoding:
    """In which encoding the page is written."""
    for mark, name in _MARKS:
        if page.startswith(mark):
            return _labels()[name]
    if page.isascii() and not any(shift in page for shift in _SHIFTS):
        return _labels()["utf-8"]  # as in any other, and most of the web's answers are such
    said = _DECLARED.search(content_type[:400])
    if said is not None and (encoding := called(said[1].decode("ascii"))) is not None:
        return encoding
    return _by_itself(bytes(page[:PRESCAN])) or _labels()["utf-8" if is_utf_8(page) else "windows-1252"]


def readings(page: bytes | bytearray, encoding: Encoding) -> Iterator[str]:
    """The page as a browser shows it, and as it may be meant where it evidently is not what it says.

    Nobody's rule is to fail, or to pass, by a server that labels its pages wrongly.
    """
    text = encoding.decode(page).removeprefix("\ufeff")
    yield text
    if page.isascii() and b"\0" not in page:
        return
    if encoding.codec != "utf_8" and is_utf_8(page):  # chance hardly writes it
        yield page.decode(errors="replace")
    if "\ufffd" in text or "\0" in text:
        yield from (page.decode(codec, "replace") for codec in ("cp1252", "utf_16_le", "utf_16_be"))


def is_utf_8(page: bytes | bytearray) -> bool:
    """Whether it is, but for a character at its end of which the rest did not come."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(page)
    except UnicodeDecodeError:
        return False
    return True


def _by_itself(beginning: bytes) -> Encoding | None:
    """What a page says of itself."""
    for meta in _META.finditer(_COMMENT.sub(b"", beginning)):
        said = _DECLARED.search(meta[0])
        if said is not None and (encoding := called(said[1].decode("ascii"))) is not None:
            return _legible(encoding)
    said = _XML.match(beginning)
    return _legible(encoding) if said is not None and (encoding := called(said[1].decode("ascii"))) else None


def _legible(encoding: Encoding) -> Encoding:
    """HTML, 13.2.3.2: who could read this knows that it is not UTF-16."""
    return _labels()["utf-8"] if encoding.codec.startswith("utf_16") else encoding
