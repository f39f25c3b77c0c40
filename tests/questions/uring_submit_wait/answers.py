# SPDX-License-Identifier: GPL-2.0-only
A = [
    ("async, nothing else in fact",
     "V['model']=='async' and V['in_fact'] is None"),
    ("submit-blocked names io_uring_enter",
     "F('submit-blocked', call='io_uring_enter')"),
    ("submission and waiting for completions are told apart",
     "ns(W(call='io_uring_enter', what='submit'))>0 and ns(W(call='io_uring_enter', what='completion'))>0"),
]
