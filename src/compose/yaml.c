/* YAML becomes values: libfyaml tells what stands in the text, we say what it means. */
#include "compose/document.h"

#include "base/error.h"

#include <libfyaml.h>
#include <string.h>

enum { MAX_DEPTH = 64, MAX_NODES = 200000, MAX_TEXT = 8 << 20 };

typedef struct {
	struct fy_parser *parser;
	struct fy_event *event; /* the next one */
	Document *document;
	GString *path;
	GHashTable *anchors; /* name -> value, of this document */
	int depth, nodes;
	bool failed;
	GError **error;
} Reader;

static json_t *read_value(Reader *reader);

static bool reader_fail(Reader *reader, const char *format, const char *what)
{
	g_autofree char *text = g_strdup_printf(format, what);
	reader->failed = true;
	document_fail(reader->document, reader->error, reader->path->str, "%s", text);
	return false;
}

/* What the parser itself has to say: the first of its errors. */
static void syntax_fail(Reader *reader)
{
	void *at = NULL;
	struct fy_diag *diag = fy_parser_get_diag(reader->parser);
	const struct fy_diag_error *first = fy_diag_errors_iterate(diag, &at);
	Document *document = reader->document;
	Place *place = g_new0(Place, 1);
	*place = (Place){first != NULL ? first->line : 1, first != NULL ? first->column : 1};
	g_hash_table_insert(document->places, g_strdup(""), place);
	document_fail(document, reader->error, "", "yaml: %s",
		first != NULL ? first->msg : "the text is no YAML");
	fy_diag_unref(diag);
	reader->failed = true;
}

static bool advance(Reader *reader)
{
	fy_parser_event_free(reader->parser, reader->event);
	reader->event = fy_parser_parse(reader->parser);
	if (reader->event == NULL && !reader->failed)
		syntax_fail(reader);
	return reader->event != NULL;
}

static char *token_text(struct fy_token *token)
{
	size_t length;
	const char *text = token != NULL ? fy_token_get_text(token, &length) : NULL;
	return text != NULL ? g_strndup(text, length) : NULL;
}

static void note_place(Reader *reader)
{
	const struct fy_mark *mark = fy_event_start_mark(reader->event);
	Place *place = g_new0(Place, 1);
	*place = (Place){mark != NULL ? mark->line + 1 : 1, mark != NULL ? mark->column + 1 : 1};
	g_hash_table_insert(reader->document->places, g_strdup(reader->path->str), place);
}

static gsize path_push(Reader *reader, const char *key)
{
	gsize length = reader->path->len;
	g_string_append_printf(reader->path, "%s%s", length > 0 ? "." : "", key);
	return length;
}

static bool parse_integer(const char *text, json_int_t *value)
{
	char *end;
	const char *digits = text + (*text == '-' || *text == '+');
	if (!g_ascii_isdigit(*digits))
		return false;
	bool binary = g_ascii_strncasecmp(digits, "0b", 2) == 0,
	     octal = g_ascii_strncasecmp(digits, "0o", 2) == 0;
	g_autofree char *plain = g_strdup(binary || octal ? digits + 2 : text);
	char *out = plain; /* "1_000" */
	for (const char *p = plain; *p != '\0'; p++)
		if (*p != '_')
			*out++ = *p;
	*out = '\0';
	if (*plain == '\0')
		return false;
	errno = 0;
	*value = g_ascii_strtoll(plain, &end, binary ? 2 : octal ? 8 : 0);
	if ((binary || octal) && *text == '-')
		*value = -*value;
	return *end == '\0' && errno == 0;
}

static bool parse_real(const char *text, double *value)
{
	char *end;
	const char *digits = text + (*text == '-' || *text == '+');
	if (strspn(digits, "0123456789.eE+-_") != strlen(digits) ||
		strcspn(digits, "0123456789") == strlen(digits) || strchr("eE", *digits) != NULL)
		return false;
	*value = g_ascii_strtod(text, &end);
	return *end == '\0';
}

json_t *yaml_scalar(const char *text)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL},
				 *const yes[] = {"true", "True", "TRUE", NULL},
				 *const no[] = {"false", "False", "FALSE", NULL};
	json_int_t integer;
	double real;
	if (g_strv_contains(nulls, text))
		return json_null();
	if (g_strv_contains(yes, text))
		return json_true();
	if (g_strv_contains(no, text))
		return json_false();
	if (parse_integer(text, &integer))
		return json_integer(integer);
	if (parse_real(text, &real))
		return json_real(real);
	return json_lenient(text);
}

