#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""evidence.py CASE.sh...: measures what a case's target does, without iomodel.

Runs the case and, while its load runs, counts the target's calls with bpftrace
(evidence.bt) and looks at every thread a hundred times a second: its state, and the call
it is in. Neither stops the target. Writes evidence/NAME.txt beside the case:

  where each thread is   share of the samples by state, call and kind of file
  calls                  by name of thread: number, time inside in ms, and of these: how
                         often it went to sleep, got EAGAIN, returned 0 (of those that can
                         say "nothing" so), asked with a time-out of zero
  signals, io_uring requests by opcode, requests given to io-wq, libaio requests

Needs root and bpftrace.
"""

import collections
import json
import os
import re
import stat
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.realpath(__file__))
SECS = 5  # measured; a load takes six seconds
TRACING = "mount -t debugfs none /sys/kernel/debug; mount -t tracefs none /sys/kernel/tracing; "
EMPTY_MEANS_NOTHING = {"poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_pwait", "read",
                       "recvfrom", "recvmsg", "io_getevents", "io_pgetevents", "splice", "readv"}
# Calls whose first argument is a descriptor that says something.
ON_FILE = set("""read write pread64 pwrite64 readv writev preadv pwritev preadv2 pwritev2 recvfrom
    recvmsg sendto sendmsg accept accept4 fsync fdatasync connect recvmmsg sendmmsg sendfile splice
    tee vmsplice flock fcntl ioctl ftruncate fallocate sync_file_range getdents64 lseek
    copy_file_range epoll_wait epoll_pwait io_uring_enter""".split())


def text(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except OSError:
        return ""


def call_names():
    found = re.findall(r"#define __NR_(\w+) (\d+)", text("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"))
    return {int(number): name for name, number in found}


CALLS = call_names()


def kind(pid, fd):
    """What a descriptor is, with the flags that matter: sock[NB], pipe, tty, /dev/fuse, file[DIRECT]."""
    base = f"/proc/{pid}/fd/{fd}"
    try:
        path = os.readlink(base)
        mode = os.stat(base).st_mode
    except OSError:
        return None
    flags = int((re.search(r"flags:\s*(\d+)", text(f"/proc/{pid}/fdinfo/{fd}")) or [0, "0"])[1], 8)
    if path.startswith("anon_inode:"):
        name = path[len("anon_inode:"):].strip("[]")
    elif stat.S_ISSOCK(mode):
        name = "sock"
    elif stat.S_ISFIFO(mode):
        name = "fifo" if path.startswith("/") else "pipe"
    elif path.startswith(("/dev/pts/", "/dev/tty")):
        name = "tty"
    elif path.startswith("/dev/") and not stat.S_ISREG(mode):
        name = path
    elif path.startswith(("/proc", "/sys/")):
        name = "procfs"
    else:
        name = "dir" if stat.S_ISDIR(mode) else "file"
    marks = [m for bit, m in ((0o4000, "NB"), (0o20000, "ASYNC"), (0o40000, "DIRECT"), (0o10000, "DSYNC"))
             if flags & bit]
    return name + (f"[{'+'.join(marks)}]" if marks else "")


class Sampler:
    """Looks at every thread of a process, and keeps what its descriptors were."""

    def __init__(self, pid):
        self.pid = pid
        self.files = {}
        self.where = collections.defaultdict(collections.Counter)
        self.names = {}
        self.begun = time.monotonic()
        self.renew()
        self.cpu0 = self.cpu()

    def cpu(self):
        fields = text(f"/proc/{self.pid}/stat").rpartition(")")[2].split()
        return (int(fields[11]), int(fields[12])) if fields else None

    def renew(self):
        try:
            for fd in os.listdir(f"/proc/{self.pid}/fd"):
                self.files[int(fd)] = kind(self.pid, fd) or self.files.get(int(fd), "?")
        except OSError:
            pass

    def look(self):
        try:
            threads = os.listdir(f"/proc/{self.pid}/task")
        except OSError:
            return False
        for tid in threads[:100]:
            line = text(f"/proc/{self.pid}/task/{tid}/stat")
            if not line:
                continue
            self.names[tid] = line[line.index("(") + 1:line.rindex(")")]
            state = line.rpartition(") ")[2][0]
            self.where[tid][state + ":" + self.call(tid)] += 1
        return True

    def call(self, tid):
        fields = text(f"/proc/{self.pid}/task/{tid}/syscall").split()
        if not fields or fields[0] == "running":
            return "running"
        name = CALLS.get(int(fields[0]), fields[0])
        if name in ON_FILE and len(fields) > 1:
            name += f"({self.files.get(int(fields[1], 16) & 0xffffffff, '?')})"
        return name

    def run(self, secs):
        renewed = 0
        while time.monotonic() - self.begun < secs:
            if time.monotonic() - renewed > 0.2:
                renewed = time.monotonic()
                self.renew()
            if not self.look():
                break
            time.sleep(0.01)
        self.secs = time.monotonic() - self.begun
        self.cpu1 = self.cpu()

    def report(self, out):
        if self.cpu0 and self.cpu1:
            user, system = (100 * (b - a) / os.sysconf("SC_CLK_TCK") / self.secs
                            for a, b in zip(self.cpu0, self.cpu1))
            out.append(f"cpu: user {user:.0f} %, system {system:.0f} %")
        lines = collections.Counter()
        for tid, seen in self.where.items():
            total = sum(seen.values())
            shares = [f"{what} {100 * n / total:.0f}%" for what, n in seen.most_common(6) if n / total >= 0.01]
            lines[(self.names[tid] + (" (main)" if int(tid) == self.pid else ""), ", ".join(shares))] += 1
        out.append("where each thread is:")
        shown = sorted(lines.items())
        for (name, shares), n in shown[:30]:
            out.append(f"  {name}{f' x{n}' if n > 1 else ''}: {shares}")
        if len(shown) > 30:
            out.append(f"  and {sum(n for _, n in shown[30:])} more threads")
        files = collections.Counter(self.files.values())
        out.append("files: " + ", ".join(f"{k}{f' x{n}' if n > 1 else ''}" for k, n in files.most_common(20)))


def maps_of(output):
    maps = {}
    for line in output.splitlines():
        try:
            item = json.loads(line)
        except ValueError:
            continue
        if item.get("type") == "map":
            maps.update(item["data"])
    return maps


def calls(maps, files, out):
    sums = collections.defaultdict(lambda: collections.defaultdict(collections.Counter))
    for what in ("n", "ns", "slept", "again", "nothing", "now"):
        for key, value in maps.get("@" + what, {}).items():
            comm, number, fd = key.rsplit(",", 2)
            name = CALLS.get(int(number), number)
            if name in ON_FILE:
                name += f"({files.get(int(fd), '?')})"
            sums[comm][name][what] += value
    out.append("calls:")
    for comm, of in sorted(sums.items(), key=lambda item: -sum(c["n"] for c in item[1].values()))[:16]:
        by_count = sorted(of, key=lambda name: -of[name]["n"])[:12]
        by_time = sorted(of, key=lambda name: -of[name]["ns"])[:6]
        out.append(f"  {comm}: " + ", ".join(describe(name, of[name])
                                             for name in dict.fromkeys(by_count + by_time)))


def describe(name, c):
    extra = [f"slept {c['slept']}"] if c["slept"] else []
    extra += [f"EAGAIN {c['again']}"] if c["again"] else []
    if c["nothing"] and name.partition("(")[0] in EMPTY_MEANS_NOTHING:
        extra.append(f"ret 0 {c['nothing']}")
    extra += [f"zero time-out {c['now']}"] if c["now"] else []
    return f"{name} {c['n']} = {c['ns'] / 1e6:.0f} ms" + (f" ({', '.join(extra)})" if extra else "")


def others(maps, out):
    for key, title in (("@signal", "signals (thread, signal, si_code)"), ("@uring", "io_uring requests (thread, opcode)"),
                       ("@iowq", "requests given to io-wq")):
        if maps.get(key):
            out.append(f"{title}: " + ", ".join(f"{k} x{n}" for k, n in list(maps[key].items())[:20]))
    for key, title in (("@aio", "libaio requests"), ("@faults", "page faults")):
        if maps.get(key):
            out.append(f"{title}: {maps[key]}")


def count(pid):
    """bpftrace in a mount namespace of its own, which has tracefs whether or not the machine has."""
    proc = subprocess.Popen(
        ["unshare", "-m", "sh", "-c", TRACING + 'exec bpftrace -f json "$@"', "sh", os.path.join(HERE, "evidence.bt"),
         str(pid), str(SECS)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=dict(os.environ, BPFTRACE_MAP_KEYS_MAX="65536"))
    for line in proc.stdout:
        if "ready" in line:
            return proc
    raise RuntimeError("bpftrace did not start")


def measure(case):
    out = ["# " + os.path.basename(case)[:-3]]
    started = subprocess.run([case, "start"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, check=True)
    pid = int(started.stdout.split()[0])
    try:
        out.append(f"target: {text(f'/proc/{pid}/comm').strip()}, {os.path.basename(os.path.realpath(f'/proc/{pid}/exe'))},"
                   f" {len(os.listdir(f'/proc/{pid}/task'))} threads; load average {os.getloadavg()[0]:.1f}")
        counter = count(pid)
        load = subprocess.Popen([case, "load"], stdin=subprocess.DEVNULL)
        sampler = Sampler(pid)
        sampler.run(SECS - 0.3)
        maps = maps_of(counter.communicate(timeout=60)[0])
        status = load.wait(timeout=120)
        sampler.report(out)
        calls(maps, sampler.files, out)
        others(maps, out)
        if status != 0:
            out.append(f"the load ended with status {status}")
        if not os.path.isdir(f"/proc/{pid}"):
            out.append("the target had left when the load ended")
    finally:
        subprocess.run([case, "stop"], check=False)
    return "\n".join(out) + "\n"


def main():
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    for case in map(os.path.realpath, sys.argv[1:]):
        folder = os.path.join(os.path.dirname(case), "evidence")
        os.makedirs(folder, exist_ok=True)
        result = measure(case)
        with open(os.path.join(folder, os.path.basename(case)[:-3] + ".txt"), "w", encoding="utf-8") as f:
            f.write(result)
        print(result, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
