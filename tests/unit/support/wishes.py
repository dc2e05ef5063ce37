# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wishes that follow from the declarations: any value that an option may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.limits import Within
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.address import ADDRESS
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Field,
    Owner,
    Schema,
)

# Text that XML can hold; what users write may well look like markup.
TEXT = st.text(
    st.characters(blacklist_categories=("Cc", "Cs"), blacklist_characters="\ufffe\uffff"),
    min_size=1,
    max_size=12,
)
_NAMES = {
    names.name: st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}", fullmatch=True),
    names.device: st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,8}", fullmatch=True),
    names.interface: st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}", fullmatch=True),
    names.mac: st.from_regex(r"52:54:00(:[0-9a-f]{2}){3}", fullmatch=True),
    names.path_or_nothing: st.sampled_from(["/srv/a.iso", "/dev/sr0", ""]),
    names.path: st.from_regex(r"/srv/[a-z0-9<&']{1,8}", fullmatch=True),
}
# What options accept that check what they are given, or keep it in a form of their own.
_ADDRESSES = (
    "0000:03:00.0",
    "0000:00:1f.2 multifunction",
    "drive controller=0 bus=0 target=0 unit=1",
    "virtio-serial controller=0 bus=0 port=1",
    "usb bus=0 port=1",
)
_CORPUS = (
    *("web1", "db.example.com", "/srv/pool", "/srv/other", "4dea22b3-1d52-4f65-9c9e-b6f7ab8f3d11"),
    *("0x1234", "2.56", "naa.5001405df3e54061"),
    *("192.0.2.1", "198.51.100.9", "203.0.113.77", "2001:db8::1", "2001:db8::99"),
    *("sha256:" + "0f" * 32, "https://images.example.com/base.qcow2"),
    *(
        "vda",
        "vdq",
        "sdb",
        "hdc",
        "0711",
        "700",
        "4GiB",
        "512MiB",
        "52:54:00:12:34:56",
        "5000c50015ea71aa",
        "0000:01:00.0",
        "10MiB",
        "0",
        "52:54:00:ab:cd:ef",
        "AuthenticAMD",
    ),
    *("iqn.2013-06.com.example:disks", "4.1"),
    *("+120", "Europe/Paris", "opt/com.example/a", 1024, 4096),
    *("clean-traffic", "ua-vmrt-a"),
    *("2030-12-31T23:59:59", "en-us", "unix:path=/run/bus", {"main": "secure"}),
    *(1, 3, 24, 64, 256, 512, True, False, ["x"], {"x": "y"}),
)

# Of how many options a wish is made, besides those that each has: enough to meet one another.
_MOST = 8


# By the options that they are of: to make one takes longer than to draw from it.
_KNOWN: dict[tuple[int, bool], st.SearchStrategy[Any]] = {}


def value(one: Field, only_placed: bool = False) -> st.SearchStrategy[Any]:
    """Any value of an option, as a user writes it."""
    key = (id(one), only_placed)
    if key not in _KNOWN:
        _KNOWN[key] = _value(one, only_placed)
    return _KNOWN[key]


def _value(one: Field, only_placed: bool) -> st.SearchStrategy[Any]:
    if one.of and one.many:
        return _items(one.of, only_placed)
    if one.of:
        return values(one.of, only_placed)
    if one.type == "list":
        return st.lists(_plain(one), max_size=3, unique_by=str)
    return _plain(one)


@st.composite
def values(draw: Any, schema: Schema, only_placed: bool = False) -> dict[str, Any]:
    """Any subset of the options of a schema, as a user writes them.

    ``only_placed`` takes those alone that are kept in XML, with a selector for those that need one.
    """
    drawn: dict[str, Any] = {}
    selectors = {one.by for one in schema.fields if one.by and only_placed}
    optional = [one.name for one in schema.fields if not one.required]
    few = draw(st.sets(st.sampled_from(optional), max_size=_MOST)) if optional else set()
    for one in schema.fields:
        if not (one.places if only_placed else one.owner is not Owner.REPORTED):
            continue
        if one.name in selectors:
            led = [other for other in schema.fields if other.by == one.name]
            choices = sorted({word for other in led for word in dict(other.at or {}) if word})
            drawn[one.name] = draw(st.sampled_from(choices))
        elif one.required or one.name in few:
            drawn[one.name] = draw(value(one, only_placed))
    for name, word, needed in schema.required_if:
        if drawn.get(name, schema[name].default) == word:
            for other in needed:
                if other not in drawn:
                    drawn[other] = draw(value(schema[other], only_placed))
    return {
        name: given
        for name, given in drawn.items()
        if not (only_placed and isinstance(schema[name].at, Mapping))
        or drawn[schema[name].by or ""] in dict(schema[name].at or {})
    }


def _items(schema: Schema, only_placed: bool) -> st.SearchStrategy[list[dict[str, Any]]]:
    key = schema.key
    unique = (lambda item: item[key]) if key else None
    return st.lists(values(schema, only_placed), max_size=3, unique_by=unique)


def _plain(one: Field) -> st.SearchStrategy[Any]:
    if one.choices:
        return st.sampled_from(one.choices)
    if one.check in _NAMES:
        return _NAMES[one.check]
    if one.type == "bool":
        return st.booleans()
    if isinstance(one.check, Within):
        return st.integers(one.check.least, one.check.most)
    if not one.check and one.codec in (codec.CAPACITY, codec.BYTES, codec.BYTES_UNIT):
        return st.integers(1, 2**20).map("{}KiB".format)
    if not one.check and one.codec in (codec.MEMORY, codec.MEMORY_UNIT, codec.MEMORY_OR_NONE):
        return st.integers(1, 2**20).map("{}MiB".format)
    if one.codec in (codec.INT, codec.COUNT):
        few = [number for number in (*range(1, 101), 256, 512) if _accepts(one, number)]
        return st.sampled_from(few)
    if one.codec is codec.PAIRS:
        return st.dictionaries(TEXT, TEXT, max_size=3)
    if one.codec is ADDRESS:
        return st.sampled_from([address for address in _ADDRESSES if _accepts(one, address)])
    if one.codec is codec.TEXT and one.check is None:
        return TEXT
    fitting = [candidate for candidate in _CORPUS if _accepts(one, candidate)]
    assert fitting, f"the corpus of values has none that {one.name} accepts: add one"
    return st.sampled_from(fitting)


def _accepts(one: Field, candidate: Any) -> bool:
    if one.codec is codec.RAW and one.type == "str" and not isinstance(candidate, str):
        # Ansible makes text of it before anybody looks.
        return False
    try:
        parsed = one.codec.parse(candidate)
        if one.check:
            one.check(parsed)
    except (TypeError, ValueError):
        return False
    return True
