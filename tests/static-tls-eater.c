/* SPDX-License-Identifier: MIT */
/*
 * static-tls-eater.c - a library of which preload-dlopen-static-tls loads many
 * copies: each takes 8 bytes of the process' static thread-local storage.
 */
static __thread long eaten __attribute__((tls_model("initial-exec"))) = 1;

/* Without code that reaches it there, the linker would not ask for the room. */
__attribute__((visibility("default")))
long *eat_static_tls(void);

long *eat_static_tls(void)
{
	return &eaten;
}
