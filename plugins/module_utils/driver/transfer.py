# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes of two nodes, compared and copied through libvirt, holes left out."""

from __future__ import annotations

import hashlib
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import (
    libvirt,
    refresh,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume_xml import volume_xml
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree

# A sample is taken so many times over the length of a volume, and is so many bytes long.
_SAMPLES = 16
_SAMPLE_BYTES = 65536
# What the definition of a volume says of the file that it is, and not of what it is like.
_OF_THE_FILE = (
    *("key", "allocation", "physical", "target/path", "target/timestamps"),
    *("target/permissions/owner", "target/permissions/group", "target/permissions/label"),
)


def size_of(volume: Any) -> int:
    """Bytes of the file that a volume is, and not of the disk that it holds."""
    return int(volume.infoFlags(libvirt.VIR_STORAGE_VOL_GET_PHYSICAL)[2])


def digest(connection: Any, volume: Any) -> str:
    """The size of a volume, and a hash over samples of it: images that differ, differ there."""
    size = size_of(volume)
    told = hashlib.sha256(str(size).encode())
    step = max(_SAMPLE_BYTES, (size - _SAMPLE_BYTES) // (_SAMPLES - 1))
    for start in range(0, size, step):
        stream = connection.newStream()
        volume.download(stream, start, min(_SAMPLE_BYTES, size - start))
        stream.recvAll(lambda _stream, data, _opaque: told.update(data), None)
        stream.finish()
    return told.hexdigest()


def begin(volume: Any, pool: Any) -> Any:
    """Make the volume in a pool of another node that one is copied into."""
    root = tree.parse(volume.XMLDesc(0))
    mode = root.findtext("target/permissions/mode")
    # As long as it is incomplete it is a file like any other: what is in it is not looked at.
    return pool.createXML(volume_xml(volume.name(), size_of(volume), "raw", mode=mode), 0)


def fill(connection: Any, volume: Any, there: Any, made: Any) -> None:
    """Copy a volume that nobody writes to into one of another node, byte by byte."""
    source, target = connection.newStream(), there.newStream()

    def data(_stream: Any, chunk: bytes, _opaque: Any) -> int:
        rest = memoryview(chunk)
        while rest:
            rest = rest[target.send(bytes(rest)) :]
        return len(chunk)

    def hole(_stream: Any, length: int, _opaque: Any) -> None:
        target.sendHole(length, 0)

    made.upload(target, 0, 0, libvirt.VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM)
    volume.download(source, 0, 0, libvirt.VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM)
    source.sparseRecvAll(data, hole, None)
    source.finish()
    target.finish()
    refresh(made.storagePoolLookupByVolume())


def prepare(volume: Any, pool: Any) -> Any:
    """Make an empty volume like another one, in a pool of another node."""
    # The disk may have been grown by a running machine.
    refresh(volume.storagePoolLookupByVolume())
    root = tree.parse(volume.XMLDesc(0))
    for place in _OF_THE_FILE:
        for element in root.findall(place):
            element.getparent().remove(element)
    allocation = tree.new("allocation")
    allocation.text = "0"
    root.find("capacity").addnext(allocation)
    return pool.createXML(tree.render(root), 0)
