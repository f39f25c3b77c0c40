# SPDX-License-Identifier: GPL-2.0-only
# echo_client.py PORT SECONDS: says hello to an echo server a hundred times a second, as long as it answers.
import socket
import sys
import time

s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
end = time.time() + float(sys.argv[2])
try:
    while (left := end - time.time()) > 0:
        s.settimeout(left)
        s.sendall(b"hello")
        s.recv(100)
        time.sleep(.01)
except TimeoutError:
    pass
