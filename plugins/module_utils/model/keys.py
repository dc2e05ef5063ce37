# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys of a keyboard: their codes of Linux, and which of them write a text."""

from __future__ import annotations

# In the order of their codes, from 1 on.
_WRITTEN = """
ESC 1 2 3 4 5 6 7 8 9 0 MINUS EQUAL BACKSPACE TAB Q W E R T Y U I O P LEFTBRACE RIGHTBRACE
ENTER LEFTCTRL A S D F G H J K L SEMICOLON APOSTROPHE GRAVE LEFTSHIFT BACKSLASH Z X C V B N
M COMMA DOT SLASH RIGHTSHIFT KPASTERISK LEFTALT SPACE CAPSLOCK F1 F2 F3 F4 F5 F6 F7 F8 F9
F10 NUMLOCK SCROLLLOCK KP7 KP8 KP9 KPMINUS KP4 KP5 KP6 KPPLUS KP1 KP2 KP3 KP0 KPDOT -
ZENKAKUHANKAKU 102ND F11 F12 RO KATAKANA HIRAGANA HENKAN KATAKANAHIRAGANA MUHENKAN KPJPCOMMA
KPENTER RIGHTCTRL KPSLASH SYSRQ RIGHTALT LINEFEED HOME UP PAGEUP LEFT RIGHT END DOWN
PAGEDOWN INSERT DELETE MACRO MUTE VOLUMEDOWN VOLUMEUP POWER KPEQUAL KPPLUSMINUS PAUSE SCALE
KPCOMMA HANGEUL HANJA YEN LEFTMETA RIGHTMETA COMPOSE
"""
_NAMES = _WRITTEN.split()
CODES = {f"KEY_{name}": code for code, name in enumerate(_NAMES, 1) if name != "-"}

# What the keys of an American keyboard write, alone and together with shift.
_ROWS = (
    ("1234567890", "!@#$%^&*()", "1 2 3 4 5 6 7 8 9 0"),
    (
        "-=[];'`\\,./",
        '_+{}:"~|<>?',
        "MINUS EQUAL LEFTBRACE RIGHTBRACE SEMICOLON APOSTROPHE GRAVE BACKSLASH COMMA DOT SLASH",
    ),
    (
        "abcdefghijklmnopqrstuvwxyz",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        " ".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ),
    (" \n\t", "", "SPACE ENTER TAB"),
)
_SHIFT = CODES["KEY_LEFTSHIFT"]


def _chords() -> dict[str, tuple[int, ...]]:
    chords: dict[str, tuple[int, ...]] = {}
    for plain, shifted, names in _ROWS:
        codes = [CODES[f"KEY_{name}"] for name in names.split()]
        chords.update({char: (code,) for char, code in zip(plain, codes)})
        chords.update({char: (_SHIFT, code) for char, code in zip(shifted, codes)})
    return chords


_CHORDS = _chords()


def typed(text: str) -> list[tuple[int, ...]]:
    """The keys that write a text. Raises ValueError where no American key does."""
    for char in text:
        if char not in _CHORDS:
            raise ValueError(f"no key of an American keyboard writes {char!r}")
    return [_CHORDS[char] for char in text]


def code_of(key: str, codeset: str) -> int:
    """The code of a key, given as its number or, of Linux, as its name."""
    if key.isdigit():
        return int(key)
    if codeset != "linux":
        raise ValueError(f"'{key}' is no number: only the codes of linux have names here")
    if key.upper() not in CODES:
        raise ValueError(f"there is no key '{key}': write it as KEY_ENTER, or give its number")
    return CODES[key.upper()]
