# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a controller of a kind can not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.controller import (
    CONTROLLER_MODELS,
    CONTROLLER_OPTIONS,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def check_controllers(wanted: Mapping[str, Any]) -> Iterator[VmrtError]:
    """Complaints about models and options that a kind of controller does not have."""
    for controller in wanted.get("controllers", ()):
        kind = controller.get("type")
        if kind is None or controller.get("state") == "absent":
            continue
        label = f"controllers[{controller['name']}]"
        model, models = controller.get("model"), CONTROLLER_MODELS.get(kind, ())
        if model and model not in models:
            yield VmrtError(
                f"a controller of the type {kind} has no model '{model}'",
                option=f"{label}.model",
                hint=f"It has: {', '.join(models) or 'none'}.",
            )
        for option, kinds in CONTROLLER_OPTIONS.items():
            if option in controller and kind not in kinds:
                yield VmrtError(
                    f"a controller of the type {kind} has no {option}",
                    option=f"{label}.{option}",
                    hint=f"Only {' and '.join(kinds)} has it.",
                )
