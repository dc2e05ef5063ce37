# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the options of one device have to do with each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.check_hostdevs import (
    check_hostdev,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.plugs import check_plug
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.twice import given_devices
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.audio import AUDIO_SETTINGS
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

Values = Mapping[str, Any]
Complaints = Iterator[tuple[str, str]]
_CERTIFICATES = 3


def check_devices(wanted: Values, config: Values, root: tree.Element | None) -> list[VmrtError]:
    """Complaints about devices of which one option does not fit another."""
    errors = []
    for name, checks in _LISTS.items():
        for label, values in given_devices(name, wanted, root):
            errors += _complain(label, values, checks)
    for name, checks in _SINGLE.items():
        device = wanted.get(name)
        if device and device.get("state") != "absent":
            errors += _complain(name, {**(config.get(name) or {}), **device}, checks)
    return errors


def _complain(label: str, values: Values, checks: tuple[Check, ...]) -> list[VmrtError]:
    return [
        VmrtError(message, option=f"{label}.{option}")
        for one in checks
        for option, message in one(values)
    ]


Check = Callable[[Values], Complaints]


def _chardev(values: Values) -> Complaints:
    if "log_append" in values and "log" not in values:
        yield "log_append", "there is no log: give one as well"
    if values.get("type") == "unix" and "path" not in values:
        for option in ("mode", "seclabels"):
            if values.get(option):
                yield option, "is of a path: without one, libvirt makes a socket and waits at it"
    for label in values.get("seclabels") or ():
        if (label.get("relabel") is False) == ("label" in label):
            yield "seclabels", "each needs either a label or relabel: false"
    if values.get("type") == "udp" and "bind_host" in values and "bind_service" not in values:
        yield "bind_service", "is needed beside bind_host"


def _console(values: Values) -> Complaints:
    if values.get("target_type") == "serial":
        yield "target_type", "is the first of serials, which libvirt adds by itself: say it there"


def _channel(values: Values) -> Complaints:
    if values.get("target_type") == "guestfwd":
        for option in ("guest_address", "guest_port"):
            if option not in values:
                yield option, "a channel of the kind guestfwd needs it"


def _cdrom(values: Values) -> Complaints:
    if values.get("readonly") is False:
        yield "readonly", "a CD is never written: leave it out"


def _input(values: Values) -> Complaints:
    kind, bus = values.get("type"), values.get("bus")
    if kind == "passthrough" and bus != "virtio":
        yield "bus", "a device of the node is passed through on virtio: say bus: virtio"
    elif kind == "evdev" and bus:
        yield "bus", "an input of the type evdev is on no bus: leave it out"
    if kind in ("passthrough", "evdev") and "path" not in values:
        yield "path", f"an input of the type {kind} needs it"


def _smartcard(values: Values) -> Complaints:
    card = values.get("card")
    if card == "passthrough" and "type" not in values:
        yield "type", "a card that is passed through needs it"
    if card != "passthrough":
        for option in ("type", "reconnect", "seclabels", "log"):
            if values.get(option) not in (None, []):
                yield option, f"a card of the kind {card} has none"
    certificates = len(values.get("certificates") or ())
    if card == "host-certificates" and certificates != _CERTIFICATES:
        yield "certificates", "three are needed for host-certificates"


def _rng(values: Values) -> Complaints:
    backend, egd = values.get("backend"), values.get("egd") or {}
    if backend == "egd" and "type" not in egd:
        yield "egd", "the backend egd needs it, with its type"
    else:
        yield from ((f"egd.{option}", message) for option, message in _chardev(egd))


def _audio(values: Values) -> Complaints:
    for direction in ("input", "output"):
        for option in values.get(direction) or {}:
            types = AUDIO_SETTINGS.get(option)
            if types and values.get("type") not in types:
                yield f"{direction}.{option}", f"is for the type {' or '.join(types)} alone"


_LISTS: Mapping[str, tuple[Check, ...]] = {
    "nics": (check_plug,),
    "serials": (_chardev,),
    "parallels": (_chardev,),
    "consoles": (_chardev, _console),
    "channels": (_chardev, _channel),
    "cdroms": (_cdrom,),
    "hostdevs": (check_hostdev,),
    "redirdevs": (_chardev,),
    "inputs": (_input,),
    "audios": (_audio,),
}
_SINGLE: Mapping[str, tuple[Check, ...]] = {
    "smartcard": (_chardev, _smartcard),
    "rng": (_rng,),
}
