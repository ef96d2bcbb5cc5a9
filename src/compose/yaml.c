/* YAML becomes values: libyaml, of which Go's yaml.v3 is a translation, parses; documents are composed here, as
 * yaml.v3 and Docker Compose's handling of tags do. */
#include "compose/yaml.h"

#include "base/error.h"

#include <string.h>
#include <yaml.h>

enum { MAX_DEPTH = 64, MAX_NODES = 200000, MAX_TEXT = 8 << 20, MAX_AGAIN = 256 << 20 };

/* The value of an anchor, and its position: tags below it apply to its aliases, too. */
typedef struct {
	json_t *value; /* NULL: "!reset" */
	char *path;
} Anchor;

typedef struct {
	yaml_parser_t parser;
	yaml_event_t event; /* the next event */
	bool has_event;
	Document *document;
	GString *path;
	GHashTable *anchors; /* name -> Anchor, of this document */
	int depth, nodes;
	const char *
		at; /* in the text, as far as it has been looked at again, and how many characters */
	size_t characters;
	bool failed;
	GError **error;
} Reader;

static bool read_value(Reader *reader, json_t **value);

static bool G_GNUC_PRINTF(2, 3) reader_fail(Reader *reader, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	g_autofree char *text = g_strdup_vprintf(format, values);
	va_end(values);
	reader->failed = true;
	document_fail(reader->document, reader->error, reader->path->str, "%s", text);
	return false;
}

/* An error of the parser. */
static bool syntax_fail(Reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	const yaml_mark_t *mark = &parser->problem_mark;
	Place *place = g_new0(Place, 1);
	*place = (Place){.line = (int)mark->line + 1, .column = (int)mark->column + 1};
	g_hash_table_insert(reader->document->places, g_strdup(""), place);
	reader->failed = true;
	return document_fail(reader->document, reader->error, "", "yaml: line %d: %s", place->line,
		parser->problem != NULL ? parser->problem : "the text is no YAML");
}

static void drop_event(Reader *reader)
{
	if (reader->has_event)
		yaml_event_delete(&reader->event);
	reader->has_event = false;
}

static bool advance(Reader *reader)
{
	drop_event(reader);
	if (!yaml_parser_parse(&reader->parser, &reader->event))
		return syntax_fail(reader);
	reader->has_event = true;
	return true;
}

static void note_place(Reader *reader)
{
	const yaml_mark_t *mark = &reader->event.start_mark;
	Place *place = g_new0(Place, 1);
	*place = (Place){.line = (int)mark->line + 1, .column = (int)mark->column + 1};
	g_hash_table_insert(reader->document->places, g_strdup(reader->path->str), place);
}

/* The position of a scalar, unless its key has one already. */
static void note_value(Reader *reader)
{
	const yaml_mark_t *begin = &reader->event.start_mark, *end = &reader->event.end_mark;
	Place *place = g_hash_table_lookup(reader->document->places, reader->path->str);
	if (place == NULL)
		return;
	place->value_line = (int)begin->line + 1;
	place->value_column = (int)begin->column + 1;
	place->end_line = (int)end->line + 1;
	place->end_column = (int)end->column + 1;
}

static gsize path_push(Reader *reader, const char *key)
{
	gsize length = reader->path->len;
	g_string_append_printf(reader->path, "%s%s", length > 0 ? "." : "", key);
	return length;
}

/* The short name of a tag: "!!int" of "tag:yaml.org,2002:int". */
static char *short_tag(const yaml_char_t *tag)
{
	static const char standard[] = "tag:yaml.org,2002:";
	const char *text = (const char *)tag;
	if (text == NULL)
		return g_strdup("");
	return g_str_has_prefix(text, standard) ? g_strconcat("!!", text + strlen(standard), NULL)
						: g_strdup(text);
}

static const yaml_char_t *tag_of(const yaml_event_t *event)
{
	return event->type == YAML_SCALAR_EVENT		  ? event->data.scalar.tag
	       : event->type == YAML_SEQUENCE_START_EVENT ? event->data.sequence_start.tag
	       : event->type == YAML_MAPPING_START_EVENT  ? event->data.mapping_start.tag
							  : NULL;
}

static const char *anchor_of(const yaml_event_t *event)
{
	const yaml_char_t *anchor =
		event->type == YAML_SCALAR_EVENT	   ? event->data.scalar.anchor
		: event->type == YAML_SEQUENCE_START_EVENT ? event->data.sequence_start.anchor
		: event->type == YAML_MAPPING_START_EVENT  ? event->data.mapping_start.anchor
							   : NULL;
	return (const char *)anchor;
}

static void note_tag(Reader *reader, const char *path, const char *tag)
{
	g_hash_table_insert(reader->document->tags, g_strdup(path), g_strdup(tag));
}

