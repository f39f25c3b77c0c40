#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Tomcat 10 (OpenJDK 17): NIO connector - poller thread epoll, acceptor thread blocking accept, exec threads read/write
# packages: openjdk-17-jre-headless tomcat10 wrk
. "$(dirname "$(readlink -f "$0")")/lib.sh"
do_start() { local B=$D/base; mkdir -p $B/conf $B/webapps/ROOT $B/logs $B/temp $B/work; cp $SHARED/big64 $B/webapps/ROOT/x; truncate -s 262144 $B/webapps/ROOT/x; cp /etc/tomcat10/web.xml $B/conf/
  printf '<?xml version="1.0"?><Server port="-1"><Service name="C"><Connector port="21215" address="127.0.0.1" protocol="org.apache.coyote.http11.Http11NioProtocol"/><Engine name="C" defaultHost="localhost"><Host name="localhost" appBase="webapps"/></Engine></Service></Server>' > $B/conf/server.xml
  local CH=/usr/share/tomcat10; spawn java java -Xmx256m -Dcatalina.base=$B -Dcatalina.home=$CH -Djava.io.tmpdir=$B/temp -cp "$CH/bin/bootstrap.jar:$CH/bin/tomcat-juli.jar" org.apache.catalina.startup.Bootstrap start; wait_port 21215 40; sleep 1; target $SPAWNED; }
do_load() { bounded $((SECS+2)) wrk -t1 -c4 -d${SECS}s http://127.0.0.1:21215/x; }
main "$@"
