#!/usr/bin/env bash
# make check: the commands that the chapters show, then the checks. Check's
# own summary stands last.

set -uo pipefail

status=0
if ! tests/chapters.sh; then
    status=1
fi
if ! build/tests/check; then
    status=1
fi
exit $status
