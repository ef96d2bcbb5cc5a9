/* Holds an answer of the engine, on standard input, against the table of the API's answers (schema_answers.c):
 * check_answer METHOD PATH, with {} for a name in it. "no such answer" in the table is an error, too. */
#include "api/schema_types.h"

#include <stdio.h>
#include <string.h>

enum { NEWEST_VERSION = 55 };

static const SchemaType *type_of(const char *method, const char *path)
{
	for (const SchemaBody *body = schema_bodies; body->method != NULL; body++)
		if (strcmp(body->method, method) == 0 && strcmp(body->path, path) == 0)
			return body->type;
	return NULL;
}

int main(int argc, char **argv)
{
	const SchemaType *type = argc == 3 ? type_of(argv[1], argv[2]) : NULL;
	g_autoptr(GString) text = g_string_new("");
	g_autoptr(GError) error = NULL;
	char block[4096];
	size_t n;
	if (type == NULL) {
		fprintf(stderr, "the table has no such answer\n");
		return 2;
	}
	while ((n = fread(block, 1, sizeof block, stdin)) > 0)
		g_string_append_len(text, block, (gssize)n);
	g_autoptr(json_t) value =
		schema_decode(type, SCHEMA_ANSWER, NEWEST_VERSION, text->str, text->len, &error);
	if (error != NULL)
		fprintf(stderr, "%s %s: %s\n%s\n", argv[1], argv[2], error->message, text->str);
	return value == NULL;
}
