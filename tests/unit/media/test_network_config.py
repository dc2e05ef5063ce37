# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.network_config import (
    network_config,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

CONFIG = {"version": 2, "ethernets": {"eth0": {"dhcp4": True}}}


@pytest.mark.parametrize(
    "given",
    [CONFIG, {"network": CONFIG}, {**CONFIG, "version": "2"}],
    ids=["plain", "netplan", "text"],
)
def test_a_mapping_is_written_without_its_wrapping(given: dict[str, Any]) -> None:
    assert json.loads(network_config(given) or "") == CONFIG


def test_the_network_can_be_left_alone() -> None:
    assert json.loads(network_config({"config": "disabled"}) or "") == {"config": "disabled"}


@pytest.mark.parametrize("given", [None, {}])
def test_nothing_given_is_no_file(given: Any) -> None:
    assert network_config(given) is None


@pytest.mark.parametrize(
    "text",
    [
        "version: 2\nethernets: {}\n",
        "network:\n  version: 2\n",
        "ethernets: {}\nversion: '2'\n".replace("'", ""),
        '{"version": 2}',
        "network: \n  config: disabled\n",
    ],
)
def test_text_stays_as_it_is(text: str) -> None:
    assert network_config(text) == text


@pytest.mark.parametrize(
    "given",
    [
        {"ethernets": {}},
        {"version": 1, "config": []},
        {"version": True},
        {"version": 2.5},
        {"network": []},
        [],
        7,
        "",
        "version: 1\n",
        "version: 20\n",
        "ethernets: {}\n",
        "#version: 2\n",
    ],
)
def test_anything_else_is_refused(given: Any) -> None:
    with pytest.raises(VmrtError) as caught:
        network_config(given)
    assert (caught.value.option or "").startswith("cloud_init.network_config")
