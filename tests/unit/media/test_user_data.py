# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import email
import json
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.user_data import user_data
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

MIB = 2**20


def config(options: dict[str, Any]) -> dict[str, Any]:
    """The cloud-config that a mapping and short forms make."""
    header, _rest, body = user_data(options).partition("\n")
    assert header == "#cloud-config"
    parsed: dict[str, Any] = json.loads(body)
    return parsed


def test_a_mapping_gets_the_header_and_keeps_its_order() -> None:
    text = user_data({"user_data": {"runcmd": ["true"], "bootcmd": []}})
    assert text.startswith("#cloud-config\n{")
    assert text.index("runcmd") < text.index("bootcmd")


def test_nothing_given_is_an_empty_cloud_config() -> None:
    assert user_data({}) == "#cloud-config\n{}\n"


def test_short_forms_join_what_the_mapping_says() -> None:
    assert config(
        {
            "user_data": {"packages": ["vim", "git"], "users": ["default", {"name": "bob"}]},
            "packages": ["git", "curl", ["nginx", "1.22"]],
            "users": [{"name": "ann", "sudo": "ALL=(ALL) NOPASSWD:ALL"}],
            "swap": 512 * MIB,
        }
    ) == {
        "packages": ["vim", "git", "curl", ["nginx", "1.22"]],
        "users": [
            "default",
            {"name": "bob"},
            {"name": "ann", "sudo": "ALL=(ALL) NOPASSWD:ALL"},
        ],
        "swap": {"filename": "/swap.img", "size": 512 * MIB},
    }


def test_users_keep_the_default_user() -> None:
    assert config({"users": [{"name": "ann"}]})["users"] == ["default", {"name": "ann"}]


def test_users_leave_out_the_default_user_where_user_data_does() -> None:
    wish = {"user_data": {"users": [{"name": "bob"}]}, "users": [{"name": "ann"}]}
    assert config(wish)["users"] == [{"name": "bob"}, {"name": "ann"}]


def test_the_options_are_not_changed() -> None:
    wish = {"user_data": {"packages": ["vim"]}, "packages": ["git"]}
    config(wish)
    assert wish == {"user_data": {"packages": ["vim"]}, "packages": ["git"]}


@pytest.mark.parametrize("unset", [0, None, []])
def test_an_empty_short_form_adds_nothing(unset: Any) -> None:
    assert config({"swap": unset, "packages": unset, "users": unset}) == {}


@pytest.mark.parametrize(
    "text",
    [
        "#cloud-config\npackages: [vim]\n",
        "#Cloud-Config\n{}",
        "#!/bin/sh\ntrue\n",
        "#include\nhttps://example.org/x\n",
        "#cloud-boothook\ntrue\n",
        "## template: jinja\n#cloud-config\n{}\n",
        'Content-Type: multipart/mixed; boundary="x"\nMIME-Version: 1.0\n\n--x--\n',
    ],
)
def test_text_with_a_header_is_left_as_it_is(text: str) -> None:
    assert user_data({"user_data": text}) == text


def test_blank_lines_before_the_header_go() -> None:
    assert user_data({"user_data": "\ufeff\n  #cloud-config\n{}\n"}) == "#cloud-config\n{}\n"


@pytest.mark.parametrize("text", ["packages: [vim]\n", "# cloud-config\n{}\n", "", "\n", "{}"])
def test_text_without_a_header_is_refused_with_what_to_add(text: str) -> None:
    with pytest.raises(VmrtError, match="'#cloud-config' its first line") as caught:
        user_data({"user_data": text})
    assert caught.value.option == "cloud_init.user_data"


def test_text_and_short_forms_become_two_parts() -> None:
    script = "#!/bin/sh\necho 'Grüße' > /etc/motd\n"
    text = user_data({"user_data": script, "packages": ["vim"]})
    given, added = email.message_from_string(text).get_payload()
    assert given.get_payload(decode=True).decode() == script
    assert given.get_content_type() == "text/plain"
    header, _rest, body = added.get_payload(decode=True).decode().partition("\n")
    assert (header, added.get_content_type()) == ("#cloud-config", "text/cloud-config")
    assert json.loads(body)["packages"] == ["vim"]
    assert "append" in json.loads(body)["merge_how"]


def test_parts_are_the_same_each_time() -> None:
    wish = {"user_data": "#!/bin/sh\n", "packages": ["vim"]}
    assert user_data(wish) == user_data(wish)


def test_short_forms_do_not_go_into_a_multi_part_message() -> None:
    with pytest.raises(VmrtError, match="packages can't be added"):
        user_data({"user_data": "MIME-Version: 1.0\n", "packages": ["vim"]})


@pytest.mark.parametrize(
    ("wish", "option"),
    [
        ({"user_data": ["a"]}, "cloud_init.user_data"),
        ({"user_data": "#!\ud800"}, "cloud_init.user_data"),
        ({"swap": -1}, "cloud_init.swap"),
        ({"swap": True}, "cloud_init.swap"),
        ({"swap": "1GiB"}, "cloud_init.swap"),
        ({"swap": MIB - 1}, "cloud_init.swap"),
        ({"swap": MIB, "user_data": {"swap": {"size": 1}}}, "cloud_init.swap"),
        ({"packages": "vim"}, "cloud_init.packages"),
        ({"packages": ["vim", "-o"]}, "cloud_init.packages[1]"),
        ({"packages": ["vim\ngit"]}, "cloud_init.packages[0]"),
        ({"packages": ["vim\n"]}, "cloud_init.packages[0]"),
        ({"packages": [[]]}, "cloud_init.packages[0]"),
        ({"packages": ["a"], "user_data": {"packages": "b"}}, "cloud_init.user_data.packages"),
        ({"users": {"name": "ann"}}, "cloud_init.users"),
        ({"users": ["ann"]}, "cloud_init.users[0]"),
        ({"users": [{"name": "a b"}]}, "cloud_init.users[0].name"),
        ({"users": [{"name": "ann\n"}]}, "cloud_init.users[0].name"),
        ({"users": [{"sudo": "x"}]}, "cloud_init.users[0].name"),
        ({"users": [{"name": "ann"}, {"name": "ann"}]}, "cloud_init.users"),
    ],
)
def test_bad_input_is_refused_by_its_option(wish: dict[str, Any], option: str) -> None:
    with pytest.raises(VmrtError) as caught:
        user_data(wish)
    assert caught.value.option == option


def test_an_error_never_shows_the_text() -> None:
    with pytest.raises(VmrtError) as caught:
        user_data({"user_data": "password: hunter2"})
    assert "hunter2" not in str(caught.value)
