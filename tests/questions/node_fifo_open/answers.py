# SPDX-License-Identifier: GPL-2.0-only
A = [
    ("model multiplexed",
     "V['model']=='multiplexed'"),
    ("four pool threads wait in openat of a FIFO, with its path, since before the watch",
     "len({w['tid'] for w in W(call='openat', file='/fifo[0-3]$') if w.get('before_ns')})>=4"),
    ("the text says so",
     "has('openat.{0,80}fifo')"),
    ("and nothing of doing nothing",
     "not has('does nothing')"),
]
