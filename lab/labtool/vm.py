# SPDX-License-Identifier: GPL-2.0-only
"""The VM: a job goes in, facts come out."""

import json
import os
import shutil
import signal
import subprocess
import time

from . import build

# A user of the guest's, for students' programs: nobody of the host's, so that files of
# whoever runs the lab are a stranger's there.
UID = 61184


# A machine whose KVM hangs (nested, often) is not asked again and again.
_NO_KVM = os.path.expanduser("~/.cache/iomodel-lab/kvm-does-not-work")


def _remember_no_kvm():
    try:
        os.makedirs(os.path.dirname(_NO_KVM), exist_ok=True)
        open(_NO_KVM, "w", encoding="ascii").close()
    except OSError:
        pass # it is tried again then


class Failed(Exception):
    """The VM did not do its part. It is no fault of the program that is judged."""


class Died(Exception):
    """The guest's kernel stopped or warned: the text is what it said. `facts` are those so far."""

    def __init__(self, text, facts):
        super().__init__(text)
        self.facts = facts


class Vm:
    """One VM and its folder, which only its root and we can read."""

    def __init__(self, places, *, backend="kmod", cpus=2, seconds=600, serve=False):
        places.check()
        self.places, self.cpus, self.seconds, self.serve = places, cpus, seconds, serve
        self.folder = build.scratch()
        self.jobs = 0
        self.proc = None
        uid = UID if os.getuid() != UID else UID + 1
        self.common = {"module": "iomodel.ko", "iomodel": "iomodel", "launch": "launch",
                       "backend": backend, "uid": uid, "gid": uid}
        self.copies = {}

    def _start(self):
        env = {**os.environ, "TMPDIR": self.folder}
        env.setdefault("IOMODEL_ACCEL", "tcg" if os.path.exists(_NO_KVM) else "auto")
        argv = [self.places.rig, self.places.kernel, "-m", "512M", "-c", str(self.cpus), "-b", "120",
                "-t", str(self.seconds), "-w", build.LAB, "-o", self.folder + "/job", "--",
                "/usr/bin/python3", "-IS", build.LAB + "/guest/judge", "/run/results"]
        with open(f"{self.folder}/stdout", "wb") as out, open(f"{self.folder}/stderr", "wb") as err:
            self.proc = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env,
                                         cwd=self.folder, start_new_session=True)

    def _facts(self, name):
        try:
            with open(f"{self.folder}/job/{name}", encoding="utf-8") as f:
                return json.load(f)
        except (OSError, ValueError):
            return None

    def said(self):
        with open(f"{self.folder}/stderr", encoding="utf-8", errors="replace") as f:
            return f.read(8000).strip()

    def run(self, runs, **more):
        """The facts of these runs, in their order. Raises Failed or Died."""
        self.jobs += 1
        if self.jobs == 1:
            os.mkdir(f"{self.folder}/job", 0o700)
            for path in (self.places.module, self.places.iomodel, self.places.launch):
                shutil.copy(path, f"{self.folder}/job/")
        runs = [{**r, "program": self._copy(r["program"])} for r in runs]
        if self.jobs == 1:
            self._put("job.json", {**self.common, **more, "runs": runs, "serve": int(self.serve)})
            self._start()
        else:
            self._put(f"job-{self.jobs}.json", {"runs": runs})
        name = "facts.json" if self.jobs == 1 else f"facts-{self.jobs}.json"
        while True:
            gone = self.proc.poll() is not None
            facts = self._facts(name)
            if facts and facts["whole"] and (self.serve or gone):
                break
            if gone:
                break
            time.sleep(0.02)
        status = self.proc.poll()
        if "does not run this guest" in self.said():
            _remember_no_kvm()
        if status == 123:
            raise Died(self.said(), (facts or {}).get("runs", []))
        if not facts or not facts["whole"] or status:
            with open(f"{self.folder}/stdout", encoding="utf-8", errors="replace") as f:
                raise Failed(f"{self.said()}\n{f.read(2000)}".strip() or f"the rig ended with {status}")
        return facts["runs"]

    def _copy(self, path):
        """The guest sees the job's folder at a place of its own, and /tmp and its like not at all."""
        stamp = os.stat(path)
        key = (path, stamp.st_mtime_ns, stamp.st_ino)
        if key not in self.copies:
            self.copies[key] = f"program-{len(self.copies)}"
            shutil.copy(path, f"{self.folder}/job/{self.copies[key]}")
        return self.copies[key]

    def _put(self, name, what):
        path = f"{self.folder}/job/{name}"
        with open(path + ".new", "w", encoding="utf-8") as f:
            json.dump(what, f)
        os.rename(path + ".new", path)

    def end(self):
        if self.proc and self.proc.poll() is None:
            if self.serve:
                open(f"{self.folder}/job/quit", "w", encoding="ascii").close()
                try:
                    self.proc.wait(5)
                except subprocess.TimeoutExpired:
                    pass
            if self.proc.poll() is None:
                os.killpg(self.proc.pid, signal.SIGTERM)
                self.proc.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
