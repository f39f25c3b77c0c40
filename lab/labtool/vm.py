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


def read_facts(path):
    """(the facts of the runs that are over, whether these are all)"""
    facts = []
    try:
        with open(path, encoding="utf-8") as f:
            for line in f:
                one = json.loads(line)
                if one.get("whole"):
                    return facts, True
                facts.append(one)
    except (OSError, ValueError):
        pass # it is not there yet, or a line is being written
    return facts, False


def _job(backend, **more):
    """What every job says: which files of its folder are what, and as whom programs run."""
    uid = UID if os.getuid() != UID else UID + 1
    return {"iomodel": "iomodel", "launch": "launch", "backend": backend, "uid": uid, "gid": uid, **more}


def _stock(folder, places, module=True):
    """The files that `_job` names, into a job's folder; the module where it is not loaded already."""
    for path in ([places.module] if module else []) + [places.iomodel, places.launch]:
        shutil.copy(path, folder)


def _env(folder):
    """The environment of the rig: what it throws away is in folder."""
    env = {**os.environ, "TMPDIR": folder}
    env.setdefault("IOMODEL_ACCEL", "tcg" if os.path.exists(_NO_KVM) else "auto")
    return env


class Vm:
    """One VM and its folder, which only its root and we can read."""

    def __init__(self, places, *, backend="kmod", cpus=2, seconds=600, serve=False):
        places.check()
        self.places, self.cpus, self.seconds, self.serve = places, cpus, seconds, serve
        self.folder = build.scratch()
        self.jobs = 0
        self.proc = None
        self.common = _job(backend, module="iomodel.ko")
        self.copies = {}

    def _start(self):
        argv = [self.places.rig, self.places.kernel, "-m", "512M", "-c", str(self.cpus), "-b", "120",
                "-t", str(self.seconds), "-w", build.LAB, "-o", self.folder + "/job", "--",
                "/usr/bin/python3", "-IS", build.LAB + "/guest/judge", "/run/results"]
        with open(f"{self.folder}/stdout", "wb") as out, open(f"{self.folder}/stderr", "wb") as err:
            self.proc = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                         env=_env(self.folder), cwd=self.folder, start_new_session=True)

    def _facts(self, name):
        return read_facts(f"{self.folder}/job/{name}")

    def said(self):
        with open(f"{self.folder}/stderr", encoding="utf-8", errors="replace") as f:
            return f.read(8000).strip()

    def run(self, runs, **more):
        """The facts of these runs, in their order. Raises Failed or Died."""
        self.jobs += 1
        if self.jobs == 1:
            os.mkdir(f"{self.folder}/job", 0o700)
            _stock(f"{self.folder}/job/", self.places)
        runs = [{**r, **{k: self._copy(r[k]) for k in ("program", "ko") if k in r}} for r in runs]
        if self.jobs == 1:
            self._put("job.json", {**self.common, **more, "runs": runs, "serve": int(self.serve)})
            self._start()
        else:
            self._put(f"job-{self.jobs}.json", {"runs": runs})
        name = "facts.json" if self.jobs == 1 else f"facts-{self.jobs}.json"
        while self.proc.poll() is None and not (self.serve and self._facts(name)[1]):
            time.sleep(0.05)
        facts, whole = self._facts(name)
        status = self.proc.poll()
        if "does not run this guest" in self.said():
            _remember_no_kvm()
        if status == 123:
            raise Died(self.said(), facts)
        if not whole or status:
            with open(f"{self.folder}/stdout", encoding="utf-8", errors="replace") as f:
                raise Failed(f"{self.said()}\n{f.read(2000)}".strip() or f"the rig ended with {status}")
        return facts

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


class Here:
    """No VM: the judge runs on this machine, as root, where the module is loaded already."""

    def __init__(self):
        self.folder = build.scratch()

    def run(self, runs, **more):
        if not os.path.exists("/dev/iomodel-lab0"):
            raise Failed("--here: there is no /dev/iomodel-lab0: load the module first (make kmod; insmod)")
        job = _job("auto", here=True, **more)
        try:
            _stock(self.folder, build.Places(), module=False)
            for n, run in enumerate(runs):
                shutil.copy(run["program"], f"{self.folder}/program-{n}")
            job["runs"] = [{**r, "program": f"program-{n}"} for n, r in enumerate(runs)]
            with open(f"{self.folder}/job.json", "w", encoding="utf-8") as f:
                json.dump(job, f)
            argv = ["/usr/bin/python3", "-IS", build.LAB + "/guest/judge", self.folder]
            done = subprocess.run(argv if os.getuid() == 0 else ["sudo", *argv], check=False)
            if done.returncode:
                raise Failed(f"the judge ended with {done.returncode}")
            return read_facts(f"{self.folder}/facts.json")[0]
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


def shell(places, work, exercise, keys, command):
    """An interactive VM; with the given programs of an exercise, under way. Its status."""
    from . import grade
    places.check()
    os.makedirs(work, exist_ok=True)
    folder = build.scratch()
    job = f"{folder}/job"
    try:
        os.mkdir(job, 0o700)
        _stock(job, places)
        runs = []
        if exercise is not None:
            one = grade.Work(exercise, f"{work}/{exercise.name}", keys)
            one.prepare(folder)
            label = {role: name for name, role in one.submission.labels().items()}
            for n, (run, drawn) in enumerate(zip(one.submission.runs, one.submission.drawn)):
                name = label.get(drawn["role"], "yours") if drawn["name"].endswith("A") else None
                if name is None:
                    continue # one draw of each program is enough to look at
                shutil.copy(run["program"], f"{job}/program-{n}")
                runs.append({**run, "program": f"program-{n}", "label": name})
        with open(f"{job}/job.json", "w", encoding="utf-8") as f:
            json.dump(_job("kmod", module="iomodel.ko", runs=runs, command=command,
                           endless=bool(exercise and exercise.spec.get("endless"))), f)
        mode = ["-t", "300"] if command else ["-i"]
        argv = [places.rig, places.kernel, *mode, "-m", "512M", "-b", "120", "-w", build.LAB, "-W", work, "-o", job,
                "--", "/usr/bin/python3", "-IS", build.LAB + "/guest/shell", "/run/results"]
        return subprocess.run(argv, env=_env(folder), check=False).returncode
    finally:
        shutil.rmtree(folder, ignore_errors=True)
