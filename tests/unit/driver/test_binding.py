# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import measured

libvirt = pytest.importorskip("libvirt")


@pytest.mark.parametrize(("fails", "asked"), [(0, 1), (3, 4), (9, 5)])
def test_qemu_may_measure_again(fails: int, asked: int):
    calls: list[str] = []

    def create(xml: str) -> str:
        calls.append(xml)
        if len(calls) <= fails:
            raise libvirt.libvirtError("qemu-img: a: Unable to get accurate CPU usage")
        return "made"

    if fails < asked:
        assert measured(create, "xml") == "made"
    else:
        with pytest.raises(libvirt.libvirtError):
            measured(create, "xml")
    assert calls == ["xml"] * asked


def test_other_errors_are_errors_at_once():
    calls: list[str] = []

    def create(xml: str) -> str:
        calls.append(xml)
        raise libvirt.libvirtError("no space left")

    with pytest.raises(libvirt.libvirtError, match="no space left"):
        measured(create, "xml")
    assert calls == ["xml"]
