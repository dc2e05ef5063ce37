# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vms that are made of backups. Until all is there, nothing is to be seen of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import libvirt, refresh
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_define import (
    LibvirtDefine,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.race import lost
from ansible_collections.vmrt.libvirt.plugins.module_utils.media import backup_files, qemu_img
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import Undone, VmrtError


class LibvirtRestore(LibvirtDefine):
    """One method for each action of restoring."""

    _at_close: ExitStack

    def _restore_disk(self, action: actions.RestoreDisk) -> None:
        hidden = self._hidden(action.pool, action.volume)
        words = ["convert", "-f", "qcow2", "-O", action.format, action.source, hidden]
        self._unseen(hidden)
        try:
            # What it holds is nobody else's to read.
            os.close(os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600))
            qemu_img.do("pool", *words)
            backup_files.settle(hidden)
        except (OSError, VmrtError) as error:
            message = error.message if isinstance(error, VmrtError) else error.strerror
            raise Undone(
                f"can't write '{action.volume}' into the pool '{action.pool}': {message}. No disk "
                "was made",
                option="pool",
            ) from error

    def _define_with_volumes(self, action: actions.DefineWithVolumes) -> None:
        with self._appeared(action.volumes):
            self._define(action.definition)

    @contextmanager
    def _appeared(self, volumes: Sequence[str]) -> Iterator[None]:
        """Have volumes that were written appear; they go where what comes with them fails."""
        made: list[str] = []
        try:
            for one in volumes:
                self._appear(*one.split("/", 1))
                made.append(one)
            yield
        except (VmrtError, libvirt.libvirtError) as error:
            for one in made:
                with suppress(OSError):
                    pool, volume = one.split("/", 1)
                    os.unlink(f"{self._folder(pool)}/{volume}")
            message = error.message if isinstance(error, VmrtError) else str(error)
            raise Undone(
                f"{message.rstrip('.')}. No disk was made",
                option=getattr(error, "option", None),
                hint=getattr(error, "hint", None),
            ) from error
        finally:
            for pool in dict.fromkeys(one.split("/", 1)[0] for one in volumes):
                refresh(self._thing("pool", pool))

    def _unseen(self, path: str) -> None:
        """A disk that is written now: nobody is to see it until all is there."""
        self._at_close.callback(_forget, path)

    def _appear(self, pool: str, volume: str) -> None:
        try:
            # Unlike a new name, a link is never put in the place of another file.
            os.link(self._hidden(pool, volume), f"{self._folder(pool)}/{volume}")
            os.unlink(self._hidden(pool, volume))
        except FileExistsError as error:
            raise lost(f"made the volume '{volume}' of the pool '{pool}'") from error
        except OSError as error:
            raise VmrtError(
                f"can't make '{volume}' in the pool '{pool}': {error.strerror}"
            ) from error

    def _hidden(self, pool: str, volume: str) -> str:
        return f"{self._folder(pool)}/.{volume}.part"

    def _folder(self, pool: str) -> str:
        seen = self.pool(pool)
        if seen is None or seen.target is None:
            raise VmrtError(f"the pool '{pool}' is gone")
        return seen.target


def _forget(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)
