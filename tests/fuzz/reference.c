/* Any text as the name of an image, a digest, a platform. */
#include "image/image.h"

#include "base/digest.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(Reference) reference = reference_parse(text, NULL);
	if (reference != NULL) {
		/* What was understood is understood again, as the same. */
		g_autofree char *name = reference_name(reference);
		g_autoptr(Reference) again = reference_parse(name, NULL);
		g_autofree char *name_again = again != NULL ? reference_name(again) : NULL;
		if (g_strcmp0(name, name_again) != 0 || strstr(name, "..") != NULL)
			abort();
	}
	if (digest_is_valid(text) && strchr(text, '/') != NULL)
		abort();
	return 0;
}
