# SPDX-License-Identifier: GPL-2.0-only
# A request every 10 ms, and one to save every 0.3 s.
import socket
import sys
import threading
import time

end = time.time() + float(sys.argv[1])


def go(path, pause):
    while time.time() < end:
        s = socket.create_connection(("127.0.0.1", 24105))
        s.sendall(b"GET %s HTTP/1.0\r\n\r\n" % path)
        while s.recv(4096):
            pass
        s.close()
        time.sleep(pause)


t = threading.Thread(target=go, args=(b"/", .01))
t.start()
go(b"/save", .3)
t.join()
