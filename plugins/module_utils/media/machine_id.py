# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has a guest that was copied make a machine-id of its own."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.yaml_text import yaml_text

# Once for each instance, before anything else that cloud-init does for it. A file of D-Bus that
# is more than a link to the other one would be taken over again. The journal is kept by machine-id.
_COMMAND = (
    "rm -f /etc/machine-id; [ -L /var/lib/dbus/machine-id ] || rm -f /var/lib/dbus/machine-id; "
    "systemd-machine-id-setup; systemctl restart systemd-journald"
)
# What user data says goes before it.
VENDOR_DATA = "#cloud-config\n" + yaml_text(
    {"bootcmd": [["cloud-init-per", "instance", "machine-id", "sh", "-c", _COMMAND]]},
    "cloud_init",
)
