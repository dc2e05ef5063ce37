# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What every module says of itself; INFO is for those that only read,
    ACTING for those that do something each time, and CONTROLLER for those that look at the
    inventory."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and tell what it would do, without doing it.
    support: full
    details:
      - The run in check mode has no way to write, and plans the same steps as a real one.
  diff_mode:
    description: Shows what differs when run with C(--diff).
    support: full
  idempotent:
    description: Changes nothing when run again with the same options.
    support: full
  platform:
    description: Where the module runs.
    support: full
    platforms: linux
  action_group:
    description: Takes its defaults from C(group/vmrt.libvirt.all) in C(module_defaults).
    support: full
    membership:
      - vmrt.libvirt.all
requirements:
  - Python 3.9 or later
  - libvirt-python (C(python3-libvirt))
  - lxml (C(python3-lxml))
  - pycdlib (C(python3-pycdlib))
notes:
  - The libraries are needed where the module runs, on the node. Those of the distribution's own
    Python are used when the Python that Ansible chose has none.
  - A size is a number with a binary unit, such as V(4GiB). A decimal unit (V(4GB)) is refused,
    because it is read as either.
"""

    ACTING = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and tell what it would do, without doing it.
    support: full
    details:
      - The run in check mode has no way to write, and plans the same steps as a real one.
  diff_mode:
    description: Shows what differs when run with C(--diff).
    support: full
  idempotent:
    description: Changes nothing when run again with the same options.
    support: partial
    details:
      - What leads to a state changes nothing where it is reached already. What only happens, such
        as a reboot, happens each time.
  platform:
    description: Where the module runs.
    support: full
    platforms: linux
  action_group:
    description: Takes its defaults from C(group/vmrt.libvirt.all) in C(module_defaults).
    support: full
    membership:
      - vmrt.libvirt.all
requirements:
  - Python 3.9 or later
  - libvirt-python (C(python3-libvirt))
  - lxml (C(python3-lxml))
  - pycdlib (C(python3-pycdlib))
notes:
  - The libraries are needed where the module runs, on the node. Those of the distribution's own
    Python are used when the Python that Ansible chose has none.
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and tell what it would do, without doing it.
    support: full
    details:
      - The module only reads.
  diff_mode:
    description: Shows what differs when run with C(--diff).
    support: N/A
    details:
      - The module changes nothing.
  idempotent:
    description: Changes nothing when run again with the same options.
    support: full
  platform:
    description: Where the module runs.
    support: full
    platforms: linux
  action_group:
    description: Takes its defaults from C(group/vmrt.libvirt.all) in C(module_defaults).
    support: full
    membership:
      - vmrt.libvirt.all
requirements:
  - Python 3.9 or later
  - libvirt-python (C(python3-libvirt))
  - lxml (C(python3-lxml))
  - pycdlib (C(python3-pycdlib))
notes:
  - The libraries are needed where the module runs, on the node. Those of the distribution's own
    Python are used when the Python that Ansible chose has none.
"""

    CONTROLLER = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and tell what it would do, without doing it.
    support: full
    details:
      - The module changes nothing.
  diff_mode:
    description: Shows what differs when run with C(--diff).
    support: N/A
    details:
      - The module changes nothing.
  idempotent:
    description: Changes nothing when run again with the same options.
    support: full
    details:
      - The same vms and nodes give the same answer, in whatever order they are given.
  platform:
    description: Where the module runs.
    support: full
    platforms: linux
"""
