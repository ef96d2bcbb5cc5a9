/* The first line as a path, the others as patterns of .dockerignore, and of COPY. */
#include "dockerfile/dockerfile.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	size_t length = strcspn(text, "\n");
	const char *rest = text[length] != '\0' ? text + length + 1 : "";
	text[length] = '\0';
	g_autoptr(GError) error = NULL;
	g_autoptr(Patterns) patterns = patterns_parse(rest, &error);
	g_assert_true((patterns == NULL) == (error != NULL));
	if (patterns != NULL) {
		patterns_match(patterns, text);
		patterns_may_return(patterns, text);
	}
	pattern_valid(rest);
	return 0;
}
