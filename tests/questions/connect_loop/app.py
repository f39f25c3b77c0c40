# SPDX-License-Identifier: GPL-2.0-only
# An echo server that also asks an upstream every 0.6 s. The upstream's queue is full: the kernel
# drops the SYN, and connect(), which blocks, sleeps.
import asyncio
import socket


def upstream():
    s = socket.socket()
    s.connect(("127.0.0.1", 24118))
    s.close()


async def retry():
    while True:
        await asyncio.sleep(.6)
        try:
            upstream()
        except OSError:
            pass


async def echo(r, w):
    while d := await r.read(100):
        w.write(d)


async def main():
    await asyncio.start_server(echo, "127.0.0.1", 24117)
    await retry()


asyncio.run(main())
