# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What any plan may have to change."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_define import (
    LibvirtDefine,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_live import LibvirtLive
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_storage import (
    LibvirtStorage,
)


class LibvirtChanges(LibvirtDefine, LibvirtLive, LibvirtStorage):
    """One method for each action of engine.actions."""
