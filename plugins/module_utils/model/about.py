# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of a vm: to people, to tools, and to its guest."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
)

ABOUT = (
    Field(
        "genid",
        "UUID that tells a Windows guest when its vm was set back or copied.",
        at="genid",
        codec=codec.LOWER,
        check=names.uuid,
        owner=Owner.FILLED,
        apply=Apply.RESTART,
    ),
    Field(
        "title",
        "One line that says what the vm is.",
        at="title",
        check=names.line,
        apply=Apply.LIVE,
        via="text:title",
    ),
    Field(
        "description",
        "Any text about the vm.",
        at="description",
        apply=Apply.LIVE,
        via="text:description",
    ),
    Field(
        "os_info",
        "The operating system as libosinfo calls it, such as "
        "V(http://debian.org/debian/12), by which other tools know it.",
        at="metadata/libosinfo:libosinfo/libosinfo:os/@id",
        apply=Apply.LIVE,
        via="libosinfo:id",
    ),
)
