# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A network as a resource."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import activity
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.network.plan import plan_network
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import Resource
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.network import NETWORK

NETWORK_RESOURCE = Resource(
    schema=NETWORK,
    look=lambda observer, given: observer.look("network", given["name"]),
    plan=plan_network,
    report=lambda observer, given: activity.report(NETWORK, observer, given["name"]),
)
