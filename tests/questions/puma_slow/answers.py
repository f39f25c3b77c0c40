# SPDX-License-Identifier: GPL-2.0-only
A = [
    ("model multiplexed",
     "V['model']=='multiplexed'"),
    ("the reactor waits in epoll_wait",
     "ns(W(call='epoll_wait', thread='reactor'))>3*S"),
    ("the pool waits for work",
     "len(T('srv tp'))==3 and all(sum(w['ns'] for w in t['time']['waits'] if w['call']=='futex')>.5*t['time']['wall_ns'] for t in T('srv tp')) and not F('one-file-readiness', thread='srv tp')"),
]
