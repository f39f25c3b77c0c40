/* SPDX-License-Identifier: GPL-2.0-only */
#include <dbus/dbus.h>
#include <stdio.h>
#include <unistd.h>

/* a service that looks at its bus connection without waiting, then sleeps 20 ms */

int main(int argc, char **argv)
{
	DBusError e;
	dbus_error_init(&e);
	DBusConnection *c = dbus_connection_open(argv[1], &e);
	if (!c || !dbus_bus_register(c, &e)) {
		fprintf(stderr, "%s\n", e.message);
		return 1;
	}
	dbus_bus_request_name(c, "test.case", 0, &e);
	FILE *up = fopen(argv[2], "w");
	fputs("up\n", up);
	fclose(up);
	for (;;) {
		dbus_connection_read_write(c, 0);
		DBusMessage *m;
		while ((m = dbus_connection_pop_message(c))) {
			if (dbus_message_is_method_call(m, "test.case", "Ping")) {
				DBusMessage *r = dbus_message_new_method_return(m);
				dbus_connection_send(c, r, 0);
				dbus_connection_flush(c);
				dbus_message_unref(r);
			}
			dbus_message_unref(m);
		}
		usleep(20000);
	}
}
