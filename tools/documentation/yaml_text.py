# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Data as YAML in the style of the repository."""

from __future__ import annotations

from typing import Any

import yaml


class Inline(list):
    """A list that is written in one line where it fits."""

    @property
    def fits(self) -> bool:
        return sum(len(str(item)) + 2 for item in self) <= 44


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _inline(dumper: _Dumper, items: Inline) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=items.fits)


_Dumper.add_representer(Inline, _inline)


def dump(data: Any) -> str:
    """YAML, in the given order of keys, a final newline included."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, width=64, allow_unicode=True)
