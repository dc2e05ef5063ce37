# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is remembered of values that libvirt tells nobody: enough to know one again, and no more.

A record holds a salted digest, in a folder of the user who runs the tasks. ``stamp`` tells when
the value was written, where that can be seen: a value that somebody else wrote since is not the
one that is remembered.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import tempfile
from contextlib import suppress
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.own_folder import own_folder

_FOLDER = ".local/state/vmrt.libvirt/secrets"
# As many as are recommended for passwords; some tenths of a second.
_ROUNDS = 600_000


def remember(uuid: str, value: bytes, stamp: int | None) -> None:
    """Keep what tells this value from any other. Without a place for it, nothing is kept."""
    salt = os.urandom(16)
    record = {"salt": salt.hex(), "digest": _digest(value, salt), "stamp": stamp}
    with suppress(OSError):
        folder = own_folder(_FOLDER)
        handle, path = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(record, file)
        os.replace(path, os.path.join(folder, uuid))


def matches(uuid: str, value: bytes, stamp: int | None) -> bool | None:
    """Is this the value that is remembered? None where none is."""
    record = _read(uuid)
    if record is None or record["stamp"] != stamp:
        return None
    return hmac.compare_digest(_digest(value, bytes.fromhex(record["salt"])), record["digest"])


def is_known(uuid: str) -> bool:
    """Is a value remembered?"""
    return _read(uuid) is not None


def forget(uuid: str) -> None:
    with suppress(OSError):
        os.unlink(os.path.join(own_folder(_FOLDER, make=False), uuid))


def _digest(value: bytes, salt: bytes) -> str:
    return hashlib.pbkdf2_hmac("sha256", value, salt, _ROUNDS).hex()


def _read(uuid: str) -> dict[str, Any] | None:
    try:
        with open(os.path.join(own_folder(_FOLDER, make=False), uuid), encoding="utf-8") as file:
            record: dict[str, Any] = json.load(file)
        return record if {"salt", "digest", "stamp"} <= set(record) else None
    except (OSError, ValueError):
        return None
