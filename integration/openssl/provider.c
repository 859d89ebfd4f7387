/* SPDX-License-Identifier: MIT */
/*
 * provider.c - libvgetrandom as a random generator of OpenSSL 3: the provider
 * "vgetrandom" with one algorithm, VGETRANDOM (OSSL_OP_RAND).
 *
 * OpenSSL gives each thread a generator context, and each its own lock, seed
 * and fork check.  Here a context is a state and a counter; keys live where
 * libvgetrandom keeps them, so there is nothing to seed from a parent, to lock,
 * or to watch a fork for.
 *
 * Needs OpenSSL's headers and not its library: a program may bring a libcrypto
 * of its own, and the core hands us what we call.
 */
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <vgetrandom.h>

#include "params.h"

#define STRENGTH	256			/* bits: ChaCha20's key */
#define MAX_REQUEST	((size_t)0x7ffff000)	/* getrandom(2)'s */

struct provider {
	OSSL_FUNC_CRYPTO_secure_malloc_fn *secure_malloc;
	OSSL_FUNC_CRYPTO_secure_clear_free_fn *secure_clear_free;
};

/*
 * Contexts that threads share (OpenSSL's "primary") are read and written by
 * several at once: relaxed atomics, as no other memory depends on them.
 */
struct generator {
	const struct provider *provider;
	int state;
	unsigned int reseed_counter;	/* children compare it; never 0 */
};

static int state_of(const struct generator *generator)
{
	return __atomic_load_n(&generator->state, __ATOMIC_RELAXED);
}

static void set_state(struct generator *generator, int state)
{
	__atomic_store_n(&generator->state, state, __ATOMIC_RELAXED);
}

/* ---- Bytes --------------------------------------------------------------- */

/*
 * From here on no byte comes from an older key.  Where requests are system
 * calls that is so already, and a vgetrandom_quiesce() before a snapshot must
 * not end because some library calls RAND_add().
 */
static void use_new_keys(void)
{
	struct vgetrandom_info info = { .size = sizeof(info) };

	if (!vgetrandom_info(&info) && info.is_active)
		vgetrandom_reseed();
}

/* All or nothing: what is left of a failure is zeroes. */
static int fill(unsigned char *out, size_t len)
{
	size_t done = 0;
	ssize_t got;

	while (done < len) {
		got = vgetrandom(out + done, len - done, 0);
		if (got >= 0) {
			done += (size_t)got;
		} else if (errno != EINTR) {
			memset(out, 0, len);
			return 0;
		}
	}
	return 1;
}

static int generate(void *context, unsigned char *out, size_t len,
		    unsigned int strength, int prediction_resistance,
		    const unsigned char *additional, size_t additional_len)
{
	(void)additional;	/* the kernel's bytes want none of ours */
	(void)additional_len;
	if (state_of(context) != EVP_RAND_STATE_READY || strength > STRENGTH ||
	    len > MAX_REQUEST)
		return 0;
	if (prediction_resistance)
		use_new_keys();
	return fill(out, len);
}

/* ---- Life of a context --------------------------------------------------- */

static void *new_context(void *provider, void *parent,
			 const OSSL_DISPATCH *parent_calls)
{
	struct generator *generator = calloc(1, sizeof(*generator));

	(void)parent;
	(void)parent_calls;
	if (!generator)
		return NULL;
	generator->provider = provider;
	generator->state = EVP_RAND_STATE_UNINITIALISED;
	generator->reseed_counter = 1;
	return generator;
}

static void free_context(void *context)
{
	free(context);
}

/* Cipher, digest and intervals are other generators' parameters. */
static int instantiate(void *context, unsigned int strength,
		       int prediction_resistance,
		       const unsigned char *personal, size_t personal_len,
		       const OSSL_PARAM params[])
{
	unsigned char byte;

	(void)personal;
	(void)personal_len;
	(void)params;
	if (strength > STRENGTH ||
	    state_of(context) != EVP_RAND_STATE_UNINITIALISED)
		return 0;
	if (prediction_resistance)
		use_new_keys();
	/* Better told here than at the first RAND_bytes. */
	if (!fill(&byte, 1)) {
		set_state(context, EVP_RAND_STATE_ERROR);
		return 0;
	}
	set_state(context, EVP_RAND_STATE_READY);
	return 1;
}

