# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which devices find a place in a running machine, and which wait for its restart."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.slots import Slots
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree

_ADDRESS = "<address type='pci' bus='{bus}' slot='{slot}'/>"
_PORT = "<controller type='pci' index='1' model='pcie-root-port'/>"
_BRIDGE = (
    "<controller type='pci' index='2' model='pcie-to-pci-bridge'>"
    + _ADDRESS.format(bus="0x01", slot="0x00")
    + "</controller>"
)
EXPRESS = ("<controller type='pci' index='0' model='pcie-root'/>",)
PLAIN = ("<controller type='pci' index='0' model='pci-root'/>",)

# Devices that fit a port of PCI Express, and those that take a slot of PCI.
PORTS = (
    "<interface><model type='virtio'/></interface>",
    "<interface><model type='e1000e'/></interface>",
    "<disk><target dev='vda' bus='virtio'/></disk>",
    "<rng model='virtio'/>",
    "<controller type='scsi' model='virtio-scsi'/>",
    "<filesystem><driver type='virtiofs'/></filesystem>",
    "<memory model='virtio-mem'/>",
    "<hostdev type='pci'/>",
)
SLOTS = (
    "<interface><model type='rtl8139'/></interface>",
    "<interface><model type='virtio-transitional'/></interface>",
    "<disk model='virtio-transitional'><target dev='vda' bus='virtio'/></disk>",
    "<rng model='virtio-transitional'/>",
    "<controller type='scsi' model='lsilogic'/>",
    "<watchdog model='i6300esb'/>",
    "<shmem><model type='ivshmem-plain'/></shmem>",
    "<serial><target type='pci-serial'/></serial>",
)


def machine(*devices: str) -> Slots:
    features = "<features><acpi/></features>"
    # Programs on the node can read the memory: virtiofs could not be plugged in otherwise.
    memory = "<memoryBacking><access mode='shared'/></memoryBacking>"
    inside = f"{memory}{features}<devices>{''.join(devices)}</devices>"
    return Slots(tree.parse(f"<domain>{inside}</domain>"))


def takes(slots: Slots, device: str) -> Any:
    return slots.take(tree.parse(device))


@pytest.mark.parametrize("device", PORTS)
def test_a_port_takes_one_device(device: str):
    slots = machine(*EXPRESS, _PORT)
    assert takes(slots, device)
    assert not takes(slots, device)


@pytest.mark.parametrize("device", SLOTS)
def test_a_device_of_plain_pci_fits_no_port(device: str):
    assert not takes(machine(*EXPRESS, _PORT), device)
    bridged = machine(*EXPRESS, _PORT, _BRIDGE)
    assert all(takes(bridged, device) for _time in range(31))
    assert not takes(bridged, device)
    assert not takes(bridged, PORTS[0]), "the bridge is in the only port"


@pytest.mark.parametrize("device", [*PORTS, *SLOTS])
def test_plain_pci_takes_both(device: str):
    assert takes(machine(*PLAIN), device)


def test_what_goes_makes_room_for_its_like():
    old = "<rng model='virtio'>" + _ADDRESS.format(bus="0x01", slot="0x00") + "</rng>"
    slots = machine(*EXPRESS, _PORT, old)
    assert not takes(slots, PORTS[0])
    assert slots.leave(tree.parse(old))
    assert not takes(slots, SLOTS[0])
    assert takes(slots, PORTS[0])


@pytest.mark.parametrize(
    "device",
    [
        "<filesystem><driver type='virtiofs'/></filesystem>",
        "<disk type='vhostuser'><target bus='virtio'/></disk>",
        "<interface type='vhostuser'><model type='virtio'/></interface>",
    ],
)
def test_who_reads_memory_comes_where_it_is_shared(device: str):
    assert takes(machine(*EXPRESS, _PORT), device)
    private = f"<domain><devices>{''.join((*EXPRESS, _PORT))}</devices></domain>"
    assert not takes(Slots(tree.parse(private)), device)


def test_some_interfaces_come_at_a_start_alone():
    assert not takes(
        machine(*EXPRESS, _PORT), "<interface type='mcast'><model type='virtio'/></interface>"
    )
