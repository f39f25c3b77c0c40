# SPDX-License-Identifier: GPL-2.0-only
A = [
    ("blocking, as a connect would be (or none)",
     "V['model'] in ('blocking','none')"),
    ("it waits in openat of the FIFO, named",
     "ns(W(call='openat', file='/p$'))>4*S"),
    ("the text says openat and the path",
     "has('openat') and has('/run/p')"),
    ("and not that it waited for no file",
     "not has('waited for no file|does nothing')"),
]
