# SPDX-License-Identifier: GPL-2.0-only
A = [
    ("model multiplexed",
     "V['model']=='multiplexed'"),
    ("loop-blocked names recvfrom",
     "F('loop-blocked', call='recvfrom')"),
    ("may-block, or that it did",
     "F('may-block') or F('loop-blocked', call='recvfrom')"),
    ("no reason twice",
     "not twice()"),
    ("the advice fits a socket",
     "not has('slow files')"),
]
