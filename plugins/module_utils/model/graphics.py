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
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import number
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


def _port(name: str, doc: str, at: str) -> Field:
    return plain(name, doc, at, type="int", codec=_Port(), check=names.port)


_DESKTOP = ("sdl", "desktop")
_REMOTE = ("vnc", "spice")
# Those that can be reached over the network.
LISTENERS = (*_REMOTE, "rdp")
_DRAWN = ("sdl", "spice", "dbus")
# The options that not each type of console has.
GRAPHICS_OPTIONS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("port", "autoport"), LISTENERS),
    **dict.fromkeys(("listen_type", "listen", "listen_network", "listen_socket"), LISTENERS),
    **dict.fromkeys(("password", "password_valid_to", "connected", "keymap"), _REMOTE),
    **dict.fromkeys(("websocket", "share_policy", "power_control"), ("vnc",)),
    **dict.fromkeys(("tls_port", "default_mode", "channels"), ("spice",)),
    **dict.fromkeys(("image_compression", "jpeg_compression", "zlib_compression"), ("spice",)),
    **dict.fromkeys(("playback_compression", "streaming", "clipboard"), ("spice",)),
    **dict.fromkeys(("file_transfer", "mouse"), ("spice",)),
    "audio": ("vnc", "dbus"),
    **dict.fromkeys(("display", "fullscreen"), _DESKTOP),
    "xauth": ("sdl",),
    "gl": _DRAWN,
    "render_node": ("spice", "dbus", "egl-headless"),
    **dict.fromkeys(("address", "p2p"), ("dbus",)),
    **dict.fromkeys(("replace_user", "multi_user"), ("rdp",)),
}
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
        ),
        _port("tls_port", "TCP port for encrypted connections, for V(spice).", "@tlsPort"),
        yes_no(
            "autoport",
            "Whether libvirt picks a free port at each start.",
            "@autoport",
            initial_doc="V(true), unless a port is given, for consoles that have one",
        ),
        plain(
            "websocket",
            "TCP port for browsers, for V(vnc); V(-1) lets libvirt pick one.",
            "@websocket",
            type="int",
            codec=codec.INT,
            check=limits.port_or_any,
        ),
        choice(
            "listen_type",
            "What the console listens on: an address (V(address)), the address of the node in a "
            "network of libvirt (V(network)), a UNIX socket (V(socket)) or nothing (V(none)).",
            "listen/@type",
            ("address", "network", "socket", "none"),
            initial_doc="V(address), for consoles that can be reached over the network",
        ),
        plain(
            "listen",
            "Address of the node that it listens on, for O(graphics[].listen_type=address).",
            {"address": "listen/@address", "": "@listen"},
            by="listen_type",
            twins=("@listen",),
            check=names.address,
            initial_doc="V(127.0.0.1)",
        ),
        plain(
            "listen_network",
            "Network of libvirt, for O(graphics[].listen_type=network).",
            {"network": "listen/@network"},
            by="listen_type",
            check=names.name,
        ),
        plain(
            "listen_socket",
            "Absolute path of the socket, for O(graphics[].listen_type=socket). Without it libvirt "
            "makes one in a folder of the vm.",
            {"socket": "listen/@socket", "": "@socket"},
            by="listen_type",
            twins=("@socket",),
            check=names.path,
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
        ),
        plain("keymap", "Layout of the keyboard, such as V(de).", "@keymap", check=limits.keymap),
        choice(
            "share_policy",
            "Whether several may look at a V(vnc) console.",
            "@sharePolicy",
            ("allow-exclusive", "force-shared", "ignore"),
        ),
        yes_no(
            "power_control",
            "Whether whoever looks at a V(vnc) console may turn the vm off and on.",
            "@powerControl",
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
        plain("display", "Display of the node that the window is on.", "@display"),
        plain("xauth", "File with the right to open a window on the display.", "@xauth"),
        yes_no(
            "fullscreen",
            "Whether the window fills the screen.",
            dict.fromkeys(_DESKTOP, "@fullscreen"),
            by="type",
            absent=False,
        ),
        plain("address", "Address of the bus, for V(dbus).", "@address", check=limits.bus),
        yes_no(
            "p2p",
            "Whether the vm waits for connections of its own, for V(dbus).",
            {"dbus": "@p2p"},
            by="type",
            absent=False,
        ),
        yes_no("replace_user", "Whether a new user replaces the old one.", "@replaceUser"),
        yes_no("multi_user", "Whether several users may be connected.", "@multiUser"),
        plain(
            "channels",
            "Channels of V(spice), such as C(main), each with V(secure), V(insecure) or V(any). "
            "All of them: one that is not named has the default.",
            ".",
            type="dict",
            codec=codec.Entries("channel", value="mode", missing=None, removes=None),
            check=_channel_modes,
        ),
        choice(
            "image_compression",
            "How pictures are compressed, for V(spice).",
            "image/@compression",
            ("auto_glz", "auto_lz", "quic", "glz", "lz", "off"),
        ),
        choice(
            "jpeg_compression",
            "Whether pictures are sent as JPEG on slow connections, for V(spice).",
            "jpeg/@compression",
            _COMPRESSION,
        ),
        choice(
            "zlib_compression",
            "Whether pictures are packed again on slow connections, for V(spice).",
            "zlib/@compression",
            _COMPRESSION,
        ),
        plain(
            "playback_compression",
            "Whether sound is compressed, for V(spice).",
            "playback/@compression",
            type="bool",
            codec=codec.ON_OFF,
        ),
        choice(
            "streaming",
            "Which parts of the screen are sent as video, for V(spice).",
            "streaming/@mode",
            ("filter", "all", "off"),
        ),
        yes_no(
            "clipboard",
            "Whether text is copied between guest and viewer, for V(spice).",
            "clipboard/@copypaste",
        ),
        choice(
            "mouse",
            "Who draws the pointer, for V(spice).",
            "mouse/@mode",
            ("server", "client"),
        ),
        yes_no(
            "file_transfer",
            "Whether files can be dropped into the guest, for V(spice).",
            "filetransfer/@enable",
        ),
        yes_no("gl", "Whether the console is drawn with OpenGL.", "gl/@enable"),
        plain(
            "render_node",
            "Device of the node that draws, such as C(/dev/dri/renderD128).",
            "gl/@rendernode",
            check=names.path,
        ),
        number(
            "audio",
            "Number of the item of O(audios) that the console plays.",
            "audio/@id",
            check=limits.audio,
        ),
    ),
)
