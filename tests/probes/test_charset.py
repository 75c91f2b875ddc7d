"""Pages are read in the encoding in which a browser reads them, and no word of a server's reaches another codec."""

from __future__ import annotations

import codecs
import random

import pytest

from tests.faults.table import Property, row
from tests.probes.asking import ask
from tests.servers import HttpServer
from trayapp.core.words import Finding, Outcome
from trayapp.probes.charset import Encoding, called, encoding_of, readings
from trayapp.probes.http import Http

UTF_8 = Encoding("UTF-8", "utf_8")
WORDS = {
    "gb2312": "数据库错误",
    "gb18030": "数据库错误",
    "big5": "資料庫錯誤",
    "shift_jis": "データベースエラー",
    "euc-jp": "データベースエラー",
    "iso-2022-jp": "データベースエラー",
    "euc-kr": "데이터베이스 오류",
    "windows-1251": "ошибка базы",
    "koi8-r": "ошибка базы",
    "iso-8859-2": "błąd bazy",
    "windows-1253": "σφάλμα",
    "iso-8859-1": "Fehler für alle",
    "windows-1252": "“Störung” – €5",
    "tis-620": "ข้อผิดพลาด",
    "utf-8": "ошибка 数据库",
}


def asked(body: bytes, content_type: str, **rules: str) -> Finding:
    with HttpServer(body=body, headers={"Content-Type": content_type}) as server:
        return ask(Http(server.url, **rules))  # type: ignore[arg-type]


@pytest.mark.parametrize("label", WORDS)
def test_words_are_found_in_a_page_of_any_encoding_of_the_web(label: str, record_property: Property) -> None:
    words, encoding = WORDS[label], called(label)
    assert encoding is not None
    with row("found-T10", f"a page in {label}, which stands in four places", record_property) as seen:
        for declared in (
            "",
            f"<!-- <meta charset=koi8-u> --><meta charset='{label}'>",
            f'<META http-equiv="Content-Type" content="text/html; charset={label}">',
            f'<?xml version="1.0" encoding="{label}"?>',
        ):
            page = f"{declared}<p>{words}</p>".encode(encoding.codec)
            kind = "text/html" if declared else f'text/html; Charset="{label.upper()}"'
            contains, matches = asked(page, kind, contains=words), asked(page, kind, matches=words)
            warned = asked(page, kind, not_contains=words)
            assert (contains.outcome, matches.outcome) == (Outcome.OK, Outcome.OK)
            assert (warned.outcome, warned.cause) == (Outcome.CRITICAL, "http.body")
            named = "" if page.isascii() else f" (read as {encoding.name})"
            assert warned.message == f'the page contains "{words}"{named}'
            assert asked(page, kind, contains="utterly else").message.endswith(f'not contain "utterly else"{named}')
        seen.seen(f"{contains.outcome.name}; unwanted: {warned.outcome.name}", warned.cause + named)


@pytest.mark.parametrize(
    ("page", "content_type", "name"),
    [
        (codecs.BOM_UTF8 + b"x", "text/html; charset=koi8-r", "UTF-8"),
        ("x".encode("utf-16"), "text/html; charset=utf-8", "UTF-16LE"),
        (codecs.BOM_UTF16_BE + b"\0x", "", "UTF-16BE"),
        (b"<meta charset=shift_jis>\xe4", "text/html; charset=koi8-r", "KOI8-R"),
        (b"<meta charset=shift_jis>\xe4", "text/html; charset=rot13", "Shift_JIS"),
        (b"<meta charset=shift_jis>\xe4", "text/html; charset=", "Shift_JIS"),
        ("<meta charset=utf-16>é".encode(), "", "UTF-8"),
        (b"<meta name=x><meta charset=zlib><meta charset=big5>\xe4", "", "Big5"),
        (b" " * 1024 + b"<meta charset=shift_jis>\xe4 ", "", "windows-1252"),
        ("<!-- <meta charset=shift_jis> -->é".encode(), "", "UTF-8"),
        ("<metallic charset=shift_jis>é".encode(), "", "UTF-8"),
        (b"", "", "UTF-8"),
        (b"<meta charset=shift_jis>", "text/html; charset=koi8-r", "UTF-8"),  # of ASCII alone, and the same in any
        ("é".encode()[:1], "", "UTF-8"),
        (b"\xe9t\xe9", "", "windows-1252"),
        (b"\xe4", "text/html; charset=ISO-8859-1", "windows-1252"),
        (b"\xe4", "text/html; charset=iso-8859-9", "windows-1254"),
    ],
)
def test_the_encoding_is_found_in_the_order_of_browsers(page: bytes, content_type: str, name: str) -> None:
    assert encoding_of(page, content_type.encode()).name == name


@pytest.mark.parametrize(
    "label", ["rot13", "zlib", "idna", "undefined", "unicode_escape", "utf-7", "hex", "mbcs", "punycode", "cp037", ""]
)
def test_no_other_codec_is_reached_by_a_servers_word(label: str) -> None:
    assert called(label) is None
    assert encoding_of(b"\xc3\xa9", f"text/plain; charset={label}".encode()).name == "UTF-8"
    assert encoding_of(f"<meta charset={label}>é".encode(), b"").name == "UTF-8"


def test_every_label_is_of_a_codec_that_takes_any_bytes() -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    pages = [bytes(range(256)), *(chance.randbytes(300) for _ in range(20))]
    for label in (*WORDS, "866", "latin3", "l4", "cyrillic", "arabic", "greek", "visual", "latin6", "iso8859-13", "l9"):
        encoding = called(label)
        assert encoding is not None
        for page in pages:
            for text in readings(page, encoding):
                text.encode()


def test_a_page_that_is_labelled_wrongly_is_read_as_it_is_meant_too() -> None:
    words = "Grüße aus Köln"
    for page, label in ((words.encode(), "iso-8859-1"), (words.encode("latin-1"), "utf-8"), (words.encode(), "big5")):
        assert asked(page, f"text/html; charset={label}", contains=words).outcome is Outcome.OK
        assert asked(page, f"text/html; charset={label}", not_contains=words).outcome is Outcome.CRITICAL


def test_json_is_utf_8_whatever_its_label_as_in_browsers() -> None:
    rule = "words == 'ошибка'"
    assert asked('{"words": "ошибка"}'.encode(), "application/json; charset=koi8-r", json=rule).outcome is Outcome.OK
    finding = asked('{"words": "ошибка"}'.encode("koi8-r"), "application/json; charset=koi8-r", json=rule)
    assert finding.message == "the page is not JSON: it is not UTF-8"


def test_what_a_page_said_is_kept_in_its_own_encoding() -> None:
    page = "<meta charset=shift_jis>データベースエラー".encode("cp932")
    assert "データベースエラー" in asked(page, "text/html", contains="welcome").exhibit["body"]
