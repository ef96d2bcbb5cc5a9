/* Any text as the body of any endpoint, as daemon.json and as an answer. What is read is of its type for good: it is read again
 * as it is, and holds none of our own keys. */
#include "api/schema_types.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Only where a struct is known does "_x" mean ours. */
static void check_body(const SchemaType *type, unsigned version, const char *text, size_t length)
{
	g_autoptr(json_t) once = schema_decode(type, SCHEMA_REQUEST, version, text, length, NULL);
	const char *key;
	json_t *value;
	if (once == NULL)
		return;
	json_object_foreach (once, key, value)
		if (*key == '_' && type->kind == SCHEMA_OBJECT)
			abort();
	g_autofree char *again = json_dumps(once, JSON_ENCODE_ANY);
	if (again == NULL)
		return; /* what is no text of JSON's, as a key with half a character */
	g_autoptr(json_t) twice =
		schema_decode(type, SCHEMA_REQUEST, version, again, strlen(again), NULL);
	if (twice == NULL || !json_equal(once, twice))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { FIRST_VERSION = 24, VERSIONS = 32 };
	size_t count = 0;
	if (size < 3)
		return 0;
	while (schema_bodies[count].method != NULL)
		count++;
	const SchemaType *type = schema_bodies[data[0] % count].type;
	/* Not ended by a zero byte: the length says where it ends. */
	g_autofree char *text = g_memdup2(data + 2, size - 2);
	check_body(type, FIRST_VERSION + data[1] % VERSIONS, text, size - 2);
	json_decref(schema_decode(type, SCHEMA_CONFIG, 0, text, size - 2, NULL));
	json_decref(schema_decode(type, SCHEMA_ANSWER, 0, text, size - 2, NULL));
	return 0;
}
