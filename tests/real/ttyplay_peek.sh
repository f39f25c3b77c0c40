#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ttyplay -p on a growing recording: read() at EOF + short select() sleep = polling a regular file
# packages: python3 ttyrec
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { $PY -c "
import struct,sys
open('$D/rec','wb').write(struct.pack('<III',1,0,3)+b'hi\n')"; OUT=/dev/null spawn ttyplay ttyplay -p $D/rec; target $SPAWNED; sleep 0.3; }
do_load() { $PY -c "
import struct,time
e=time.time()+$SECS; f=open('$D/rec','ab',buffering=0); n=0
while time.time()<e:
    n+=1; f.write(struct.pack('<III',1+n,0,6)+b'line\r\n'); time.sleep(0.3)"; }
main "$@"