/* The text at a mark; marks count characters. They are asked for in their order, so this reads the text once. */
static const char *text_at(Reader *reader, const yaml_mark_t *mark)
{
	for (; reader->characters < mark->index && *reader->at != '\0'; reader->characters++)
		reader->at = g_utf8_next_char(reader->at);
	return reader->at;
}

/* What yaml.v3 refuses and libyaml takes: "\\/" in double quotes. */
static bool has_slash_escape(Reader *reader)
{
	const yaml_event_t *event = &reader->event;
	if (event->data.scalar.style != YAML_DOUBLE_QUOTED_SCALAR_STYLE)
		return false;
	const char *at = text_at(reader, &event->start_mark),
		   *end = text_at(reader, &event->end_mark);
	for (; at < end; at++)
		if (*at == '\\' && *++at == '/')
			return true;
	return false;
}

/* And a tag that a comma follows at once, in flow style: there the comma is a part of the tag. */
static bool has_comma_tag(Reader *reader)
{
	const yaml_event_t *event = &reader->event;
	return event->type == YAML_SCALAR_EVENT && event->data.scalar.tag != NULL &&
	       event->data.scalar.length == 0 &&
	       event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       *text_at(reader, &event->end_mark) == ',';
}

static bool check_scalar(Reader *reader)
{
	if (has_slash_escape(reader))
		return reader_fail(reader, "%s", "yaml: found unknown escape character");
	return !has_comma_tag(reader) ||
	       reader_fail(reader, "%s", "yaml: did not find expected ',' or '}'");
}

static bool read_scalar(Reader *reader, const char *tag, json_t **value)
{
	const yaml_event_t *event = &reader->event;
	const char *text = (const char *)event->data.scalar.value;
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE, is_time = false;
	if (strlen(text) != event->data.scalar.length)
		return reader_fail(reader, "%s", "control characters are not allowed");
	if (!check_scalar(reader))
		return false;
	note_value(reader);
	*value = *tag == '\0' || strcmp(tag, "!") == 0 ? plain && *tag == '\0'
								 ? yaml_scalar_timed(text, &is_time)
								 : json_lenient(text)
						       : yaml_tagged(tag, text);
	if (*value == NULL) {
		g_autofree char *what = g_strdup_printf("cannot decode `%s` as a %s", text, tag);
		return reader_fail(reader, "%s", what);
	}
	if (is_time)
		note_tag(reader, reader->path->str, "!!timestamp");
	return advance(reader);
}

/* "[!!str, 80]": a tag that is none ("!!str,"), and its value. */
static bool read_item(Reader *reader, json_t **value)
{
	if (!has_comma_tag(reader))
		return read_value(reader, value);
	char next = text_at(reader, &reader->event.end_mark)[1];
	if (next == '\0' || strchr(" \t\r\n", next) == NULL)
		return reader_fail(
			reader, "%s", "yaml: did not find expected whitespace or line break");
	if (!advance(reader))
		return false;
	if (has_comma_tag(reader))
		return reader_fail(reader, "%s", "yaml: did not find expected node content");
	if (reader->event.type == YAML_SCALAR_EVENT)
		return read_scalar(reader, "!!str,", value);
	*value = reader->event.type == YAML_SEQUENCE_END_EVENT ? json_string("") : NULL;
	return *value != NULL || read_value(reader, value);
}

static bool read_list(Reader *reader, json_t **value)
{
	g_autoptr(json_t) list = json_array();
	gsize length = reader->path->len;
	if (!advance(reader))
		return false;
	while (reader->event.type != YAML_SEQUENCE_END_EVENT) {
		json_t *item = NULL;
		g_string_append_printf(reader->path, "[%zu]", json_array_size(list));
		bool ok = read_item(reader, &item);
		g_string_truncate(reader->path, length);
		if (!ok)
			return false;
		if (item != NULL)
			json_array_append_new(list, item);
	}
	*value = g_steal_pointer(&list);
	return advance(reader);
}

/* "<<": a map or a list of maps, whose members are used where the map lacks them. */
static bool merge_in(Reader *reader, json_t *map, const json_t *from)
{
	if (json_is_array(from)) {
		size_t i;
		json_t *one;
		json_array_foreach (from, i, one)
			if (!json_is_object(one))
				return reader_fail(reader, "%s",
					"map merge requires map or sequence of maps as the value");
			else if (!merge_in(reader, map, one))
				return false;
		return true;
	}
	if (!json_is_object(from))
		return reader_fail(
			reader, "%s", "map merge requires map or sequence of maps as the value");
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)from, key, value)
		if (json_object_get(map, key) == NULL)
			json_object_set_new(map, key, json_deep_copy(value));
	return true;
}