static int uninstantiate(void *context)
{
	set_state(context, EVP_RAND_STATE_UNINITIALISED);
	return 1;
}

static int reseed(void *context, int prediction_resistance,
		  const unsigned char *entropy, size_t entropy_len,
		  const unsigned char *additional, size_t additional_len)
{
	struct generator *generator = context;

	(void)prediction_resistance;
	(void)entropy;		/* the kernel has better */
	(void)entropy_len;
	(void)additional;
	(void)additional_len;
	if (state_of(generator) != EVP_RAND_STATE_READY)
		return 0;
	use_new_keys();
	if (!__atomic_add_fetch(&generator->reseed_counter, 1,
				__ATOMIC_RELAXED))
		__atomic_add_fetch(&generator->reseed_counter, 1,
				   __ATOMIC_RELAXED);
	return 1;
}

/* ---- For other generators whose parent this is --------------------------- */

static size_t get_seed(void *context, unsigned char **seed, int entropy,
		       size_t min_len, size_t max_len,
		       int prediction_resistance,
		       const unsigned char *additional, size_t additional_len)
{
	const struct generator *generator = context;
	size_t len = entropy > 0 ? ((size_t)entropy + 7) / 8 : 0;
	unsigned char *bytes;

	if (len < min_len)
		len = min_len;
	if (len > max_len)
		len = max_len;
	bytes = generator->provider->secure_malloc(len, __FILE__, __LINE__);
	if (!bytes)
		return 0;
	if (!generate(context, bytes, len, STRENGTH, prediction_resistance,
		      additional, additional_len)) {
		generator->provider->secure_clear_free(bytes, len, __FILE__,
						       __LINE__);
		return 0;
	}
	*seed = bytes;
	return len;
}

static void clear_seed(void *context, unsigned char *seed, size_t len)
{
	const struct generator *generator = context;

	generator->provider->secure_clear_free(seed, len, __FILE__, __LINE__);
}

/* ---- Locks: none are needed, so there is none to take --------------------- */

static int enable_locking(void *context)
{
	(void)context;
	return 1;
}

/* ---- Parameters ---------------------------------------------------------- */

static const OSSL_PARAM *gettable(void *context, void *provider)
{
	static const OSSL_PARAM params[] = {
		OSSL_PARAM_int(OSSL_RAND_PARAM_STATE, NULL),
		OSSL_PARAM_uint(OSSL_RAND_PARAM_STRENGTH, NULL),
		OSSL_PARAM_size_t(OSSL_RAND_PARAM_MAX_REQUEST, NULL),
		OSSL_PARAM_uint(OSSL_DRBG_PARAM_RESEED_COUNTER, NULL),
		OSSL_PARAM_END
	};

	(void)context;
	(void)provider;
	return params;
}

/* OpenSSL asks for the largest request before each generate: it comes first. */
static int get_params(void *context, OSSL_PARAM params[])
{
	const struct generator *generator = context;
	int ok = 1;

	for (; params && params->key; params++) {
		const char *key = params->key;

		if (!strcmp(key, OSSL_RAND_PARAM_MAX_REQUEST))
			ok &= vgr_param_set_number(params, MAX_REQUEST);
		else if (!strcmp(key, OSSL_RAND_PARAM_STATE))
			ok &= vgr_param_set_number(params,
						   (uint64_t)state_of(generator));
		else if (!strcmp(key, OSSL_RAND_PARAM_STRENGTH))
			ok &= vgr_param_set_number(params, STRENGTH);
		else if (!strcmp(key, OSSL_DRBG_PARAM_RESEED_COUNTER))
			ok &= vgr_param_set_number(params,
				__atomic_load_n(&generator->reseed_counter,
						__ATOMIC_RELAXED));
	}
	return ok;
}

