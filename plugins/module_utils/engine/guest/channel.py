# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The channel to a guest agent."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.channel import AGENT_CHANNEL
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def agent_channel(seen: Seen, option: str) -> None:
    """Raise VmrtError unless a running vm has one."""
    live = tree.parse(seen.live_xml or "")
    if live.find(f"devices/channel/target[@name='{AGENT_CHANNEL}']") is None:
        raise VmrtError(
            f"the vm '{seen.name}' has no channel to a guest agent",
            option=option,
            hint=f"Give it one, with a channel named {AGENT_CHANNEL}.",
        )
