# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A new volume that is a copy of a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    FetchImage,
    ResizeVolume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.create import (
    large_enough,
    usable_pool,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.files import (
    folder,
    same_machine,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.checksum import (
    Checksum,
    verify_checksum_spec,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.source import shown
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.vet import called
from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def upload(given: Mapping[str, Any], facts: NodeFacts) -> list[Action]:
    """The steps. A file of the controller is looked at there, before it is sent."""
    pool, name, src = given["pool"], given["name"], given["src"]
    usable_pool(pool, "pool", facts)
    same_machine(facts)
    for option in ("compat", "cluster_size", "preallocation", "compressed", "encryption"):
        if option in given:
            raise VmrtError("the file is kept as it is", option=option, hint="Leave it out.")
    checksum, capacity = given.get("checksum"), None
    if checksum and not isinstance(verify_checksum_spec(checksum), Checksum):
        raise VmrtError("is not a digest", option="checksum", hint="Write sha256: and the digest.")
    if given["remote_src"]:
        try:
            names.path(src)
        except ValueError as error:
            raise VmrtError(str(error), option="src") from error
        with called("src"):
            capacity = facts.vet(src, checksum, given.get("format"))
    size = given.get("size")
    large_enough(size, capacity, "the file", "size")
    steps: list[Action] = [
        FetchImage(
            pool,
            name,
            shown(src),
            location=src,
            option="src",
            path=f"{folder(pool, facts)}/{name}",
            checksum=checksum,
            format=given.get("format"),
            capacity=capacity,
        )
    ]
    if size and size != capacity:
        steps.append(ResizeVolume(pool, name, size))
    return steps
