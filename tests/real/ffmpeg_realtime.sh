#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ffmpeg -re reading a file at native rate: blocking file read/write paced by sleeps
# packages: ffmpeg
. "$(dirname "$(readlink -f "$0")")/lib.sh"
prepare() { [ -s $SHARED/a.wav ] || ffmpeg -nostdin -v error -y -f lavfi -i sine=frequency=440:sample_rate=44100:duration=120 $SHARED/a.wav; }
do_start() { spawn ffmpeg ffmpeg -nostdin -v error -y -re -i $SHARED/a.wav -c:a flac $D/o.flac; target $SPAWNED; }
do_load() { sleep $SECS; }
main "$@"
