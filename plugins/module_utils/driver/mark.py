# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our metadata of a vm, where libvirt keeps it."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import libvirt
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree


def set_mark(domain: Any, mark: tree.Element, place: int) -> None:
    """Replace it; ``place`` is libvirt's flag of the definition that is meant."""
    kind = libvirt.VIR_DOMAIN_METADATA_ELEMENT
    domain.setMetadata(kind, tree.render(tree.plain(mark)), "vmrt", tree.NAMESPACE, place)