/* The tag of what comes, where it is one that we know; it stands in the document's table then. */
static char *take_tag(Reader *reader)
{
	g_autofree char *tag = token_text(fy_event_get_tag_token(reader->event));
	if (tag == NULL)
		return NULL;
	if (strcmp(tag, "!reset") == 0 || strcmp(tag, "!override") == 0)
		g_hash_table_insert(
			reader->document->tags, g_strdup(reader->path->str), g_strdup(tag));
	return g_steal_pointer(&tag);
}

static json_t *read_scalar(Reader *reader, const char *tag)
{
	struct fy_token *token = fy_event_get_token(reader->event);
	g_autofree char *text = token_text(token);
	bool plain = token == NULL || fy_token_scalar_style(token) == FYSS_PLAIN;
	bool is_string =
		tag != NULL && (strcmp(tag, "!!str") == 0 || g_str_has_suffix(tag, ":str") ||
				       strcmp(tag, "!") == 0);
	json_t *value = text == NULL	      ? json_null()
			: plain && !is_string ? yaml_scalar(text)
					      : json_lenient(text);
	advance(reader);
	return value;
}

static json_t *read_list(Reader *reader)
{
	g_autoptr(json_t) list = json_array();
	gsize length = reader->path->len;
	advance(reader);
	while (!reader->failed && reader->event->type != FYET_SEQUENCE_END) {
		g_string_append_printf(reader->path, "[%zu]", json_array_size(list));
		json_t *value = read_value(reader);
		g_string_truncate(reader->path, length);
		if (value == NULL)
			return NULL;
		json_array_append_new(list, value);
	}
	if (reader->failed)
		return NULL;
	advance(reader);
	return g_steal_pointer(&list);
}

/* "<<": a map or a list of maps, whose members are taken where the map has none of the name. */
static bool merge_in(Reader *reader, json_t *map, const json_t *from)
{
	if (json_is_array(from)) {
		size_t i;
		json_t *one;
		json_array_foreach (from, i, one)
			if (!merge_in(reader, map, one))
				return false;
		return true;
	}
	if (!json_is_object(from))
		return reader_fail(
			reader, "%s", "a map merge needs a map or a list of maps as its value");
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)from, key, value)
		if (json_object_get(map, key) == NULL)
			json_object_set_new(map, key, json_deep_copy(value));
	return true;
}

static char *read_key(Reader *reader)
{
	if (reader->event->type != FYET_SCALAR) {
		reader_fail(reader, "%s", "the key of a map must be a word");
		return NULL;
	}
	char *key = token_text(fy_event_get_token(reader->event));
	if (key != NULL && !g_utf8_validate(key, -1, NULL)) {
		g_free(key);
		reader_fail(reader, "%s", "a key is not text in UTF-8");
		return NULL;
	}
	return key != NULL ? key : g_strdup("");
}

static bool read_member(Reader *reader, json_t *map, json_t *merges)
{
	g_autofree char *key = read_key(reader);
	if (key == NULL)
		return false;
	bool merge = strcmp(key, "<<") == 0;
	gsize length = path_push(reader, key);
	if (!merge && json_object_get(map, key) != NULL)
		return reader_fail(reader, "mapping key \"%s\" is defined twice", key);
	note_place(reader);
	advance(reader);
	json_t *value = reader->failed ? NULL : read_value(reader);
	g_string_truncate(reader->path, length);
	if (value == NULL)
		return false;
	if (merge)
		json_array_append_new(merges, value);
	else
		json_object_set_new(map, key, value);
	return true;
}

static json_t *read_map(Reader *reader)
{
	g_autoptr(json_t) map = json_object(), merges = json_array();
	advance(reader);
	while (!reader->failed && reader->event->type != FYET_MAPPING_END)
		if (!read_member(reader, map, merges))
			return NULL;
	if (reader->failed || !merge_in(reader, map, merges))
		return NULL;
	advance(reader);
	return g_steal_pointer(&map);
}

/* How much a value holds: aliases of aliases must not grow without end. */
static int count_nodes(const json_t *value)
{
	int count = 1;
	const char *key;
	size_t i;
	json_t *member;
	json_object_foreach ((json_t *)value, key, member)
		count += count_nodes(member);
	json_array_foreach (value, i, member)
		count += count_nodes(member);
	return MIN(count, MAX_NODES);
}

