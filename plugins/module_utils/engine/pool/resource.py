# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A pool as a resource."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.pool.plan import plan_pool
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.pool.report import report_pool
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import Resource
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.pool import POOL

POOL_RESOURCE = Resource(
    schema=POOL,
    look=lambda observer, given: observer.look("pool", given["name"]),
    plan=plan_pool,
    report=lambda observer, given: report_pool(observer, given["name"]),
)
