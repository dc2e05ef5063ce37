# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What libvirt is told to know, to start and to forget."""

from __future__ import annotations

import time

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver import known_flags
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import (
    libvirt,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_observer import (
    LibvirtObserver,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_secrets import (
    set_value,
    undefine_secret,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.race import (
    check_race,
    lost,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import (
    MARK,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree


class LibvirtDefine(LibvirtObserver):
    """One method for each action on what libvirt keeps."""

    def _define(self, action: actions.Define) -> None:
        check_race(action, self.look(action.kind, action.name))
        try:
            self._define_now(action)
        except libvirt.libvirtError:
            # The check and this are two calls.
            check_race(action, self.look(action.kind, action.name))
            raise

    def _define_now(self, action: actions.Define) -> None:
        if action.kind == "vm":
            xml, flags = action.xml, 0
            if action.fingerprint is None:
                root = tree.parse(xml)
                tree.ensure(root, f"{MARK}/@created").put(str(int(time.time())))
                xml, flags = tree.render(root), libvirt.VIR_DOMAIN_DEFINE_VALIDATE
            self._connection.defineXMLFlags(xml, flags)
        elif action.kind == "network":
            self._connection.networkDefineXML(action.xml)
        elif action.kind == "secret":
            self._connection.secretDefineXML(action.xml, 0)
        else:
            self._connection.storagePoolDefineXML(action.xml, 0)

    def _undefine(self, action: actions.Undefine) -> None:
        thing = self._thing(action.kind, action.name)
        if action.kind == "secret":
            undefine_secret(thing)
            return
        if action.kind != "vm":
            thing.undefine()
            return
        flags = known_flags.undefine(
            self.driver(), self._connection.getLibVersion(), action.saved, action.keep_state
        )
        thing.undefineFlags(flags)

    def _rename(self, action: actions.Rename) -> None:
        self._thing("vm", action.name).rename(action.new_name, 0)

    def _start(self, action: actions.Start) -> None:
        thing = self._thing(action.kind, action.name)
        try:
            if action.kind == "vm":
                thing.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED if action.paused else 0)
            else:
                thing.create()
        except libvirt.libvirtError as error:
            if error.get_error_code() == libvirt.VIR_ERR_OPERATION_INVALID and thing.isActive():
                raise lost(f"started the {action.kind} '{action.name}'") from error
            raise

    def _stop(self, action: actions.Stop) -> None:
        self._thing(action.kind, action.name).destroy()

    def _set_autostart(self, action: actions.SetAutostart) -> None:
        self._thing(action.kind, action.name).setAutostart(int(action.autostart))

    def _set_secret_value(self, action: actions.SetSecretValue) -> None:
        secret = self._thing("secret", action.name)
        try:
            set_value(secret, action.value)
        except libvirt.libvirtError:
            if action.is_new:
                undefine_secret(secret)
            raise

    def _update_network(self, action: actions.UpdateNetwork) -> None:
        network = self._thing("network", action.network)
        commands = {
            "add": libvirt.VIR_NETWORK_UPDATE_COMMAND_ADD_LAST,
            "modify": libvirt.VIR_NETWORK_UPDATE_COMMAND_MODIFY,
            "delete": libvirt.VIR_NETWORK_UPDATE_COMMAND_DELETE,
        }
        sections = {"ip-dhcp-host": libvirt.VIR_NETWORK_SECTION_IP_DHCP_HOST}
        flags = libvirt.VIR_NETWORK_UPDATE_AFFECT_CONFIG
        if network.isActive():
            flags |= libvirt.VIR_NETWORK_UPDATE_AFFECT_LIVE
        command, section = commands[action.command], sections[action.section]
        network.update(command, section, action.parent, action.xml, flags)
