# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What two devices of one vm can not both have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import items, match, read


def _lists(option: str) -> tuple[str, ...]:
    """The lists of devices that have an option."""
    return tuple(
        one.name
        for one in VM.fields
        if one.of and one.many and one.of.key == "name" and option in one.of
    )


# Options, and the lists in which no two devices have the same.
_CLAIMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("name", _lists("name")),
    ("target", ("disks", "cdroms", "floppies")),
    # A guest finds a channel by its target.
    ("target", ("channels",)),
    ("path", ("disks",)),
    ("pci_address", ("hostdevs",)),
    ("uuid", ("hostdevs",)),
    ("boot_order", _lists("boot_order")),
)


def twice(wanted: Mapping[str, Any], root: tree.Element | None) -> list[VmrtError]:
    """Complaints about devices that claim what another one has; ``root`` is the definition of an
    existing vm."""
    has = read(VM, root) if root is not None else {}
    lists = [name for name in _lists("name") if wanted.get(name) or has.get(name)]
    kept = {name: list(_kept(name, wanted, root)) for name in lists}
    given = {name: list(given_devices(name, wanted, root)) for name in lists}
    errors = []
    for option, some in _CLAIMS:
        owners: dict[str, str] = {}
        devices = [device for name in some for device in kept.get(name, ())]
        devices += [device for name in some for device in given.get(name, ())]
        for label, values in devices:
            value = values.get(option)
            if value is None:
                continue
            if owners.get(value, label) != label:
                errors.append(
                    VmrtError(
                        f"'{value}' is the {option} of {owners[value]} as well",
                        option=f"{label}.{option}",
                        hint="Give each device of the vm one of its own.",
                    )
                )
            owners[value] = label
    return errors


def given_devices(
    name: str, wanted: Mapping[str, Any], root: tree.Element | None
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The devices that the wish names, with what the definition says of them."""
    if not wanted.get(name):
        return
    field = VM[name]
    found = list(items(field, root)) if root is not None else []
    for device in wanted[name]:
        if device.get("state") != "absent":
            twin = match(field.schema, device, found)
            yield (
                f"{name}[{device[field.schema.ident]}]",
                {**(twin.values if twin else {}), **device},
            )


def _kept(
    name: str, wanted: Mapping[str, Any], root: tree.Element | None
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The devices of the definition that the wish does not speak of."""
    field = VM[name]
    found = list(items(field, root)) if root is not None else []
    named = [match(field.schema, device, found) for device in wanted.get(name, ())]
    for item in found:
        if not any(item is other for other in named):
            # The name of a device that is not ours is only derived, and the first serial port is
            # a console as well, under the same name.
            ours = item.ours and item.values.get("target_type") != "serial"
            values = item.values if ours else {**item.values, "name": None}
            yield f"{name}[{item.values['name']}]", values
