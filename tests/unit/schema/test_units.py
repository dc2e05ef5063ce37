# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sizes as users write them, as they are shown, and as libvirt keeps them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import (
    parse_size,
    show_size,
    xml_size,
)


@given(st.integers(1, 2**62))
def test_what_is_shown_is_read(size: int):
    assert parse_size(show_size(size)) == size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4GiB", 4 * 2**30),
        ("4 gib", 4 * 2**30),
        ("1.5GiB", 3 * 2**29),
        ("512B", 512),
        ("2TiB", 2**41),
        (" 1KiB ", 1024),
    ],
)
def test_sizes(text: str, size: int):
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("4GB", "is ambiguous.*write 4GiB"),
        ("4G", "is ambiguous.*write 4GiB"),
        ("4m", "is ambiguous.*write 4MiB"),
        ("4", "has no unit.*4GiB"),
        ("4XiB", "unknown unit XiB"),
        ("", "is not a size"),
        ("-1GiB", "is not a size"),
        ("1e3MiB", "is not a size"),
        ("0GiB", "not a positive size"),
        ("0.3B", "not a whole number of bytes"),
        ("9000000000000TiB", "larger than any size"),
        ("None", "is not a size"),
        ("1GiB\n2", "is not a size"),
    ],
)
def test_other_sizes_are_refused(text: str, reason: str):
    with pytest.raises(ValueError, match=reason):
        parse_size(text)


def test_memory_without_a_unit_is_in_mib():
    assert codec.MEMORY.parse(2048) == codec.MEMORY.parse("2GiB") == 2 * 2**30
    with pytest.raises(ValueError, match="not a whole number of KiB"):
        codec.MEMORY.parse("1000B")


@pytest.mark.parametrize(
    ("text", "unit", "size"),
    [("1", None, 1024), ("1", "KiB", 1024), ("1", "GB", 10**9), ("1", "k", 1024), ("5", "b", 5)],
)
def test_units_of_libvirt(text: str, unit: str, size: int):
    assert xml_size(text, unit, "KiB") == size
