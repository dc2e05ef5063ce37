# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Drift as a page that needs nothing besides itself."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.sizes import about


def page(drift: Mapping[str, Any], now: float) -> str:
    """HTML. All text is escaped, since some of it is what vms say of themselves."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(about=about, part=_part)
    made = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(now))
    return environment.get_template("page.html.j2").render(drift=drift, made=made)


def _part(used: int, whole: int) -> float:
    """Percents, and no more than a bar is long."""
    return min(100.0, round(100 * used / whole, 1)) if whole else 0.0
