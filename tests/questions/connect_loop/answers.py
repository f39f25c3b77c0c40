# SPDX-License-Identifier: GPL-2.0-only
A = [
    ("model multiplexed",
     "V['model']=='multiplexed'"),
    ("also blocking, since most of the waiting is",
     "'blocking' in V['also']"),
    ("loop-blocked names connect",
     "any(f['max_ns']>=.9*S for f in F('loop-blocked', call='connect'))"),
    ("no reason twice",
     "not twice()"),
]
