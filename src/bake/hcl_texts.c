/* Functions of bake files that read, change and make texts (docker/buildx, docs/bake-stdlib.md). */
#include "bake/hcl_call.h"

#include "base/csv.h"
#include "base/digest.h"

#include <stdlib.h>
#include <string.h>

/* As Go's url.QueryEscape: a blank is "+". */
static char *query_escape(const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	for (int i = 0; words[i] != NULL; i++) {
		char *escaped = g_uri_escape_string(words[i], NULL, FALSE);
		g_free(words[i]);
		words[i] = escaped;
	}
	return g_strjoinv("+", words);
}

/* Of one text. */
static json_t *of_text(const Call *call)
{
	g_autofree char *text = text_at(call, 0);
	const char *name = call->name;
	g_autofree char *made = strcmp(name, "upper") == 0	 ? g_utf8_strup(text, -1)
				: strcmp(name, "lower") == 0	 ? g_utf8_strdown(text, -1)
				: strcmp(name, "trimspace") == 0 ? g_strdup(g_strstrip(text))
				: strcmp(name, "reverse") == 0	 ? g_utf8_strreverse(text, -1)
				: strcmp(name, "basename") == 0	 ? g_path_get_basename(text)
				: strcmp(name, "dirname") == 0	 ? g_path_get_dirname(text)
				: strcmp(name, "urlencode") == 0 ? query_escape(text)
				: strcmp(name, "base64encode") == 0
					? g_base64_encode((const guchar *)text, strlen(text))
					: g_strdup(text);
	return json_lenient(made);
}

static json_t *chomp(const Call *call)
{
	g_autofree char *text = text_at(call, 0);
	for (size_t n = strlen(text); n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'); n--)
		text[n - 1] = '\0';
	return json_lenient(text);
}

static json_t *decode_base64(const Call *call)
{
	gsize length;
	g_autofree char *text = text_at(call, 0);
	/* GLib overlooks what is no base64. */
	size_t used =
		strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
	if (strlen(text) % 4 != 0 || strlen(text) - used > 2 ||
		strspn(text + used, "=") != strlen(text + used))
		return wrong(call, "failed to decode base64 data");
	g_autofree guchar *bytes = g_base64_decode(text, &length);
	g_autofree char *copy = g_strndup((const char *)bytes, length);
	return json_lenient(copy);
}

/* "Not a letter, a digit, '-' or '_' becomes '_'": of names of targets. */
static json_t *sanitize(const Call *call)
{
	g_autofree char *text = text_at(call, 0);
	g_autoptr(GString) name = g_string_new("");
	for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c))
		g_string_append_c(name, g_ascii_isalnum(*c) || *c == '-' ? *c : '_');
	return json_string(name->str);
}

static json_t *hash(const Call *call)
{
	static const struct {
		const char *name;
		GChecksumType type;
	} kinds[] = {{"md5", G_CHECKSUM_MD5}, {"sha1", G_CHECKSUM_SHA1},
		{"sha256", G_CHECKSUM_SHA256}, {"sha512", G_CHECKSUM_SHA512}};
	g_autofree char *text = text_at(call, 0), *hex = NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (strcmp(kinds[i].name, call->name) == 0)
			hex = g_compute_checksum_for_string(kinds[i].type, text, -1);
	return json_string(hex);
}

static json_t *title(const Call *call)
{
	g_autofree char *text = text_at(call, 0);
	bool begins = true;
	for (char *c = text; *c != '\0'; c++) {
		if (begins)
			*c = g_ascii_toupper(*c);
		begins = g_ascii_isprint(*c) || g_ascii_isspace(*c)
				 ? !g_ascii_isalnum(*c) && *c != '_'
				 : false;
	}
	return json_lenient(text);
}

static const char too_large[] = "the value is too large";

/* Before it is made: so many times so much. What a value may be is asked of what came of it (hcl_eval.c). */
static bool is_too_much(size_t times, size_t length)
{
	enum { MOST = 16 * HCL_LARGEST };
	return length > 0 && times > MOST / length;
}

