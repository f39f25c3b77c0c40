#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Open MPI over TCP: a rank that waits for its peer asks again and again
# packages: iproute2 openmpi-bin python3-mpi4py
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/netns.inc"
do_start() {
	cat > pp.py <<-'C'
	import sys, time
	from mpi4py import MPI
	w = MPI.COMM_WORLD
	b, end = bytearray(64), time.time() + float(sys.argv[1])
	while True:
	    if w.rank == 0:
	        w.Recv(b, source=1)
	        w.Send(b, dest=1)
	    else:
	        time.sleep(0.01)
	        w.Send(b, dest=0)
	        w.Recv(b, source=0)
	C
	ns_up
	HOME=$D OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 TMPDIR=$D \
		ns_spawn mpi mpirun -np 2 --bind-to none --mca btl self,tcp --mca pml ob1 --mca btl_tcp_if_include lo --mca oob_tcp_if_include lo --mca mpi_yield_when_idle 0 $PY pp.py 100
	sleep 1; W=$(child_named $SPAWNED 'python3 pp.py'); sleep 2; target $W
}
do_load() { sleep $SECS; }
main "$@"
