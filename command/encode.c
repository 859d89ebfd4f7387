/* SPDX-License-Identifier: MIT */
/*
 * encode.c - bytes as text: hexadecimal in one line, base64 in lines of 64
 * characters, as openssl rand writes them.
 *
 * The tables are read at addresses that depend on the bytes: whoever shares the
 * processor's cache may learn something of them, as from any such encoder.
 */
#include "command.h"

#define BYTES_PER_LINE	48	/* RFC 4648 base64: 3 bytes are 4 characters */

static size_t encode_hex(char *text, const unsigned char *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		*text++ = digits[bytes[i] >> 4];
		*text++ = digits[bytes[i] & 15];
	}
	return 2 * len;
}

/* Three bytes, of which npresent are there. */
static void encode_triple(char text[4], const unsigned char *bytes,
			  size_t npresent)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned int bits = (unsigned int)bytes[0] << 16;

	if (npresent > 1)
		bits |= (unsigned int)bytes[1] << 8;
	if (npresent > 2)
		bits |= bytes[2];

	text[0] = digits[bits >> 18];
	text[1] = digits[bits >> 12 & 63];
	text[2] = npresent > 1 ? digits[bits >> 6 & 63] : '=';
	text[3] = npresent > 2 ? digits[bits & 63] : '=';
}

static size_t encode_base64(char *text, const unsigned char *bytes, size_t len)
{
	char *start = text;
	size_t i;

	for (i = 0; i < len; i += 3) {
		encode_triple(text, bytes + i, len - i < 3 ? len - i : 3);
		text += 4;
		if (i % BYTES_PER_LINE == BYTES_PER_LINE - 3 || len - i <= 3)
			*text++ = '\n';
	}
	return (size_t)(text - start);
}

size_t vgr_command_encode(enum vgr_encoding encoding, char *text,
			  const unsigned char *bytes, size_t len)
{
	return encoding == VGR_HEX ? encode_hex(text, bytes, len)
				   : encode_base64(text, bytes, len);
}
