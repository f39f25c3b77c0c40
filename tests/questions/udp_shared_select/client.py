# SPDX-License-Identifier: GPL-2.0-only
# A packet every 50 ms.
import socket
import sys
import time

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
end = time.time() + float(sys.argv[1])
while time.time() < end:
    s.sendto(b"p" * 200, ("127.0.0.1", 24115))
    time.sleep(.05)
