#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ZooKeeper: Java NIO; selector threads for the connections, acceptor apart
# packages: openjdk-17-jdk-headless zookeeper
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	mkdir data; printf 'tickTime=2000\ndataDir=%s/data\nclientPort=22018\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n4lw.commands.whitelist=*\n' "$D" > zoo.cfg
	local cp; cp=$(ls /usr/share/java/*.jar | grep -E '/(zookeeper|zookeeper-jute|slf4j-api|slf4j-nop|netty-[a-z-]*|netty|snappy-java|commons-cli|commons-io|metrics-core|log4j-1.2|audience-annotations|logback-[a-z]*)\.jar$' | paste -sd:)
	spawn zk java -Xmx128m -Djava.net.preferIPv4Stack=true -cp "$cp" org.apache.zookeeper.server.quorum.QuorumPeerMain zoo.cfg; wait_port 22018 30; target $SPAWNED; sleep 1
}
do_load() { $PY $HERE/tools/ld.py conn 22018 $SECS 4 'srvr' 0.01; }
main "$@"
