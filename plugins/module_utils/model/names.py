# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names may reach libvirt: it would accept, and suffer from, far more of them."""

from __future__ import annotations

import ipaddress
import posixpath
import re
from collections.abc import Mapping

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}")
_DEVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,30}")
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TARGET = re.compile(r"(fd|hd|sd|vd|xvd|ubd)[a-zA-Z0-9_]{1,8}")
_URI = re.compile(r"[a-z][a-z0-9+.-]*://[\x21-\x7e]+")
_HOST = re.compile(r"[A-Za-z0-9.-]{1,255}")
_WORD = re.compile(r"[A-Za-z0-9_+-]{1,64}")
_COOKIE = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z|~]+")
_CRUMBS = re.compile(r'"?[!#$%&\'()*+\-./0-9:>=<?@A-Z^_`\[\]a-z|~]+"?')
_MODE = re.compile(r"0[0-7]{3}|[0-7]{1,3}")
_WWN = re.compile(r"[0-9a-f]{16}")
_NAA = re.compile(r"naa\.[0-9a-fA-F]{16}")
_SERIAL = re.compile(r"[A-Za-z0-9_.+ -]{1,36}")
_LOADPARM = re.compile(r"[A-Za-z0-9. ]{1,8}")
_INTERFACE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FW_CFG = re.compile(r"opt/(?!ovmf/)[\x21-\x7e]{1,51}")
_DELTA = re.compile(r"[-+]?[0-9]{1,12}")
_TIMEZONE = re.compile(r"[A-Za-z0-9_.+/-]+")
_USB_ID = re.compile(r"-1|(0x)?[0-9a-fA-F]{1,4}")
_SHARED_MEMORY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}")
_SYSTEM_FOLDERS = (
    *("/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib32", "/lib64", "/libx32"),
    *("/media", "/mnt", "/opt", "/proc", "/root", "/run", "/sbin", "/srv", "/sys", "/tmp"),
    *("/usr", "/var", "/var/cache", "/var/lib", "/var/lib/libvirt", "/var/log", "/var/run"),
    *("/var/spool", "/var/tmp", "/usr/bin", "/usr/lib", "/usr/local", "/usr/sbin", "/usr/share"),
)
_SYSTEM_TREES = ("/bin/", "/boot/", "/dev/", "/etc/", "/lib/", "/proc/", "/sbin/", "/sys/", "/usr/")


def name(text: str) -> None:
    """A vm, volume, pool, network or image."""
    if not _NAME.fullmatch(text):
        raise ValueError(
            f"{text!r} can not be a name: use 1 to 63 letters, digits, '_', '.' and '-', "
            "and begin with a letter, a digit or '_'"
        )


def device(text: str) -> None:
    """A device of a vm; libvirt keeps it as an alias, which knows fewer characters."""
    if not _DEVICE.fullmatch(text):
        raise ValueError(
            f"{text!r} can not name a device: use 1 to 31 letters, digits, '_' and '-', "
            "and begin with a letter or a digit"
        )


def interface(text: str) -> None:
    """A network interface of the node, such as a bridge."""
    if not _INTERFACE.fullmatch(text):
        raise ValueError(f"{text!r} can not name a network interface of Linux")


def mac(text: str) -> None:
    """A unicast MAC address, six pairs of hexadecimal digits."""
    if not _MAC.fullmatch(text):
        # YAML takes digits with colons between them for a number to the base of 60.
        raise ValueError(
            f"{text!r} is not a MAC address: write it in quotes, as '52:54:00:12:34:56'"
        )
    if int(text[:2], 16) & 1:
        raise ValueError(f"{text!r} is a multicast MAC address: make its first byte even")


def uuid(text: str) -> None:
    """A UUID in its usual form, in small letters."""
    if not _UUID.fullmatch(text):
        raise ValueError(
            f"{text!r} is not a UUID: write it as 4dea22b3-1d52-4f65-9c9e-b6f7ab8f3d11"
        )


def target(text: str) -> None:
    """What libvirt calls a disk of a vm."""
    if not _TARGET.fullmatch(text):
        raise ValueError(f"{text!r} can not be a target: write it as vda, sda or hda")


def serial(text: str) -> None:
    """A serial number of a disk."""
    if not _SERIAL.fullmatch(text):
        raise ValueError(
            f"{text!r} can not be a serial number: use 1 to 36 letters, digits, spaces, '_', '.', "
            "'+' and '-'"
        )


