# SPDX-License-Identifier: GPL-2.0-only
A = [
    ("async, synchronous in fact",
     "V['model']=='async' and V['in_fact']=='synchronous'"),
    ("submit-blocked",
     "F('submit-blocked')"),
    ("requests done while io_submit slept are not called later",
     "sum(f['facts']['inline'] for f in P['files'])>9*sum(f['facts']['late'] for f in P['files'])"),
    ("no advice to use what is used already",
     r"not has(r'\b(ways? out|try|use|consider)\b[^.]{0,60}O_DIRECT')"),
]
