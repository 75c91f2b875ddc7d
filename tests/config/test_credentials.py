"""Passwords in addresses."""

from __future__ import annotations

import pytest

from trayapp.config.credentials import credentials_in, secret_name


def test_credentials_are_taken_out_of_an_address() -> None:
    found = credentials_in("https://bob:p%40ss%3A@example.com:8443/x?y#z")
    assert found is not None
    assert (found.url, found.user, found.password) == ("https://example.com:8443/x?y#z", "bob", "p@ss:")
    assert "p@ss" not in repr(found)


def test_the_header_is_that_of_rfc_7617() -> None:
    found = credentials_in("https://Aladdin:open%20sesame@example.com/")
    assert found is not None
    assert found.authorization == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


@pytest.mark.parametrize("url", ["https://example.com/a:b@c", "https://bob@example.com/", "a:b", "https://[x", "", "x"])
def test_an_address_without_a_password_has_none(url: str) -> None:
    assert credentials_in(url) is None


def test_the_offered_name_may_be_a_secrets_name() -> None:
    assert secret_name("web") == "web-password"
    assert len(secret_name("x" * 100)) <= 100
