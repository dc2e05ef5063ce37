# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets of libvirt. A value goes in, and is compared; it never comes out of this file."""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver import secret_records
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import found, libvirt
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.here import is_here
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.secret.name import name_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree

_GENERATED_BYTES = 32
# Where libvirt keeps the values of the system's secrets.
_VALUES = "/etc/libvirt/secrets"


def find_secret(connection: Any, name: str) -> Any:
    """libvirt's secret of a name as ``secret_name`` gives it, or of a UUID; None without one."""
    kind, slash, usage = name.partition("/")
    if not slash:
        return found(connection.secretLookupByUUIDString, name)
    number = getattr(libvirt, f"VIR_SECRET_USAGE_TYPE_{kind.upper()}")
    return found(connection.secretLookupByUsage, number, usage)


def seen_secret(secret: Any) -> Seen:
    xml = secret.XMLDesc(0)
    return Seen(name_of(tree.parse(xml)), xml, "present")


def has_value(secret: Any) -> bool | None:
    """Has it a value? None where that can not be known."""
    if _is_private(secret):
        known = secret_records.is_known(secret.UUIDString()) or _stamp(secret) is not None
        return known or None
    told, value = _read(secret)
    return value is not None if told else None


def is_value(secret: Any, value: bytes) -> bool | None:
    """Has it this value? None where that can not be known."""
    if _is_private(secret):
        return secret_records.matches(secret.UUIDString(), value, _stamp(secret))
    told, has = _read(secret)
    return hmac.compare_digest(has or b"", value) if told else None


def set_value(secret: Any, value: str | None) -> None:
    """Give it a value, in base64, or one that is made up."""
    plain = (
        base64.b64encode(secrets.token_bytes(_GENERATED_BYTES))
        if value is None
        else base64.b64decode(value)
    )
    secret.setValue(plain, 0)
    if _is_private(secret):
        secret_records.remember(secret.UUIDString(), plain, _stamp(secret))


def undefine_secret(secret: Any) -> None:
    uuid = secret.UUIDString()
    secret.undefine()
    secret_records.forget(uuid)


def _is_private(secret: Any) -> bool:
    return bool(tree.parse(secret.XMLDesc(0)).get("private") == "yes")


def _read(secret: Any) -> tuple[bool, bytes | None]:
    """Whether libvirt tells the value, and the value."""
    try:
        return True, found(secret.value, 0)
    except libvirt.libvirtError:
        return False, None


def _stamp(secret: Any) -> int | None:
    """When the value was written, where that can be seen."""
    uri = str(secret.connect().getURI())
    if not is_here(uri) or urlsplit(uri).path != "/system":
        return None
    try:
        return os.stat(f"{_VALUES}/{secret.UUIDString()}.base64").st_mtime_ns
    except OSError:
        return None
