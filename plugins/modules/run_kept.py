#!/usr/bin/python
# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: run_kept
short_description: Run a module of this collection from code that is kept on the node
description:
  - What each other module of this collection is sent by. It is not for playbooks.
  - Ansible would send a module with all the code behind it in each task. This small one stands for
    it, and finds the code in C(~/.cache/vmrt.libvirt/) of the user who runs it on the node. Where
    it is not there, the action plugin sends it along.
author: vmrt contributors (@vmrt)
version_added: 0.1.0
attributes:
  check_mode:
    description: Can run in check mode and tell what it would do, without doing it.
    support: full
    details:
      - As the module that it stands for. The code is kept in check mode too.
  diff_mode:
    description: Shows what differs when run with C(--diff).
    support: full
    details:
      - As the module that it stands for.
  idempotent:
    description: Changes nothing when run again with the same options.
    support: full
    details:
      - As the module that it stands for.
  platform:
    description: Where the module runs.
    support: full
    platforms: linux
options:
  code:
    description:
      - The digest of the code.
    type: str
    required: true
  module:
    description:
      - The name of the module, without that of the collection. Without it nothing is run, and the
        result tells whether the code is there.
    type: str
  arguments:
    description:
      - The options of the module.
    type: dict
    default: {}
  archive:
    description:
      - The code as a zip file in base64, for a node that does not have it.
    type: str
"""

EXAMPLES = r"""
- name: This runs it
  vmrt.libvirt.vm_info:
"""

RETURN = r"""
code_missing:
  description: Whether the code has to be sent. All else is the result of the module.
  type: bool
  returned: where no module was run
  sample: true
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.vmrt.libvirt.plugins.module_utils import kept_code


def also_sent() -> None:
    """Is never called: Ansible sends along what is imported here, and the code needs it."""
    from ansible.module_utils import urls  # noqa: F401
    from ansible.module_utils.common import respawn  # noqa: F401


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "code": {"type": "str", "required": True},
            "module": {"type": "str"},
            "arguments": {"type": "dict", "default": {}, "no_log": True},
            "archive": {"type": "str", "no_log": True},
        },
        supports_check_mode=True,
    )
    folder = kept_code.find(module.params["code"], module.params["archive"])
    if folder is None or module.params["module"] is None:
        module.exit_json(code_missing=folder is None)
    kept_code.load(folder, module.params["module"]).main()


if __name__ == "__main__":
    main()
