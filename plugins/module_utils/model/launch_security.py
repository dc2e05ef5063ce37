# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What protects a guest from its node."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import DEVICE_STATE
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

_SEV = {"type": ("sev",)}
_LAUNCH_SECURITY = Schema(
    name="launch_security",
    doc="Memory that the node can not read, by the processor: AMD SEV, or protected "
    "virtualisation of IBM Z.",
    required_if=(("type", "sev", ("policy",)),),
    fields=(
        DEVICE_STATE,
        Field(
            "type",
            "What the processor has.",
            at="@type",
            choices=("sev", "s390-pv"),
            apply=Apply.RESTART,
        ),
        Field(
            "kernel_hashes",
            "Whether the kernel, its first file system and its command line are measured.",
            type="bool",
            at="@kernelHashes",
            codec=codec.YES_NO,
            only=_SEV,
            apply=Apply.RESTART,
        ),
        Field(
            "cbitpos",
            "Bit of an address that says that a page is encrypted.",
            type="int",
            at="cbitpos",
            codec=codec.INT,
            only=_SEV,
            apply=Apply.RESTART,
            initial_doc="what the processor has",
        ),
        Field(
            "reduced_phys_bits",
            "Bits of an address that are lost by it.",
            type="int",
            at="reducedPhysBits",
            codec=codec.INT,
            only=_SEV,
            apply=Apply.RESTART,
            initial_doc="what the processor has",
        ),
        Field(
            "policy",
            "What the owner of the guest demands, as bits of AMD's policy.",
            type="int",
            at="policy",
            codec=codec.HEX,
            only=_SEV,
            apply=Apply.RESTART,
        ),
        Field(
            "dh_cert",
            "The guest owner's public key, in base64.",
            at="dhCert",
            only=_SEV,
            apply=Apply.RESTART,
        ),
        Field(
            "session",
            "The guest owner's session, in base64.",
            at="session",
            only=_SEV,
            apply=Apply.RESTART,
        ),
    ),
)

_KEYWRAP = Schema(
    name="keywrap",
    doc="Keys of IBM Z's processor that the guest may use.",
    fields=tuple(
        Field(
            cipher,
            f"Whether it may use those for {cipher.upper()}.",
            type="bool",
            at=f"cipher[name={cipher}]/@state",
            codec=codec.ON_OFF,
            apply=Apply.RESTART,
        )
        for cipher in ("aes", "dea")
    ),
)

LAUNCH_SECURITY = (
    Field("keywrap", _KEYWRAP.doc, at="keywrap", of=_KEYWRAP, apply=Apply.RESTART),
    Field(
        "launch_security",
        _LAUNCH_SECURITY.doc,
        at="launchSecurity",
        of=_LAUNCH_SECURITY,
        apply=Apply.RESTART,
    ),
)
