# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a character device of a vm is connected to on its node."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import count, switch
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import choice, plain, yes_no
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema, said

# All that libvirt knows of; a kind of device may not know each.
CHARDEV_TYPES = (
    *("pty", "unix", "tcp", "udp", "file", "dev", "pipe", "null", "stdio", "vc"),
    *("spicevmc", "spiceport", "nmdm", "qemu-vdagent", "dbus"),
)
_PATHS = ("unix", "file", "dev", "pipe")
_BIND = "source[mode=bind]"
_CONNECT = "source[mode=connect]"


RECONNECT = Schema(
    name="reconnect",
    doc="What happens when the other end goes away, where the vm is the client.",
    fields=(
        yes_no("enabled", "Whether the vm connects again.", "@enabled", required=True),
        replace(
            count("timeout", "Time between two attempts, in seconds.", "@timeout"),
            only={"enabled": (True,)},
        ),
    ),
)
SECLABEL = Schema(
    name="seclabel",
    doc="How a security driver labels the path, in place of what it does by itself.",
    fields=(
        plain("model", "Name of the security driver.", "@model"),
        yes_no("relabel", "Whether the path is labelled.", "@relabel"),
        plain("label", "The label.", "label"),
    ),
)


def chardev(
    under: str = "", initial: str | None = None, labelled: bool = True
) -> tuple[Field, ...]:
    """The options of what a device is connected to; ``under`` is the element that holds them,
    and libvirt keeps labels of the path where they are ``labelled``."""

    def placed(place: str, *types: str) -> dict[str, str]:
        return dict.fromkeys(types, under + place)

    return tuple(
        one
        for one in (
            choice(
                "type",
                "What the device is connected to on the node: a terminal (V(pty)), a socket "
                "(V(unix), V(tcp), V(udp)), a path (V(file), V(dev), V(pipe)), a graphical console "
                "(V(vc), V(spicevmc), V(spiceport), V(qemu-vdagent), V(dbus)) or nothing "
                "(V(null)).",
                f"{under}@type",
                CHARDEV_TYPES,
                initial=initial,
            ),
            plain(
                "path",
                "Path on the node, for V(unix), V(file), V(dev) and V(pipe).",
                placed("source/@path", *_PATHS),
                by="type",
                check=names.path,
            ),
            choice(
                "mode",
                "Whether the vm waits for a connection (V(bind)) or makes one (V(connect)), for "
                "V(unix) and V(tcp).",
                placed("source/@mode", "unix", "tcp"),
                ("bind", "connect"),
                by="type",
            ),
            plain(
                "bind_host",
                "Address that V(udp) comes to.",
                placed(f"{_BIND}/@host", "udp"),
                by="type",
            ),
            plain(
                "bind_service",
                "Port that V(udp) comes to.",
                placed(f"{_BIND}/@service", "udp"),
                by="type",
            ),
            plain(
                "host",
                "Address to listen on or to connect to, for V(tcp), or to send to, for V(udp).",
                {**placed("source/@host", "tcp"), **placed(f"{_CONNECT}/@host", "udp")},
                by="type",
            ),
            plain(
                "service",
                "Port of O(ignore:host), as its number or its name.",
                {**placed("source/@service", "tcp"), **placed(f"{_CONNECT}/@service", "udp")},
                by="type",
            ),
            yes_no(
                "tls",
                "Whether the connection is encrypted, for V(tcp); the node's QEMU has to be set up "
                "for it.",
                placed("source/@tls", "tcp"),
                by="type",
            ),
            plain(
                "append",
                "Whether the file keeps what it holds at a start, for V(file).",
                placed("source/@append", "file"),
                by="type",
                type="bool",
                codec=codec.ON_OFF,
            ),
            plain(
                "channel",
                "Name of the channel, for V(spiceport) and V(dbus).",
                placed("source/@channel", "spiceport", "dbus"),
                by="type",
            ),
            plain(
                "master",
                "First end of a null modem on FreeBSD, for V(nmdm).",
                placed("source/@master", "nmdm"),
                by="type",
            ),
            plain(
                "slave",
                "Second end of a null modem on FreeBSD, for V(nmdm).",
                placed("source/@slave", "nmdm"),
                by="type",
            ),
            plain(
                "reconnect",
                RECONNECT.doc,
                placed("source/reconnect", "unix", "tcp"),
                by="type",
                of=RECONNECT,
            ),
            plain(
                "seclabels",
                SECLABEL.doc,
                placed("source/seclabel", *_PATHS),
                by="type",
                of=SECLABEL,
                many=True,
                same=said,
            ),
            choice(
                "protocol",
                "What is spoken on the connection, for V(tcp).",
                placed("protocol/@type", "tcp"),
                ("raw", "telnet", "telnets", "tls"),
                by="type",
            ),
            plain(
                "log",
                "Absolute path of a file on the node that gets all that comes through.",
                f"{under}log/@file",
                check=names.path,
            ),
            switch(
                "log_append",
                "Whether the log keeps what it holds at a start.",
                f"{under}log/@append",
            ),
        )
        if labelled or one.name != "seclabels"
    )
