# SPDX-License-Identifier: GPL-2.0-only
# The device: a pseudo terminal that answers after 0.2 s, each third time too little.
import os
import pty
import sys
import time
import tty

master, slave = pty.openpty()
tty.setraw(slave)
os.symlink(os.ttyname(slave), sys.argv[1])
n = 0
while True:
    os.read(master, 1)
    n += 1
    time.sleep(.2)
    os.write(master, b"0123456789abcdef" if n % 3 else b"short")