/* Each by itself: what nothing separates. */
static char **characters(const char *text)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c)) {
		g_autofree char *one = g_utf8_substring(c, 0, 1);
		g_strv_builder_add(list, one);
	}
	return g_strv_builder_end(list);
}

static json_t *replace(const Call *call)
{
	g_autofree char *text = text_at(call, 0), *from = text_at(call, 1), *to = text_at(call, 2);
	g_auto(GStrv) parts = *from != '\0' ? g_strsplit(text, from, -1) : characters(text);
	if (is_too_much(g_strv_length(parts), strlen(to)))
		return wrong(call, too_large);
	g_autofree char *made = g_strjoinv(to, parts), *around = g_strconcat(to, made, to, NULL);
	return json_lenient(*from != '\0' ? made : around);
}

/* Go's "$1" and "${1}" are GLib's "\1". */
static json_t *replace_pattern(const Call *call)
{
	g_autofree char *text = text_at(call, 0), *pattern = text_at(call, 1),
			*to = text_at(call, 2);
	g_autoptr(GRegex) dollars = g_regex_new("\\$(?:\\{(\\w+)\\}|(\\w+))", 0, 0, NULL),
			  regex = g_regex_new(pattern, 0, 0, call->error);
	g_autofree char *with = g_regex_replace(dollars, to, -1, 0, "\\\\g<\\1\\2>", 0, NULL);
	if (is_too_much(strlen(text) + 1, strlen(with)))
		return wrong(call, too_large);
	g_autofree char *made =
		regex != NULL ? g_regex_replace(regex, text, -1, 0, with, 0, call->error) : NULL;
	return made != NULL ? json_lenient(made) : NULL;
}

/* Without groups the match, else a list of them. */
static json_t *match_pattern(const Call *call)
{
	g_autofree char *pattern = text_at(call, 0), *text = text_at(call, 1);
	g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, call->error);
	g_autoptr(GMatchInfo) match = NULL;
	if (regex == NULL)
		return NULL;
	if (!g_regex_match(regex, text, 0, &match))
		return wrong(call, "pattern did not match any part of the given string");
	int groups = g_match_info_get_match_count(match);
	json_t *list = json_array();
	for (int i = groups > 1 ? 1 : 0; i < groups; i++) {
		g_autofree char *one = g_match_info_fetch(match, i);
		json_array_append_new(list, json_lenient(one));
	}
	if (groups > 1)
		return list;
	json_t *whole = json_incref(json_array_get(list, 0));
	json_decref(list);
	return whole;
}

static json_t *match_all(const Call *call)
{
	g_autofree char *pattern = text_at(call, 0), *text = text_at(call, 1);
	g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, call->error);
	g_autoptr(GMatchInfo) match = NULL;
	if (regex == NULL)
		return NULL;
	json_t *all = json_array();
	for (bool on = g_regex_match(regex, text, 0, &match); on;
		on = g_match_info_next(match, NULL)) {
		int groups = g_match_info_get_match_count(match);
		json_t *list = groups > 1 ? json_array() : NULL;
		for (int i = groups > 1 ? 1 : 0; i < groups; i++) {
			g_autofree char *one = g_match_info_fetch(match, i);
			json_array_append_new(list != NULL ? list : all, json_lenient(one));
		}
		if (list != NULL)
			json_array_append_new(all, list);
	}
	return all;
}

/* trim, trimprefix, trimsuffix */
static json_t *trim(const Call *call)
{
	g_autofree char *text = text_at(call, 0), *what = text_at(call, 1);
	char *begin = text;
	if (strcmp(call->name, "trimprefix") == 0)
		begin += g_str_has_prefix(text, what) ? strlen(what) : 0;
	else if (strcmp(call->name, "trimsuffix") == 0) {
		if (g_str_has_suffix(text, what))
			text[strlen(text) - strlen(what)] = '\0';
	} else {
		begin += strspn(text, what);
		for (size_t n = strlen(begin); n > 0 && strchr(what, begin[n - 1]) != NULL; n--)
			begin[n - 1] = '\0';
	}
	return json_lenient(begin);
}

