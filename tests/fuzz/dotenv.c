/* Any bytes as a .env, raw and not, and as a text with variables. */
#include "compose/variables.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(Environment) environment = environment_new(false);
	environment->quiet = true;
	environment_set(environment, "a", "value", true);
	g_autoptr(json_t) plain = dotenv_parse(text, "fuzz.env", false, environment, NULL);
	g_autoptr(json_t) raw = dotenv_parse(text, "fuzz.env", true, environment, NULL);
	g_autofree char *whole = interpolate(text, environment, NULL);
	return 0;
}
