#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""ld.py MODE PORT SECS CONNS ARG : tiny bounded load generator on 127.0.0.1 (never the target).
 tcp   : CONNS connections, send ARG, wait for some reply, repeat (keep-alive)
 conn  : connect, send ARG, read to EOF, close, repeat
 udp   : send ARG, wait for a reply up to 50 ms, repeat
 udpn  : send ARG, no reply expected
 sink  : one connection, write zeros at ARG bytes/s"""
import socket, sys, time, threading
mode, port, secs, conns = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
arg = sys.argv[5].encode().decode('unicode_escape').encode('latin1') if len(sys.argv) > 5 else b''
gap = float(sys.argv[6]) if len(sys.argv) > 6 else 0.002
end = time.time() + secs; n = [0]
def tcp():
    s = socket.create_connection(('127.0.0.1', port), 5); s.settimeout(2)
    while time.time() < end:
        s.sendall(arg)
        try:
            if not s.recv(1 << 20): s.close(); s = socket.create_connection(('127.0.0.1', port), 5); s.settimeout(2); continue
        except socket.timeout: pass
        n[0] += 1; time.sleep(gap)
def conn():
    while time.time() < end:
        try:
            s = socket.create_connection(('127.0.0.1', port), 5); s.settimeout(2); s.sendall(arg)
            while s.recv(1 << 20): pass
        except OSError: pass
        s.close(); n[0] += 1; time.sleep(gap)
def udp():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(0.05)
    while time.time() < end:
        s.sendto(arg, ('127.0.0.1', port))
        try: s.recv(65536)
        except OSError: pass
        n[0] += 1; time.sleep(gap)
def udpn():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    while time.time() < end:
        s.sendto(arg, ('127.0.0.1', port)); n[0] += 1; time.sleep(gap)
def sink():
    s = socket.create_connection(('127.0.0.1', port), 5); rate = float(arg); b = b'\0' * 16384
    t0 = time.time(); sent = 0
    while time.time() < end:
        s.sendall(b); sent += len(b); n[0] += 1
        d = t0 + sent / rate - time.time()
        if d > 0: time.sleep(d)
ts = [threading.Thread(target=globals()[mode], daemon=True) for _ in range(conns)]
for t in ts: t.start()
for t in ts: t.join(secs + 10)
print(n[0])
sys.exit(0 if n[0] else 1)
