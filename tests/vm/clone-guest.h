/* SPDX-License-Identifier: MIT */
/*
 * clone-guest.h - how a guest and the host talk without a driver: each record
 * goes out through QEMU's debug port as it is made, so that the host has all
 * of them and knows in which byte the snapshot was taken; bytes come in from
 * the second serial port, looked for and never waited for in the kernel.
 *
 * x86_64, as root.
 */
#ifndef CLONE_GUEST_H
#define CLONE_GUEST_H

#include <stddef.h>
#include <stdint.h>
#include <sys/io.h>

#include "check.h"

#define DEBUG_PORT	0xe9
#define SERIAL_PORT	0x2f8
#define SERIAL_STATUS	(SERIAL_PORT + 5)

enum phase {
	DRAWING,
	QUIESCED,	/* between vgetrandom_quiesce() and _reseed() */
	RESUMED,
	STOPPED,	/* a piece of what a request gave that was stopped */
	KEY,		/* what a quiesce wiped: the key, and 16 bytes of batch */
	MARKER,		/* 48 bytes that the snapshot must hold */
};

/*
 * One round of draws.  clone (the host's part) reads these 96 bytes by place.
 *
 *	index  word  phase  us  control  notices  asked  ours  vdso  system
 *	8      8     8      8   8        4        4      16    16    16
 *
 * word is the kernel's generation, read before the draws, and notices what the
 * kernel's log has said by then; control is a generator that never reseeds; asked
 * counts the keys and the draws that the library has taken from the kernel.
 */
struct record {
	uint64_t index, word, phase, microseconds, control;
	uint32_t notices, asked;
	uint8_t ours[16], vdso[16], system[16];
};

static inline void open_ports(void)
{
	if (ioperm(DEBUG_PORT, 1, 1) || ioperm(SERIAL_PORT, 8, 1))
		hard_error("no access to the ports");
}

static inline void send_to_host(const void *bytes, size_t len)
{
	__asm__ volatile("rep outsb"
			 : "+S"(bytes), "+c"(len)
			 : "d"(DEBUG_PORT)
			 : "memory");
}

/* Whether a byte has come. */
static inline int host_says(uint8_t *byte)
{
	if (!(inb(SERIAL_STATUS) & 1))
		return 0;
	*byte = inb(SERIAL_PORT);
	return 1;
}

static inline void await_bytes(uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		while (!host_says(&bytes[i]))
			;
}

#endif
