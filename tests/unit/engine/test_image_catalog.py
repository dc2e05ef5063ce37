# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A table that says where images come from by their names."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import FetchImage
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.image import IMAGE_RESOURCE
from tests.unit.support import converge, play

CATALOG = [
    {
        "match": r"(debian)-(\d+)\.qcow2",
        "url": r"https://example.org/\2/\1.qcow2",
        "checksum": r"SUMS-\2",
        "format": "qcow2",
        "transport": {"proxy": "http://proxy:1", "retries": 9},
    },
    {"match": r"debian-.*", "url": "https://example.org/other"},
    {"name": "debian-11.qcow2", "url": "https://example.org/old.qcow2"},
]


def fetched(**options: Any) -> FetchImage:
    (action,) = converge.check(play.node(), IMAGE_RESOURCE, **options).actions
    assert isinstance(action, FetchImage)
    return action


def test_the_name_itself_goes_before_patterns() -> None:
    one = fetched(name="debian-12.qcow2", catalog=CATALOG)
    assert (one.location, one.checksum, one.format, one.option) == (
        "https://example.org/12/debian.qcow2",
        "SUMS-12",
        "qcow2",
        "url",
    )
    assert dict(one.transport or {}) == {"proxy": "http://proxy:1", "retries": 9}
    assert fetched(name="debian-11.qcow2", catalog=CATALOG).location.endswith("/old.qcow2")
    assert fetched(name="debian-x", catalog=CATALOG).location.endswith("/other")


def test_what_is_given_with_the_image_goes_first() -> None:
    one = fetched(name="debian-12.qcow2", catalog=CATALOG, checksum="OTHER", format="raw")
    assert (one.checksum, one.format) == ("OTHER", "raw")
    own = fetched(name="debian-12.qcow2", catalog=CATALOG, url="https://example.org/own")
    assert (own.location, own.checksum, own.transport) == ("https://example.org/own", None, None)


def test_what_no_rule_fits_has_no_source() -> None:
    error = converge.refused(
        play.node(), IMAGE_RESOURCE, name="my-debian-12.qcow2x", catalog=CATALOG
    )
    assert error.option == "name"
    assert "a catalog that knows the name" in str(error)
    # One that is there needs none.
    assert not converge.check(
        play.node(), IMAGE_RESOURCE, name="base.qcow2", catalog=CATALOG
    ).actions


@pytest.mark.parametrize(
    ("rule", "option", "cause"),
    [
        ({"match": "(", "url": "https://example.org/x"}, "catalog[0].match", "no regular"),
        ({"match": "a(b)", "url": r"https://e.org/\2"}, "catalog[0].url", "group reference"),
        ({"match": "(.*)", "path": r"srv/\1"}, "catalog[0].path", "not an absolute path"),
        ({"match": "(.*)", "path": r"/srv/\1/../../etc/passwd"}, "catalog[0].path", "shortest"),
    ],
)
def test_bad_rules_are_named(rule: dict[str, Any], option: str, cause: str) -> None:
    error = converge.refused(play.node(), IMAGE_RESOURCE, name="ab", catalog=[rule])
    assert error.option == option
    assert cause in str(error)
