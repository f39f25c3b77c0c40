# SPDX-License-Identifier: GPL-2.0-only
# Two clients send their request a byte at a time, one asks for what takes 20 ms.
import socket
import sys
import threading
import time

end = time.time() + float(sys.argv[1])


def ask(request, pause_each, pause):
    while time.time() < end:
        s = socket.create_connection(("127.0.0.1", 24123))
        for part in request:
            s.sendall(part)
            time.sleep(pause_each)
        while s.recv(4096):
            pass
        s.close()
        time.sleep(pause)


slow = [bytes([c]) for c in b"GET / HTTP/1.0\r\n\r\n"]
fast = [b"GET /slow HTTP/1.0\r\n\r\n"]
threads = [threading.Thread(target=ask, args=a) for a in ((slow, .03, 0), (slow, .03, 0), (fast, 0, .02))]
for t in threads:
    t.start()
for t in threads:
    t.join()
