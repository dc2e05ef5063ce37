# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.yaml_text import yaml_text
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda value: "e" not in repr(value))
    | _TEXT
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(_VALUES)
@example({"next line": "\x85\u2028\u2029\ufeff\x7f", "face": "\U0001f600", "tab": "\t"})
@example({"no": "no", "1e3": "0x10", "time": "12:30", "=": "<<", "": "~"})
def test_a_yaml_reader_reads_back_the_same_value(value: Any) -> None:
    assert yaml.safe_load(yaml_text(value, "x")) == value


def test_order_is_kept() -> None:
    assert yaml_text({"b": 1, "a": 2}, "x") == '{\n  "b": 1,\n  "a": 2\n}\n'


@pytest.mark.parametrize(
    ("value", "option"),
    [
        ({"a": [0, {"b": dt.date(2026, 1, 1)}]}, "x.a[1].b"),
        ({"a": float("nan")}, "x.a"),
        ({"a": 1e300}, "x.a"),
        ({"a": b"bytes"}, "x.a"),
        ({"a": {1: 2}}, "x.a"),
        ({"a": "\ud800"}, "x.a"),
        ({"a": {"\ud800": 1}}, "x.a"),
    ],
)
def test_what_yaml_cannot_hold_is_refused_by_its_place(value: Any, option: str) -> None:
    with pytest.raises(VmrtError) as caught:
        yaml_text(value, "x")
    assert caught.value.option == option
