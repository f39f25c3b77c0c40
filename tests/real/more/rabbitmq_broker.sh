#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# RabbitMQ: an Erlang broker, durable messages
# packages: erlang-base python3-pika rabbitmq-server
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() {
	export HOME=$D ERL_EPMD_PORT=22007 ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_NODENAME=iom@localhost RABBITMQ_CONF_ENV_FILE=$D/none \
		RABBITMQ_MNESIA_BASE=$D/mnesia RABBITMQ_LOG_BASE=$D/log RABBITMQ_ENABLED_PLUGINS_FILE=$D/plugins RABBITMQ_CONFIG_FILE=$D/rabbit \
		RABBITMQ_PID_FILE=$D/rabbit.pid RABBITMQ_DIST_PORT=22008 RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
	echo '[].' > plugins; printf 'listeners.tcp.1 = 127.0.0.1:22006\n' > rabbit.conf; mkdir mnesia log
	spawn epmd epmd -port 22007 -address 127.0.0.1; wait_port 22007
	spawn rabbit /usr/lib/rabbitmq/bin/rabbitmq-server; wait_port 22006 60
	T=$(child_named $SPAWNED beam.smp 1 || echo $SPAWNED); target $T; sleep 2
}
do_load() { $PY -c "
import pika, time
c = pika.BlockingConnection(pika.ConnectionParameters('127.0.0.1', 22006)); ch = c.channel()
ch.queue_declare('q', durable=True); end = time.time() + $SECS; n = 0
while time.time() < end:
    ch.basic_publish('', 'q', b'x' * 1000, pika.BasicProperties(delivery_mode=2)); n += 1
    if n % 10 == 0:
        for _ in range(10): ch.basic_get('q', auto_ack=True)
    time.sleep(0.005)
"; }
main "$@"
