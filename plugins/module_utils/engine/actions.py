# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps a plan is made of: plain data that says what to do, and nothing of how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

# What is left out of a result: long, or secret.
HIDDEN = {"hidden": True}


@dataclass(frozen=True)
class Action:
    """One step. ``describe`` is its entry in a result, ``as_dict`` all of it."""

    # Does it only look, and leave everything as it is?
    looks: ClassVar[bool] = False

    @property
    def verb(self) -> str:
        name = type(self).__name__
        return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")

    def describe(self) -> dict[str, Any]:
        shown = {one.name: getattr(self, one.name) for one in fields(self) if not one.metadata}
        return {"action": self.verb, **{k: v for k, v in shown.items() if v is not None}}

    def as_dict(self) -> dict[str, Any]:
        return {"action": self.verb, **{o.name: getattr(self, o.name) for o in fields(self)}}

    def __str__(self) -> str:
        rest = self.describe()
        return " ".join([rest.pop("action").replace("_", " "), *map(str, rest.values())])


@dataclass(frozen=True)
class Define(Action):
    """Make or change a definition. ``fingerprint`` is that of the definition plan saw, and
    ``seen_xml`` its text; None where there was none."""

    kind: str
    name: str
    xml: str = field(metadata=HIDDEN)
    fingerprint: str | None = field(default=None, metadata=HIDDEN)
    seen_xml: str | None = field(default=None, metadata=HIDDEN)


@dataclass(frozen=True)
class Undefine(Action):
    """Take a definition away. With that of a vm go its snapshots and checkpoints as libvirt knows
    them, with ``saved`` also its saved memory; ``keep_state`` keeps its NVRAM and its TPM."""

    kind: str
    name: str
    saved: bool = field(default=False, metadata=HIDDEN)
    keep_state: bool = field(default=False, metadata=HIDDEN)


@dataclass(frozen=True)
class Rename(Action):
    """Give a vm that does not run another name."""

    name: str
    new_name: str


@dataclass(frozen=True)
class Start(Action):
    """Start a network, a pool or a vm; ``paused`` keeps a vm from running on."""

    kind: str
    name: str
    paused: bool | None = None


@dataclass(frozen=True)
class Stop(Action):
    """End a network or a pool, or cut the power of a vm."""

    kind: str
    name: str


@dataclass(frozen=True)
class SetAutostart(Action):
    """Have libvirt start something with its node, or not."""

    kind: str
    name: str
    autostart: bool


@dataclass(frozen=True)
class Shutdown(Action):
    """Ask a guest to shut down and wait until it is off; ``timeout`` is in seconds."""

    name: str
    timeout: int = field(metadata=HIDDEN)
    force: bool = field(metadata=HIDDEN)


@dataclass(frozen=True)
class Suspend(Action):
    """Pause a running vm."""

    name: str


@dataclass(frozen=True)
class Resume(Action):
    """Let a paused vm go on."""

    name: str


@dataclass(frozen=True)
class Attach(Action):
    """Plug a device into a running vm."""

    name: str
    device: str
    xml: str = field(metadata=HIDDEN)


@dataclass(frozen=True)
class Detach(Action):
    """Unplug a device from a running vm and wait until the guest let go of it; seconds."""

    name: str
    device: str
    xml: str = field(metadata=HIDDEN)
    timeout: int = field(metadata=HIDDEN)


@dataclass(frozen=True)
class Update(Action):
    """Change a device of a running vm in its place."""

    name: str
    device: str
    xml: str = field(metadata=HIDDEN)


@dataclass(frozen=True)
class SetMemory(Action):
    """Set the memory of a running guest, in bytes."""

    name: str
    size: int


@dataclass(frozen=True)
class SetVcpus(Action):
    """Set the CPUs of a running guest."""

    name: str
    count: int


@dataclass(frozen=True)
class AddIoThread(Action):
    """Give a running vm another thread that serves disks."""

    name: str
    number: int
    settings: Mapping[str, Any] = field(metadata=HIDDEN)


