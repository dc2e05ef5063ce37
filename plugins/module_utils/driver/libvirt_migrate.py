# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moving a vm to another node through libvirt: one method for each action of vm_migrate."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable, Union

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver import transfer
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import (
    found,
    libvirt,
    refresh,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_observer import (
    LibvirtObserver,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.move_job import (
    MoveJob,
    measured,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.move_mark import mark, marked
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.migrate import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import Undone, VmrtError

# How long both nodes may take to end what broke off, and how often they are asked, in seconds.
_SETTLE, _LOOK = 20, 0.5
_NOTHING_LEFT = "nothing was left there"
_LEFT = "what was copied is there still, which the next run removes"
Making = Union[actions.CopyVolume, actions.PrepareVolume]


class LibvirtMigrate(LibvirtObserver):
    """The node that a vm leaves."""

    def _clear_copies(self, action: actions.ClearCopies) -> None:
        there = self.elsewhere(action.destination)
        for one in action.volumes:
            pool, name = one.split("/", 1)
            volume = found(there._thing("pool", pool).storageVolLookupByName, name)
            if volume is not None:
                volume.delete(0)
        domain = self._thing("vm", action.name)
        mark(domain, [one for one in marked(domain) if not one.startswith(f"{action.host}/")])

    def _copy_volume(self, action: actions.CopyVolume) -> None:
        there = self.elsewhere(action.destination)._connection
        with self._or_nothing(action):
            volume, made = self._make(action, transfer.begin)
            transfer.fill(self._connection, volume, there, made)

    def _prepare_volume(self, action: actions.PrepareVolume) -> None:
        with self._or_nothing(action):
            self._make(action, transfer.prepare)

    def _make(self, action: Making, make: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
        """A volume that is here, and the one that is made there. The mark comes first: a node can
        die at any moment."""
        there, domain = self.elsewhere(action.destination), self._thing("vm", action.name)
        volume = self._thing("pool", action.pool).storageVolLookupByName(action.volume)
        pool, before = there._thing("pool", action.pool), marked(domain)
        mark(domain, [*before, f"{action.host}/{action.pool}/{action.volume}"])
        try:
            return volume, make(volume, pool)
        except libvirt.libvirtError as error:
            if error.get_error_domain() != libvirt.VIR_FROM_RPC:
                # One that is there is of somebody else.
                mark(domain, before)
            raise

    @contextmanager
    def _or_nothing(self, action: Making) -> Iterator[None]:
        """Where the move fails, what was made for it goes."""
        try:
            yield
        except (VmrtError, libvirt.libvirtError) as error:
            if self._cleared(action):
                raise Undone(f"{error} What was copied before is gone again.") from error
            raise VmrtError(f"{error} {_LEFT.capitalize()}.") from error

    def _cleared(self, action: Making | actions.Migrate) -> bool:
        """Remove what the move has made there; is it gone?"""
        there, left = self.elsewhere(action.destination), []
        try:
            self._revive()
            domain = self._thing("vm", action.name)
            there._revive()
            for one in marked(domain):
                host, pool, name = one.split("/", 2)
                if host == action.host:
                    volume = found(there._thing("pool", pool).storageVolLookupByName, name)
                    if volume is not None:
                        volume.delete(0)
                else:
                    left.append(one)
            mark(domain, left)
        except (VmrtError, libvirt.libvirtError):
            return False
        return True

    def _migrate(self, action: actions.Migrate) -> dict[str, Any]:
        domain = self._thing("vm", action.name)
        there = self.elsewhere(action.destination)
        if "max_downtime" in action.options and action.how != "offline":
            domain.migrateSetMaxDowntime(action.options["max_downtime"], 0)
        move = MoveJob(domain, there._connection, action)
        move.run()
        here, arrived = self._settled(action)
        if here is not None:
            left = _NOTHING_LEFT if self._cleared(action) else _LEFT
            raise move.failure(f"{_state(here, action)}, and {left}.")
        if move.error is not None:
            raise VmrtError(
                f"'{action.name}' is at the destination, and libvirt says: {move.error}",
                hint="Look at both nodes: virsh list --all.",
            )
        if action.autostart:
            arrived.setAutostart(1)
        for pool in {one.split("/", 2)[1] for one in marked(arrived)}:
            # What libvirt knows of the volumes is from before they were filled.
            refresh(there._thing("pool", pool))
        mark(arrived, [])
        return {"migration": measured(arrived, move)} if action.how != "offline" else {}

    def _settled(self, action: actions.Migrate) -> tuple[Any, Any]:
        """The vm here or there, once both nodes agree on who has it. Raises VmrtError where they do
        not."""
        there = self.elsewhere(action.destination)
        end = time.monotonic() + _SETTLE
        while True:
            (here, told), (arrived, told_there) = _ask(self, action), _ask(there, action)
            if told and told_there and (here is None) != (arrived is None):
                return here, arrived
            if time.monotonic() > end:
                break
            time.sleep(_LOOK)
        if here is not None and not told_there:
            return here, None
        raise VmrtError(
            f"nobody can tell which node has '{action.name}'",
            option="destination",
            hint="Look at both nodes: virsh list --all.",
        )


def _ask(node: LibvirtObserver, action: actions.Migrate) -> tuple[Any, bool]:
    """What a node has of the vm, and whether it answers."""
    try:
        node._revive()
        return node._find("vm", action.name), True
    except (VmrtError, libvirt.libvirtError):
        return None, False


def _state(domain: Any, action: actions.Migrate) -> str:
    if action.how == "offline":
        return "It is here as before"
    return "It runs on here as before" if domain.isActive() else "It is off here"
