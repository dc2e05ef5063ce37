#!/bin/sh
# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# definitions.sh FOLDER: write the definition of each vm into a folder.
set -eu
mkdir -p "$1"
for name in $(virsh -q list --all --name); do
    virsh -q dumpxml --inactive "$name" >"$1/$name.xml"
    # Libvirt moves a controller when it reads what it has written itself, and only then.
    virsh -q define "$1/$name.xml" >/dev/null
    virsh -q dumpxml --inactive "$name" >"$1/$name.xml"
done
