#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# H2: a database server in Java, a thread for each session, blocking sockets, a store written behind
# packages: libh2-java openjdk-17-jdk-headless
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	HOME=$D spawn h2 java -Xmx128m -Djava.net.preferIPv4Stack=true -Dh2.bindAddress=127.0.0.1 -cp /usr/share/java/h2.jar org.h2.tools.Server -tcp -tcpPort 22017 -baseDir $D -ifNotExists
	H2=$SPAWNED; wait_port 22017 30; mkfifo q; exec 8<>q
	HOME=$D IN=q OUT=/dev/null spawn shell java -Xmx64m -cp /usr/share/java/h2.jar org.h2.tools.Shell -url 'jdbc:h2:tcp://127.0.0.1:22017/./t' -user sa -password sa
	echo 'create table t(id identity, v varchar(2000));' > q; sleep 3; target $H2
}
do_load() { bounded $SECS bash -c 'i=0; while :; do i=$((i+1)); echo "insert into t(v) values(repeat('"'x'"', 1500)); select count(*) from t;"; sleep 0.01; done' > q; true; }
main "$@"
