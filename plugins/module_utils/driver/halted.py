# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A vm that is off, in memory for as long as something is done to its disks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import libvirt
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.mark import set_mark
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.halted import HALTED
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import MARK, VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree


@contextmanager
def in_memory(domain: Any) -> Iterator[None]:
    """Only a machine in memory has jobs on its disks."""
    if domain.isActive():
        yield
        return
    # If we die, it does not stay in memory, as long as libvirt lives; for that there is the mark.
    flags = libvirt.VIR_DOMAIN_START_PAUSED | libvirt.VIR_DOMAIN_START_AUTODESTROY
    domain.createWithFlags(flags)
    try:
        root = tree.parse(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE))
        tree.ensure(root, HALTED, VM.order).put(str(os.getpid()))
        mark = tree.ensure(root, MARK, VM.order).element
        set_mark(domain, mark, libvirt.VIR_DOMAIN_AFFECT_LIVE)
        yield
    finally:
        with suppress(libvirt.libvirtError):
            domain.destroy()
