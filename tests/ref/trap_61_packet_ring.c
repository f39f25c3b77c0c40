/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets come through a ring shared with the kernel: poll waits for them, no call takes
 * them, and that is said.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/mman.h>

#include "ref.h"

#define N      13
#define FRAMES 64
#define FRAME  2048

static int fd;

static void feed(void *arg)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(9),
				.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int s = (int)ref_must(socket(AF_INET, SOCK_DGRAM, 0), "socket");

	(void)arg;
	for (long i = 0; ref_more(i, N); i++) {
		ref_turn(i, __NR_poll);
		sendto(s, ref_msg, REF_MSG, 0, (struct sockaddr *)&a, sizeof(a));
	}
}

int main(int argc, char **argv)
{
	struct tpacket_req req = {.tp_block_size = FRAMES * FRAME, .tp_block_nr = 1,
				  .tp_frame_size = FRAME, .tp_frame_nr = FRAMES};
	struct sockaddr_ll a = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP),
				.sll_ifindex = (int)if_nametoindex("lo")};
	struct pollfd p;
	char *ring;

	ref_begin(argc, argv);
	fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IP));
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)))
		ref_skip("no packet sockets here");
	ring = mmap(NULL, FRAMES * FRAME, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED)
		ref_die("mmap");
	p = (struct pollfd){.fd = fd, .events = POLLIN};
	ref_feed(feed, NULL);
	ref_expect("verdict.model multiplexed");
	ref_expect("model multiplexed transfers 0");
	ref_expect("because moves by a ring in shared memory, without a call");
	ref_ready();
	for (int i = 0, at = 0; i < N; i++) {
		ref->a = i;
		if (poll(&p, 1, -1) < 0)
			ref_die("poll");
		ref_nap_us(200);
		for (;; at = (at + 1) % FRAMES) {
			volatile struct tpacket_hdr *h = (void *)(ring + at * FRAME);

			if (!(h->tp_status & TP_STATUS_USER))
				break;
			h->tp_status = TP_STATUS_KERNEL;
		}
	}
	ref_done();
}
