# SPDX-License-Identifier: GPL-2.0-only
# A packet every 20 ms, and the socket that they are relayed to.
import socket
import sys
import time

to = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
to.bind(("127.0.0.1", 24110))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
end = time.time() + float(sys.argv[1])
while time.time() < end:
    s.sendto(b"p" * 200, ("127.0.0.1", 24109))
    time.sleep(.02)
