# SPDX-License-Identifier: GPL-2.0-only
A = [
    ("a readiness call used as a spin",
     "V['model']=='multiplexed' and V['in_fact']=='polling'"),
    ("a finding names the pipe and that it is at its end",
     "any(re.search('end of file|EOF|HUP|closed', f['message']) for f in F('busy-poll|not-drained|spin', file='pipe'))"),
    ("reads that return nothing are no transfers",
     "sum(m['transfers'] for m in P['models'].values())<1000"),
]
