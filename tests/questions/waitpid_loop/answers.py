# SPDX-License-Identifier: GPL-2.0-only
A = [
    ("model multiplexed",
     "V['model']=='multiplexed'"),
    ("loop-blocked names wait4, 0.6 to 0.8 s at worst",
     "any(.6*S<=f['max_ns']<=.8*S for f in F('loop-blocked', call='wait4|waitid'))"),
    ("60 to 80 % of the time is in wait4",
     "3*S<=ns(W(call='wait4|waitid'))<=4.1*S"),
    ("the longest turn shows it",
     "any(.6*S<=l['longest_ns']<=.85*S for l in L())"),
]
