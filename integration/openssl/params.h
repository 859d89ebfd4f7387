/* SPDX-License-Identifier: MIT */
/*
 * params.h - answers in an OSSL_PARAM (its manual page has the rules), as
 * libcrypto's own functions would write them.
 *
 * return_size says what the value takes, also where there is no room for it or
 * none was offered; a value that does not fit is refused.
 */
#ifndef VGR_PARAMS_H
#define VGR_PARAMS_H

#include <openssl/core.h>
#include <openssl/params.h>

#include <stdint.h>
#include <string.h>

/* A number that is not negative, into a signed or unsigned param. */
static inline int vgr_param_set_number(OSSL_PARAM *param, uint64_t value)
{
	uint32_t narrow = (uint32_t)value;
	uint64_t limit;

	if (param->data_type != OSSL_PARAM_UNSIGNED_INTEGER &&
	    param->data_type != OSSL_PARAM_INTEGER)
		return 0;
	if (!param->data) {
		param->return_size = sizeof(value);
		return 1;
	}

	limit = param->data_size == sizeof(narrow) ? UINT32_MAX : UINT64_MAX;
	if (param->data_type == OSSL_PARAM_INTEGER)
		limit >>= 1;
	if (value > limit)
		return 0;
	if (param->data_size == sizeof(narrow))
		memcpy(param->data, &narrow, sizeof(narrow));
	else if (param->data_size == sizeof(value))
		memcpy(param->data, &value, sizeof(value));
	else
		return 0;
	param->return_size = param->data_size;
	return 1;
}

/* A pointer to text that outlives the provider's user. */
static inline int vgr_param_set_text(OSSL_PARAM *param, const char *text)
{
	if (param->data_type != OSSL_PARAM_UTF8_PTR)
		return 0;
	param->return_size = strlen(text);
	if (param->data)
		*(const char **)param->data = text;
	return 1;
}

#endif
