# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.meta_data import (
    is_hostname,
    meta_data,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4nQk0 ann@example"
SECOND = 'restrict,command="x y" ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY='


def test_the_host_name_is_the_name_of_the_vm() -> None:
    assert meta_data({}, "web-1") == {"local-hostname": "web-1"}


def test_what_is_given_comes_in_a_fixed_order_before_the_rest() -> None:
    wish = {
        "meta_data": {"zone": "a", "local-hostname": "web.example.org"},
        "public_key": KEY,
        "instance_id": "i-1",
    }
    assert list(meta_data(wish, "vm").items()) == [
        ("instance-id", "i-1"),
        ("local-hostname", "web.example.org"),
        ("public-keys", [KEY]),
        ("zone", "a"),
    ]


@pytest.mark.parametrize(
    "given", [f"# mine\n{KEY}\n\n{SECOND}\n", [KEY, SECOND], [f"{KEY}\n", KEY, SECOND]]
)
def test_keys_are_text_with_a_key_on_each_line_or_a_list(given: Any) -> None:
    assert meta_data({"public_key": given}, "vm")["public-keys"] == [KEY, SECOND]


def test_cloud_inits_own_shape_of_keys_stays() -> None:
    keys = {"mine": {"openssh-key": KEY}}
    assert meta_data({"meta_data": {"public-keys": keys}}, "vm")["public-keys"] == keys


@pytest.mark.parametrize(
    ("wish", "option"),
    [
        ({"meta_data": "x"}, "cloud_init.meta_data"),
        ({"hostname": "a_b"}, "cloud_init.hostname"),
        ({"hostname": ""}, "cloud_init.hostname"),
        ({"hostname": "a\n"}, "cloud_init.hostname"),
        ({"hostname": 7}, "cloud_init.hostname"),
        ({"hostname": "a", "meta_data": {"local-hostname": "b"}}, "cloud_init.hostname"),
        ({"hostname": "a", "user_data": {"hostname": "b"}}, "cloud_init.hostname"),
        ({"instance_id": "../x"}, "cloud_init.instance_id"),
        ({"instance_id": "a\n"}, "cloud_init.instance_id"),
        ({"instance_id": 7}, "cloud_init.instance_id"),
        ({"instance_id": "a", "meta_data": {"instance-id": "b"}}, "cloud_init.instance_id"),
        ({"public_key": 7}, "cloud_init.public_key"),
        ({"public_key": [None]}, "cloud_init.public_key"),
        ({"public_key": "~/.ssh/id_ed25519.pub"}, "cloud_init.public_key"),
        ({"public_key": "ssh-ed25519"}, "cloud_init.public_key"),
    ],
)
def test_bad_input_is_refused_by_its_option(wish: dict[str, Any], option: str) -> None:
    with pytest.raises(VmrtError) as caught:
        meta_data(wish, "vm")
    assert caught.value.option == option


def test_a_vm_name_that_is_no_host_name_is_refused_with_a_proposal() -> None:
    with pytest.raises(VmrtError, match="such as 'web-1'") as caught:
        meta_data({}, "web_1")
    assert caught.value.option == "cloud_init.hostname"
    assert meta_data({"hostname": "web-1"}, "web_1") == {"local-hostname": "web-1"}


def test_a_private_key_is_refused_and_not_shown() -> None:
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0c2VjcmV0\n-----END OPENSSH PRIVATE KEY-----"
    with pytest.raises(VmrtError, match="private key") as caught:
        meta_data({"public_key": key}, "vm")
    assert "c2VjcmV0" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["a", "A1", "1", "a-b.example", "a" * 63, ".".join(["a" * 63] * 3)]
)
def test_host_names(name: str) -> None:
    assert is_hostname(name)


@pytest.mark.parametrize(
    "name", ["", "-a", "a-", "a.", ".a", "a..b", "a" * 64, ".".join(["a" * 63] * 4), "ä", "a b"]
)
def test_not_host_names(name: str) -> None:
    assert not is_hostname(name)
