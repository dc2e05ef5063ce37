# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every resource, with the fewest options that a new one of it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.image import IMAGE_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.network.resource import (
    NETWORK_RESOURCE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.pool.resource import POOL_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import Resource
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.resource import VM_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.plan import (
    VOLUME_RESOURCE,
)


@dataclass(frozen=True)
class Sample:
    resource: Resource
    options: Mapping[str, Any] = field(default_factory=dict)


RESOURCES = {
    "vm": Sample(VM_RESOURCE),
    "network": Sample(NETWORK_RESOURCE, {"addresses": [{"address": "192.0.2.1", "prefix": 24}]}),
    "pool": Sample(POOL_RESOURCE, {"target": "/srv/pool"}),
    "disk": Sample(VOLUME_RESOURCE, {"size": "1GiB"}),
    "image": Sample(IMAGE_RESOURCE, {"url": "https://images.example.com/base.qcow2"}),
}
