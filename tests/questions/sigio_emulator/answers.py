# SPDX-License-Identifier: GPL-2.0-only
A = [
    ("signal-driven",
     "V['model']=='signal-driven'"),
    ("no warning",
     "not [f for f in F() if f['severity']=='warning']"),
    ("it computes nearly all the time",
     "sum(t['time']['running_ns']+t['time']['runqueue_ns'] for t in P['threads'])>.95*sum(t['time']['wall_ns'] for t in P['threads'])"),
]
