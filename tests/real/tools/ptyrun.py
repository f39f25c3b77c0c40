#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""ptyrun.py KEYS_FIFO SCREEN_FILE CMD... : run CMD on a pty; bytes written to KEYS_FIFO become keystrokes."""
import os, sys, pty, select, fcntl, termios, struct
keys, screen, cmd = sys.argv[1], sys.argv[2], sys.argv[3:]
pid, m = pty.fork()
if pid == 0:
    os.execvp(cmd[0], cmd)
fcntl.ioctl(m, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
k = os.open(keys, os.O_RDWR)
out = open(screen, 'wb', buffering=0)
total = 0
while True:
    r, _, _ = select.select([m, k], [], [])
    if m in r:
        try:
            b = os.read(m, 65536)
        except OSError:
            break
        if not b:
            break
        if total < 1 << 20:
            out.write(b); total += len(b)
    if k in r:
        os.write(m, os.read(k, 4096))
os.waitpid(pid, 0)