@dataclass(frozen=True)
class RemoveIoThread(Action):
    """Take a thread away from a running vm."""

    name: str
    number: int


@dataclass(frozen=True)
class Tune(Action):
    """Set tunables of a running vm, or of its disk or its part ``target``, through one of libvirt's
    calls.

    ``call`` and the names of ``settings`` are those that an option's ``via`` gives as
    ``call:name``; sizes are in bytes.
    """

    name: str
    call: str
    target: str | None
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class SetMetadata(Action):
    """Replace our metadata of a running vm, or, if it is to be ``kept``, in its definition."""

    name: str
    xml: str = field(metadata=HIDDEN)
    kept: bool = field(default=False, metadata=HIDDEN)


@dataclass(frozen=True)
class SetSecretValue(Action):
    """Give a secret a value, in base64, or, without one, a value that is made up. One that is new
    is undefined again when that fails."""

    name: str
    value: str | None = field(default=None, metadata=HIDDEN, repr=False)
    is_new: bool = field(default=False, metadata=HIDDEN)


@dataclass(frozen=True)
class BuildPool(Action):
    """Make the folder of a pool, or, where ``format`` says how, what its source lies on: then the
    pool is new, and is undefined again when that fails."""

    pool: str
    format: str | None = None


@dataclass(frozen=True)
class RefreshPool(Action):
    """Have libvirt look at what a pool holds."""

    pool: str
    looks: ClassVar[bool] = True


@dataclass(frozen=True)
class CreateVolume(Action):
    """Create a volume; its capacity is in bytes, and None where that of its image decides: in
    check mode the image may not be there yet."""

    pool: str
    volume: str
    capacity: int | None
    xml: str = field(metadata=HIDDEN)
    # Are the tables of a qcow2 file written for its whole size?
    preallocate: bool = field(default=False, metadata=HIDDEN)


@dataclass(frozen=True)
class ResizeVolume(Action):
    """Grow a volume that no running vm uses, to bytes."""

    pool: str
    volume: str
    capacity: int


@dataclass(frozen=True)
class BlockResize(Action):
    """Grow a disk under the running vm that uses it, to bytes."""

    name: str
    device: str
    capacity: int
    path: str = field(metadata=HIDDEN)


@dataclass(frozen=True)
class DeleteVolume(Action):
    """Delete a volume with all that is in it."""

    pool: str
    volume: str


@dataclass(frozen=True)
class WriteVolume(Action):
    """Put bytes into a raw volume, in place of one of the same name. ``mode`` is octal text."""

    pool: str
    volume: str
    content: bytes = field(metadata=HIDDEN, repr=False)
    mode: str = field(default="0600", metadata=HIDDEN)


@dataclass(frozen=True)
class FetchImage(Action):
    """Bring an image into a pool, checked, and under its name only when it is whole.

    ``source`` is what may be shown of ``location``, which ``option`` gave, and ``capacity`` what it
    will have, in bytes, where that is known.
    """

    pool: str
    volume: str
    source: str
    location: str = field(metadata=HIDDEN)
    option: str = field(metadata=HIDDEN)
    path: str = field(metadata=HIDDEN)
    checksum: str | None = field(default=None, metadata=HIDDEN)
    format: str | None = field(default=None, metadata=HIDDEN)
    capacity: int | None = field(default=None, metadata=HIDDEN)
    # It may hold a password.
    transport: Mapping[str, Any] | None = field(default=None, metadata=HIDDEN, repr=False)


@dataclass(frozen=True)
class UpdateNetwork(Action):
    """Change one entry of a network, in its definition and, where it is active, at once.

    ``command`` is add, modify or delete, ``section`` what libvirt calls it (ip-dhcp-host), and
    ``parent`` the number of the <ip> element.
    """

    network: str
    command: str
    section: str
    entry: str
    parent: int = field(metadata=HIDDEN)
    xml: str = field(metadata=HIDDEN)
