# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import hashlib
import io
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.media import iso_dates, seed_iso
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.seed import Seed, compose
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.seed_iso import (
    iso,
    read_iso,
    replacement,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

if seed_iso.import_error():
    pytest.skip(f"pycdlib is missing: {seed_iso.import_error()}", allow_module_level=True)

import pycdlib

OPTIONS: dict[str, Any] = {
    "packages": ["vim"],
    "network_config": {"version": 2, "ethernets": {"eth0": {"dhcp4": True}}},
}
# Made once on another day, in another time zone, by Python 3.9 and by pycdlib 1.12 and 1.22.
DIGEST = "2b7461da2fa6788346ef150d2506dc216bbc217b9fffe4bd38a9e2ec92dba909"


def test_the_bytes_do_not_depend_on_day_python_or_library() -> None:
    content = iso(compose(OPTIONS, "web"))
    assert hashlib.sha256(content).hexdigest() == DIGEST


@pytest.mark.parametrize("zone", ["UTC", "America/St_Johns", "Pacific/Kiritimati"])
def test_the_bytes_do_not_depend_on_clock_and_time_zone(zone: str) -> None:
    program = """
import hashlib, sys, time
real = time.time
time.time = lambda: real() + 86400 * 400.5
from ansible_collections.vmrt.libvirt.plugins.module_utils.media import seed, seed_iso
content = seed_iso.iso(seed.compose({"packages": ["vim"]}, "web"))
print(hashlib.sha256(content).hexdigest())
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"TZ": zone, "PYTHONPATH": ":".join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=True,
    )
    here = hashlib.sha256(iso(compose({"packages": ["vim"]}, "web"))).hexdigest()
    assert done.stdout.strip() == here


def test_freezing_is_what_makes_them_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seed_iso, "freeze_dates", lambda image: image)
    dated = iso(compose(OPTIONS, "web"))
    assert hashlib.sha256(dated).hexdigest() != DIGEST
    assert hashlib.sha256(iso_dates.freeze_dates(dated)).hexdigest() == DIGEST


@pytest.mark.parametrize("user_data", ["", "x" * 5_000_000, "\0Grüße\u2028"])
def test_what_was_written_is_read(user_data: str) -> None:
    seed = Seed(user_data, "{}\n", None)
    assert read_iso(iso(seed)) == seed


def test_a_guest_finds_the_medium_and_its_files_by_either_naming() -> None:
    seed = compose(OPTIONS, "web")
    image = pycdlib.PyCdlib()
    image.open_fp(io.BytesIO(iso(seed)))
    assert image.pvd.volume_identifier.rstrip() == b"cidata"
    for place in ("rr_path", "joliet_path"):
        out = io.BytesIO()
        image.get_file_from_iso_fp(out, **{place: "/user-data"})
        assert out.getvalue().decode() == seed.user_data
        assert image.get_record(**{place: "/meta-data"}).date.years_since_1900 == 80
    image.close()


def test_a_medium_without_joliet_is_read_by_its_rock_ridge_names() -> None:
    image = pycdlib.PyCdlib()
    image.new(rock_ridge="1.09")
    image.add_fp(io.BytesIO(b"#!x"), 3, "/USERDATA.;1", rr_name="user-data")
    out = io.BytesIO()
    image.write_fp(out)
    image.close()
    assert read_iso(out.getvalue()) == Seed("#!x", "", None)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_a_damaged_medium_is_an_error_of_ours(data: st.DataObject) -> None:
    content = bytearray(iso(compose({}, "web")))
    # Somewhere in the volume descriptors or the folders.
    for _rest in range(8):
        content[data.draw(st.integers(16 * 2048, 32 * 2048))] = data.draw(st.integers(0, 255))
    # Anything but a VmrtError fails this.
    with contextlib.suppress(VmrtError):
        assert isinstance(read_iso(bytes(content)), Seed)


@pytest.mark.parametrize("content", [b"", b"x", bytes(2**20)])
def test_what_is_no_medium_is_an_error_that_says_so(content: bytes) -> None:
    with pytest.raises(VmrtError, match="not a readable cloud-init seed"):
        read_iso(content)


def test_the_medium_is_replaced_only_when_its_content_changed() -> None:
    first = replacement(None, OPTIONS, "web")
    assert first == iso(compose(OPTIONS, "web"))
    assert replacement(first, OPTIONS, "web") is None
    changed = {**OPTIONS, "packages": ["git"]}
    assert replacement(first, changed, "web") == iso(compose(changed, "web"))
    assert replacement(first, {**changed, "on_change": "ignore"}, "web") is None


def test_a_medium_that_cannot_be_read_is_replaced_unless_changes_are_ignored() -> None:
    assert replacement(b"x", OPTIONS, "web") == iso(compose(OPTIONS, "web"))
    assert replacement(b"x", {**OPTIONS, "on_change": "ignore"}, "web") is None
