# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""libvirt's calls that set tunables of a running vm, by the name that options use for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import libvirt
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree

Settings = Mapping[str, Any]


def tune(domain: Any, call: str, target: str | None, settings: Settings) -> None:
    """Set tunables of a running vm, or of its disk ``target``."""
    CALLS[call](domain, target, settings, libvirt.VIR_DOMAIN_AFFECT_LIVE)


def _scheduler(domain: Any, _target: str | None, settings: Settings, flags: int) -> None:
    domain.setSchedulerParametersFlags(dict(settings), flags)


def _block_io(domain: Any, target: str | None, settings: Settings, flags: int) -> None:
    domain.setBlockIoTune(target, dict(settings), flags)


def _text(domain: Any, _target: str | None, settings: Settings, flags: int) -> None:
    kinds = {
        "title": libvirt.VIR_DOMAIN_METADATA_TITLE,
        "description": libvirt.VIR_DOMAIN_METADATA_DESCRIPTION,
    }
    for name, text in settings.items():
        domain.setMetadata(kinds[name], text, None, None, flags)


def _libosinfo(domain: Any, _target: str | None, settings: Settings, flags: int) -> None:
    root = tree.new("libosinfo")
    tree.ensure(root, "os/@id").put(settings["id"])
    kind = libvirt.VIR_DOMAIN_METADATA_ELEMENT
    space = tree.NSMAP["libosinfo"]
    domain.setMetadata(kind, tree.render(root), "libosinfo", space, flags)


def _lifecycle(domain: Any, _target: str | None, settings: Settings, flags: int) -> None:
    for event, action in settings.items():
        word = action.replace("-", "_").upper()
        kind = getattr(libvirt, f"VIR_DOMAIN_LIFECYCLE_{event.upper()}")
        what = getattr(libvirt, f"VIR_DOMAIN_LIFECYCLE_ACTION_{word}")
        domain.setLifecycleAction(kind, what, flags)


CALLS: dict[str, Callable[[Any, str | None, Settings, int], None]] = {
    "scheduler": _scheduler,
    "block_io": _block_io,
    "text": _text,
    "libosinfo": _libosinfo,
    "lifecycle": _lifecycle,
}
