# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Graphical consoles of a vm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import limits, names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import choice, plain, yes_no
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.tree import Spot


class _Port(codec.Codec):
    """A TCP port; libvirt writes -1 for one that it picks itself."""

    def parse(self, value: Any) -> int:
        return int(codec.INT.parse(value))

    def read(self, spot: Spot) -> int | None:
        return None if spot.text == "-1" else codec.INT.read(spot)


def _port(name: str, doc: str, at: str, **more: Any) -> Field:
    return plain(name, doc, at, type="int", codec=_Port(), check=names.port, **more)


_DESKTOP = ("sdl", "desktop")
_REMOTE = ("vnc", "spice")
# Those that can be reached over the network.
LISTENERS = (*_REMOTE, "rdp")
_LISTENER, _REACHED, _WINDOW = ({"type": types} for types in (LISTENERS, _REMOTE, _DESKTOP))
_VNC, _SPICE, _DBUS, _SDL, _RDP = (
    {"type": (kind,)} for kind in ("vnc", "spice", "dbus", "sdl", "rdp")
)
_MODES = ("any", "secure", "insecure")
_CHANNELS = ("main", "display", "inputs", "cursor", "playback", "record", "smartcard", "usbredir")


def _channel_modes(values: Mapping[str, str]) -> None:
    for name, mode in values.items():
        if name not in _CHANNELS or mode not in _MODES:
            raise ValueError(
                f"'{name}: {mode}' is no channel with its mode: the channels are "
                f"{', '.join(_CHANNELS)}, and the modes {', '.join(_MODES)}"
            )


_COMPRESSION = ("auto", "never", "always")

