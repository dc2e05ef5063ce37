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

    def _copy_nvram(self, action: actions.CopyNvram) -> None:
        hidden = _beside(action.path)
        self._unseen(hidden)
        try:
            content = backup_files.content(action.source)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
            with open(os.open(hidden, flags, 0o600), "wb") as file:
                file.write(content)
            backup_files.settle(hidden)
        except (OSError, VmrtError) as error:
            message = error.message if isinstance(error, VmrtError) else error.strerror
            raise Undone(
                f"can't copy what UEFI stores to {action.path}: {message}. No disk was made"
            ) from error

    def _define_with_volumes(self, action: actions.DefineWithVolumes) -> None:
        with self._appeared(action.volumes, action.nvram):
            self._define(action.definition)

    @contextmanager
    def _appeared(self, volumes: Sequence[str], nvram: str | None = None) -> Iterator[None]:
        """Have files that were written appear; they go where what comes with them fails."""
        split = [one.split("/", 1) for one in volumes]
        files = [f"{self._folder(pool)}/{volume}" for pool, volume in split]
        files += [nvram] if nvram else []
        made: list[str] = []
        try:
            for one in files:
                _appear(one)
                made.append(one)
            yield
        except (VmrtError, libvirt.libvirtError) as error:
            for one in made:
                with suppress(OSError):
                    os.unlink(one)
            message = error.message if isinstance(error, VmrtError) else str(error)
            raise Undone(
                f"{message.rstrip('.')}. No disk was made",
                option=getattr(error, "option", None),
                hint=getattr(error, "hint", None),
            ) from error
        finally:
            for pool in dict.fromkeys(pool for pool, _volume in split):
                refresh(self._thing("pool", pool))

    def _unseen(self, path: str) -> None:
        """A disk that is written now: nobody is to see it until all is there."""
        self._at_close.callback(_forget, path)

    def _hidden(self, pool: str, volume: str) -> str:
        return _beside(f"{self._folder(pool)}/{volume}")

    def _folder(self, pool: str) -> str:
        seen = self.pool(pool)
        if seen is None or seen.target is None:
            raise VmrtError(f"the pool '{pool}' is gone")
        return seen.target


def _beside(path: str) -> str:
    """Where a file is written that nobody is to see yet."""
    folder, _slash, name = path.rpartition("/")
    return f"{folder}/.{name}.part"


def _appear(path: str) -> None:
    try:
        # Unlike a new name, a link is never put in the place of another file.
        os.link(_beside(path), path)
        os.unlink(_beside(path))
    except FileExistsError as error:
        raise lost(f"made {path}") from error
    except OSError as error:
        raise VmrtError(f"can't make {path}: {error.strerror}") from error


def _forget(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)
