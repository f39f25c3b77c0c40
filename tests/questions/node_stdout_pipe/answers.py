# SPDX-License-Identifier: GPL-2.0-only
A = [
    ("model multiplexed",
     "V['model']=='multiplexed'"),
    ("nothing blocked the loop",
     "not F('loop-blocked|sync-on-loop')"),
    ("stdout is on the page, non-blocking",
     "any(f['fd']==1 and 'O_NONBLOCK' in f['flags'] and f['model']=='multiplexed' and f['facts']['slept']==0 and f['facts']['attempts']>10 for f in P['files']) and ns(W(call='epoll'))>3*S"),
]
