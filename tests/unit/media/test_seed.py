# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.seed import (
    Seed,
    compose,
    files,
    fingerprint,
    from_files,
    renewed,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

FIRST = {"packages": ["vim"]}
SECOND = {"packages": ["git"]}


def instance_id(seed: Seed | None) -> str:
    assert seed is not None
    found: str = json.loads(seed.meta_data)["instance-id"]
    return found


def fresh(**options: Any) -> dict[str, Any]:
    return {"on_change": "new_instance", **options}


def test_files_are_named_as_nocloud_has_them() -> None:
    seed = compose({"network_config": {"version": 2}}, "web")
    assert list(files(seed)) == ["user-data", "meta-data", "network-config"]
    assert list(files(compose({}, "web"))) == ["user-data", "meta-data"]


@pytest.mark.parametrize("options", [{}, {"network_config": {"version": 2}}])
def test_files_make_up_the_seed_again(options: dict[str, Any]) -> None:
    seed = compose(options, "web")
    assert from_files(files(seed)) == seed


def test_content_does_not_show() -> None:
    seed = compose({"user_data": {"password": "hunter2"}}, "web")
    assert "hunter2" in seed.user_data
    assert "hunter2" not in repr(seed) + str(seed)


def test_equal_wishes_have_equal_fingerprints_and_others_not() -> None:
    assert fingerprint(compose(FIRST, "web")) == fingerprint(compose(dict(FIRST), "web"))
    seeds = [
        compose(FIRST, "web"),
        compose(SECOND, "web"),
        compose(FIRST, "db"),
        Seed("a", "b"),
        Seed("a", "b", ""),
        Seed("ab", ""),
    ]
    assert len({fingerprint(seed) for seed in seeds}) == len(seeds)


def test_unset_options_are_those_that_are_none() -> None:
    unset = dict.fromkeys(["user_data", "swap", "public_key", "hostname", "on_change"])
    assert compose(unset, "web") == compose({}, "web")


@pytest.mark.parametrize("options", [{"userdata": "x"}, {"on_change": "always"}])
def test_unknown_words_are_refused_with_the_known_ones(options: dict[str, Any]) -> None:
    with pytest.raises(VmrtError, match=r"instance_id|new_instance") as caught:
        compose(options, "web")
    assert caught.value.option == f"cloud_init.{next(iter(options))}"


def test_the_instance_is_named_after_the_vm() -> None:
    assert instance_id(compose(FIRST, "web")) == instance_id(compose(SECOND, "web")) == "iid-web"


def test_a_new_instance_is_named_after_its_content_too() -> None:
    first, second = compose(fresh(**FIRST), "web"), compose(fresh(**SECOND), "web")
    assert first == compose(fresh(**FIRST), "web")
    assert instance_id(first) != instance_id(second)


@pytest.mark.parametrize("policy", ["ignore", "rewrite", "new_instance"])
def test_the_given_instance_id_wins(policy: str) -> None:
    options = {"instance_id": "i-7", "on_change": policy}
    assert instance_id(compose(options, "web")) == "i-7"


@pytest.mark.parametrize("policy", [None, "ignore", "rewrite", "new_instance"])
def test_what_has_not_changed_stays(policy: str | None) -> None:
    options = {**FIRST, "on_change": policy}
    current = renewed(None, options, "web")
    assert current == compose(options, "web")
    assert renewed(current, options, "web") is None


def test_ignore_keeps_whatever_is_there() -> None:
    assert renewed(compose(FIRST, "web"), {**SECOND, "on_change": "ignore"}, "web") is None


def test_rewrite_keeps_the_instance() -> None:
    assert renewed(compose(FIRST, "web"), SECOND, "web") == compose(SECOND, "web")


def test_each_change_is_a_new_instance_also_the_way_back() -> None:
    first = compose(fresh(**FIRST), "web")
    second = renewed(first, fresh(**SECOND), "web")
    third = renewed(second, fresh(**FIRST), "web")
    assert len({instance_id(first), instance_id(second), instance_id(third)}) == 3
    assert renewed(third, fresh(**FIRST), "web") is None


def test_another_policy_alone_changes_nothing() -> None:
    assert renewed(compose(FIRST, "web"), fresh(**FIRST), "web") is None
    assert renewed(compose(fresh(**FIRST), "web"), FIRST, "web") is None


def test_another_given_instance_id_is_a_change() -> None:
    current = compose({**FIRST, "instance_id": "i-1"}, "web")
    changed = renewed(current, {**FIRST, "instance_id": "i-2"}, "web")
    assert instance_id(changed) == "i-2"
    assert renewed(current, FIRST, "web") is None


@pytest.mark.parametrize("meta", ["", "instance-id: x\n", "[]", "7"])
def test_a_seed_that_somebody_else_wrote_is_replaced(meta: str) -> None:
    assert renewed(Seed("#cloud-config\n{}\n", meta), {}, "web") == compose({}, "web")


def test_bad_options_are_told_before_the_policy_is_asked() -> None:
    with pytest.raises(VmrtError):
        renewed(compose({}, "web"), {"on_change": "ignore", "swap": "x"}, "web")
