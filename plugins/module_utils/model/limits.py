# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which values of processors, memory and tuning may reach libvirt."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import units

_MOMENT = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]")
_KEYMAP = re.compile(r"[A-Za-z0-9_-]{1,32}")
_FILTER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,62}")
_VARIABLE = re.compile(r"[A-Za-z0-9_]{1,64}")
_VALUE = re.compile(r"[A-Za-z0-9_.:]{1,128}")
_ALIAS = re.compile(r"ua-[a-zA-Z0-9_-]{1,60}")
_BUS = re.compile(r"[a-z-]+:[\x21-\x7e]+")
_FEATURE = re.compile(r"[a-zA-Z0-9_.-]+")
_APP_ID = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True)
class Within:
    """A number of a range, or one of a few ``besides``."""

    least: int
    most: int
    what: str
    besides: tuple[int, ...] = ()

    def __call__(self, value: int) -> None:
        if not self.least <= value <= self.most and value not in self.besides:
            others = "".join(f", or {number}" for number in self.besides)
            raise ValueError(
                f"{value} is no {self.what}: use a number from {self.least} to {self.most}{others}"
            )


period = Within(1000, 1000000, "period")
quota = Within(1000, 17592186044415, "quota", besides=(-1,))
audio = Within(1, 255, "number of an audio backend")
weight = Within(100, 1000, "weight")
distance = Within(10, 255, "distance")
cache_level = Within(1, 3, "level of a cache")
vlan = Within(0, 4095, "VLAN")
prefix = Within(0, 128, "length of a prefix")
type_id = Within(0, 16777215, "type of a port")
priority = Within(1, 99, "priority")


def power_of_two(value: int) -> None:
    """A size that hardware can decode."""
    if value & (value - 1):
        raise ValueError(f"{value} is no power of two: the next one is {1 << value.bit_length()}")


def packets(value: int) -> None:
    """How many packets a queue of a virtio interface can hold."""
    power_of_two(value)
    if not 256 <= value <= 1024:
        raise ValueError(f"{value} is not between 256 and 1024")


def whole_power_of_two(value: int) -> None:
    """A size in bytes that is a power of two of MiB."""
    if value % units.MIB or value & (value - 1):
        raise ValueError(
            f"{units.show_size(value)} is no power of two of whole MiB, such as 1MiB or 4MiB"
        )


def feature(text: str) -> None:
    """A feature of a processor."""
    if not _FEATURE.fullmatch(text):
        raise ValueError(f"{text!r} can not be a feature of a processor: write it as vmx")


def vendor_id(text: str) -> None:
    """What a guest reads as the maker of its processor."""
    if len(text) != 12 or "," in text:
        raise ValueError(f"{text!r} has not 12 characters without a comma")


def app_id(text: str) -> None:
    """A name of Fibre Channel."""
    if not _APP_ID.fullmatch(text):
        raise ValueError(f"{text!r} is not made of 1 to 128 visible characters")


def port_or_any(value: int) -> None:
    """A port of TCP, or -1 for one that libvirt picks."""
    if value != -1 and not 1 <= value <= 65535:
        raise ValueError(f"{value} is not a port: use one from 1 to 65535, or -1 for any")


def moment_or_nothing(text: str) -> None:
    """A moment in UTC, in the one form that libvirt reads."""
    if text and not _MOMENT.fullmatch(text):
        raise ValueError(f"{text!r} is no moment: write it in quotes, as '2030-12-31T23:59:59'")


def keymap(text: str) -> None:
    """The layout of a keyboard."""
    if not _KEYMAP.fullmatch(text):
        raise ValueError(f"{text!r} can not be a layout of a keyboard: write it as en-us")


def bus(text: str) -> None:
    """The address of a D-Bus."""
    if not _BUS.fullmatch(text):
        raise ValueError(f"{text!r} is no address of a bus: write it as unix:path=/run/bus")


def filter_name(text: str) -> None:
    """The name of a network filter."""
    if not _FILTER.fullmatch(text):
        raise ValueError(f"{text!r} can not name a network filter")


def filter_variable(text: str) -> None:
    """The name of a variable of a network filter."""
    if not _VARIABLE.fullmatch(text):
        raise ValueError(f"{text!r} can not be a variable of a network filter: write it as IP")


def filter_value(text: str) -> None:
    """The value of a variable of a network filter."""
    if not _VALUE.fullmatch(text):
        raise ValueError(f"{text!r} can not be a value for a network filter")


def ipv4(text: str) -> None:
    """An address of IPv4."""
    try:
        ipaddress.IPv4Address(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not an IPv4 address: write it as 192.0.2.1") from error


def alias(text: str) -> None:
    """What libvirt calls a device."""
    if not _ALIAS.fullmatch(text):
        raise ValueError(f"{text!r} is no alias: write it as ua-vmrt-NAME")
