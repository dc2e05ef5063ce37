# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The disks of a vm, copied for another one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver import mirror_job
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import libvirt
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_restore import (
    LibvirtRestore,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.push_job import (
    begin,
    end_left,
    give_up,
    one_at_a_time,
    wait,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.moment import write_to
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.clone.actions import CopyDisks
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.race import lost
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.moment import sources
from ansible_collections.vmrt.libvirt.plugins.module_utils.media import backup_files, qemu_img
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import part_file
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.vet import sound
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    LostRace,
    Undone,
    VmrtError,
)


class LibvirtClone(LibvirtRestore):
    """One method for each action of cloning."""

    def _copy_disks(self, action: CopyDisks) -> None:
        domain = self._thing("vm", action.source)
        files = {one.target: self._hidden(one.pool, one.volume) for one in action.disks}
        with _taken_back(domain, action.option):
            first = action.disks[0]
            mutex = f"{self._folder(first.pool)}/{first.volume}.copy"
            # Keeps other runs from the same volumes, until they are seen.
            self._at_close.enter_context(part_file(mutex))
            for one in action.disks:
                if os.path.lexists(f"{self._folder(one.pool)}/{one.volume}"):
                    raise lost(f"made the volume '{one.volume}' of the pool '{one.pool}'")
            for path in files.values():
                self._unseen(path)
            _unchanged(domain, action)
            if domain.isActive() and any(one.backing for one in action.disks):
                mirror_job.copy(domain, action.disks, files, action.quiesce)
            elif domain.isActive():
                _push(domain, action, files)
            else:
                _convert(domain, action, files)
            _unchanged(domain, action)
            for path in files.values():
                backup_files.settle(path)


@contextmanager
def _taken_back(domain: Any, named: str) -> Iterator[None]:
    # What others call what is an option here.
    options = {"destination": "pool", "vm": named, "source": named}
    try:
        yield
    except (VmrtError, libvirt.libvirtError, OSError) as error:
        said = error.message if isinstance(error, VmrtError) else str(error)
        option = getattr(error, "option", None) or ""
        raise Undone(
            f"{said.rstrip('.')}. No disk was made, and '{domain.name()}' "
            f"{'goes on' if domain.isActive() else 'is off'} with its own, as they were",
            option=options.get(option, option) or None,
            hint=getattr(error, "hint", None),
        ) from error


def _unchanged(domain: Any, action: CopyDisks) -> None:
    """Raise LostRace where the disks are not those any more that were planned with."""
    now = dict(sources(tree.parse(domain.XMLDesc(0))))
    if any(now.get(one.target) not in (one.source.path, None) for one in action.disks):
        raise LostRace(f"the disks of '{action.source}' have changed", hint="Run again.")


def _push(domain: Any, action: CopyDisks, files: Mapping[str, str]) -> None:
    """The machine writes what its disks are at this moment to new files."""
    root = tree.new("domainbackup")
    root.set("mode", "push")
    for one in action.disks:
        write_to(root, one.target, one.source.format, files[one.target])
    with one_at_a_time(domain):
        end_left(domain, *files.values())
        for path in files.values():
            with suppress(FileNotFoundError):
                os.unlink(path)
        try:
            begin(domain, tree.render(root), None, action.quiesce)
            wait(domain, "pool")
        finally:
            give_up(domain, *files.values())


def _convert(domain: Any, action: CopyDisks, files: Mapping[str, str]) -> None:
    """QEMU keeps a machine from starting with a file that is read."""
    for one in action.disks:
        path = files[one.target]
        sound(one.source.path, one.source.format)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        # What it holds is nobody else's to read.
        os.close(os.open(path, flags, 0o600))
        words = ["convert", "-f", one.source.format, "-O", one.source.format]
        if one.backing:
            words += ["-B", one.backing.path, "-F", one.backing.format]
        qemu_img.do("source", *words, one.source.path, path)
    if domain.isActive():
        raise LostRace(f"somebody started '{action.source}' in the meantime", hint="Run again.")
