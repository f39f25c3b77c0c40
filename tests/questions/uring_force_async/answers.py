# SPDX-License-Identifier: GPL-2.0-only
A = [
    ("async",
     "V['model']=='async'"),
    ("iowq-offload by the program's own flag",
     "any(re.search('IOSQE_ASYNC|flag', f['message']) for f in F('iowq-offload'))"),
    ("not more requests handed over than there were",
     "all(f['count']<=sum(m['transfers'] for m in P['models'].values())*1.1+64 for f in F('iowq-offload'))"),
    ("no claim that workers block",
     "not has('block for them|by blocking')"),
    ("nearly all were handed over, and no finding says that workers block",
     "any(f['count']>.8*sum(m['transfers'] for m in P['models'].values()) for f in F('iowq-offload')) and not any('block' in f['message'] for f in F('iowq-offload'))"),
]
