# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The network-config of a seed, in version 2 of cloud-init's network format."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.yaml_text import (
    require_unicode,
    yaml_text,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_OPTION = "cloud_init.network_config"
_HINT = "Start it with 'version: 2', or with 'config: disabled' to leave the network alone."
_ACCEPTED_LINE = re.compile(
    r"""^[\s{]*["']?(version["']?\s*:\s*2|config["']?\s*:\s*["']?disabled)\b""", re.MULTILINE
)


def network_config(given: Any) -> str | None:
    """The text for ``given``: a mapping, also one inside ``network:`` as netplan has it, or text.

    None if there is nothing to say, and the guest decides. Raises VmrtError that names the option.
    """
    if given is None or given == {}:
        return None
    if isinstance(given, str):
        require_unicode(given, _OPTION)
        if not _ACCEPTED_LINE.search(given):
            raise VmrtError("the text is not network config version 2", option=_OPTION, hint=_HINT)
        return given
    if not isinstance(given, dict):
        raise VmrtError(f"must be a mapping or text, not {type(given).__name__}", option=_OPTION)
    config = given["network"] if list(given) == ["network"] else given
    if not isinstance(config, dict):
        raise VmrtError("must be a mapping", option=f"{_OPTION}.network")
    # True == 1 and 2.0 == 2: only the number itself, or the text that a template makes of it.
    if str(config.get("version")) != "2" and config.get("config") != "disabled":
        raise VmrtError(
            f"version {config.get('version')!r} is not accepted", option=_OPTION, hint=_HINT
        )
    if "version" in config:
        config = {**config, "version": 2}
    return yaml_text(config, _OPTION)