/* Keys must be strings: one that reads as a number, boolean or null is refused. */
static char *read_key(Reader *reader, bool *merge)
{
	const yaml_event_t *event = &reader->event;
	if (event->type != YAML_SCALAR_EVENT) {
		reader_fail(reader, "%s", "the key of a map must be a word");
		return NULL;
	}
	const char *text = (const char *)event->data.scalar.value;
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
		     event->data.scalar.tag == NULL;
	g_autoptr(json_t) meant = plain ? yaml_scalar(text) : json_string(text);
	*merge = plain && strcmp(text, "<<") == 0;
	if (strlen(text) != event->data.scalar.length) {
		reader_fail(reader, "%s", "control characters are not allowed");
		return NULL;
	}
	if (!json_is_string(meant)) {
		g_autofree char *where = *reader->path->str != '\0'
						 ? g_strconcat("in ", reader->path->str, NULL)
						 : g_strdup("at top level");
		g_autofree char *what = g_strdup_printf(
			"non-string key %s: %s", where, json_is_null(meant) ? "<nil>" : text);
		reader_fail(reader, "%s", what);
		return NULL;
	}
	return g_strdup(text);
}

static bool check_twice(Reader *reader, const json_t *seen, const char *key)
{
	const json_t *line = json_object_get(seen, key);
	if (line == NULL)
		return true;
	g_autofree char *what =
		g_strdup_printf("mapping key \"%s\" is defined twice: already defined at line %d",
			key, (int)json_integer_value(line));
	return reader_fail(reader, "%s", what);
}

static bool read_member(Reader *reader, json_t *map, json_t *seen, json_t *merges)
{
	bool merge = false;
	g_autofree char *key = read_key(reader, &merge);
	if (key == NULL || !check_twice(reader, seen, key))
		return false;
	/* Members of a merged map have the positions of the originals. */
	gsize length = merge ? reader->path->len : path_push(reader, key);
	json_t *value = NULL;
	json_object_set_new(seen, key, json_integer((int)reader->event.start_mark.line + 1));
	if (!merge)
		note_place(reader);
	bool ok = advance(reader) && read_value(reader, &value);
	g_string_truncate(reader->path, length);
	if (!ok)
		return false;
	if (value != NULL && merge)
		json_array_append_new(merges, value);
	else if (value != NULL)
		json_object_set_new(map, key, value);
	return true;
}

static bool read_map(Reader *reader, json_t **value)
{
	g_autoptr(json_t) map = json_object(), merges = json_array(), seen = json_object();
	if (!advance(reader))
		return false;
	while (reader->event.type != YAML_MAPPING_END_EVENT)
		if (!read_member(reader, map, seen, merges))
			return false;
	if (json_array_size(merges) > 0 && !merge_in(reader, map, json_array_get(merges, 0)))
		return false;
	*value = g_steal_pointer(&map);
	return advance(reader);
}

/* The size of a value: aliases of aliases must not grow exponentially. */
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

/* Copies tags below an anchor to the position of its alias. */
static void copy_tags(Reader *reader, const char *from)
{
	GHashTableIter each;
	gpointer path, tag;
	gsize length = strlen(from);
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
	g_hash_table_iter_init(&each, reader->document->tags);
	while (g_hash_table_iter_next(&each, &path, &tag))
		if (strncmp(path, from, length) == 0 &&
			strchr(".[", ((const char *)path)[length]) != NULL) {
			g_ptr_array_add(found,
				g_strconcat(reader->path->str, (const char *)path + length, NULL));
			g_ptr_array_add(found, g_strdup(tag));
		}
	for (guint i = 0; i < found->len; i += 2)
		note_tag(reader, found->pdata[i], found->pdata[i + 1]);
}

static bool read_alias(Reader *reader, json_t **value)
{
	const char *name = (const char *)reader->event.data.alias.anchor;
	const Anchor *anchor = g_hash_table_lookup(reader->anchors, name);
	if (anchor == NULL)
		return reader_fail(reader, "yaml: unknown anchor '%s' referenced", name);
	if (anchor->value != NULL) {
		reader->nodes += count_nodes(anchor->value);
		if (reader->nodes > MAX_NODES)
			return reader_fail(reader, "%s",
				"the file holds too much by its aliases: excessive aliasing");
		*value = json_deep_copy(anchor->value);
	}
	copy_tags(reader, anchor->path);
	return advance(reader);
}

static bool read_kind(Reader *reader, const char *tag, json_t **value)
{
	switch (reader->event.type) {
	case YAML_SCALAR_EVENT:
		return read_scalar(reader, tag, value);
	case YAML_SEQUENCE_START_EVENT:
		return read_list(reader, value);
	case YAML_MAPPING_START_EVENT:
		return read_map(reader, value);
	case YAML_ALIAS_EVENT:
		return read_alias(reader, value);
	default:
		return reader_fail(reader, "%s", "a value is missing");
	}
}

