# SPDX-License-Identifier: GPL-2.0-only
# A request every 2 ms.
import socket
import sys
import time

end = time.time() + float(sys.argv[1])
while time.time() < end:
    s = socket.create_connection(("127.0.0.1", 24104))
    s.sendall(b"GET / HTTP/1.0\r\n\r\n")
    try:
        while s.recv(4096):
            pass
    except OSError:
        pass
    s.close()
    time.sleep(.002)
