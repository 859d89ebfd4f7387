/* SPDX-License-Identifier: MIT */
/* musl is built without the kernel's headers; its own say as much. */
#include <sys/auxv.h>
