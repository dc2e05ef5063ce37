# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Drift, for people."""

from __future__ import annotations

DOCUMENTATION = r"""
name: drift_report
author: vmrt contributors
short_description: Drift of a fleet as text or as a page
version_added: 0.2.0
description:
  - Renders what P(vmrt.libvirt.drift#filter) returns.
options:
  _input:
    description: The drift.
    type: dict
    required: true
  form:
    description: Whether it is lines of text, or one HTML page that needs nothing besides itself.
    type: str
    choices: [text, html]
    default: text
  now:
    description: The time that the page names, in seconds since 1970. By default the present.
    type: float
"""

EXAMPLES = r"""
- ansible.builtin.copy:
    dest: drift.html
    content: "{{ drift | vmrt.libvirt.drift_report('html') }}"
    mode: "0644"
"""

RETURN = r"""
_value:
  description: Lines of text, or a page.
  type: raw
"""

import time
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.vmrt.libvirt.plugins.plugin_utils.drift.page import page
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.drift.text import text


def drift_report(drift: Mapping[str, Any], form: str = "text", now: float | None = None) -> Any:
    """Lines, or the text of a page."""
    if form == "text":
        return text(drift)
    if form == "html":
        return page(drift, time.time() if now is None else now)
    raise AnsibleFilterError(f"form: '{form}' is not one of text, html")


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, Any]:
        return {"drift_report": drift_report}
