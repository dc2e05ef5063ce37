# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The TPM of a machine."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

_BANKS = Schema(
    name="pcr_banks",
    doc="Banks of registers that the TPM uses.",
    fields=tuple(
        Field(
            bank,
            f"Whether it uses {bank.upper()}.",
            type="bool",
            at=bank,
            codec=codec.PRESENCE,
            apply=Apply.RESTART,
        )
        for bank in ("sha1", "sha256", "sha384", "sha512")
    ),
)

_SOURCE = Schema(
    name="tpm_source",
    doc="The V(external) emulator.",
    constant={"@type": "unix", "@mode": "connect"},
    fields=(
        Field(
            "path",
            "Absolute path of its unix socket.",
            at="@path",
            check=names.path,
            required=True,
            apply=Apply.RESTART,
        ),
    ),
)

TPM = Schema(
    name="tpm",
    doc="A TPM, which Windows 11 and measured boots want. The V(emulator) needs C(swtpm) on the "
    "node, and keeps what the guest stores in it under C(/var/lib/libvirt/swtpm).",
    required_if=(("type", "external", ("source",)),),
    fields=(
        DEVICE_STATE,
        Field(
            "model",
            "Model that the guest sees; V(tpm-crb) is for a TPM 2.0 on x86, V(tpm-spapr) and "
            "V(spapr-tpm-proxy) are for POWER.",
            at="@model",
            choices=("tpm-tis", "tpm-crb", "tpm-spapr", "spapr-tpm-proxy"),
            apply=Apply.RESTART,
        ),
        Field(
            "type",
            "What does the work: an V(emulator) of the vm's own, the node's (V(passthrough)), or "
            "an V(external) emulator behind O(tpm.source).",
            at="backend/@type",
            choices=("emulator", "passthrough", "external"),
            apply=Apply.RESTART,
            initial="emulator",
        ),
        Field(
            "version",
            "Version of an V(emulator).",
            at="backend/@version",
            choices=("1.2", "2.0"),
            apply=Apply.RESTART,
            initial_doc="V(2.0) for an emulator",
        ),
        Field(
            "persistent_state",
            "Whether an V(emulator) keeps its state when a transient vm ends.",
            type="bool",
            at={"emulator": "backend/@persistent_state"},
            by="type",
            codec=codec.YES_NO,
            absent=False,
            apply=Apply.RESTART,
        ),
        Field(
            "device",
            "Device file of the node's TPM for V(passthrough).",
            at={"passthrough": "backend/device/@path"},
            by="type",
            check=names.path,
            apply=Apply.RESTART,
        ),
        Field(
            "source",
            _SOURCE.doc,
            at="backend/source",
            of=_SOURCE,
            only={"type": ("external",)},
            apply=Apply.RESTART,
        ),
        Field(
            "encryption_secret",
            "UUID of the libvirt secret that encrypts the state of an V(emulator).",
            at={"emulator": "backend/encryption/@secret"},
            by="type",
            codec=codec.LOWER,
            check=names.uuid,
            apply=Apply.RESTART,
        ),
        Field(
            "active_pcr_banks",
            _BANKS.doc,
            at="backend/active_pcr_banks",
            of=_BANKS,
            only={"type": ("emulator",)},
            apply=Apply.RESTART,
        ),
        address_field(),
    ),
)
