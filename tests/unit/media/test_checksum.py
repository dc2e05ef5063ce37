# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.checksum import (
    Checksum,
    ChecksumFile,
    find_checksum,
    verify_checksum_spec,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

A, B, LONG = "a1" * 32, "b2" * 32, "c3" * 64


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        (f"sha256:{A}", Checksum("sha256", A)),
        (f" SHA256:{A.upper()}\n", Checksum("sha256", A)),
        (f"sha512:{LONG}", Checksum("sha512", LONG)),
        ("https://example.org/SHA256SUMS", ChecksumFile("https://example.org/SHA256SUMS")),
        ("file:///srv/SUMS", ChecksumFile("file:///srv/SUMS")),
        ("SHA512SUMS", ChecksumFile("SHA512SUMS")),
        ("../CHECKSUM.txt", ChecksumFile("../CHECKSUM.txt")),
    ],
)
def test_what_can_be_given(text: str, spec: Checksum | ChecksumFile) -> None:
    assert verify_checksum_spec(text) == spec


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "names no algorithm"),
        (A, "names no algorithm"),
        ("md5:" + "0" * 32, "'md5' is not one of sha256"),
        ("sha256:", "64 hex digits"),
        (f"sha256:{A}0", "64 hex digits"),
        (f"sha512:{A}", "128 hex digits"),
        ("sha256:" + "g" * 64, "64 hex digits"),
        ("ftp://example.org/SUMS", "'ftp' is not one of"),
    ],
)
def test_anything_else_is_refused_with_what_to_write(text: str, cause: str) -> None:
    with pytest.raises(VmrtError, match=cause) as caught:
        verify_checksum_spec(text)
    assert caught.value.option == "checksum"
    assert "sha256:HEX" in str(caught.value)


@pytest.mark.parametrize(
    ("source", "name", "url"),
    [
        ("https://example.org/a/b.img?c=d", "SHA256SUMS", "https://example.org/a/SHA256SUMS"),
        ("https://example.org/a/b.img", "../SUMS", "https://example.org/SUMS"),
        ("https://example.org/a/b.img", "/SUMS", "https://example.org/SUMS"),
        ("https://example.org/a/b.img", "http://other.org/S", "http://other.org/S"),
        ("/srv/a/b.img", "SHA256SUMS", "/srv/a/SHA256SUMS"),
        ("file:///srv/a/b.img", "SHA256SUMS", "file:///srv/a/SHA256SUMS"),
    ],
)
def test_a_checksum_file_beside_its_image(source: str, name: str, url: str) -> None:
    assert ChecksumFile(name).beside(source) == url


@pytest.mark.parametrize(
    "listing",
    [
        f"{B}  other.img\n{A}  my.img\n",
        f"{A} *my.img\r\n",
        f"{A}  ./my.img",
        f"SHA256 (my.img) = {A}\nSHA256 (other.img) = {B}\n",
        f"SHA2-256(my.img)= {B}\n{A.upper()}  my.img",
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{A}  my.img\n-----END",
        f"{A}  my.img\n{A} *my.img\n",
        f"{'0' * 32}  my.img\n{A}  my.img\n",
        f"{A}\n",
    ],
)
def test_the_ways_of_listing(listing: str) -> None:
    assert find_checksum(listing, "my.img") == Checksum("sha256", A)


def test_names_may_have_spaces() -> None:
    assert find_checksum(f"{A}  my image.img\n", "my image.img") == Checksum("sha256", A)


def test_the_strongest_wins() -> None:
    listing = f"SHA512 (my.img) = {LONG}\nSHA256 (my.img) = {A}\n"
    assert find_checksum(listing, "my.img") == Checksum("sha512", LONG)


@pytest.mark.parametrize(
    ("listing", "cause"),
    [
        ("", "no sha256, sha384, sha512 digest for 'my.img'"),
        (f"{A}  other.img\n", "no sha256"),
        (f"{A}  sub/my.img\n", "no sha256"),
        (f"{'0' * 32}  my.img\n", "no sha256"),
        (f"SHA512 (my.img) = {A}\n", "no sha256"),
        ("<html>my.img</html>", "no sha256"),
        (f"{A}  my.img\n{B}  my.img\n", "two different sha256 digests"),
    ],
)
def test_a_listing_without_the_answer_is_refused(listing: str, cause: str) -> None:
    with pytest.raises(VmrtError, match=cause) as caught:
        find_checksum(listing, "my.img")
    assert caught.value.option == "checksum"
