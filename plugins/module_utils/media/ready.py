# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes an image of what has arrived: unpacked, converted, and found to be sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.convert import convert
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.image_header import (
    conversion,
    inspect,
    refuse,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.image_magic import UNPACKED
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import (
    PartFile,
    drop_stages,
    stage,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.unpack import unpack
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.vet import accept

_UNPACKED, _CONVERTED = "unpacked", "converted"


@contextmanager
def ready(
    part: PartFile,
    image_format: str | None,
    *,
    source: str,
    tell: Callable[[str], None] = lambda what: None,
) -> Iterator[tuple[PartFile, str, str]]:
    """The file that is to arrive, the format that it would have if none was wanted, and the one
    that it has: ``image_format`` where that is given. ``source`` is the name to show, and ``tell``
    hears what is done meanwhile.
    Raises VmrtError if it can't become an image."""
    drop_stages(part, _UNPACKED, _CONVERTED)
    with ExitStack() as stack:
        last = part
        header = inspect(part.path)
        if header.format in UNPACKED:
            tell("is unpacked")
            last = stack.enter_context(stage(part, _UNPACKED))
            unpack(part, header.format, last, source)
            # Its room is needed. The file itself keeps other runs away.
            part.cut()
            header = inspect(last.path)
        own = conversion(header) or header.format
        wanted = conversion(header, image_format)
        if wanted:
            refuse(header, image_format, source=source, converted=True)
            tell(f"is converted to {wanted}")
            converted = stack.enter_context(stage(part, _CONVERTED))
            convert(last.path, header.format, converted, wanted, source=source)
            last.cut()
            last, image_format = converted, wanted
        _header, image_format = accept(last.path, image_format, source=source)
        yield last, own, image_format