/* ---- The tables ---------------------------------------------------------- */

#define CALL(id, function) { id, (void (*)(void))(function) }

static const OSSL_DISPATCH generator_calls[] = {
	CALL(OSSL_FUNC_RAND_NEWCTX, new_context),
	CALL(OSSL_FUNC_RAND_FREECTX, free_context),
	CALL(OSSL_FUNC_RAND_INSTANTIATE, instantiate),
	CALL(OSSL_FUNC_RAND_UNINSTANTIATE, uninstantiate),
	CALL(OSSL_FUNC_RAND_GENERATE, generate),
	CALL(OSSL_FUNC_RAND_RESEED, reseed),
	CALL(OSSL_FUNC_RAND_ENABLE_LOCKING, enable_locking),
	CALL(OSSL_FUNC_RAND_GETTABLE_CTX_PARAMS, gettable),
	CALL(OSSL_FUNC_RAND_GET_CTX_PARAMS, get_params),
	CALL(OSSL_FUNC_RAND_GET_SEED, get_seed),
	CALL(OSSL_FUNC_RAND_CLEAR_SEED, clear_seed),
	{ 0, NULL }
};

static const OSSL_ALGORITHM generators[] = {
	{ "VGETRANDOM", "provider=vgetrandom", generator_calls,
	  "getrandom(2) served in user space" },
	{ NULL, NULL, NULL, NULL }
};

static const OSSL_ALGORITHM *query(void *provider, int operation, int *no_cache)
{
	(void)provider;
	*no_cache = 0;
	return operation == OSSL_OP_RAND ? generators : NULL;
}

static const OSSL_PARAM *provider_gettable(void *provider)
{
	static const OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_NAME, NULL, 0),
		OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_VERSION, NULL, 0),
		OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_BUILDINFO, NULL, 0),
		OSSL_PARAM_int(OSSL_PROV_PARAM_STATUS, NULL),
		OSSL_PARAM_END
	};

	(void)provider;
	return params;
}

static int provider_get_params(void *provider, OSSL_PARAM params[])
{
	int ok = 1;

	(void)provider;
	for (; params && params->key; params++) {
		const char *key = params->key;

		if (!strcmp(key, OSSL_PROV_PARAM_NAME))
			ok &= vgr_param_set_text(params, "vgetrandom");
		else if (!strcmp(key, OSSL_PROV_PARAM_VERSION) ||
			 !strcmp(key, OSSL_PROV_PARAM_BUILDINFO))
			ok &= vgr_param_set_text(params, vgetrandom_version());
		else if (!strcmp(key, OSSL_PROV_PARAM_STATUS))
			ok &= vgr_param_set_number(params, 1);
	}
	return ok;
}

static void teardown(void *provider)
{
	free(provider);
}

static const OSSL_DISPATCH provider_calls[] = {
	CALL(OSSL_FUNC_PROVIDER_TEARDOWN, teardown),
	CALL(OSSL_FUNC_PROVIDER_GETTABLE_PARAMS, provider_gettable),
	CALL(OSSL_FUNC_PROVIDER_GET_PARAMS, provider_get_params),
	CALL(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
	{ 0, NULL }
};

__attribute__((visibility("default")))
int OSSL_provider_init(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *in,
		       const OSSL_DISPATCH **out, void **context)
{
	struct provider *provider = calloc(1, sizeof(*provider));

	if (!provider)
		return 0;
	(void)core;
	for (; in->function_id; in++) {
		if (in->function_id == OSSL_FUNC_CRYPTO_SECURE_MALLOC)
			provider->secure_malloc =
				OSSL_FUNC_CRYPTO_secure_malloc(in);
		else if (in->function_id == OSSL_FUNC_CRYPTO_SECURE_CLEAR_FREE)
			provider->secure_clear_free =
				OSSL_FUNC_CRYPTO_secure_clear_free(in);
	}
	if (!provider->secure_malloc || !provider->secure_clear_free) {
		free(provider);
		return 0;
	}
	*out = provider_calls;
	*context = provider;
	return 1;
}
