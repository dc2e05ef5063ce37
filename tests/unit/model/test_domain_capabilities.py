# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read of libvirt's domain capabilities."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.domain_capabilities import (
    DOMAIN_CAPABILITIES,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read

_TOLD = """
<domainCapabilities>
  <path>/usr/bin/qemu-system-x86_64</path><domain>kvm</domain><machine>q35</machine>
  <arch>x86_64</arch><vcpu max='288'/><iothreads supported='yes'/>
  <os supported='yes'>
    <enum name='firmware'><value>efi</value></enum>
    <loader supported='yes'>
      <value>/srv/code.fd</value>
      <enum name='type'><value>rom</value></enum>
      <enum name='secure'><value>yes</value><value>no</value></enum>
    </loader>
  </os>
  <cpu>
    <mode name='host-passthrough' supported='yes'/><mode name='maximum' supported='no'/>
    <mode name='custom' supported='yes'><model usable='yes'>qemu64</model><model>EPYC</model></mode>
  </cpu>
  <memoryBacking supported='yes'><enum name='sourceType'><value>memfd</value></enum></memoryBacking>
  <devices>
    <disk supported='yes'>
      <enum name='diskDevice'><value>disk</value></enum>
      <enum name='bus'><value>virtio</value><value>sata</value></enum>
    </disk>
    <tpm supported='no'/>
  </devices>
  <features><gic supported='no'/><genid supported='yes'/><sev supported='yes'/></features>
</domainCapabilities>
"""


def test_each_is_found_in_its_place():
    assert read(DOMAIN_CAPABILITIES, tree.parse(_TOLD)) == {
        "emulator": "/usr/bin/qemu-system-x86_64",
        "hypervisor": "kvm",
        "machine": "q35",
        "arch": "x86_64",
        "max_vcpus": 288,
        "io_threads": True,
        "firmware": ["efi"],
        "loaders": ["/srv/code.fd"],
        "secure_loaders": ["yes", "no"],
        "cpu_modes": ["host-passthrough", "custom"],
        "cpu_models": ["qemu64", "EPYC"],
        "memory_sources": ["memfd"],
        "disk_devices": ["disk"],
        "disk_buses": ["virtio", "sata"],
        "unsupported_devices": ["tpm"],
        "features": ["genid", "sev"],
    }


def test_what_is_not_told_is_left_out():
    bare = "<domainCapabilities><domain>xen</domain><os supported='no'/></domainCapabilities>"
    assert read(DOMAIN_CAPABILITIES, tree.parse(bare)) == {"hypervisor": "xen"}