static json_t *substring(const Call *call)
{
	g_autofree char *text = text_at(call, 0);
	glong length = g_utf8_strlen(text, -1), begin = (glong)number_at(call, 1),
	      count = (glong)number_at(call, 2);
	if (begin < 0)
		begin = MAX(0, length + begin);
	glong end = count < 0 ? length : MIN(length, begin + count);
	g_autofree char *made = begin < end ? g_utf8_substring(text, begin, end) : g_strdup("");
	return json_lenient(made);
}

static json_t *split(const Call *call)
{
	g_autofree char *by = text_at(call, 0), *text = text_at(call, 1);
	g_auto(GStrv) parts = *by != '\0' ? g_strsplit(text, by, -1) : characters(text);
	json_t *list = json_strings(parts);
	if (parts[0] == NULL)
		json_array_append_new(list, json_string(""));
	return list;
}

static json_t *join(const Call *call)
{
	g_autofree char *by = text_at(call, 0);
	g_autoptr(GString) text = g_string_new("");
	bool first = true;
	if (json_array_size(call->list) < 2)
		return wrong(call, "at least one list is required");
	for (size_t a = 1; a < json_array_size(call->list); a++)
		for (size_t i = 0; i < json_array_size(argument(call, a)); i++) {
			g_autofree char *one = hcl_text(json_array_get(argument(call, a), i));
			if (one == NULL)
				return wrong(
					call, "an element is null; cannot concatenate null values");
			g_string_append_printf(text, "%s%s", first ? "" : by, one);
			if (text->len > HCL_LARGEST)
				return wrong(call, too_large);
			first = false;
		}
	return json_lenient(text->str);
}

static json_t *indent(const Call *call)
{
	int width = (int)CLAMP(number_at(call, 0), 0, 1000);
	g_autofree char *text = text_at(call, 1), *blanks = g_strnfill((gsize)width, ' '),
			*by = g_strconcat("\n", blanks, NULL);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	if (is_too_much(g_strv_length(lines), (size_t)width))
		return wrong(call, too_large);
	g_autofree char *made = g_strjoinv(by, lines);
	return json_lenient(made);
}

static json_t *encode_json(const Call *call)
{
	char *text = json_dumps(argument(call, 0),
		JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS | JSON_REAL_PRECISION(15));
	g_autoptr(GString) out = g_string_new(text);
	free(text);
	/* As Go writes JSON. */
	g_string_replace(out, "<", "\\u003c", 0);
	g_string_replace(out, ">", "\\u003e", 0);
	g_string_replace(out, "&", "\\u0026", 0);
	return json_lenient(out->str);
}

static json_t *decode_json(const Call *call)
{
	g_autofree char *text = text_at(call, 0);
	json_t *made = json_loads(text, JSON_DECODE_ANY, NULL);
	return made != NULL ? made : wrong(call, "invalid JSON");
}

/* A line of CSV; quoted fields hold no line breaks. NULL with error. */
static char **csv_line(const Call *call, const char *line)
{
	g_autofree char *why = NULL;
	char **fields = csv_split(line, &why);
	if (why != NULL) {
		g_strfreev(fields);
		wrong(call, why);
		return NULL;
	}
	return fields;
}

