#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# nfs-ganesha: a user-space NFS server; epoll threads for sockets, workers for requests
# packages: iproute2 libnfs-utils nfs-ganesha nfs-ganesha-vfs
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
. "$HERE/inc/netns.inc"
do_start() {
	ns_up; mkdir ex run; head -c 4M $SHARED/big64 > ex/f
	printf 'NFS_CORE_PARAM {\n NFS_Protocols = 4;\n NFS_Port = 22072;\n Enable_NLM = false;\n Enable_RQUOTA = false;\n Protocols = 4;\n}\nNFSv4 {\n Graceless = true;\n RecoveryRoot = "%s/run";\n}\nEXPORT {\n Export_Id = 1;\n Path = %s/ex;\n Pseudo = /ex;\n Access_Type = RW;\n Squash = none;\n SecType = none, sys;\n Protocols = 4;\n FSAL { Name = VFS; }\n}\n' "$D" "$D" > g.conf
	ns_spawn ganesha unshare -m sh -c 'mount -t tmpfs none /run && mkdir -p /run/ganesha /run/lock && exec ganesha.nfsd -F -f "$1/g.conf" -L "$1/g.log" -N EVENT -p "$1/pid"' _ $D
	local i; for i in $(seq 200); do ns_run ss -Hltn | grep -q ':22072' && break; sleep 0.1; done; sleep 2; target $SPAWNED
}
do_load() { bounded $SECS bash -c 'while :; do nsenter -t $(cat ns) -n nfs-cp "nfs://127.0.0.1/ex/f?version=4&nfsport=22072" out || exit 1; rm out; sleep 0.05; done'; [ $? = 124 ]; }
main "$@"
