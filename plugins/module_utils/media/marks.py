# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of a file besides its content, kept at the file itself: an extended attribute goes
where the file goes and ends with it. A file system without them forgets."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

_LONGEST = 4096


def set_mark(file: str | int, name: str, values: Mapping[str, Any]) -> None:
    """Keep ``values`` (JSON) at a file, where its file system can."""
    content = json.dumps(dict(values), sort_keys=True).encode()
    with suppress(OSError):
        if len(content) <= _LONGEST:
            os.setxattr(file, _full(name), content)


def get_mark(file: str | int, name: str) -> dict[str, Any]:
    """What is kept at a file; empty where nothing is."""
    try:
        values = json.loads(os.getxattr(file, _full(name)))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _full(name: str) -> str:
    return f"user.vmrt.{name}"
