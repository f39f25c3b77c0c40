# SPDX-License-Identifier: GPL-2.0-only
# An echo server that also runs a program for 0.7 s again and again, and waits for it in wait4.
import asyncio
import subprocess


async def policy():
    while True:
        await asyncio.sleep(.3)
        subprocess.run(["/bin/sleep", "0.7"], check=False)


async def echo(r, w):
    while d := await r.read(100):
        w.write(d)


async def main():
    await asyncio.start_server(echo, "127.0.0.1", 24120)
    await policy()


asyncio.run(main())
