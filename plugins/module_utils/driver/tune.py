# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""libvirt's calls that set tunables of a running vm, by the name that options use for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import libvirt

Settings = Mapping[str, Any]


def tune(domain: Any, call: str, target: str | None, settings: Settings) -> None:
    """Set tunables of a running vm, or of its disk ``target``."""
    CALLS[call](domain, target, settings, libvirt.VIR_DOMAIN_AFFECT_LIVE)


def _scheduler(domain: Any, _target: str | None, settings: Settings, flags: int) -> None:
    domain.setSchedulerParametersFlags(dict(settings), flags)


def _block_io(domain: Any, target: str | None, settings: Settings, flags: int) -> None:
    domain.setBlockIoTune(target, dict(settings), flags)


CALLS: dict[str, Callable[[Any, str | None, Settings, int], None]] = {
    "scheduler": _scheduler,
    "block_io": _block_io,
}
