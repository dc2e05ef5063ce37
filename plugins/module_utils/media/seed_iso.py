# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The seed as an ISO 9660 image, the form in which a VM is given it."""

from __future__ import annotations

import io
import struct
import traceback
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.iso_dates import freeze_dates
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.seed import (
    Seed,
    files,
    from_files,
    renewed,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def import_error() -> str | None:
    """Why pycdlib can not be used. It takes long to load, so only seeds do that."""
    try:
        import pycdlib  # noqa: F401
    except ImportError:
        return traceback.format_exc()
    return None


# cloud-init finds its medium by this name.
VOLUME_ID = "cidata"
_SHORT_NAMES = {
    "user-data": "/USERDATA.;1",
    "meta-data": "/METADATA.;1",
    "network-config": "/NETWORK.;1",
    "vendor-data": "/VENDOR.;1",
}


def iso(seed: Seed) -> bytes:
    """``seed`` as an image; equal seeds give equal bytes on any day and in any time zone."""
    import pycdlib

    image = pycdlib.PyCdlib()
    image.new(vol_ident=VOLUME_ID, joliet=3, rock_ridge="1.09")
    try:
        for name, text in files(seed).items():
            content = text.encode("utf-8")
            image.add_fp(
                io.BytesIO(content),
                len(content),
                _SHORT_NAMES[name],
                rr_name=name,
                joliet_path=f"/{name}",
            )
        out = io.BytesIO()
        image.write_fp(out)
    finally:
        image.close()
    return freeze_dates(out.getvalue())


def read_iso(content: bytes) -> Seed:
    """The seed in an image, made here or by another tool. Raises VmrtError if it holds none."""
    import pycdlib
    from pycdlib.pycdlibexception import PyCdlibException

    image = pycdlib.PyCdlib()
    try:
        image.open_fp(io.BytesIO(content))
        try:
            return from_files(_texts(image))
        finally:
            image.close()
    # On damaged input pycdlib also lets Python's own errors through.
    except (PyCdlibException, struct.error, LookupError, ValueError, TypeError) as error:
        raise VmrtError(
            "the medium is not a readable cloud-init seed", option="cloud_init"
        ) from error


def replacement(
    current: bytes | None,
    options: Mapping[str, Any],
    vm_name: str,
    vendor_data: str | None = None,
) -> bytes | None:
    """The image to write in the place of ``current`` (None: there is none yet), or None to keep it.

    ``options`` are those of ``cloud_init``. A medium that can't be read is replaced, unless
    ``on_change`` is ``ignore``. Raises VmrtError that names the option.
    """
    seed = renewed(None if current is None else _readable(current), options, vm_name)
    return None if seed is None else iso(replace(seed, vendor_data=vendor_data))


def _readable(content: bytes) -> Seed:
    try:
        return read_iso(content)
    except VmrtError:
        return from_files({})


def _texts(image: Any) -> dict[str, str]:
    facade = image.get_joliet_facade() if image.has_joliet() else image.get_rock_ridge_facade()
    texts = {}
    for child in facade.list_children("/"):
        name = _name(child, image.has_joliet())
        if name in _SHORT_NAMES:
            out = io.BytesIO()
            facade.get_file_from_iso_fp(out, f"/{name}")
            texts[name] = out.getvalue().decode("utf-8")
    return texts


def _name(child: Any, joliet: bool) -> str:
    if joliet:
        return str(child.file_identifier().decode("utf-16_be", "replace")).partition(";")[0]
    return str(child.rock_ridge.name().decode("utf-8", "replace")) if child.rock_ridge else ""
