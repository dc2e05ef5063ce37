# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a server is asked, and how often."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable, TypeVar

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

Result = TypeVar("Result")

# Seconds: the longest pause between two attempts.
_LONGEST_PAUSE = 30
# What an attempt has to bring for the count to begin anew.
_ENOUGH = 2**20


class Passing(VmrtError):
    """What may be over by itself: a server that is busy, a connection that broke."""


@dataclass(frozen=True)
class Transport:
    """Values of the schema TRANSPORT."""

    timeout: int = 60
    retries: int = 3
    proxy: str | None = None
    use_proxy: bool = True
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    username: str | None = None
    password: str | None = None

    @property
    def options(self) -> dict[str, Any]:
        """What an opener of URLs is told, besides what it does anyway."""
        said = {
            "proxy": self.proxy,
            "use_proxy": None if self.use_proxy else False,
            "validate_certs": None if self.validate_certs else False,
            "ca_path": self.ca_path,
            "client_cert": self.client_cert,
            "client_key": self.client_key,
            "url_username": self.username,
            "url_password": self.password,
            "force_basic_auth": True if self.username else None,
        }
        known = {name: value for name, value in said.items() if value is not None}
        return {"timeout": self.timeout, **known}


def transport_of(given: Mapping[str, Any] | None) -> Transport:
    """What was given, and our own values for the rest."""
    return Transport(**(given or {}))


def insist(
    attempt: Callable[[], Result],
    retries: int,
    *,
    done: Callable[[], int] = lambda: 0,
    sleep: Callable[[float], None] = time.sleep,
) -> Result:
    """What ``attempt`` gives; where it fails with what may pass, after a pause it is made again, so
    many times after each one that brought more than ever before (``done``, in bytes)."""
    failures, best = 0, done()
    while True:
        try:
            return attempt()
        except Passing as error:
            if done() >= best + _ENOUGH:
                best, failures = done(), 0
            failures += 1
            if failures > retries:
                error.hint = error.hint or "Run again."
                raise
            sleep(min(2 ** (failures - 1), _LONGEST_PAUSE))
