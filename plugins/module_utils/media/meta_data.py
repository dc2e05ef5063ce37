# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The meta-data of a seed: which instance this is, its host name, the keys of its default user."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\Z")
# cloud-init names a folder after it.
_INSTANCE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}\Z")
_PUBLIC_KEY = re.compile(
    r"(.*\s)?(ssh-|ecdsa-sha2-|sk-ssh-|sk-ecdsa-)[A-Za-z0-9@.-]+ +[A-Za-z0-9+/]{16,}={0,3}(\s.*)?\Z"
)


def meta_data(options: Mapping[str, Any], vm_name: str) -> dict[str, Any]:
    """The meta-data for ``meta_data``, ``hostname``, ``public_key`` and ``instance_id``.

    The host name is the VM's name unless one is given; ``instance-id`` is there only if it is
    given. Raises VmrtError that names the option.
    """
    given = options.get("meta_data")
    if given is not None and not isinstance(given, dict):
        raise VmrtError(
            f"must be a mapping, not {type(given).__name__}", option="cloud_init.meta_data"
        )
    given = given or {}
    instance_id = _given_once(given, "instance-id", options, "instance_id")
    hostname = _given_once(given, "local-hostname", options, "hostname")
    keys = _given_once(given, "public-keys", options, "public_key")

    known: dict[str, Any] = {}
    if instance_id is not None:
        known["instance-id"] = _checked_instance_id(instance_id)
    known["local-hostname"] = _hostname(hostname, options, vm_name)
    if keys is not None:
        # A mapping is cloud-init's own shape and can only come from meta_data.
        known["public-keys"] = keys if isinstance(keys, dict) else _public_keys(keys)
    return {**known, **{key: value for key, value in given.items() if key not in known}}


def _given_once(meta: Mapping[str, Any], key: str, options: Mapping[str, Any], option: str) -> Any:
    first, second = meta.get(key), options.get(option)
    if first is not None and second is not None and first != second:
        raise VmrtError(
            f"cloud_init.meta_data says something else as {key!r}",
            option=f"cloud_init.{option}",
            hint="Keep one of the two.",
        )
    return second if first is None else first


def _checked_instance_id(value: Any) -> str:
    if not isinstance(value, str) or not _INSTANCE_ID.match(value):
        raise VmrtError(
            f"{value!r} can't be an instance id",
            option="cloud_init.instance_id",
            hint="Use up to 128 letters, digits, '.', '_', ':' and '-', as text.",
        )
    return value


def _hostname(given: Any, options: Mapping[str, Any], vm_name: str) -> str:
    if given is None:
        if is_hostname(vm_name):
            return vm_name
        proposal = re.sub(r"[^A-Za-z0-9.-]+", "-", vm_name).strip("-.")
        raise VmrtError(
            f"the VM's name {vm_name!r} can't be a host name",
            option="cloud_init.hostname",
            hint=f"Give one, such as {proposal!r}." if is_hostname(proposal) else "Give one.",
        )
    if not is_hostname(given):
        raise VmrtError(
            f"{given!r} is not a host name",
            option="cloud_init.hostname",
            hint="Use labels of letters, digits and inner hyphens, up to 63 each, joined by dots.",
        )
    user_data = options.get("user_data")
    if isinstance(user_data, dict) and user_data.get("hostname", given) != given:
        raise VmrtError(
            "cloud_init.user_data sets another hostname, which the guest would prefer",
            option="cloud_init.hostname",
            hint="Keep one of the two.",
        )
    return str(given)


def is_hostname(name: Any) -> bool:
    """Whether ``name`` is a host name as RFC 1123 has it, with or without a domain."""
    return (
        isinstance(name, str)
        and len(name) <= 253
        and all(_LABEL.match(label) for label in name.split("."))
    )


def _public_keys(value: Any) -> list[str]:
    """The keys in ``value``: text with a key on each line, or a list of such texts."""
    option = "cloud_init.public_key"
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) for text in texts):
        raise VmrtError("must be a key as text, or a list of them", option=option)
    lines = [line.strip() for text in texts for line in text.splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    for key in keys:
        # What was given is not repeated: it may be a private key.
        if "PRIVATE KEY" in key:
            raise VmrtError("holds a private key", option=option, hint="Give its .pub file.")
        if not _PUBLIC_KEY.match(key):
            raise VmrtError(
                "holds a line that is not an SSH public key",
                option=option,
                hint="Give the content of the .pub file (lookup('file', ...)), not its path.",
            )
    return list(dict.fromkeys(keys))
