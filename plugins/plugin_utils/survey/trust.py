# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Ansible may take for a template, and what not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var

try:
    # Since ansible-core 2.19 text is no template unless it is said to be one.
    from ansible.template import trust_as_template
except ImportError:
    trust_as_template = None

# Nothing of this can begin a template, nor its header that names other marks for one.
_PLAIN = re.compile(r"[A-Za-z0-9_./:@+,= -]*")


def marked(value: Any) -> Any:
    """What came from a node, with each text that could be a template marked as unsafe.

    Plain text is not: ansible-inventory prints what is marked as a dictionary, and AWX, which
    reads that, takes it for one.
    """
    if isinstance(value, str):
        return trusted(value) if _PLAIN.fullmatch(value) else wrap_var(value)
    if isinstance(value, Mapping):
        return {str(name): marked(one) for name, one in value.items()}
    return [marked(one) for one in value] if isinstance(value, list) else value


def trusted(text: str) -> str:
    """Text that may be a template: one of our own, or what can be none."""
    return str(text) if trust_as_template is None else trust_as_template(text)
