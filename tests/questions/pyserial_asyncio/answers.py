# SPDX-License-Identifier: GPL-2.0-only
A = [
    ("model multiplexed",
     "V['model']=='multiplexed'"),
    ("loop-blocked names pselect6 on the tty, 0.2 to 0.6 s at worst",
     "any(.2*S<=f['max_ns']<=.6*S for f in F('loop-blocked', call='pselect6|select', file='pts|tty'))"),
    ("most of the waiting is in pselect6, not in epoll_wait",
     "ns(W(call='select'))>2*ns(W(call='epoll'))>0"),
    ("the longest turn is at least 0.2 s",
     "any(l['longest_ns']>=.2*S for l in L())"),
]
