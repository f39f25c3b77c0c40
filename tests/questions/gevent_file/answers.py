# SPDX-License-Identifier: GPL-2.0-only
A = [
    ("model multiplexed",
     "V['model']=='multiplexed'"),
    ("not also nonblocking",
     "'nonblocking' not in V['also']"),
    ("a turn of at least 20 ms",
     "any(l['longest_ns']>=20e6 for l in L())"),
    ("a finding names the file on the loop",
     "any(f['id'].startswith('loop') for f in F(file='mock'))"),
    ("openat's sleep is in the account",
     "mx(W(call='openat'))>1e6"),
]
