#!/usr/bin/env bash
# Runs check-clients.sh in a virtual machine (see ../vm/run.sh for which there
# are); what it is told by the environment holds there, too.
#
#   in-vm.sh v2

set -eu
cd "$(dirname "$0")/../.."
# daemons of 100 MB that are read by 9p and run under emulation
export SLOWNESS=${SLOWNESS:-20}
VM_MEMORY=${VM_MEMORY:-3072} VM_SECONDS=${VM_SECONDS:-5400} \
    VM_VARIABLES='RUNTIME CLIENTS ONLY V SLOWNESS' \
    exec tests/vm/run.sh "$1" tests/clients/check-clients.sh
