# SPDX-License-Identifier: GPL-2.0-only
# Connections that want an answer within 0.3 s.
import socket
import sys
import time

end = time.time() + float(sys.argv[1])
while time.time() < end:
    s = socket.create_connection(("127.0.0.1", 24103))
    s.settimeout(.3)
    s.sendall(b"x")
    try:
        s.recv(100)
    except socket.timeout:
        pass
    s.close()
