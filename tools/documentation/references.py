# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""References to options and results within documentation, seen from another place."""

from __future__ import annotations

import re

_OPTION = re.compile(r"\bO\(([^():#]+)\)")
_RESULT = re.compile(r"\bRV\(([^():#]+)\)")


def elsewhere(text: str, plugin: str) -> str:
    """References to a plugin's own options and results, for the documentation of another one."""
    text = _OPTION.sub(rf"O({plugin}:\1)", text)
    return _RESULT.sub(rf"RV({plugin}:\1)", text)


def prefixed(text: str, prefix: str) -> str:
    """For a place that has the options under other names, and not the results."""
    return _RESULT.sub(r"C(\1)", _OPTION.sub(rf"O({prefix}\1)", text))
