/* SPDX-License-Identifier: MIT */
/*
 * sodium-secretbox.c - a libsodium program whose keys and nonces come from
 * libvgetrandom.
 *
 *	cc sodium-secretbox.c -o sodium-secretbox \
 *		$(pkg-config --cflags --libs libsodium libvgetrandom-sodium)
 *	./sodium-secretbox
 *
 * One line is added to a program as libsodium's manual has it: the one before
 * sodium_init().
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include <vgetrandom-sodium.h>

int main(void)
{
	static const unsigned char message[] = "attack at dawn";
	unsigned char key[crypto_secretbox_KEYBYTES];
	unsigned char nonce[crypto_secretbox_NONCEBYTES];
	unsigned char box[crypto_secretbox_MACBYTES + sizeof(message)];
	unsigned char opened[sizeof(message)];
	char hex[2 * sizeof(nonce) + 1];

	randombytes_set_implementation(&vgetrandom_sodium_implementation);
	if (sodium_init() < 0)
		return 1;

	crypto_secretbox_keygen(key);
	randombytes_buf(nonce, sizeof(nonce));
	crypto_secretbox_easy(box, message, sizeof(message), nonce, key);
	if (crypto_secretbox_open_easy(opened, box, sizeof(box), nonce, key) ||
	    memcmp(opened, message, sizeof(message)))
		return 1;

	printf("randomness by %s, nonce %s\n",
	       randombytes_implementation_name(),
	       sodium_bin2hex(hex, sizeof(hex), nonce, sizeof(nonce)));
	sodium_memzero(key, sizeof(key));
	return 0;
}
