# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Declarations from libvirt's XML."""

from __future__ import annotations

DOCUMENTATION = r"""
name: from_xml
author: vmrt contributors
short_description: Declaration from an XML definition of libvirt
version_added: 0.2.0
description:
  - Reads a definition as C(virsh dumpxml), C(net-dumpxml), C(pool-dumpxml) or C(vol-dumpxml) prints
    it, and returns the options of M(vmrt.libvirt.vm), M(vmrt.libvirt.network), M(vmrt.libvirt.pool)
    or M(vmrt.libvirt.disk) that describe the same thing. No node is asked.
  - A list of definitions gives the list of their declarations.
  - What no option covers is told, see O(uncovered).
options:
  _input:
    description: One definition or a list of them.
    type: raw
    required: true
  uncovered:
    description:
      - What to do when a definition holds what no option covers. V(warn) names it in a warning,
        V(fail) in an error, V(ignore) says nothing.
      - V(list) returns it instead of the declaration, as the places and how often each occurs.
    type: str
    choices: [warn, fail, ignore, list]
    default: warn
notes:
  - Needs lxml on the controller.
seealso:
  - plugin: vmrt.libvirt.to_xml
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Declare the vm of a file
  vmrt.libvirt.vm: "{{ lookup('ansible.builtin.file', 'web1.xml') | vmrt.libvirt.from_xml }}"

- name: Show what no option covers
  ansible.builtin.debug:
    msg: "{{ lookup('ansible.builtin.file', 'web1.xml')
      | vmrt.libvirt.from_xml(uncovered='list') }}"
"""

RETURN = r"""
_value:
  description: Options and their values, or the places that no option covers.
  type: raw
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import xml_text
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_CHOICES = ("warn", "fail", "ignore", "list")


def from_xml(given: Any, uncovered: str = "warn") -> Any:
    """The declaration of a definition, or those of several. Raises AnsibleFilterError."""
    if uncovered not in _CHOICES:
        raise AnsibleFilterError(f"uncovered: '{uncovered}' is not one of {', '.join(_CHOICES)}.")
    if isinstance(given, str):
        return _one(given, uncovered)
    if isinstance(given, Iterable):
        return [from_xml(item, uncovered) for item in given]
    raise AnsibleFilterError(f"from_xml takes XML or a list of it, and got {type(given).__name__}.")


def _one(text: str, uncovered: str) -> Any:
    try:
        declared, lost = xml_text.from_xml(text)
    except VmrtError as error:
        raise AnsibleFilterError(f"from_xml: {error}") from error
    places = Counter(one.path for one in lost)
    if uncovered == "list":
        return dict(places)
    if places and uncovered != "ignore":
        told = f"{declared.get('name', 'a definition')}: no option covers {', '.join(places)}."
        if uncovered == "fail":
            raise AnsibleFilterError(told)
        Display().warning(told)
    return declared


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, Any]:
        return {"from_xml": from_xml}
