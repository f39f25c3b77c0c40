# SPDX-License-Identifier: GPL-2.0-only
"""iomodel, attached to one stopped process, and its report."""

import json
import os
import select
import signal
import time


class Watch:
    """Raises RuntimeError where it cannot be armed."""

    def __init__(self, job, pid, out, args):
        self.out, self.err = out, out + ".err"
        ready, theirs = os.pipe()
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        argv = [job["iomodel"], "attach", "--backend", job["backend"], "--format", "json",
                "--ready-fd", "3", "-o", out, *args, str(pid)]
        self.pid = os.posix_spawn(argv[0], argv, {"PATH": "/usr/bin:/bin"}, file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, self.err, flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
            (os.POSIX_SPAWN_DUP2, theirs, 3)])
        os.close(theirs)
        try:
            if not select.select([ready], [], [], 30)[0] or not os.read(ready, 100):
                raise RuntimeError("iomodel was not armed: " + self.said())
        except BaseException:
            self.end()
            raise
        finally:
            os.close(ready)

    def said(self):
        with open(self.err, "rb") as f:
            return f.read(1000).decode("utf-8", "replace").strip() or "it said nothing"

    def report(self, now):
        """The report, asked for now or when the target has left. {} and a reason: there is none."""
        deadline = time.monotonic() + (0 if now else 0.5)
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                break
            if deadline and time.monotonic() > deadline: # its children live on, or it hangs
                os.kill(self.pid, signal.SIGINT)
                deadline = 0
                give_up = time.monotonic() + 20
            if not deadline and time.monotonic() > give_up:
                return {"missing": "iomodel did not end: " + self.said()}
            time.sleep(0.004)
        self.pid = None
        code = os.waitstatus_to_exitcode(status)
        if code:
            return {"missing": f"iomodel ended with {code}: {self.said()}"}
        with open(self.out, encoding="utf-8") as f:
            report = json.load(f)
        os.unlink(self.out)
        os.unlink(self.err)
        return report

    def end(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = None
