# SPDX-License-Identifier: GPL-2.0-only
"""Numbers in words: how a program ended, where it hangs, what a report means."""

import signal
import string

from . import formula

_CALLS = {0: "read", 1: "write", 7: "poll", 17: "pread64", 19: "readv", 22: "pipe", 23: "select",
          34: "pause", 35: "nanosleep", 61: "wait4", 73: "flock", 75: "fdatasync", 74: "fsync",
          127: "rt_sigpending", 128: "rt_sigtimedwait", 130: "rt_sigsuspend", 202: "futex",
          208: "io_getevents", 230: "clock_nanosleep", 232: "epoll_wait", 270: "pselect6",
          271: "ppoll", 281: "epoll_pwait", 295: "preadv", 426: "io_uring_enter", 441: "epoll_pwait2"}
_IN_FACT = {"null": "and that is what it is", "synchronous": "but in fact synchronous",
            "threads": "but in fact threads that block", "polling": "but in fact polling"}


def plural(n, one, many=None):
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def in_fact(value):
    return _IN_FACT.get(value, value)


def place(entry):
    """Where a thread is."""
    call = entry["syscall"]
    name = f"thread {entry['comm']}"
    if entry["state"] == "R" or call[:1] == ["running"]:
        return f"{name} is running"
    if not call or not call[0].lstrip("-").isdigit():
        return f"{name} is in state {entry['state']}"
    nr = int(call[0])
    where = _CALLS.get(nr, f"system call {nr}" if nr >= 0 else "no system call")
    with_fd = {"read", "pread64", "readv", "epoll_wait", "epoll_pwait", "write", "io_uring_enter",
               "fdatasync", "fsync", "flock"}
    if where in with_fd and len(call) > 1:
        where += f"({int(call[1], 16)})"
    return f"{name} sleeps in {where}"


def hang(names, facts):
    h = facts["hang"]
    threads = [place(e) for e in h["where"]]
    more = f" and {len(threads) - 2} more" if len(threads) > 2 else ""
    at = ("; ".join(threads[:2]) + more) or "no thread of it is left"
    # Who asks on after the end is told of it again and again: there it goes round.
    ends = names.get("ends", 0)
    round_it = f"; {ends:,} reads returned 0, which is the end" if ends > 10 else in_vain(names)
    if h["still_s"] > 1:
        return (f"After {h['after_s']:.1f} s nothing moved any more: {names['got']:,} of {names['all']:,} bytes "
                f"were read; {at}{round_it}.")
    return (f"It was not done after {h['after_s']:.1f} s: {names['got']:,} of {names['all']:,} bytes were read; "
            f"{at}{round_it}.")


def in_vain(names):
    """What the program's calls were told that it may not have looked at."""
    if names.get("asked", 1) == 0:
        return "; it never asked a device for data"
    out = ""
    if names.get("eagains", 0) and names["got"] < names["all"]:
        out += f"; {plural(names['eagains'], 'read')} said EAGAIN, which is no end"
    if names.get("interrupts", 0):
        out += f"; {plural(names['interrupts'], 'read')} said EINTR, for a signal came"
    return out


def ending(names, facts):
    """Why a program did not end as it should, in one sentence."""
    group = facts.get("cgroup", {})
    if group.get("out_of_memory"):
        return f"It was killed: it wanted more than the 64 MiB of memory that there are (out of memory {plural(group['out_of_memory'], 'time')})."
    if group.get("forks_refused"):
        return f"It asked for more than 64 processes: {plural(group['forks_refused'], 'fork was', 'forks were')} refused."
    if "hang" in facts:
        return hang(names, facts)
    if facts.get("signal"):
        number = facts["signal"]
        name = signal.Signals(number).name if number < 32 else f"SIGRTMIN+{number - 34}"
        if name == "SIGXFSZ":
            return "It was killed by SIGXFSZ: it wrote more than the 1 MiB of output that there is room for."
        return f"It was killed by {name} (signal {number}) after {facts['elapsed_s']:.1f} s, {names['got']:,} of {names['all']:,} bytes read."
    if facts.get("exit"):
        return f"It left with status {facts['exit']}; 0 was wanted{in_vain(names)}." + first_line(facts)
    if group.get("left_behind"):
        return f"It left {plural(group['left_behind'], 'process', 'processes')} of its own running; 0 were wanted."
    return f"It left before the source had ended: {names['got']:,} of {names['all']:,} bytes were read, and no read returned 0{in_vain(names)}."


def printable(text):
    """What a program printed, without what would move a terminal's cursor and has no place in XML."""
    return "".join(c if c.isprintable() else " " for c in text)


def first_line(facts):
    line = (facts.get("output") or "").strip().split("\n")[0]
    line = "".join(c for c in line if c.isprintable())[:60]
    return f" It said: {line}" if line else ""


def received(names):
    """Which bytes did not arrive, in one sentence."""
    if names["got"] != names["all"]:
        return (f"{names['got']:,} of {names['all']:,} bytes were taken out of the device "
                f"({names['N']} messages of {names['S']} bytes in the first).")
    if names["told"] != names["all"]:
        return f"lab_take() was told of {names['told']:,} bytes, but {names['all']:,} came."
    came = [names[f"lab{i}"]["got"] for i in range(len(names.get("taken", [])))]
    if names.get("taken") and names["taken"] != came:
        each = ", ".join(f"{n:,}" for n in names["taken"]), ", ".join(f"{n:,}" for n in came)
        return f"lab_take_from() was told of {each[0]} bytes from the devices, one after the other; they sent {each[1]}."
    return f"All {names['all']:,} bytes came, but what lab_take() was given were others, or in another order (sum of byte 1 to {names['told']:,})."


class Sentence(string.Formatter):
    """{formula} or {formula:format} in a sentence."""

    def __init__(self, functions):
        super().__init__()
        self.functions = functions

    def get_field(self, field_name, args, kwargs):
        try:
            value = formula.evaluate(field_name, kwargs, self.functions)
        except formula.Wrong:
            return None, field_name
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if hasattr(value, "numerator") and not isinstance(value, int):
            value = float(value)
        return value, field_name

    def format_field(self, value, format_spec):
        if value is None:
            return "?"
        if isinstance(value, float) and not format_spec:
            format_spec = ".1f"
        try:
            return format(value, format_spec)
        except (TypeError, ValueError):
            return str(value)
