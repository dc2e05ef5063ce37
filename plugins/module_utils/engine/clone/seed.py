# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The seed of a vm that is made of another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.complete import (
    SEED,
    complete,
    hypervisor_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.seed import plan_seed
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError, raise_all
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write


def seed(
    given: Mapping[str, Any], root: tree.Element, pool: str, facts: NodeFacts
) -> tuple[tuple[Action, ...], list[str]]:
    """Put the drive of a seed into a definition; the steps that write the seed, and the volume
    that it is. Raises VmrtError where it can not be made."""
    config = read(VM, root)
    options = given.get("cloud_init")
    there = any(drive["name"] == SEED and drive.get("path") for drive in config.get("cdroms", ()))
    if options is None and there:
        raise VmrtError(
            f"'{given['source']}' has a seed, which says who its guest is",
            option="cloud_init",
            hint="Give that of the new vm, at the least its hostname.",
        )
    if options is None:
        return (), []
    wish = {"name": given["name"], "cloud_init": {"pool": pool, **options}, "fill_in": True}
    chosen, _reason = hypervisor_of({}, config, facts)
    wanted = complete(wish, root, config, chosen, facts)
    planned = plan_seed(wanted, {}, facts, copied=True)
    raise_all([*planned.errors])
    (drive,) = wanted["cdroms"]
    write(VM, {"cdroms": [{**drive, "type": "file", **planned.drive}]}, root)
    return planned.actions, list(planned.created)