static void anchor_free(gpointer data)
{
	Anchor *anchor = data;
	json_decref(anchor->value);
	g_free(anchor->path);
	g_free(anchor);
}

/* value stays NULL for "!reset". */
static bool read_value(Reader *reader, json_t **value)
{
	g_autofree char *anchor = g_strdup(anchor_of(&reader->event)),
			*tag = short_tag(tag_of(&reader->event));
	bool reset = strcmp(tag, "!reset") == 0, override = strcmp(tag, "!override") == 0;
	if (++reader->depth > MAX_DEPTH || ++reader->nodes > MAX_NODES)
		return reader_fail(reader, "%s", "the file is nested too deep or holds too much");
	if (g_hash_table_lookup(reader->document->places, reader->path->str) == NULL)
		note_place(reader);
	if (reset || override)
		note_tag(reader, reader->path->str, tag);
	if (!read_kind(reader, reset || override ? "" : tag, value))
		return false;
	if (reset)
		g_clear_pointer(value, json_decref);
	reader->depth--;
	if (anchor != NULL) {
		Anchor *known = g_new0(Anchor, 1);
		*known = (Anchor){json_deep_copy(*value), g_strdup(reader->path->str)};
		g_hash_table_insert(reader->anchors, g_steal_pointer(&anchor), known);
	}
	return true;
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

static bool read_document(Reader *reader)
{
	reader->anchors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, anchor_free);
	bool ok = advance(reader) && read_value(reader, &reader->document->tree);
	g_clear_pointer(&reader->anchors, g_hash_table_unref);
	if (ok && reader->document->tree == NULL)
		reader->document->tree = json_null();
	return ok;
}

static bool read_stream(Reader *reader, GPtrArray *documents, const char *name, const char *text)
{
	/* Errors before the first document need a position, too. */
	g_autoptr(Document) none = reader->document = document_new(name, text);
	while (advance(reader) && reader->event.type != YAML_STREAM_END_EVENT) {
		if (reader->event.type != YAML_DOCUMENT_START_EVENT)
			continue;
		const yaml_version_directive_t *version =
			reader->event.data.document_start.version_directive;
		if (version != NULL && version->minor != 1)
			return reader_fail(reader, "%s", "yaml: found incompatible YAML document");
		reader->document = document_new(name, text);
		g_ptr_array_add(documents, reader->document);
		if (!read_document(reader))
			return false;
	}
	return !reader->failed;
}

/* yaml.v3 knows "\\'" in double quotes, and libyaml does not. Where it stopped at one: the text without those of that
 * scalar; else NULL. The caller frees it. */
static char *without_quote_escapes(const yaml_parser_t *parser, const char *text)
{
	if (g_strcmp0(parser->problem, "found unknown escape character") != 0)
		return NULL;
	const char *at = g_utf8_offset_to_pointer(text, (glong)parser->problem_mark.index);
	if (at[0] != '\\' || at[1] != '\'')
		return NULL;
	GString *out = g_string_new_len(text, at - text);
	while (*at != '\0' && *at != '"') {
		size_t length = *at == '\\' && at[1] != '\0' ? 2 : 1;
		bool drops = length == 2 && at[1] == '\'';
		g_string_append_len(out, at + drops, (gssize)(length - drops));
		at += length;
	}
	g_string_append(out, at);
	return g_string_free(out, FALSE);
}

/* again: the text to be read in its place, if it is not NULL then. */
static bool read_text(
	GPtrArray *documents, const char *name, const char *text, char **again, GError **error)
{
	Reader reader = {.path = g_string_new(""), .at = text, .error = error};
	bool ok = yaml_parser_initialize(&reader.parser) == 1;
	if (ok) {
		yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
		yaml_parser_set_input_string(
			&reader.parser, (const unsigned char *)text, strlen(text));
		ok = read_stream(&reader, documents, name, text);
		*again = ok ? NULL : without_quote_escapes(&reader.parser, text);
	}
	drop_event(&reader);
	yaml_parser_delete(&reader.parser);
	g_string_free(reader.path, TRUE);
	return ok;
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
	g_autofree char *own = g_strndup(text, length);
	/* Each time costs as much as the whole text. */
	for (size_t spent = 0;; spent += length) {
		g_autoptr(GError) problem = NULL;
		char *again = NULL;
		if (read_text(documents, name, own, &again, &problem))
			return g_steal_pointer(&documents);
		if (again == NULL || spent > MAX_AGAIN) {
			g_free(again);
			g_propagate_error(error, g_steal_pointer(&problem));
			return NULL;
		}
		g_free(own);
		own = again;
		g_ptr_array_set_size(documents, 0);
	}
}
