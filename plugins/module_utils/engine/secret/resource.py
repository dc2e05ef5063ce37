# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret as a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import Resource
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.secret.name import secret_name
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.secret.plan import plan_secret
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.secret.report import (
    report_secret,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.secret import SECRET


def _look(observer: Observer, given: Mapping[str, Any]) -> Seen | None:
    """The secret with the UUID, or else the one that is for this."""
    seen = observer.look("secret", given["uuid"]) if "uuid" in given else None
    if seen is None and "usage" in given:
        seen = observer.look("secret", secret_name(given))
    return seen


def _report(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    seen = _look(observer, given)
    if seen is None:
        told = {name: given[name] for name in ("uuid", "type", "usage") if name in given}
        return {**told, "state": "absent"}
    return report_secret(observer, seen)


SECRET_RESOURCE = Resource(
    schema=SECRET, look=_look, plan=plan_secret, report=_report, called=secret_name
)
