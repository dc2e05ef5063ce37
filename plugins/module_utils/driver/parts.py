# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The classes that change a node, each of them loaded with the first action that it is for.

Most runs change nothing, and loading code is most of what they take.
"""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_observer import (
    LibvirtObserver,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action


def part_for(action: Action) -> type[LibvirtObserver]:
    """The class with a method for an action: there is one for each package of actions."""
    return _PARTS[type(action).__module__.split(".")[-2]]()


def _engine() -> type[LibvirtObserver]:
    from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_changes import (
        LibvirtChanges,
    )

    return LibvirtChanges


def _backup() -> type[LibvirtObserver]:
    from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_backup import (
        LibvirtBackup,
    )

    return LibvirtBackup


def _clone() -> type[LibvirtObserver]:
    from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_clone import (
        LibvirtClone,
    )

    return LibvirtClone


def _guest() -> type[LibvirtObserver]:
    from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_guest import (
        LibvirtGuest,
    )

    return LibvirtGuest


def _migrate() -> type[LibvirtObserver]:
    from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_migrate import (
        LibvirtMigrate,
    )

    return LibvirtMigrate


def _power() -> type[LibvirtObserver]:
    from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_power import (
        LibvirtPower,
    )

    return LibvirtPower


def _snapshot() -> type[LibvirtObserver]:
    from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_layers import (
        LibvirtLayers,
    )

    return LibvirtLayers


def _template() -> type[LibvirtObserver]:
    from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_template import (
        LibvirtTemplate,
    )

    return LibvirtTemplate


def _volume() -> type[LibvirtObserver]:
    from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_volumes import (
        LibvirtVolumes,
    )

    return LibvirtVolumes


_PARTS = {
    "engine": _engine,
    "backup": _backup,
    "clone": _clone,
    "guest": _guest,
    "migrate": _migrate,
    "power": _power,
    "snapshot": _snapshot,
    "template": _template,
    "volume": _volume,
}
