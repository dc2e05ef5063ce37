# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The firmware of a machine as files of the node, and what it remembers."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

LOADER = Schema(
    name="loader",
    doc="The firmware as a file of the node, where O(firmware) is not to pick one.",
    fields=(
        Field(
            "readonly",
            "Whether the machine can only read the file.",
            type="bool",
            at="@readonly",
            codec=codec.YES_NO,
            apply=Apply.RESTART,
        ),
        Field(
            "secure",
            "Whether the firmware is one for secure boot, which needs O(features.smm).",
            type="bool",
            at="@secure",
            codec=codec.YES_NO,
            apply=Apply.RESTART,
        ),
        Field(
            "type",
            "How the machine has the file: as V(rom), or as V(pflash), which UEFI needs.",
            at="@type",
            choices=("rom", "pflash"),
            apply=Apply.RESTART,
        ),
        Field(
            "stateless",
            "Whether the firmware works without O(boot.nvram).",
            type="bool",
            at="@stateless",
            codec=codec.YES_NO,
            apply=Apply.RESTART,
        ),
        Field(
            "path",
            "Absolute path of the file.",
            at=".",
            codec=codec.FILLED,
            check=names.path,
            apply=Apply.RESTART,
        ),
    ),
)

NVRAM = Schema(
    name="nvram",
    doc="The variables that UEFI keeps, such as its boot entries. Without it libvirt makes a file "
    "for them at the first start.",
    mutually_exclusive=(("path", "source"),),
    required_together=(("type", "source"),),
    fields=(
        Field(
            "template",
            "Absolute path of the file that new variables are copied from.",
            at="@template",
            check=names.path,
            apply=Apply.RESTART,
        ),
        Field(
            "type",
            "What O(boot.nvram.source) is.",
            at="@type",
            choices=("file", "block"),
            apply=Apply.RESTART,
        ),
        Field(
            "path",
            "Absolute path of the file with the variables.",
            at=".",
            codec=codec.FILLED,
            check=names.path,
            apply=Apply.RESTART,
        ),
        Field(
            "source",
            "Absolute path of a file or a block device with the variables, in place of "
            "O(boot.nvram.path).",
            at={"file": "source/@file", "block": "source/@dev"},
            by="type",
            check=names.path,
            apply=Apply.RESTART,
        ),
    ),
)
