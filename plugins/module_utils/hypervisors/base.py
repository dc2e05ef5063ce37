# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a hypervisor plug-in is: two pure verbs, and what several of them share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.abilities import Abilities
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.offered import offered
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import MIB, show_size

Values = Mapping[str, Any]

# libvirt's words for the same kind of guest.
_SAME_OS = {"linux": "xen"}


class Hypervisor:
    """One kind of hypervisor.

    ``type`` is libvirt's type of its domains, ``driver`` the libvirt driver that has them.
    ``node`` holds values of the schema NODE, and ``offers`` those of the schema
    DOMAIN_CAPABILITIES, or None where they are not known.
    """

    name = ""
    doc = ""
    type = ""
    driver = ""
    uri = ""
    # Backed by libvirt's grammar and by what its driver reports, not by a vm that was seen to run.
    experimental = False
    abilities = Abilities()
    os_types: Sequence[str] = ("hvm",)
    min_memory = MIB
    # Options that mean nothing to it.
    lacks: Sequence[str] = ()
    # Values that it knows, by list and option, where libvirt itself reports none.
    knows: Mapping[tuple[str, str], Sequence[str]] = MappingProxyType({})
    # What libvirt always tells of it, so that a list that is missing is empty.
    always_told: Sequence[str] = ()
    # What a node needs to have for it, and what a user may do where it is missing there.
    needs = ""
    remedy = ""

    def adjust(self, values: Values, node: Values) -> dict[str, Any]:
        """The values of a new vm, with all filled in that the user left open."""
        filled = dict(values)
        # What is written; the result tells the name.
        filled["hypervisor"] = self.type
        filled.setdefault("arch", self.default_arch(node))
        filled.setdefault("os_type", self.os_types[0])
        return filled

    def validate(
        self, values: Values, node: Values, named: Values, offers: Values | None
    ) -> list[VmrtError]:
        """Everything that this hypervisor can not do, each with the option it came from. ``named``
        is the part of the values that is wished for; the rest is there already."""
        missing = self._missing(values, node)
        return missing or [
            *self._machine(values, node),
            *self._sizes(values, node, offers),
            *self._state(named),
            *self._lacking(named),
            *self._unknown(named),
            *offered(named, self._told(offers), self.name),
        ]

    def offered(self, node: Values, arch: str | None = None) -> bool:
        """Does the node's libvirt offer it?"""
        return self.why_not(node, arch) is None

    def why_not(self, node: Values, arch: str | None = None) -> str | None:
        """Why the node's libvirt does not offer it, or None when it does."""
        if not self.is_on(node["driver"]):
            return f"{self.name} needs libvirt's driver {self.driver}, and {node['uri']} is another"
        arch = arch or self.default_arch(node)
        if not any(self._runs(guest) for guest in node["guests"] if guest["arch"] == arch):
            return f"{self.name} is not offered for {arch} by this node's libvirt"
        return None

    def is_on(self, driver: str) -> bool:
        """Is it that of libvirt's drivers that has its vms?"""
        return driver.lower() == self.driver.lower()

    def default_arch(self, node: Values) -> str:
        """The node's own architecture where it has guests of that, and else its first."""
        known = [guest["arch"] for guest in node["guests"] if self._runs(guest)]
        return str(node["arch"] if node["arch"] in known or not known else known[0])

    def machine(self, _node: Values) -> str | None:
        """The machine type of a new vm on the node's own architecture, where there are any."""
        return None

    def guest(self, values: Values, node: Values) -> Values | None:
        """What the node's libvirt says of this kind of guest."""
        arch = values.get("arch") or self.default_arch(node)
        os_type = values.get("os_type") or self.os_types[0]
        fitting = [guest for guest in node["guests"] if guest["arch"] == arch]
        same = [one for one in fitting if _os(one["os_type"]) == _os(os_type)]
        return next((one for one in same if self._runs(one)), None)

    def _runs(self, guest: Values) -> bool:
        return self.type in guest.get("hypervisors", ())

    def _missing(self, values: Values, node: Values) -> list[VmrtError]:
        arch = values.get("arch") or self.default_arch(node)
        why = self.why_not(node, arch)
        if why is None:
            os_type = values.get("os_type")
            if os_type and os_type not in self.os_types:
                known = ", ".join(self.os_types)
                return [_error(f"{self.name} does not run {os_type}", "os_type", f"Use {known}.")]
            if os_type and self.guest(values, node) is None:
                return [_error(f"the node's libvirt has no {os_type} guests for {arch}", "os_type")]
            return []
        if not self.is_on(node["driver"]):
            place = f" on a node with {self.needs}" if self.needs else ""
            return [_error(why, "hypervisor", f"Use the URI {self.uri}{place}.")]
        archs = sorted({guest["arch"] for guest in node["guests"]})
        if archs and arch not in archs:
            return [
                _error(
                    f"the node has no emulator for {arch}", "arch", f"It has: {', '.join(archs)}."
                )
            ]
        has = {one for guest in node["guests"] for one in guest.get("hypervisors", ())}
        hint = f"It offers: {', '.join(sorted(has)) or 'none'}. {self.remedy}".strip()
        return [_error(why, "hypervisor", hint)]

    def _machine(self, values: Values, node: Values) -> Iterator[VmrtError]:
        machine, guest = values.get("machine"), self.guest(values, node)
        if not machine or guest is None:
            return
        known = sorted(guest.get("machines") or ())
        if not known:
            yield _error(f"{self.name} has no machine types", "machine", "Leave it out.")
        elif machine not in known:
            yield _error(
                f"the node has no machine type '{machine}'",
                "machine",
                f"It has: {', '.join(known)}.",
            )

    def _sizes(self, values: Values, node: Values, offers: Values | None) -> Iterator[VmrtError]:
        guest = self.guest(values, node) or {}
        most = (offers or {}).get("max_vcpus") or guest.get("max_vcpus")
        for option in ("vcpus", "max_vcpus"):
            if most and values.get(option, 0) > most:
                machine = values.get("machine") or values.get("arch") or "machine"
                yield _error(f"a {machine} of {self.name} has at most {most} CPUs", option)
        memory = values.get("memory")
        if memory is not None and memory < self.min_memory:
            least = show_size(self.min_memory)
            yield _error(f"is less than {least}, which {self.name} needs at least", "memory")

    def _state(self, values: Values) -> Iterator[VmrtError]:
        if values.get("state") == "paused" and not self.abilities.pause:
            yield _error(f"{self.name} can not pause a vm", "state", "Use running or stopped.")
        if values.get("autostart") and not self.abilities.autostart:
            yield _error(
                f"{self.name} can not start a vm with its node", "autostart", "Leave it out."
            )

    def _told(self, offers: Values | None) -> Values:
        return {**dict.fromkeys(self.always_told, ()), **offers} if offers else {}

    def _lacking(self, values: Values) -> Iterator[VmrtError]:
        for option in self.lacks:
            given = values.get(option)
            some = given if isinstance(given, list) else [given] if given else []
            if any(not isinstance(one, Mapping) or one.get("state") != "absent" for one in some):
                yield _error(f"{self.name} has none", option, "Leave it out.")

    def _unknown(self, values: Values) -> Iterator[VmrtError]:
        for (option, inner), known in self.knows.items():
            given: Any = values.get(option) or []
            for one in given if isinstance(given, list) else [given]:
                value = one.get(inner)
                if value is not None and value not in known and one.get("state") != "absent":
                    label = f"{option}[{one['name']}]" if "name" in one else option
                    yield _error(
                        f"{self.name} does not know {value}",
                        f"{label}.{inner}",
                        f"Use {' or '.join(known)}.",
                    )


def _os(name: str) -> str:
    return _SAME_OS.get(name, name)


def _error(message: str, option: str, hint: str | None = None) -> VmrtError:
    return VmrtError(message, option=option, hint=hint)
