# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way from a module to libvirt: the URI that counts, and the libraries it takes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.respawn import (
    has_respawned,
    probe_interpreters_for_module,
    respawn_module,
)

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver import binding
from ansible_collections.vmrt.libvirt.plugins.module_utils.media import seed_iso
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.common import DEFAULT_URI
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree

LIBRARIES = ("libvirt", "lxml")

# Where distributions keep the Python that their own packages are for.
_SYSTEM_PYTHONS = ("/usr/bin/python3", "/usr/libexec/platform-python")


def uri_of(module: AnsibleModule) -> str:
    """The URI that counts."""
    return str(module.params["uri"] or os.environ.get("LIBVIRT_DEFAULT_URI") or DEFAULT_URI)


def require_libraries(module: AnsibleModule, names: Sequence[str] = LIBRARIES) -> None:
    """Have what the module needs, under the distribution's Python if not under this one."""
    missing = _missing(names)
    if not missing:
        return
    if not has_respawned():
        name, _error = missing[0]
        interpreter = probe_interpreters_for_module(_SYSTEM_PYTHONS, name)
        if interpreter:
            respawn_module(interpreter)
    name, error = missing[0]
    module.fail_json(msg=missing_required_lib(name), exception=error)


def _missing(names: Sequence[str]) -> list[tuple[str, Any]]:
    errors = (
        ("libvirt", binding.LIBVIRT_IMPORT_ERROR),
        ("lxml", tree.LXML_IMPORT_ERROR),
        ("pycdlib", seed_iso.import_error() if "pycdlib" in names else None),
    )
    return [(name, error) for name, error in errors if error and name in names]
