#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Xvfb: an X server; epoll over its clients, an input thread of its own
# packages: x11-apps xvfb
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { spawn xvfb Xvfb :77 -screen 0 320x240x16 -nolisten tcp -ac; wait_sock /tmp/.X11-unix/X77; target $SPAWNED; }
do_load() { bounded $SECS ico -display :77 -sleep 0.01 >/dev/null; [ $? = 124 ]; }
main "$@"
