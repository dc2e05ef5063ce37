# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plain values as text that every YAML reader reads back unchanged, without a YAML library.

JSON is YAML, but for a few characters and numbers that YAML 1.1 reads differently. Distributions
do not promise PyYAML on a node, so what a guest reads as YAML is written here as that JSON.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# Raw, a YAML reader refuses these or folds them into a space; escaped, it keeps them.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def yaml_text(value: Any, option: str) -> str:
    """``value`` (mappings, lists, text, numbers, booleans, null) as YAML text ending in a newline.

    Mappings keep their order. ``option`` names the value in the VmrtError for what YAML can't hold.
    """
    _require_plain(value, option)
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", text) + "\n"


def require_unicode(text: str, option: str) -> None:
    """Raise VmrtError unless ``text`` can be written as UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        # The cause would carry the text itself, which may be a secret.
        raise VmrtError("holds characters that are not valid Unicode", option=option) from None


def _require_plain(value: Any, option: str) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise VmrtError(f"the key {key!r} is not text", option=option, hint="Quote it.")
            require_unicode(key, option)
            _require_plain(inner, f"{option}.{key}")
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            _require_plain(inner, f"{option}[{index}]")
    elif isinstance(value, str):
        require_unicode(value, option)
    elif isinstance(value, float):
        # YAML 1.1 reads 1e+16 as text.
        if not math.isfinite(value) or "e" in repr(value):
            raise VmrtError(
                "this number has no plain decimal form", option=option, hint="Quote it."
            )
    elif value is not None and not isinstance(value, int):
        raise VmrtError(
            f"a value of type {type(value).__name__} can't be written as YAML",
            option=option,
            hint="Use text, numbers, booleans, lists and mappings; quote dates.",
        )
