# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What libvirt defines, by the tag of its XML."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.network import NETWORK
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.pool import POOL
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.volume import VOLUME

KINDS = {schema.tag: schema for schema in (VM, NETWORK, POOL, VOLUME)}
