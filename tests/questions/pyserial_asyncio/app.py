# SPDX-License-Identifier: GPL-2.0-only
# An echo server that also asks a device on a serial line, with reads that block for 0.5 s at most.
import asyncio
import sys

import serial

line = serial.Serial(sys.argv[1], 115200, timeout=.5)


async def display():
    while True:
        line.write(b"?")
        line.read(16)  # the device answers slowly, and not always all of it
        await asyncio.sleep(.05)


async def echo(r, w):
    while d := await r.read(100):
        w.write(d)


async def main():
    server = await asyncio.start_server(echo, "127.0.0.1", 24114)
    await display()
    server.close()


asyncio.run(main())
