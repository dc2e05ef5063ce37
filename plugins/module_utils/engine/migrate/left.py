# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a move that broke off has left at its destination."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import MARK, VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read

# The attribute of our metadata with the process that moves the vm.
MOVER = "mover"


def left_over(seen: Seen, here: NodeFacts, there: NodeFacts) -> tuple[bool, list[VolumeSeen]]:
    """Is a vm marked with copies at a node, and those of them that are there and nobody uses. What
    another run is making now is not left, and where that can not be seen, nothing is."""
    root = tree.parse(seen.xml)
    mover = tree.find(root, f"{MARK}/@{MOVER}")
    if mover is None or here.has(f"/proc/{mover.text}"):
        return False, []
    status = read(VM, root).get("status") or {}
    marked = [one.split("/", 2) for one in status.get("moving") or ()]
    known = [(pool, name) for host, pool, name in marked if host == there.node["uuid"]]
    volumes = [there.volume(pool, name) for pool, name in known]
    return bool(known), [one for one in volumes if one and not there.users.get(one.path)]