static json_t *read_alias(Reader *reader)
{
	g_autofree char *name = token_text(fy_event_get_token(reader->event));
	json_t *value = name != NULL ? g_hash_table_lookup(reader->anchors, name) : NULL;
	if (value == NULL) {
		reader_fail(reader, "unknown anchor '%s' referenced", name != NULL ? name : "");
		return NULL;
	}
	reader->nodes += count_nodes(value);
	if (reader->nodes > MAX_NODES) {
		reader_fail(reader, "%s", "the file holds too much by its aliases");
		return NULL;
	}
	advance(reader);
	return json_deep_copy(value);
}

static json_t *read_kind(Reader *reader)
{
	g_autofree char *tag = take_tag(reader);
	switch (reader->event->type) {
	case FYET_SCALAR:
		return read_scalar(reader, tag);
	case FYET_SEQUENCE_START:
		return read_list(reader);
	case FYET_MAPPING_START:
		return read_map(reader);
	case FYET_ALIAS:
		return read_alias(reader);
	default:
		reader_fail(reader, "%s", "a value is missing");
		return NULL;
	}
}

static json_t *read_value(Reader *reader)
{
	g_autofree char *anchor = reader->event->type != FYET_ALIAS
					  ? token_text(fy_event_get_anchor_token(reader->event))
					  : NULL;
	if (++reader->depth > MAX_DEPTH || ++reader->nodes > MAX_NODES) {
		reader_fail(reader, "%s", "the file is nested too deep or holds too much");
		return NULL;
	}
	if (g_hash_table_lookup(reader->document->places, reader->path->str) == NULL)
		note_place(reader);
	json_t *value = read_kind(reader);
	reader->depth--;
	if (value != NULL && anchor != NULL)
		g_hash_table_insert(
			reader->anchors, g_steal_pointer(&anchor), json_deep_copy(value));
	return value;
}

static Document *document_new(const char *name, const char *text)
{
	Document *document = g_new0(Document, 1);
	document->name = g_strdup(name);
	document->lines = g_strsplit(text, "\n", -1);
	document->places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	document->tags = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return document;
}

static void unref_value(gpointer value)
{
	json_decref(value);
}

static bool read_document(Reader *reader)
{
	reader->anchors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref_value);
	bool ok = advance(reader);
	if (ok)
		reader->document->tree = read_value(reader);
	g_clear_pointer(&reader->anchors, g_hash_table_unref);
	return ok && reader->document->tree != NULL && !reader->failed;
}

static bool read_stream(Reader *reader, GPtrArray *documents, const char *name, const char *text)
{
	reader->document = document_new(name, text);
	g_ptr_array_add(documents, reader->document);
	bool first = true;
	while (advance(reader) && reader->event->type != FYET_STREAM_END) {
		if (reader->event->type != FYET_DOCUMENT_START)
			continue;
		if (!first) {
			reader->document = document_new(name, text);
			g_ptr_array_add(documents, reader->document);
		}
		first = false;
		if (!read_document(reader))
			return false;
	}
	if (reader->document->tree == NULL)
		reader->document->tree = json_null();
	return !reader->failed;
}

GPtrArray *yaml_parse(const char *name, const char *text, size_t length, GError **error)
{
	g_autoptr(GPtrArray) documents =
		g_ptr_array_new_with_free_func((GDestroyNotify)document_free);
	if (length > MAX_TEXT || memchr(text, '\0', length) != NULL ||
		!g_utf8_validate(text, (gssize)length, NULL)) {
		fail(error, BERTH_ERROR_UNAVAILABLE, "%s is no text in UTF-8, or larger than %d MB",
			name, MAX_TEXT >> 20);
		return NULL;
	}
	struct fy_diag *diag = fy_diag_create(NULL);
	fy_diag_set_collect_errors(diag, true);
	struct fy_parse_cfg config = {
		.flags = FYPCF_QUIET | FYPCF_ALLOW_DUPLICATE_KEYS, .diag = diag};
	Reader reader = {
		.parser = fy_parser_create(&config), .path = g_string_new(""), .error = error};
	bool ok = fy_parser_set_string(reader.parser, text, length) == 0 &&
		  read_stream(&reader, documents, name, text);
	fy_parser_event_free(reader.parser, reader.event);
	fy_parser_destroy(reader.parser);
	fy_diag_destroy(diag);
	g_string_free(reader.path, TRUE);
	return ok ? g_steal_pointer(&documents) : NULL;
}