def address(text: str) -> None:
    """An IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not an IP address: write it as 127.0.0.1") from error


def path(text: str) -> None:
    """An absolute path without detours."""
    if not text.startswith("/") or posixpath.normpath(text) != text or text.startswith("//"):
        raise ValueError(f"{text!r} is not an absolute path in its shortest form")
    if any(ord(char) < 32 for char in text):
        raise ValueError(f"{text!r} holds a control character")


def pool_target(text: str) -> None:
    """A folder that a pool may own."""
    path(text)
    if text in _SYSTEM_FOLDERS or text.startswith(_SYSTEM_TREES):
        raise ValueError(f"{text!r} belongs to the system: give the pool a folder of its own")


def positive(value: int) -> None:
    """A number of things of which there is at least one."""
    if value < 1:
        raise ValueError(f"{value} is less than 1")


def not_negative(value: int) -> None:
    """A number that may be 0."""
    if value < 0:
        raise ValueError(f"{value} is less than 0")


def byte(value: int) -> None:
    """A number that fits into one byte."""
    if not 0 <= value <= 255:
        raise ValueError(f"{value} is not between 0 and 255")


def loadparm(text: str) -> None:
    """What a loader of IBM Z takes."""
    if not _LOADPARM.fullmatch(text):
        raise ValueError(f"{text!r} is more than 8 letters, digits, dots and spaces")


def short(value: int) -> None:
    """A number of 16 bits."""
    if not 0 <= value <= 65535:
        raise ValueError(f"{value} is not between 0 and 65535")


def reboot_timeout(value: int) -> None:
    """Milliseconds, or -1 for ever."""
    if value != -1:
        short(value)


def variables(values: Mapping[str, str]) -> None:
    """Variables of an environment."""
    for one in values:
        if not _VARIABLE.fullmatch(one):
            raise ValueError(f"{one!r} can not be a variable: use letters, digits and '_'")


def fw_cfg(text: str) -> None:
    """A blob of QEMU's firmware configuration; all others belong to QEMU itself."""
    if not _FW_CFG.fullmatch(text):
        raise ValueError(f"{text!r} can not name a blob: write it as opt/com.example/name")


def line(text: str) -> None:
    """A text of one line."""
    if "\n" in text or "\r" in text or not text.strip():
        raise ValueError(f"{text!r} is not one line of text")


def vendor_id(text: str) -> None:
    """What a hypervisor calls its maker."""
    if len(text) > 12 or "," in text:
        raise ValueError(f"{text!r} can not be a vendor: use at most 12 characters, and no comma")


def ring_size(value: int) -> None:
    """Entries of KVM's ring of written pages."""
    if value not in (1024, 2048, 4096, 8192, 16384, 32768, 65536):
        raise ValueError(f"{value} is not a power of 2 from 1024 to 65536")


def spinlock_retries(value: int) -> None:
    """How often Hyper-V tries a spinlock; it knows no less."""
    if value < 4095:
        raise ValueError(f"{value} is less than 4095")


def adjustment(text: str) -> None:
    """What a clock is off, in seconds."""
    if text != "reset" and not _DELTA.fullmatch(text):
        raise ValueError(f"{text!r} is not a number of seconds, such as '3600' or '-120'")


def timezone(text: str) -> None:
    """A time zone as the node knows it."""
    if not _TIMEZONE.fullmatch(text):
        raise ValueError(f"{text!r} is not a time zone: write it as Europe/Paris")


def path_or_nothing(text: str) -> None:
    """A path, or an empty text where there is none."""
    if text:
        path(text)


def host(text: str) -> None:
    """A host, by name or address."""
    if not _HOST.fullmatch(text):
        address(text)


def uri(text: str) -> None:
    """A URI with a host, or with a path."""
    if not _URI.fullmatch(text):
        raise ValueError(f"{text!r} is no URI: write it as qemu+ssh://root@node2/system")


def word(text: str) -> None:
    """What libvirt calls a generic name."""
    if not _WORD.fullmatch(text):
        raise ValueError(f"{text!r} is more than letters, digits, '_', '+' and '-'")


def one_line(text: str) -> None:
    """A text of one line without a slash."""
    if not text or "/" in text or "\n" in text:
        raise ValueError(f"{text!r} is empty, or holds a slash or a new line")


def cookies(values: Mapping[str, str]) -> None:
    """Cookies of a web server."""
    for key, text in values.items():
        if not _COOKIE.fullmatch(key) or not _CRUMBS.fullmatch(text):
            raise ValueError(f"the cookie {key!r} holds what a cookie can not hold")


def wwn(text: str) -> None:
    """A world-wide name."""
    if not _WWN.fullmatch(text):
        raise ValueError(f"{text!r} is no world-wide name: write 16 hexadecimal digits")


def naa(text: str) -> None:
    """A world-wide name of a SCSI target of the kernel."""
    if not _NAA.fullmatch(text):
        raise ValueError(f"{text!r} is no name of a target: write naa. and 16 hexadecimal digits")


def vendor(text: str) -> None:
    """The maker of a SCSI device."""
    _printable(text, 8)


def product(text: str) -> None:
    """The product name of a SCSI device."""
    _printable(text, 16)


def _printable(text: str, most: int) -> None:
    if len(text) > most or not all(" " <= char <= "~" for char in text):
        raise ValueError(f"{text!r} is more than {most} printable characters")


def mode(text: str) -> None:
    """Permissions in octal digits."""
    if not _MODE.fullmatch(text):
        # YAML takes 0644 without quotes for a number.
        raise ValueError(f"{text!r} is not a mode: write it in quotes, as '0644'")
    if not int(text, 8):
        raise ValueError("nobody could use what has this mode")


def shared_memory(text: str) -> None:
    """The name of memory that vms share, which is a file on the node."""
    if not _SHARED_MEMORY.fullmatch(text):
        raise ValueError(
            f"{text!r} can not name shared memory: use 1 to 63 letters, digits, '_', '.' and '-'"
        )


def guest_cid(value: int) -> None:
    """The number of a guest on the socket between guest and node."""
    if not 3 <= value < 2**32 - 1:
        raise ValueError(f"{value} is not a number of a guest: use one from 3")


def port(value: int) -> None:
    """A port of TCP or UDP."""
    if not 1 <= value <= 65535:
        raise ValueError(f"{value} is not a port: use one from 1 to 65535")
