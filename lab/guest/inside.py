# SPDX-License-Identifier: GPL-2.0-only
"""Exercise 11: a module of the student's is loaded, used by a program, and unloaded."""

import os
import re

import device

BUSYBOX = "/run/busybox"
BAD = re.compile(r"BUG:|WARNING:|Oops|general protection fault|Kernel panic|[Uu]nable to handle|Call Trace|soft lockup|hard LOCKUP|(?:rcu|INFO): .*stall")
_RIP = re.compile(r"RIP: \S*:(\w+\+0x\w+)")
MASK = (1 << 64) - 1


def tool(*argv, quiet=False):
    actions = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)] if quiet else []
    pid = os.posix_spawn(BUSYBOX, ["busybox", *argv], {}, file_actions=actions)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def kernel_log():
    """What the kernel said since it was asked last."""
    out = b""
    fd = kernel_log.fd
    if fd is None:
        fd = kernel_log.fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(fd, 0, os.SEEK_END)
    while True:
        try:
            out += os.read(fd, 8192)
        except BlockingIOError:
            return out.decode("utf-8", "replace")
        except OSError:
            pass # it was overwritten while we read: go on with what is there


kernel_log.fd = None


def trouble(text):
    """The kernel's complaint in a few words; "" where it has none."""
    bad = [line.split(";", 1)[-1] for line in text.splitlines() if BAD.search(line)]
    if not bad:
        return ""
    where = _RIP.search(text)
    return f"BUG in {where[1]}" if where else bad[0][:100]


def forget_out_of_memory():
    """The kernel tells with a trace that it ended a program of the memory cgroup. That is meant
    to happen, and no fault of the kernel; if its log has nothing else, it is emptied, so that a
    real fault is still seen."""
    inside_block, bad = False, False
    fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
    try:
        while True:
            try:
                line = os.read(fd, 8192).decode("utf-8", "replace")
            except BlockingIOError:
                break
            inside_block = inside_block or "invoked oom-killer" in line
            bad = bad or bool(not inside_block and BAD.search(line))
            inside_block = inside_block and "Killed process" not in line
    finally:
        os.close(fd)
    if not bad and not inside_block:
        tool("dmesg", "-c", quiet=True)


def sums(params, i, devices):
    """What lab_take() must arrive at for device i."""
    if i >= devices:
        return 0, 0
    n = params["messages"] * params["bytes"]
    data = bytes(((params["seed"] + i + k) * 2654435761 & MASK) >> 13 & 255 for k in range(n))
    return device.fnv(data), 0


def run(job, run, make_run, nr, limits):
    facts = {"id": run["id"]}
    if inside_state["stopped"]:
        return {**facts, "more": {"loads": True, "clean": False, "whole": False, "got": 0, "all": 0, "exit": -1,
                                  "insmod_status": 0, "rmmod_status": -1, "kernel_words": inside_state["stopped"],
                                  "trouble": f"The kernel stopped before: {inside_state['stopped']}."}, "report": _NO_REPORT}
    params = run["params"]
    kernel_log()
    status = tool("insmod", f"{job['folder']}/{run['ko']}", *(f"{k}={v}" for k, v in params.items()))
    loads = status == 0 and os.path.exists("/dev/mylab0")
    more = {"loads": loads, "insmod_status": status, "whole": False, "got": 0,
            "all": params["messages"] * params["bytes"] * run["devices_used"], "rmmod_status": -1, "trouble": ""}
    if loads:
        for i in range(3):
            if os.path.exists(f"/dev/mylab{i}"):
                os.chmod(f"/dev/mylab{i}", 0o666)
        program = {**run, "env": {"LAB_DEVICE": "/dev/mylab"}, "devices": []}
        facts = make_run(job, program, nr, limits).whole()
        page = facts["page"]
        more["got"] = sum(page["taken"])
        more["whole"] = all(page["sum"][i] == sums(params, i, run["devices_used"])[0] for i in range(3))
    said = trouble(kernel_log())
    if loads and not said:
        more["rmmod_status"] = tool("rmmod", "mylab")
        said = trouble(kernel_log())
    elif status == 0 and not said:
        more["rmmod_status"] = tool("rmmod", "mylab")
    if said or (loads and more["rmmod_status"]):
        inside_state["stopped"] = said or "the module could not be unloaded"
        more["trouble"] = f"The kernel stopped: {said}." if said else ""
    more["clean"] = not said and more["rmmod_status"] == 0
    more["kernel_words"] = said or "nothing"
    facts["more"] = more
    facts.setdefault("report", _NO_REPORT)
    return facts


_NO_REPORT = {"missing": "the module was not loaded"}
inside_state = {"stopped": ""}