/* An object for each line behind the first, which has the names. */
static json_t *decode_csv(const Call *call)
{
	g_autofree char *text = text_at(call, 0);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1), names = NULL;
	g_autoptr(json_t) rows = json_array();
	for (int i = 0; lines[i] != NULL; i++) {
		if (*g_strchomp(lines[i]) == '\0')
			continue;
		g_auto(GStrv) fields = csv_line(call, lines[i]);
		if (fields == NULL)
			return NULL;
		if (names == NULL) {
			names = g_steal_pointer(&fields);
			continue;
		}
		if (g_strv_length(fields) != g_strv_length(names))
			return wrong(call, "wrong number of fields");
		json_t *row = json_object();
		for (int k = 0; fields[k] != NULL; k++)
			json_object_set_new(row, names[k], json_lenient(fields[k]));
		json_array_append_new(rows, row);
		if (json_object_size(row) != g_strv_length(names))
			return wrong(call, "duplicate column name");
	}
	return names != NULL ? g_steal_pointer(&rows) : wrong(call, "missing header line");
}

static json_t *uuid(const Call *call)
{
	(void)call;
	g_autofree char *text = g_uuid_string_random();
	return json_string(text);
}

/* RFC 9562: a name within one of the namespaces that it lists. */
static json_t *named_uuid(const Call *call)
{
	static const char *const spaces[] = {"dns", "url", "oid", "", "x500"};
	g_autofree char *space = text_at(call, 0), *name = text_at(call, 1);
	guint8 base[] = {0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0,
		0x4f, 0xd4, 0x30, 0xc8},
	       digest[20];
	gsize length = sizeof digest;
	size_t i = 0;
	while (i < G_N_ELEMENTS(spaces) && (*space == '\0' || strcmp(spaces[i], space) != 0))
		i++;
	if (i == G_N_ELEMENTS(spaces))
		return wrong(call, "the namespace must be dns, url, oid or x500");
	base[3] = (guint8)(base[3] + i);
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA1);
	g_checksum_update(sum, base, sizeof base);
	g_checksum_update(sum, (const guchar *)name, (gssize)strlen(name));
	g_checksum_get_digest(sum, digest, &length);
	digest[6] = (guint8)((digest[6] & 0x0f) | 0x50);
	digest[8] = (guint8)((digest[8] & 0x3f) | 0x80);
	g_autoptr(GString) text = g_string_new("");
	for (int at = 0; at < 16; at++)
		g_string_append_printf(text, "%s%02x",
			at == 4 || at == 6 || at == 8 || at == 10 ? "-" : "", digest[at]);
	return json_string(text->str);
}

static json_t *home(const Call *call)
{
	(void)call;
	return json_lenient(g_get_home_dir());
}

const HclFunction hcl_texts[] = {{"base64decode", decode_base64, "str:s"},
	{"base64encode", of_text, "str:s"}, {"basename", of_text, "path:s"},
	{"chomp", chomp, "str:s"}, {"csvdecode", decode_csv, "str:s"},
	{"dirname", of_text, "path:s"}, {"homedir", home, ""}, {"indent", indent, "spaces:n str:s"},
	{"join", join, "separator:s lists:S..."}, {"jsondecode", decode_json, "str:s"},
	{"jsonencode", encode_json, "val:A"}, {"lower", of_text, "str:s"}, {"md5", hash, "str:s"},
	{"regex", match_pattern, "pattern:s string:s"},
	{"regex_replace", replace_pattern, "str:s pattern:s replace:s"},
	{"regexall", match_all, "pattern:s string:s"},
	{"replace", replace, "str:s substr:s replace:s"}, {"reverse", of_text, "str:s"},
	{"sanitize", sanitize, "name:s"}, {"sha1", hash, "str:s"}, {"sha256", hash, "str:s"},
	{"sha512", hash, "str:s"}, {"split", split, "separator:s str:s"},
	{"substr", substring, "str:s offset:n length:n"}, {"title", title, "str:s"},
	{"trim", trim, "str:s cutset:s"}, {"trimprefix", trim, "str:s prefix:s"},
	{"trimspace", of_text, "str:s"}, {"trimsuffix", trim, "str:s suffix:s"},
	{"upper", of_text, "str:s"}, {"urlencode", of_text, "str:s"}, {"uuidv4", uuid, ""},
	{"uuidv5", named_uuid, "namespace:s name:s"}, {NULL, NULL, NULL}};
