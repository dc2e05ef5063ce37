# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opens what an image comes from: a URL, or a file of the node."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Callable
from urllib.parse import unquote, urlsplit

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.regular_file import regular_file
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# open_url(url, timeout=SECONDS) gives a file with ``headers``, as urllib and Ansible have it.
OpenUrl = Callable[..., Any]
TIMEOUT = 60


@dataclass(frozen=True)
class Stream:
    """An open source; ``size`` in bytes is None if it isn't known beforehand."""

    file: BinaryIO
    size: int | None


def shown(source: str) -> str:
    """``source`` without what may be a secret in a URL: user, password and query."""
    parts = urlsplit(source)
    if not parts.scheme:
        return source
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def base_name(source: str) -> str:
    """The file name that ``source`` ends in."""
    path = source if source.startswith("/") else unquote(urlsplit(source).path)
    return path.rpartition("/")[2]


def local_path(source: str, option: str = "source") -> str | None:
    """The path that ``source`` (a path or a URL) means on this machine, or None for http and https.

    Raises VmrtError for anything else.
    """
    if source.startswith("/"):
        return source
    try:
        parts = urlsplit(source)
    except ValueError as error:
        raise VmrtError("is not a valid URL", option=option) from error
    if parts.scheme.lower() in ("http", "https") and parts.hostname:
        return None
    if parts.scheme.lower() == "file" and parts.hostname in (None, "localhost") and parts.path:
        return unquote(parts.path)
    raise VmrtError(
        f"{shown(source)!r} is neither a URL nor an absolute path",
        option=option,
        hint="Give http://, https:// or file:/// and so on, or a path that starts with '/'.",
    )


@contextmanager
def opened(source: str, open_url: OpenUrl, *, option: str, trusted: bool) -> Iterator[Stream]:
    """``source`` as a Stream. Raises VmrtError that names ``option`` if it can't be had.

    Without ``trusted`` (a checksum from elsewhere) a redirect from https to http is refused.
    """
    path = local_path(source, option)
    if path is not None:
        with regular_file(path, option) as (file, size):
            yield Stream(file, size)
        return
    with closing(_open_remote(source, open_url, option)) as response:
        final = str(response.geturl()) if hasattr(response, "geturl") else source
        downgraded = _encrypted(source) and not _encrypted(final)
        if downgraded and not trusted:
            raise VmrtError(
                f"{shown(source)} redirects to {shown(final)}, which is not encrypted",
                option=option,
                hint="Give a checksum as sha256:HEX to accept that.",
            )
        yield Stream(response, _length(response))


def broken_off(source: str, option: str, error: Exception) -> VmrtError:
    """The error for a read from ``source`` that broke off with ``error``."""
    return VmrtError(f"reading {shown(source)} broke off: {_cause(error)}", option=option)


def _open_remote(url: str, open_url: OpenUrl, option: str) -> Any:
    try:
        response = open_url(url, timeout=TIMEOUT)
    # An opener that is handed in raises errors of its own, of any class.
    except Exception as error:
        raise VmrtError(f"can't get {shown(url)}: {_cause(error)}", option=option) from error
    status = getattr(response, "status", None) or getattr(response, "code", None)
    if status not in (None, 200):
        response.close()
        raise VmrtError(f"can't get {shown(url)}: HTTP status {status}", option=option)
    return response


def _encrypted(url: str) -> bool:
    return url.lower().startswith("https:")


def _length(response: Any) -> int | None:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        return None  # what is read was unpacked on the way
    length = response.headers.get("Content-Length")
    return int(length) if length is not None and str(length).isdigit() else None


def _cause(error: Exception) -> str:
    # It takes Python's HTTP with it, which is slow to load.
    import urllib.error

    if isinstance(error, urllib.error.HTTPError):
        return f"HTTP status {error.code}"
    reason = getattr(error, "reason", None) or error
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
