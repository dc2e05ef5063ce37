# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""libvirt's XML from declarations."""

from __future__ import annotations

DOCUMENTATION = r"""
name: to_xml
author: vmrt contributors
short_description: XML definition of libvirt from a declaration
version_added: 0.2.0
description:
  - Writes options of M(vmrt.libvirt.vm), M(vmrt.libvirt.network), M(vmrt.libvirt.pool) or
    M(vmrt.libvirt.disk) as the XML that libvirt defines. No node is asked and nothing is filled in.
  - A list of declarations gives the list of their definitions.
options:
  _input:
    description: One declaration or a list of them.
    type: raw
    required: true
  kind:
    description: What is declared, by the tag of libvirt's XML.
    type: str
    choices: [domain, network, pool, volume]
    default: domain
notes:
  - Needs lxml on the controller.
seealso:
  - plugin: vmrt.libvirt.from_xml
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show the XML of a vm
  ansible.builtin.debug:
    msg: "{{ {'name': 'web1', 'memory': '2GiB', 'vcpus': 2} | vmrt.libvirt.to_xml }}"
"""

RETURN = r"""
_value:
  description: The definition, or a list of them.
  type: raw
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import xml_text
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def to_xml(given: Any, kind: str = "domain") -> Any:
    """The definition of a declaration, or those of several. Raises AnsibleFilterError."""
    if isinstance(given, Mapping):
        try:
            return xml_text.to_xml(given, kind)
        except VmrtError as error:
            raise AnsibleFilterError(f"to_xml: {error}") from error
    if isinstance(given, Iterable) and not isinstance(given, str):
        return [to_xml(item, kind) for item in given]
    raise AnsibleFilterError(
        f"to_xml takes a declaration or a list of them, and got {type(given).__name__}."
    )


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, Any]:
        return {"to_xml": to_xml}
