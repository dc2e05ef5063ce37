# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conversations with a guest's agent that take more than one question.

``ask`` sends a command with its arguments and gives what the agent returns. What comes back is a
guest's word: nothing of its shape is sure.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import Refused, VmrtError

Ask = Callable[[str, Mapping[str, Any]], Any]

# libvirt carries at most 4 MiB in one message, and Base64 takes a third more; bytes.
_READ = 1024 * 1024
# What is more than the 32 pages that a guest keeps ready for a virtio port makes QEMU 7.2 wait for
# room, and it is not always woken when there is some.
WRITE = 48 * 1024
# Reads its input from a file, which then is gone, and becomes the command.
_FROM_FILE = 'exec < "$0" && rm -f "$0" && exec "$@"'
# How long to wait between two looks at a command that runs, from the first to the longest; seconds.
_SOON, _LATER = 0.05, 1.0

# What only reads, besides what begins with guest-get-.
_READING = (
    *("guest-ping", "guest-info", "guest-sync", "guest-network-get-interfaces"),
    *("guest-fsfreeze-status", "guest-ssh-get-authorized-keys"),
    *("guest-file-read", "guest-file-seek", "guest-file-close"),
)


def only_reads(command: str, arguments: Mapping[str, Any]) -> bool:
    """Does a command leave the guest as it is?"""
    if command == "guest-file-open":
        return arguments.get("mode") in ("r", "rb")
    return command in _READING or command.startswith("guest-get-")


@dataclass(frozen=True)
class Finished:
    """A command that has ended; ``truncated`` tells that the agent dropped output."""

    rc: int
    stdout: bytes
    stderr: bytes
    truncated: bool = False


class StillRunning(VmrtError):
    """A command did not end in its time, and runs on in the guest."""


class TooLong(VmrtError):
    """A file has more than anybody wants to read of it."""


@contextmanager
def understood() -> Iterator[None]:
    """Raise what an answer of another shape leads to as an error that says so."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise VmrtError("the guest's agent gave an answer that makes no sense") from error


def execute(
    ask: Ask,
    argv: Sequence[str],
    *,
    timeout: float,
    environment: Mapping[str, str] | None = None,
    stdin: bytes = b"",
) -> Finished:
    """Run a command in the guest and wait for its end, at most ``timeout`` seconds."""
    if len(stdin) > WRITE:
        made = execute(ask, ["mktemp"], timeout=timeout)
        path = made.stdout.decode(errors="replace").strip()
        write_file(ask, path, iter([stdin]))
        argv, stdin = ["/bin/sh", "-c", _FROM_FILE, path, *argv], b""
    arguments: dict[str, Any] = {"path": argv[0], "arg": list(argv[1:]), "capture-output": True}
    if environment is not None:
        arguments["env"] = [f"{name}={value}" for name, value in environment.items()]
    if stdin:
        arguments["input-data"] = base64.b64encode(stdin).decode()
    end = time.monotonic() + timeout
    with understood():
        pid = int(ask("guest-exec", arguments)["pid"])
        pause = _SOON
        while True:
            status = ask("guest-exec-status", {"pid": pid})
            if status["exited"]:
                return _finished(status)
            if time.monotonic() >= end:
                raise StillRunning(
                    f"'{argv[0]}' did not end within {timeout} s, and runs on",
                    option="timeout",
                    hint="Give it more time, or end it in the guest.",
                )
            time.sleep(pause)
            pause = min(pause * 1.5, _LATER)


def _finished(status: Mapping[str, Any]) -> Finished:
    ended = status.get("exitcode")
    # As a shell tells of a command that a signal has ended.
    rc = int(ended) if ended is not None else 128 + int(status.get("signal") or 0)
    return Finished(
        rc=rc,
        stdout=base64.b64decode(status.get("out-data") or ""),
        stderr=base64.b64decode(status.get("err-data") or ""),
        truncated=bool(status.get("out-truncated") or status.get("err-truncated")),
    )


@contextmanager
def _opened(ask: Ask, path: str, mode: str) -> Iterator[int]:
    with understood():
        handle = int(ask("guest-file-open", {"path": path, "mode": mode}))
    try:
        yield handle
    finally:
        # What went wrong before says more.
        with suppress(VmrtError):
            ask("guest-file-close", {"handle": handle})


def exists(ask: Ask, path: str) -> bool:
    """Can a file or folder of the guest be opened?"""
    try:
        with _opened(ask, path, "r"):
            return True
    except Refused:
        return False


def chunks(ask: Ask, path: str) -> Iterator[bytes]:
    """The content of a file of the guest, piece by piece."""
    with _opened(ask, path, "r") as handle, understood():
        while True:
            piece = ask("guest-file-read", {"handle": handle, "count": _READ})
            content = base64.b64decode(piece["buf-b64"])
            yield content
            if piece.get("eof") or not content:
                return


def head(ask: Ask, path: str, count: int) -> bytes:
    """What a file or device of the guest begins with, as far as there is so much."""
    with _opened(ask, path, "r") as handle, understood():
        piece = ask("guest-file-read", {"handle": handle, "count": count})
        return base64.b64decode(piece["buf-b64"])


def read_file(ask: Ask, path: str, limit: int) -> bytes:
    """The content of a file of the guest. One that is longer than the limit is refused."""
    content = bytearray()
    for piece in chunks(ask, path):
        content += piece
        if len(content) > limit:
            raise TooLong(f"'{path}' is longer than {limit} bytes")
    return bytes(content)


def write_file(ask: Ask, path: str, pieces: Iterator[bytes]) -> None:
    """Write a file of the guest, in place of what it had."""
    with _opened(ask, path, "w") as handle, understood():
        for piece in pieces:
            rest = memoryview(piece)
            while rest:
                part = base64.b64encode(bytes(rest[:WRITE])).decode()
                written = int(ask("guest-file-write", {"handle": handle, "buf-b64": part})["count"])
                if not 0 < written <= WRITE:
                    raise VmrtError(f"the guest can not write '{path}'")
                rest = rest[written:]
        ask("guest-file-flush", {"handle": handle})
