# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The user-data of a seed: a mapping or text, and the short forms that add to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.yaml_text import (
    require_unicode,
    yaml_text,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# What cloud-init recognises at the start of user-data; anything else it drops with a log line.
HEADERS = (
    "#cloud-config",
    "#cloud-boothook",
    "#include",
    "#part-handler",
    "#!",
    "## template: jinja",
)
_MULTIPART = ("content-type:", "mime-version:")
# Fixed, so that equal options give equal bytes; base64 bodies can't contain a hyphen.
_BOUNDARY = "--vmrt-seed--"
# What the text says stays; lists of both are joined.
_MERGE_HOW = "list(append)+dict(no_replace,recurse_list)+str()"

_USER_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}\Z")
_PACKAGE = re.compile(r"[A-Za-z0-9][^\s\x00-\x1f\x7f]*\Z")
_SMALLEST_SWAP = 2**20


def user_data(options: Mapping[str, Any]) -> str:
    """The text for ``user_data`` (mapping or text), ``swap`` (bytes), ``packages``, ``users``.

    A mapping gets its ``#cloud-config`` header, and the short forms are merged into it: lists are
    joined. Text keeps every byte; with short forms it becomes one part of a multi-part message and
    they the other. Raises VmrtError that names the option.
    """
    given = options.get("user_data")
    short = _short_forms(options)
    if isinstance(given, str):
        return _beside_text(_known(given), short)
    if given is not None and not isinstance(given, dict):
        raise VmrtError(
            f"must be a mapping or text, not {type(given).__name__}", option="cloud_init.user_data"
        )
    return _cloud_config(_merged(given or {}, short))


def _cloud_config(config: Mapping[str, Any]) -> str:
    return "#cloud-config\n" + yaml_text(config, "cloud_init.user_data")


def _known(text: str) -> str:
    """``text`` without the blank space before its header, which cloud-init has to know."""
    option = "cloud_init.user_data"
    require_unicode(text, option)
    text = text.lstrip("\ufeff \t\r\n")
    if not text.lower().startswith(HEADERS + _MULTIPART):
        raise VmrtError(
            "the text starts with no header that cloud-init knows, so the guest would ignore it",
            option=option,
            hint="Make '#cloud-config' its first line (without a space after '#'), or '#!' and an "
            "interpreter for a script, or give a mapping instead of text.",
        )
    return text


def _beside_text(text: str, short: dict[str, Any]) -> str:
    if not short:
        return text
    if text.lower().startswith(_MULTIPART):
        raise VmrtError(
            f"is a multi-part message already, so {', '.join(short)} can't be added to it",
            option="cloud_init.user_data",
            hint="Put them into a part of the message, or give user_data as a mapping.",
        )
    # It takes long to load, and hardly anybody needs it.
    from email.mime.multipart import MIMEMultipart
    from email.mime.text import MIMEText

    message = MIMEMultipart(boundary=_BOUNDARY)
    added = _cloud_config({"merge_how": _MERGE_HOW, **_merged({}, short)})
    for content, kind in ((text, "plain"), (added, "cloud-config")):
        message.attach(MIMEText(content, kind, "utf-8"))
    return message.as_string()


def _merged(config: Mapping[str, Any], short: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(config)
    if "swap" in short:
        if merged.get("swap", short["swap"]) != short["swap"]:
            raise VmrtError(
                "cloud_init.user_data sets another swap",
                option="cloud_init.swap",
                hint="Keep one of the two.",
            )
        merged["swap"] = short["swap"]
    if "packages" in short:
        present = _list_in(merged, "packages")
        merged["packages"] = present + [name for name in short["packages"] if name not in present]
    if "users" in short:
        # A list without 'default' in user_data was written to go without the image's own user.
        present = _list_in(merged, "users") if "users" in merged else ["default"]
        users = present + [user for user in short["users"] if user != "default"]
        _require_unique(users)
        merged["users"] = users
    return merged


def _list_in(config: Mapping[str, Any], key: str) -> list[Any]:
    value = config.get(key, [])
    if not isinstance(value, list):
        raise VmrtError(
            f"must be a list, so that cloud_init.{key} can be added to it",
            option=f"cloud_init.user_data.{key}",
        )
    return value


def _require_unique(users: list[Any]) -> None:
    names = [user.get("name") for user in users if isinstance(user, dict)]
    for name in names:
        if names.count(name) > 1:
            raise VmrtError(f"the user {name!r} is given twice", option="cloud_init.users")


def _short_forms(options: Mapping[str, Any]) -> dict[str, Any]:
    short: dict[str, Any] = {}
    if options.get("swap"):
        short["swap"] = _swap(options["swap"])
    if options.get("packages"):
        short["packages"] = _packages(options["packages"])
    if options.get("users"):
        short["users"] = _users(options["users"])
    return short


def _swap(size: Any) -> dict[str, Any]:
    if isinstance(size, bool) or not isinstance(size, int) or size < _SMALLEST_SWAP:
        raise VmrtError(
            f"must be a size of at least 1 MiB in bytes, not {size!r}", option="cloud_init.swap"
        )
    return {"filename": "/swap.img", "size": size}


def _packages(packages: Any) -> list[Any]:
    option = "cloud_init.packages"
    for index, package in enumerate(_require_list(packages, option)):
        # cloud-init takes a name, or a name with its version.
        words = package if isinstance(package, (list, tuple)) and package else [package]
        if not all(isinstance(word, str) and _PACKAGE.match(word) for word in words):
            raise VmrtError(f"{package!r} is not a package name", option=f"{option}[{index}]")
    return list(packages)


def _users(users: Any) -> list[Any]:
    option = "cloud_init.users"
    for index, user in enumerate(_require_list(users, option)):
        if user == "default":
            continue
        if not isinstance(user, dict):
            raise VmrtError(
                f"must be a mapping, not {type(user).__name__}",
                option=f"{option}[{index}]",
                hint="Write a user as {name: admin, ssh_authorized_keys: [...]}.",
            )
        name = user.get("name")
        if not isinstance(name, str) or not _USER_NAME.match(name):
            raise VmrtError(f"{name!r} is not a user name", option=f"{option}[{index}].name")
    return list(users)


def _require_list(value: Any, option: str) -> Any:
    if not isinstance(value, (list, tuple)):
        raise VmrtError(f"must be a list, not {type(value).__name__}", option=option)
    return value