GRAPHICS = Schema(
    name="graphics",
    doc="A graphical console of a vm.",
    key="type",
    fields=(
        DEVICE_STATE,
        choice(
            "type",
            "Protocol of the console, of which a vm has at most one. V(sdl) and V(desktop) are "
            "windows on the node itself, V(rdp) is not of QEMU, and V(egl-headless) only draws for "
            "another console.",
            "@type",
            ("vnc", "spice", "rdp", "dbus", "sdl", "desktop", "egl-headless"),
            required=True,
            apply=Apply.RECREATE,
        ),
        _port(
            "port",
            "TCP port of the console on the node; needs O(graphics[].autoport=false).",
            "@port",
            only=_LISTENER,
        ),
        _port(
            "tls_port", "TCP port for encrypted connections, for V(spice).", "@tlsPort", only=_SPICE
        ),
        yes_no(
            "autoport",
            "Whether libvirt picks a free port at each start.",
            "@autoport",
            initial_doc="V(true), unless a port is given, for consoles that have one",
            only=_LISTENER,
        ),
        plain(
            "websocket",
            "TCP port for browsers, for V(vnc); V(-1) lets libvirt pick one.",
            "@websocket",
            type="int",
            codec=codec.INT,
            check=limits.port_or_any,
            only=_VNC,
        ),
        choice(
            "listen_type",
            "What the console listens on: an address (V(address)), the address of the node in a "
            "network of libvirt (V(network)), a UNIX socket (V(socket)) or nothing (V(none)).",
            "listen/@type",
            ("address", "network", "socket", "none"),
            initial_doc="V(address), for consoles that can be reached over the network",
            only=_LISTENER,
        ),
        plain(
            "listen",
            "Address of the node that it listens on, for O(graphics[].listen_type=address).",
            {"address": "listen/@address", "": "@listen"},
            by="listen_type",
            twins=("@listen",),
            check=names.address,
            initial_doc="V(127.0.0.1)",
            only=_LISTENER,
        ),
        plain(
            "listen_network",
            "Network of libvirt, for O(graphics[].listen_type=network).",
            {"network": "listen/@network"},
            by="listen_type",
            check=names.name,
            only=_LISTENER,
        ),
        plain(
            "listen_socket",
            "Absolute path of the socket, for O(graphics[].listen_type=socket). Without it libvirt "
            "makes one in a folder of the vm.",
            {"socket": "listen/@socket", "": "@socket"},
            by="listen_type",
            twins=("@socket",),
            check=names.path,
            only=_LISTENER,
        ),
        plain(
            "password",
            "Password of the console, for V(vnc), where it has at most 8 characters, and "
            "V(spice). An empty one takes it away. A vm that was started with a password gets "
            "another one at once; the first one, and none, wait for a restart. It is never "
            "returned.",
            "@passwd",
            codec=codec.EJECTABLE,
            no_log=True,
            from_start=True,
            apply=Apply.LIVE,
            only=_REACHED,
        ),
        plain(
            "password_valid_to",
            "When the password ends, in UTC, such as V(2030-12-31T23:59:59). An empty one takes "
            "the end away.",
            dict.fromkeys(_REMOTE, "@passwdValidTo"),
            by="type",
            codec=codec.EJECTABLE,
            check=limits.moment_or_nothing,
            apply=Apply.LIVE,
        ),
        choice(
            "connected",
            "What becomes of whoever is connected when the password changes; V(vnc) knows V(keep) "
            "alone.",
            "@connected",
            ("keep", "disconnect", "fail"),
            apply=Apply.LIVE,
            only=_REACHED,
        ),
        plain(
            "keymap",
            "Layout of the keyboard, such as V(de).",
            "@keymap",
            check=limits.keymap,
            only=_REACHED,
        ),
        choice(
            "share_policy",
            "Whether several may look at a V(vnc) console.",
            "@sharePolicy",
            ("allow-exclusive", "force-shared", "ignore"),
            only=_VNC,
        ),
        yes_no(
            "power_control",
            "Whether whoever looks at a V(vnc) console may turn the vm off and on.",
            "@powerControl",
            only=_VNC,
        ),
        choice(
            "default_mode",
            "Whether channels that O(graphics[].channels) does not name are encrypted, for "
            "V(spice).",
            {"spice": "@defaultMode"},
            _MODES,
            by="type",
            absent="any",
        ),
        plain("display", "Display of the node that the window is on.", "@display", only=_WINDOW),
        plain("xauth", "File with the right to open a window on the display.", "@xauth", only=_SDL),
        yes_no(
            "fullscreen",
            "Whether the window fills the screen.",
            dict.fromkeys(_DESKTOP, "@fullscreen"),
            by="type",
            absent=False,
        ),
        plain(
            "address", "Address of the bus, for V(dbus).", "@address", check=limits.bus, only=_DBUS
        ),
        yes_no(
            "p2p",
            "Whether the vm waits for connections of its own, for V(dbus).",
            {"dbus": "@p2p"},
            by="type",
            absent=False,
        ),
        yes_no(
            "replace_user", "Whether a new user replaces the old one.", "@replaceUser", only=_RDP
        ),
        yes_no("multi_user", "Whether several users may be connected.", "@multiUser", only=_RDP),
        plain(
            "channels",
            "Channels of V(spice), such as C(main), each with V(secure), V(insecure) or V(any). "
            "All of them: one that is not named has the default.",
            ".",
            type="dict",
            codec=codec.Entries("channel", value="mode", missing=None, removes=None),
            check=_channel_modes,
            only=_SPICE,
        ),
        choice(
            "image_compression",
            "How pictures are compressed, for V(spice).",
            "image/@compression",
            ("auto_glz", "auto_lz", "quic", "glz", "lz", "off"),
            only=_SPICE,
        ),
        choice(
            "jpeg_compression",
            "Whether pictures are sent as JPEG on slow connections, for V(spice).",
            "jpeg/@compression",
            _COMPRESSION,
            only=_SPICE,
        ),
        choice(
            "zlib_compression",
            "Whether pictures are packed again on slow connections, for V(spice).",
            "zlib/@compression",
            _COMPRESSION,
            only=_SPICE,
        ),
        plain(
            "playback_compression",
            "Whether sound is compressed, for V(spice).",
            "playback/@compression",
            type="bool",
            codec=codec.ON_OFF,
            only=_SPICE,
        ),
        choice(
            "streaming",
            "Which parts of the screen are sent as video, for V(spice).",
            "streaming/@mode",
            ("filter", "all", "off"),
            only=_SPICE,
        ),
        yes_no(
            "clipboard",
            "Whether text is copied between guest and viewer, for V(spice).",
            "clipboard/@copypaste",
            only=_SPICE,
        ),
        choice(
            "mouse",
            "Who draws the pointer, for V(spice).",
            "mouse/@mode",
            ("server", "client"),
            only=_SPICE,
        ),
        yes_no(
            "file_transfer",
            "Whether files can be dropped into the guest, for V(spice).",
            "filetransfer/@enable",
            only=_SPICE,
        ),
        yes_no(
            "gl",
            "Whether the console is drawn with OpenGL.",
            "gl/@enable",
            only={"type": ("sdl", "spice", "dbus")},
        ),
        plain(
            "render_node",
            "Device of the node that draws, such as C(/dev/dri/renderD128).",
            "gl/@rendernode",
            check=names.path,
            only={"type": ("spice", "dbus", "egl-headless")},
        ),
        plain(
            "audio",
            "Number of the item of O(audios) that the console plays.",
            "audio/@id",
            type="int",
            codec=codec.INT,
            check=limits.audio,
            only={"type": ("vnc", "dbus")},
        ),
    ),
)
