# SPDX-License-Identifier: GPL-2.0-only
A = [
    ("nonblocking, polling in fact",
     "V['model']=='nonblocking' and V['in_fact']=='polling'"),
    ("the pace is in the account: a timer",
     "ns(W(call='nanosleep', what='timer'))>4*S"),
    ("no whole CPU where there is none",
     "not has('whole CPU')"),
    ("how often it asks",
     "has('(4[5-9]|5[0-5])([.][0-9]+)? ?(times |calls |polls )?((a|per) second|/ ?s([^a-z]|$)|Hz)|every (19|2[0-5])([.][0-9]+)? ?ms')"),
]
