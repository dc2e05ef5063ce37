# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What plays and records the sound of a vm on its node."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import limits
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import DEVICE_STATE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import count
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import choice, plain, yes_no
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

_SETTINGS = Schema(
    name="settings",
    doc="Fixed settings of the sound; libvirt wants them together with O(ignore:fixed_settings).",
    fields=(
        count("frequency", "Samples of a second.", "@frequency"),
        count("channels", "Number of channels.", "@channels"),
        choice(
            "format",
            "Format of a sample.",
            "@format",
            ("s8", "u8", "s16", "u16", "s32", "u32", "f32"),
        ),
    ),
)


def _direction(name: str, doc: str) -> Schema:
    return Schema(
        name=name,
        doc=doc,
        fields=(
            yes_no("mixing_engine", "Whether QEMU mixes the sound itself.", "@mixingEngine"),
            yes_no("fixed_settings", "Whether the settings are fixed.", "@fixedSettings"),
            count("voices", "Number of voices.", "@voices"),
            count("buffer_length", "Length of the buffer, in microseconds.", "@bufferLength"),
            plain("dev", "Device, for V(alsa) and V(oss).", "@dev"),
            count(
                "buffer_count",
                "Number of buffers, for V(coreaudio), V(oss) and V(sdl).",
                "@bufferCount",
            ),
            yes_no("try_poll", "Whether the device is polled, for V(oss).", "@tryPoll"),
            plain("name", "Sink or source, for V(pulseaudio).", "@name"),
            plain("stream_name", "Name of the stream, for V(pulseaudio).", "@streamName"),
            count("latency", "Wished latency in microseconds, for V(pulseaudio).", "@latency"),
            plain("server_name", "Name of the server, for V(jack).", "@serverName"),
            plain("client_name", "Name of the client, for V(jack).", "@clientName"),
            plain("connect_ports", "Ports to connect to, for V(jack).", "@connectPorts"),
            yes_no(
                "exact_name", "Whether the name has to be the exact one, for V(jack).", "@exactName"
            ),
            plain("settings", _SETTINGS.doc, "settings", of=_SETTINGS),
        ),
    )


_INPUT = _direction("input", "What is recorded.")
_OUTPUT = _direction("output", "What is played.")

# Settings of one direction that not all types have.
AUDIO_SETTINGS = {
    "dev": ("alsa", "oss"),
    "buffer_count": ("coreaudio", "oss", "sdl"),
    "try_poll": ("oss",),
    "name": ("pulseaudio",),
    "stream_name": ("pulseaudio",),
    "latency": ("pulseaudio",),
    "server_name": ("jack",),
    "client_name": ("jack",),
    "connect_ports": ("jack",),
    "exact_name": ("jack",),
}

AUDIO = Schema(
    name="audio",
    doc="What plays and records the sound of a vm on its node.",
    key="id",
    fields=(
        DEVICE_STATE,
        Field(
            "id",
            "Number by which sound cards and graphical consoles name it, from 1.",
            type="int",
            at="@id",
            codec=codec.INT,
            check=limits.audio,
            required=True,
            apply=Apply.RECREATE,
        ),
        choice(
            "type",
            "What the node plays the sound with; V(none) plays nothing.",
            "@type",
            (
                *("none", "alsa", "coreaudio", "dbus", "jack", "oss", "pulseaudio", "sdl"),
                *("spice", "file"),
            ),
            initial="none",
        ),
        count("timer_period", "Period of the timer, in microseconds.", "@timerPeriod"),
        plain(
            "server_name", "Server, for V(pulseaudio).", {"pulseaudio": "@serverName"}, by="type"
        ),
        plain(
            "path", "File that the sound is written to, for V(file).", {"file": "@path"}, by="type"
        ),
        choice(
            "driver",
            "Driver of V(sdl).",
            {"sdl": "@driver"},
            ("esd", "alsa", "arts", "pulseaudio"),
            by="type",
        ),
        yes_no("try_mmap", "Whether memory is mapped, for V(oss).", {"oss": "@tryMMap"}, by="type"),
        yes_no(
            "exclusive",
            "Whether nobody else has the device, for V(oss).",
            {"oss": "@exclusive"},
            by="type",
        ),
        plain(
            "dsp_policy",
            "Timing policy, for V(oss).",
            {"oss": "@dspPolicy"},
            by="type",
            type="int",
            codec=codec.INT,
        ),
        plain("input", _INPUT.doc, "input", of=_INPUT),
        plain("output", _OUTPUT.doc, "output", of=_OUTPUT),
    ),
)
