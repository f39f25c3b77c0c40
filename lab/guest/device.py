# SPDX-License-Identifier: GPL-2.0-only
"""The lab device as its header has it (kmod/uapi/iomodel_lab.h), and the page of lab.h."""

import fcntl
import os
import struct

PATH = "/dev/iomodel-lab"
QUEUE_BYTES = 65536
CLOCKED = 1

# The fields of struct iom_lab_stats, by the names that checks use.
FIELDS = ["ok", "ok_slept", "eagain", "interrupted", "error", "bytes", "sleeps", "polled",
          "polled_ready", "signalled", "submitted", "inline", "late", "cancelled", "async_bytes",
          "write_ok", "write_eagain", "write_bytes", "phase1_ns", "phase2_ns", "end", "lag_ns",
          "lag_max_ns", "depth_max"]
STATS = struct.Struct(f"{len(FIELDS)}Q")
TIMING = struct.Struct("QQQ")
SOURCE = struct.Struct("QIIIIQ")
PAGE = struct.Struct("8Q8Q8QQQ" + "24sd" * 16 + "I")


def _number(direction, nr, size):
    return direction << 30 | size << 16 | 0xB6 << 8 | nr


SET_TIMING = _number(1, 0x80, TIMING.size)
SET_SOURCE = _number(1, 0x85, SOURCE.size)
GET_TOTAL = _number(2, 0x86, STATS.size)


def fnv(data, total=14695981039346656037):
    """The sum that lab_take() builds."""
    for byte in data:
        total = (total ^ byte) * 1099511628211 & 0xFFFFFFFFFFFFFFFF
    return total


class Device:
    """One device, opened by its owner for both."""

    def __init__(self, number):
        self.path = f"{PATH}{number}"
        self.fd = os.open(self.path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def timing(self, phase1_ns, phase2_ns):
        fcntl.ioctl(self.fd, SET_TIMING, TIMING.pack(phase1_ns, phase2_ns, 0))

    def source(self, seed, messages, size, burst, period_ns=0):
        fcntl.ioctl(self.fd, SET_SOURCE, SOURCE.pack(
            seed, messages, size, burst, CLOCKED if period_ns else 0, period_ns))

    def content_sums(self, seed, messages, size):
        """What lab_take() must arrive at, in order and in any order, if a message is taken at a
        time. The whole source is read here, without delays."""
        if not messages:
            return 0, 0
        self.timing(0, 0)
        self.source(seed, messages, size, min(messages, QUEUE_BYTES // size))
        whole = bytearray()
        while len(whole) < messages * size:
            try:
                whole += os.read(self.fd, QUEUE_BYTES)
            except BlockingIOError:
                pass
        mixed = sum(fnv(whole[i:i + size]) for i in range(0, len(whole), size))
        return fnv(whole), mixed & 0xFFFFFFFFFFFFFFFF

    def feed(self, draw):
        """Set the source that draw describes. Returns the sums of its bytes."""
        sums = self.content_sums(draw["seed"], draw["messages"], draw["bytes"])
        self.set(draw)
        return sums

    def set(self, draw):
        self.timing(draw["phase1_ns"], draw["phase2_ns"])
        self.source(draw["seed"], draw["messages"], draw["bytes"], draw["burst"],
                    draw.get("period_ns", 0))

    def stop(self):
        self.source(0, 0, 1, 1)

    def total(self):
        buf = bytearray(STATS.size)
        fcntl.ioctl(self.fd, GET_TOTAL, buf)
        return dict(zip(FIELDS, STATS.unpack(buf)))

    def close(self):
        os.close(self.fd)


def read_page(data):
    """The page of lab.h as a dictionary; what a program wrote there is believed for no more
    than it says: sums are compared, names are cut."""
    v = PAGE.unpack(data[:PAGE.size])
    answers = {}
    for i in range(min(v[25], 16)):
        name = v[26 + 2 * i].split(b"\0")[0].decode("ascii", "replace")
        value = v[27 + 2 * i]
        if value == value and abs(value) < 1e18:
            answers[name] = value
    return {"sum": v[0:8], "taken": v[8:16], "mixed": v[16:24], "units": v[24], "answers": answers}
