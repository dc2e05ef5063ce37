# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The definition of a volume."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.volume import VOLUME
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write


def volume_xml(
    name: str,
    capacity: int | None,
    format: str,
    backing: VolumeSeen | None = None,
    mode: str | None = None,
    layout: Mapping[str, Any] | None = None,
) -> str:
    """XML of a new volume. ``capacity`` is in bytes; None takes that of the backing volume.
    ``layout`` holds values of the schema VOLUME that say how its file is laid out."""
    layout = layout or {}
    root = tree.new("volume")
    tree.ensure(root, "name").put(name)
    tree.ensure(root, "capacity").put(str(capacity or (backing.capacity if backing else 0) or 0))
    preallocation = layout.get("preallocation", "none")
    if preallocation != "none":
        # libvirt makes room for as much as is allocated.
        whole = root.find("capacity").text if preallocation == "falloc" else "0"
        tree.ensure(root, "allocation").put(whole)
    tree.ensure(root, "target/format/@type").put(format)
    if mode:
        tree.ensure(root, "target/permissions/mode").put(mode)
    if format == "qcow2":
        # Without it, libvirt makes files for a QEMU of before 2012.
        tree.ensure(root, "target/compat").put(layout.get("compat", "1.1"))
    if "cluster_size" in layout:
        tree.ensure(root, "target/clusterSize").put(str(layout["cluster_size"]))
    if "encryption" in layout:
        write(VOLUME, {"encryption": layout["encryption"]}, root)
    if backing:
        tree.ensure(root, "backingStore/path").put(backing.path)
        tree.ensure(root, "backingStore/format/@type").put(backing.format or "qcow2")
    return tree.render(root)
