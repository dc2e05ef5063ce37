# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cloud-init NoCloud seed of a VM: what it says, and when a new one takes its place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.meta_data import meta_data
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.network_config import (
    network_config,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.user_data import user_data
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.yaml_text import yaml_text
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

OPTIONS = (
    "user_data",
    "meta_data",
    "network_config",
    "public_key",
    "hostname",
    "swap",
    "packages",
    "users",
    "instance_id",
    "on_change",
)
POLICIES = ("ignore", "rewrite", "new_instance")


@dataclass(frozen=True)
class Seed:
    """The texts that a guest reads. Their content never shows in a repr: it holds secrets."""

    user_data: str = field(repr=False)
    meta_data: str = field(repr=False)
    network_config: str | None = field(default=None, repr=False)
    # Nobody asked for it, and so nobody misses it.
    vendor_data: str | None = field(default=None, repr=False, compare=False)


def files(seed: Seed) -> dict[str, str]:
    """The texts of ``seed`` by the file names that NoCloud gives them."""
    named = {"user-data": seed.user_data, "meta-data": seed.meta_data}
    if seed.network_config is not None:
        named["network-config"] = seed.network_config
    if seed.vendor_data is not None:
        named["vendor-data"] = seed.vendor_data
    return named


def from_files(texts: Mapping[str, str]) -> Seed:
    """The seed that these files make up; what is missing is empty."""
    return Seed(
        texts.get("user-data", ""),
        texts.get("meta-data", ""),
        texts.get("network-config"),
        texts.get("vendor-data"),
    )


def fingerprint(seed: Seed) -> str:
    """SHA-256 of all that ``seed`` says, in hex."""
    return hashlib.sha256(json.dumps(sorted(files(seed).items())).encode("ascii")).hexdigest()


def compose(options: Mapping[str, Any], vm_name: str) -> Seed:
    """The seed that ``options`` (those of ``cloud_init``; None is unset) describe for a new VM.

    Without an ``instance_id`` the instance is named after the VM, or, with ``on_change:
    new_instance``, after its content too. Raises VmrtError that names the option.
    """
    _require_known(options)
    return _named(_nameless(options, vm_name), options, vm_name, "")


def renewed(current: Seed | None, options: Mapping[str, Any], vm_name: str) -> Seed | None:
    """The seed to put in the place of ``current``, or None if ``current`` stays.

    It stays with ``on_change: ignore``, and when only an instance id that nobody gave would differ.
    Raises VmrtError as ``compose`` does.
    """
    wanted = compose(options, vm_name)
    if current is None:
        return wanted
    if _policy(options) == "ignore":
        return None
    nameless = _nameless(options, vm_name)
    given = "instance-id" in json.loads(nameless.meta_data)
    if wanted == current or (not given and _content(wanted) == _content(current)):
        return None
    # Named after its predecessor too: going back to an earlier content is a new instance as well.
    return _named(nameless, options, vm_name, fingerprint(current))


def _require_known(options: Mapping[str, Any]) -> None:
    for name in options:
        if name not in OPTIONS:
            raise VmrtError(
                "there is no such option",
                option=f"cloud_init.{name}",
                hint=f"Known are {', '.join(OPTIONS)}.",
            )
    if _policy(options) not in POLICIES:
        raise VmrtError(
            f"{_policy(options)!r} is not one of {', '.join(POLICIES)}",
            option="cloud_init.on_change",
        )


def _policy(options: Mapping[str, Any]) -> Any:
    policy = options.get("on_change")
    return "rewrite" if policy is None else policy


def _nameless(options: Mapping[str, Any], vm_name: str) -> Seed:
    """The wanted seed, with an instance id only if the user gave one."""
    return Seed(
        user_data(options),
        yaml_text(meta_data(options, vm_name), "cloud_init.meta_data"),
        network_config(options.get("network_config")),
    )


def _named(seed: Seed, options: Mapping[str, Any], vm_name: str, predecessor: str) -> Seed:
    meta = json.loads(seed.meta_data)
    if "instance-id" in meta:
        return seed
    name = f"iid-{vm_name}"
    if _policy(options) == "new_instance":
        seen = predecessor + fingerprint(seed)
        name = f"{name}-{hashlib.sha256(seen.encode('ascii')).hexdigest()[:16]}"
    return replace(seed, meta_data=yaml_text({"instance-id": name, **meta}, "cloud_init.meta_data"))


def _content(seed: Seed) -> tuple[Any, ...]:
    """What ``seed`` says, apart from the instance id."""
    try:
        meta = json.loads(seed.meta_data)
    except ValueError:
        meta = None  # not written here, so it equals nothing that is
    if isinstance(meta, dict):
        meta.pop("instance-id", None)
    return seed.user_data, meta, seed.network_config
