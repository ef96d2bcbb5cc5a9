/* Any text as a seccomp profile: understood in all its parts and compiled, or refused. */
#include "runtime/runtime.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *profile = g_strndup((const char *)data, size);
	g_autoptr(GError) error = NULL;
	g_auto(Plan) plan = {0};
	plan_init(&plan);
	bool taken = seccomp_add(&plan, profile, 0xa80425fb, &error);
	g_assert_true(taken == (error == NULL));
	return 0;
}
