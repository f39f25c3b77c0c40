# SPDX-License-Identifier: GPL-2.0-only
A = [
    ("multiplexed, also blocking",
     "V['model']=='multiplexed' and 'blocking' in V['also']"),
    ("no warning",
     "not [f for f in F() if f['severity']=='warning']"),
    ("data by memory is said",
     "has('(shared|mapped) (memory|ring)|memory (shared|mapped)|ring buffer')"),
]
