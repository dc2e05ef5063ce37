# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The only import of libvirt, and the translation of its errors."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    NotFound,
    Refused,
    VmrtError,
)

__all__ = [
    "LIBVIRT_IMPORT_ERROR",
    "agent_errors",
    "connect",
    "found",
    "libvirt",
    "libvirt_qemu",
    "measured",
    "refresh",
    "supported",
    "translated",
    "without_questions",
]

# How long a pool may be busy with another client, and how often it is asked, in seconds.
_BUSY_SECONDS = 60.0
_BUSY_INTERVAL = 0.2
# QEMU's words, and how often it is asked.
_NOT_MEASURED, _MEASURES = "Unable to get accurate CPU usage", 5

LIBVIRT_IMPORT_ERROR: str | None
try:
    import libvirt
    import libvirt_qemu

    LIBVIRT_IMPORT_ERROR = None
    # The binding would print each error to stderr before it raises it.
    libvirt.registerErrorHandler(lambda _context, _error: None, None)
except ImportError:
    libvirt = None
    libvirt_qemu = None
    LIBVIRT_IMPORT_ERROR = traceback.format_exc()


def _not_found() -> tuple[int, ...]:
    return (
        libvirt.VIR_ERR_NO_DOMAIN,
        libvirt.VIR_ERR_NO_NETWORK,
        libvirt.VIR_ERR_NO_STORAGE_POOL,
        libvirt.VIR_ERR_NO_STORAGE_VOL,
        libvirt.VIR_ERR_NO_DOMAIN_SNAPSHOT,
        libvirt.VIR_ERR_NO_SECRET,
        libvirt.VIR_ERR_NO_DOMAIN_CHECKPOINT,
        libvirt.VIR_ERR_NO_DOMAIN_BACKUP,
    )


def _hints() -> dict[int, str]:
    return {
        libvirt.VIR_ERR_AGENT_UNRESPONSIVE: "Is qemu-guest-agent installed and running in it?",
        libvirt.VIR_ERR_OPERATION_DENIED: "Use a connection that may write.",
        libvirt.VIR_ERR_AUTH_FAILED: "Run as root, or as a member of the group libvirt.",
        libvirt.VIR_ERR_AUTH_UNAVAILABLE: "Run as root, or as a member of the group libvirt.",
        libvirt.VIR_ERR_NO_SUPPORT: "The node's libvirt is too old, or its driver can not do it.",
    }


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Raise libvirt's errors as VmrtError; ``what`` says what was being done."""
    try:
        yield
    except libvirt.libvirtError as error:
        code = error.get_error_code()
        kind = NotFound if code in _not_found() else VmrtError
        text = f"{what}: libvirt says: {error.get_error_message()}" if what else str(error)
        raise kind(text, hint=_hints().get(code)) from error


@contextmanager
def agent_errors() -> Iterator[None]:
    """Tell a command that an agent refused from an agent that does not answer."""
    try:
        yield
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_INTERNAL_ERROR:
            raise Refused(f"the guest's agent says: {error.get_error_message()}") from error
        if error.get_error_code() == libvirt.VIR_ERR_RPC:
            raise VmrtError(
                f"libvirt does not carry what the guest answers: {error.get_error_message()}",
                hint="An answer can have 4 MiB. Have a command write to a file, and read that.",
            ) from error
        raise


def connect(uri: str, write: bool) -> Any:
    """A connection; one line says why there is none."""
    try:
        return libvirt.open(uri) if write else libvirt.openReadOnly(uri)
    except libvirt.libvirtError as error:
        raise VmrtError(
            f"can not connect to '{uri}': {error.get_error_message()}",
            option="uri",
            hint="Is libvirt running there, and may you use it?",
        ) from error


def without_questions(uri: str) -> str:
    """A URI over SSH that fails where SSH would ask something: there is nobody to answer."""
    parts = urlsplit(uri)
    if not parts.scheme.endswith("+ssh") or "no_tty=" in parts.query:
        return uri
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, "no_tty=1")))))


def found(call: Any, *arguments: Any) -> Any:
    """What a look-up returns, or None when there is no such thing."""
    try:
        return call(*arguments)
    except libvirt.libvirtError as error:
        if error.get_error_code() in _not_found():
            return None
        raise


def supported(call: Any, *arguments: Any) -> Any:
    """What a call returns, or None where libvirt's driver has no such call, or knows nothing of
    what it is asked."""
    try:
        return call(*arguments)
    except libvirt.libvirtError as error:
        silent = (
            libvirt.VIR_ERR_NO_SUPPORT,
            libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED,
            libvirt.VIR_ERR_CONFIG_UNSUPPORTED,
            libvirt.VIR_ERR_INVALID_ARG,
        )
        if error.get_error_code() in silent:
            return None
        raise


def measured(call: Any, *arguments: Any) -> Any:
    """What a call returns that may encrypt. QEMU measures how long it takes to make a key of a
    password, and gives up where the clock of the processor stood still meanwhile."""
    for _attempt in range(_MEASURES - 1):
        try:
            return call(*arguments)
        except libvirt.libvirtError as error:
            if _NOT_MEASURED not in str(error):
                raise
    return call(*arguments)


def refresh(pool: Any) -> None:
    """Have libvirt look at what a pool holds. It refuses while another client makes a volume
    there, and has no error code of its own for that."""
    end = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            pool.refresh(0)
        except libvirt.libvirtError as error:
            busy = error.get_error_code() == libvirt.VIR_ERR_INTERNAL_ERROR
            if not busy or time.monotonic() > end:
                raise
            time.sleep(_BUSY_INTERVAL)
        else:
            return
