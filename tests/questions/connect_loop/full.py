# SPDX-License-Identifier: GPL-2.0-only
# A listener that takes a connection only every 1.5 s; its queue is kept full.
import socket
import sys
import time

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 24118))
listener.listen(0)
queue = []


def fill():
    for _ in range(3):
        c = socket.socket()
        c.setblocking(False)
        try:
            c.connect(("127.0.0.1", 24118))
        except BlockingIOError:
            pass
        queue.append(c)


fill()
time.sleep(.2)
with open(sys.argv[1], "w") as f:
    f.write("up\n")
while True:
    time.sleep(1.5)
    listener.accept()[0].close()
    listener.accept()[0].close()
    time.sleep(.3)
    fill()
