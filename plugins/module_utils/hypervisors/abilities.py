# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What libvirt can do to the vms of one kind of hypervisor."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field


class _Every:
    """Holds everything: no hypervisor stands in the way, an option itself may."""

    def __contains__(self, one: object) -> bool:
        return True


EVERY: Container[str] = _Every()
NONE: Container[str] = frozenset()

# What is kept of a vm besides its definition: our own metadata and that of others.
_KEPT = ("metadata", "text", "libosinfo")


def calls(*names: str) -> Container[str]:
    """Calls of libvirt that change a running vm: ``via`` of an option, or its first word for all
    that have it."""
    return frozenset({*_KEPT, *names})


@dataclass(frozen=True)
class Abilities:
    """Capability bits; what is asked for and not possible is refused, or waits for a restart."""

    hotplug: Container[str] = field(
        default=EVERY, metadata={"doc": "Lists of devices that are plugged into a running vm."}
    )
    update: Container[str] = field(
        default=EVERY, metadata={"doc": "Lists of devices that are changed in a running vm."}
    )
    calls: Container[str] = field(default=EVERY, metadata={"doc": "Other changes of a running vm."})
    slots: bool = field(
        default=True,
        metadata={"doc": "A device is plugged into a slot of a bus, which has to be free."},
    )
    resize: bool = field(default=True, metadata={"doc": "A disk grows under a running vm."})
    pause: bool = field(default=True, metadata={"doc": "A vm is paused, and goes on."})
    start_paused: bool = field(default=True, metadata={"doc": "A vm starts paused."})
    autostart: bool = field(default=True, metadata={"doc": "A vm starts with its node."})
    save: bool = field(default=True, metadata={"doc": "A running vm is saved with its memory."})
    snapshot: bool = field(default=True, metadata={"doc": "Snapshots of a vm are taken."})
    migrate: bool = field(default=True, metadata={"doc": "A running vm moves to another node."})
    agent: bool = field(default=True, metadata={"doc": "The guest agent is asked."})
    screenshot: bool = field(
        default=True, metadata={"doc": "The screen is seen, and keys are pressed."}
    )
