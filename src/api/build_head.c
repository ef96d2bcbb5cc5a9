#include "api/build_head.h"

#include "base/error.h"
#include "base/schema.h"

#include <string.h>

enum { HEAD_LIMIT = 16 << 20, BLOCK = 64 * 1024 };

static const SchemaType flag = {.kind = SCHEMA_BOOL, .go = "bool"},
			text = {.kind = SCHEMA_STRING, .go = "string"},
			texts = {.kind = SCHEMA_LIST, .go = "[]string", .items = &text},
			map = {.kind = SCHEMA_MAP, .go = "map[string]string", .items = &text},
			maps = {.kind = SCHEMA_LIST, .go = "[]map[string]string", .items = &map};
static const SchemaField fields[] = {{"allow", &texts}, {"builderId", &text}, {"cacheFrom", &maps},
	{"cacheTag", &text}, {"cacheTo", &maps}, {"call", &text}, {"check", &flag},
	{"contexts", &map}, {"dockerfile", &text}, {"events", &flag}, {"metadata", &text},
	{"noCacheFilter", &texts}, {"output", &text}, {"outputs", &maps}, {"provenance", &text},
	{"secrets", &map}, {"split", &flag}, {"ssh", &texts}, {0}};
static const SchemaType head = {.kind = SCHEMA_OBJECT, .go = "build.Head", .fields = fields};

/* Members that are one of a few words, or "". */
static bool check_words(const json_t *said, GError **error)
{
	static const struct {
		const char *name, *words[3];
	} members[] = {{"output", {"tar", "image"}}, {"provenance", {"min", "max"}},
		{"metadata", {"min", "max"}}};
	for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
		const char *word = json_str(said, members[i].name);
		if (*word != '\0' && !g_strv_contains(members[i].words, word))
			return fail(error, BERTH_ERROR_INVALID, "invalid %s of a build: \"%s\"",
				members[i].name, word);
	}
	return true;
}

static json_t *parse(const GByteArray *line, GError **error)
{
	g_autoptr(json_t) said =
		schema_decode(&head, SCHEMA_CONFIG, 0, (const char *)line->data, line->len, error);
	if (said == NULL) {
		g_prefix_error(error, "the build's first line: ");
		return NULL;
	}
	if (!json_is_object(said)) {
		fail(error, BERTH_ERROR_INVALID, "the build's first line is no object");
		return NULL;
	}
	return check_words(said, error) ? g_steal_pointer(&said) : NULL;
}

json_t *build_head_read(HttpBody *body, GError **error)
{
	g_autofree guint8 *block = g_malloc(BLOCK);
	g_autoptr(GByteArray) line = g_byte_array_new();
	for (;;) {
		ssize_t n = line->len < HEAD_LIMIT ? http_body_read(body, block, BLOCK, error) : 0;
		if (n <= 0) {
			fail(error, BERTH_ERROR_INVALID,
				"the build's first line is missing or too long");
			return NULL;
		}
		const guint8 *end = memchr(block, '\n', (size_t)n);
		size_t part = end != NULL ? (size_t)(end - block) : (size_t)n;
		g_byte_array_append(line, block, (guint)part);
		if (end == NULL)
			continue;
		http_body_unread(body, end + 1, (size_t)n - part - 1);
		return parse(line, error);
	}
}
