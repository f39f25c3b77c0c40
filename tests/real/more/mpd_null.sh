#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# mpd: a decoder thread reads the file, an output thread plays it to nothing, an event loop serves clients
# packages: ffmpeg mpd netcat-openbsd
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir music; bounded 30 ffmpeg -v error -f lavfi -i 'sine=frequency=440:duration=120' -ar 44100 -ac 2 music/a.wav </dev/null
	printf 'music_directory "%s/music"\ndb_file "%s/db"\nbind_to_address "127.0.0.1"\nport "22064"\naudio_output {\n type "null"\n name "n"\n}\n' "$D" "$D" > m.conf
	HOME=$D XDG_RUNTIME_DIR=$D spawn mpd mpd --no-daemon --stderr $D/m.conf; wait_port 22064
	printf 'update\n' | bounded 2 nc -N 127.0.0.1 22064 >nc.log; sleep 2; printf 'add a.wav\nrepeat 1\nplay\n' | bounded 2 nc -N 127.0.0.1 22064 >>nc.log; target $SPAWNED
}
do_load() { $PY $HERE/tools/ld.py tcp 22064 $SECS 2 'status\n' 0.02; }
main "$@"
