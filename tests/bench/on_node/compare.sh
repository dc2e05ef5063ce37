#!/bin/sh
# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# compare.sh FOLDER: is each vm as its definition in a folder says, off, and not started by itself?
set -u
same=0 differ=0
for file in "$1"/*.xml; do
    name=${file##*/}
    name=${name%.xml}
    info=$(virsh -q dominfo "$name")
    case $info in
    *"shut off"*"Autostart:"*"disable"*)
        if virsh -q dumpxml --inactive "$name" | cmp -s - "$file"; then
            same=$((same + 1))
            continue
        fi
        ;;
    esac
    differ=$((differ + 1))
done
echo "$same the same, $differ differ"
