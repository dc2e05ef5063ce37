# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of an image, and an image as a resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import FetchImage
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fixed import fixed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.image_catalog import translated
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import Resource
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.actions import CloneVolume
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.copy import copy
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.create import (
    known_volume,
    usable_pool,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.files import (
    folder,
    same_machine,
    stays_inside,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.removal import plan_removal
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.report import report_image
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.checksum import (
    ChecksumFile,
    verify_checksum_spec,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.source import local_path, shown
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.vet import called
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.image import IMAGE, SOURCES
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.progress import PROGRESS
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.volume import FORMATS
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import Change
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError, raise_all
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import show

# They say how the task is done, and nothing of the image.
_TELLING = {one.name for one in PROGRESS} | {"transport", "catalog"}


def plan_image(given: Mapping[str, Any], seen: Seen | None, facts: NodeFacts) -> Plan:
    """The plan that takes an image, or its absence, to what was given."""
    if given["state"] == "absent":
        return plan_removal(given, facts)
    given = translated(given)
    _check_checksum(given)
    if "url" in given:
        local_path(given["url"], "url")
    volume = facts.volume(given["pool"], given["name"])
    if volume is not None:
        wanted = given.get("format", volume.format)
        stays_inside(volume, "name", facts)
        if wanted != volume.format and volume.format in FORMATS:
            raise_all(fixed([Change("format", IMAGE["format"], volume.format, wanted)]))
        return Plan()

    usable_pool(given["pool"], "pool", facts)
    option = _source(given)
    same_machine(facts)
    told = {name: value for name, value in show(IMAGE, given).items() if name not in _TELLING}
    return Plan(
        actions=(_copy(given, facts) if option == "volume" else _fetch(given, option, facts),),
        before={"state": "absent"},
        after={**told, option: shown(given[option])},
    )


def _fetch(given: Mapping[str, Any], option: str, facts: NodeFacts) -> FetchImage:
    local = local_path(given["url"], "url") if "url" in given else given.get("path")
    capacity = None
    if local is not None:
        with called(option):
            capacity = facts.vet(local, given.get("checksum"), given.get("format"))
    return FetchImage(
        given["pool"],
        given["name"],
        shown(given[option]),
        location=given[option],
        option=option,
        path=f"{folder(given['pool'], facts)}/{given['name']}",
        checksum=given.get("checksum"),
        format=given.get("format"),
        capacity=capacity,
        transport=given.get("transport"),
    )


def _copy(given: Mapping[str, Any], facts: NodeFacts) -> CloneVolume:
    """An image that is a copy of a volume, and rests on nothing."""
    pool = given.get("volume_pool", given["pool"])
    source = known_volume(pool, given["volume"], "volume", facts)
    if source.encrypted:
        raise VmrtError(
            f"'{source.name}' is encrypted, and can not be read",
            option="volume",
            hint="Copy it as it is, with vmrt.libvirt.disk and clone_from.",
        )
    wanted = {
        "pool": given["pool"],
        "name": given["name"],
        "clone_from": given["volume"],
        "clone_pool": pool,
        "flat": True,
        "format": given.get("format", source.format if source.format in FORMATS else "raw"),
    }
    try:
        return replace(copy(wanted, facts), option="volume", image=True)
    except VmrtError as error:
        if error.option == "clone_from":
            error.option = "volume"
        raise


def _check_checksum(given: Mapping[str, Any]) -> None:
    """Raise VmrtError unless it can be one, and can be found."""
    if not given.get("checksum"):
        return
    spec = verify_checksum_spec(given["checksum"])
    if "src" in given and isinstance(spec, ChecksumFile) and not spec.is_url:
        raise VmrtError(
            f"{spec.url!r} would be beside the file that src names, on the controller",
            option="checksum",
            hint="Write sha256:HEX, or the URL of a checksum file.",
        )


def _source(given: Mapping[str, Any]) -> str:
    """The option that says where a new image comes from."""
    for option in SOURCES:
        if option in given:
            return option
    raise VmrtError(
        f"there is no image '{given['name']}' in the pool '{given['pool']}', and nothing says "
        "where it comes from",
        option="name",
        hint=f"Give one of {', '.join(SOURCES)}, or a catalog that knows the name.",
    )


IMAGE_RESOURCE = Resource(
    schema=IMAGE,
    look=lambda observer, given: None,
    plan=plan_image,
    report=report_image,
)
