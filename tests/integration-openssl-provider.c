/* SPDX-License-Identifier: MIT */
/*
 * Claim: the provider's generator keeps the rules of provider-rand(7): it
 * answers only between instantiate and uninstantiate and up to its strength,
 * tells its parameters in each type they may be asked for in, counts reseeds,
 * takes new keys at a reseed and for prediction resistance, does not end a
 * quiesce, and can be the parent of OpenSSL's own generators.
 *
 * To see it fail: drop the look at the state in generate, the "info.is_active"
 * in use_new_keys, the counting in reseed, or the limit in
 * vgr_param_set_number.
 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check-tier.h"
#include "check.h"

static struct vgetrandom_info info_now(void)
{
	struct vgetrandom_info info = { .size = sizeof(info) };

	check_eq(vgetrandom_info(&info), 0);
	return info;
}

static EVP_RAND_CTX *new_context(OSSL_LIB_CTX *lib, const char *name,
				 EVP_RAND_CTX *parent)
{
	EVP_RAND *rand = EVP_RAND_fetch(lib, name, NULL);
	EVP_RAND_CTX *context;

	check(rand);
	context = EVP_RAND_CTX_new(rand, parent);
	check(context);
	EVP_RAND_free(rand);
	return context;
}

static unsigned int reseeds(EVP_RAND_CTX *context)
{
	unsigned int count = 0;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_uint(OSSL_DRBG_PARAM_RESEED_COUNTER, &count),
		OSSL_PARAM_construct_end(),
	};

	check(EVP_RAND_CTX_get_params(context, params));
	return count;
}

static void keeps_its_states(EVP_RAND_CTX *context)
{
	unsigned char bytes[64];

	check_eq(EVP_RAND_get_state(context), EVP_RAND_STATE_UNINITIALISED);
	check(!EVP_RAND_generate(context, bytes, sizeof(bytes), 0, 0, NULL, 0));
	check(!EVP_RAND_reseed(context, 0, NULL, 0, NULL, 0));
	check(!EVP_RAND_instantiate(context, 257, 0, NULL, 0, NULL));
	check(EVP_RAND_instantiate(context, 256, 1, (unsigned char *)"me", 2, NULL));
	check_eq(EVP_RAND_get_state(context), EVP_RAND_STATE_READY);
	check(!EVP_RAND_instantiate(context, 128, 0, NULL, 0, NULL));

	check(EVP_RAND_generate(context, bytes, sizeof(bytes), 256, 0, NULL, 0));
	check_unique_windows(bytes, sizeof(bytes));
	check(EVP_RAND_generate(context, bytes, sizeof(bytes), 0, 1,
				(unsigned char *)"more", 4));
	check_unique_windows(bytes, sizeof(bytes));
	check(!EVP_RAND_generate(context, bytes, sizeof(bytes), 257, 0, NULL, 0));

	check(EVP_RAND_uninstantiate(context));
	check_eq(EVP_RAND_get_state(context), EVP_RAND_STATE_UNINITIALISED);
	check(!EVP_RAND_generate(context, bytes, sizeof(bytes), 0, 0, NULL, 0));
	check(EVP_RAND_instantiate(context, 0, 0, NULL, 0, NULL));
	check(EVP_RAND_enable_locking(context));
}

static void tells_its_parameters(EVP_RAND_CTX *context)
{
	const OSSL_PARAM *gettable = EVP_RAND_CTX_gettable_params(context);
	size_t max_request = 0;
	uint64_t wide = 0;
	int32_t narrow = 0;
	int16_t tiny = 0;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_size_t(OSSL_RAND_PARAM_MAX_REQUEST, &max_request),
		OSSL_PARAM_construct_uint64(OSSL_RAND_PARAM_STRENGTH, &wide),
		OSSL_PARAM_construct_int32(OSSL_RAND_PARAM_STRENGTH, &narrow),
		OSSL_PARAM_construct_int(OSSL_RAND_PARAM_STATE, NULL),
		OSSL_PARAM_construct_end(),
	};
	OSSL_PARAM bad[] = {
		OSSL_PARAM_construct_end(),
		OSSL_PARAM_construct_end(),
	};

	check(OSSL_PARAM_locate_const(gettable, OSSL_RAND_PARAM_STATE));
	check(OSSL_PARAM_locate_const(gettable, OSSL_RAND_PARAM_STRENGTH));
	check(OSSL_PARAM_locate_const(gettable, OSSL_RAND_PARAM_MAX_REQUEST));
	check(EVP_RAND_CTX_get_params(context, params));
	check_eq(max_request, 0x7ffff000);
	check_eq(wide, 256);
	check_eq(narrow, 256);
	check_eq(EVP_RAND_get_strength(context), 256);

	bad[0] = OSSL_PARAM_construct_octet_string(OSSL_RAND_PARAM_STRENGTH,
						   &wide, sizeof(wide));
	check(!EVP_RAND_CTX_get_params(context, bad));
	bad[0] = OSSL_PARAM_construct_int32(OSSL_RAND_PARAM_STRENGTH, NULL);
	bad[0].data = &tiny;
	bad[0].data_size = sizeof(tiny);
	check(!EVP_RAND_CTX_get_params(context, bad));
}

static void reseeds_with_new_keys(EVP_RAND_CTX *context)
{
	struct vgetrandom_info before = info_now(), after;
	unsigned int count = reseeds(context);
	unsigned char byte;

	check(count);
	check(EVP_RAND_reseed(context, 0, (unsigned char *)"entropy", 7, NULL, 0));
	check_eq(reseeds(context), count + 1);
	check(EVP_RAND_generate(context, &byte, 1, 0, 0, NULL, 0));
	after = info_now();
	if (!before.is_active)
		return;
	check(after.kernel_keys > before.kernel_keys);

	before = after;
	check(EVP_RAND_generate(context, &byte, 1, 0, 1, NULL, 0));
	after = info_now();
	check(after.kernel_keys > before.kernel_keys);

	check_eq(vgetrandom_quiesce(), 0);
	check(EVP_RAND_reseed(context, 0, NULL, 0, (unsigned char *)"a", 1));
	check(EVP_RAND_generate(context, &byte, 1, 0, 1, NULL, 0));
	check(!info_now().is_active);
	vgetrandom_reseed();
	check(info_now().is_active);
}

static void is_a_parent(OSSL_LIB_CTX *lib, EVP_RAND_CTX *parent)
{
	EVP_RAND_CTX *child = new_context(lib, "HASH-DRBG", parent);
	unsigned char bytes[64];
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_DRBG_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};

	check(EVP_RAND_instantiate(child, 256, 0, NULL, 0, params));
	check(EVP_RAND_generate(child, bytes, sizeof(bytes), 256, 1, NULL, 0));
	check_unique_windows(bytes, sizeof(bytes));
	EVP_RAND_CTX_free(child);
}

static void the_provider_names_itself(OSSL_PROVIDER *provider)
{
	const char *name = NULL, *version = NULL;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_NAME, (char **)&name, 0),
		OSSL_PARAM_construct_utf8_ptr(OSSL_PROV_PARAM_VERSION,
					      (char **)&version, 0),
		OSSL_PARAM_construct_end(),
	};

	check(OSSL_PROVIDER_get_params(provider, params));
	check(name && !strcmp(name, "vgetrandom"));
	check(version && !strcmp(version, vgetrandom_version()));
	check(OSSL_PROVIDER_self_test(provider));
}

int main(void)
{
	OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new();
	const char *builddir = getenv("builddir");
	OSSL_PROVIDER *ours, *theirs;
	EVP_RAND_CTX *context;
	char path[512];

	check_tier();
	snprintf(path, sizeof(path), "%s/integration/openssl/.libs",
		 builddir ? builddir : ".");
	check(OSSL_PROVIDER_set_default_search_path(lib, path));
	theirs = OSSL_PROVIDER_load(lib, "default");
	ours = OSSL_PROVIDER_load(lib, "vgetrandom");
	check(theirs);
	check(ours);

	the_provider_names_itself(ours);
	context = new_context(lib, "VGETRANDOM", NULL);
	keeps_its_states(context);
	tells_its_parameters(context);
	reseeds_with_new_keys(context);
	is_a_parent(lib, context);

	EVP_RAND_CTX_free(context);
	check(OSSL_PROVIDER_unload(ours));
	check(OSSL_PROVIDER_unload(theirs));
	OSSL_LIB_CTX_free(lib);
	return 0;
}
