/* Functions of bake files that read, change and make texts (docker/buildx, docs/bake-stdlib.md). */
#include "bake/hcl_call.h"

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
	g_autofree guchar *bytes = g_base64_decode(text, &length);
	g_autofree char *copy = g_strndup((const char *)bytes, length);
	return json_lenient(copy);
}

/* "Not a letter, a digit, '-' or '_' becomes '_'": of names of targets. */
static json_t *sanitize(const Call *call)
{
	g_autofree char *text = text_at(call, 0);
	for (char *c = text; *c != '\0'; c++)
		if (!g_ascii_isalnum(*c) && *c != '-' && *c != '_')
			*c = '_';
	return json_string(text);
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
		begins = g_ascii_isspace(*c);
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

static json_t *replace(const Call *call)
{
	g_autofree char *text = text_at(call, 0), *from = text_at(call, 1), *to = text_at(call, 2);
	g_auto(GStrv) parts = g_strsplit(text, from, -1);
	if (is_too_much(g_strv_length(parts), strlen(to)))
		return wrong(call, too_large);
	g_autofree char *made = *from != '\0' ? g_strjoinv(to, parts) : g_strdup(text);
	return json_lenient(made);
}

/* Go's "$1" and "${1}" are GLib's "\1". */
static json_t *replace_pattern(const Call *call)
{
	g_autofree char *text = text_at(call, 0), *pattern = text_at(call, 1),
			*to = text_at(call, 2);
	g_autoptr(GRegex) dollars = g_regex_new("\\$\\{?(\\d+)\\}?", 0, 0, NULL),
			  regex = g_regex_new(pattern, 0, 0, call->error);
	g_autofree char *with = g_regex_replace(dollars, to, -1, 0, "\\\\g<\\1>", 0, NULL);
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
	g_auto(GStrv) parts = g_strsplit(text, by, -1);
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
	for (size_t a = 1; a < json_array_size(call->list); a++)
		for (size_t i = 0; i < json_array_size(argument(call, a)); i++) {
			g_autofree char *one = hcl_text(json_array_get(argument(call, a), i));
			g_string_append_printf(
				text, "%s%s", first ? "" : by, one != NULL ? one : "");
			if (text->len > HCL_LARGEST)
				return wrong(call, too_large);
			first = false;
		}
	return json_lenient(text->str);
}

/* "%s", "%d", "%v", "%q", "%f" with flags and width; "%%". */
static json_t *format(const Call *call)
{
	g_autofree char *pattern = text_at(call, 0);
	g_autoptr(GString) text = g_string_new("");
	size_t next = 1;
	for (const char *c = pattern; *c != '\0'; c++) {
		if (*c != '%' || c[1] == '%') {
			g_string_append_c(text, *c);
			c += *c == '%';
			continue;
		}
		size_t flags = strspn(c + 1, "-+ 0123456789.");
		char verb = c[1 + flags];
		if (verb == '\0' || strchr("sdvqf", verb) == NULL || flags > 8)
			return wrong(call, "unsupported format");
		g_autofree char *one = text_at(call, next), *form = g_strndup(c, flags + 1),
				*quoted = g_strconcat("\"", one, "\"", NULL);
		if (strlen(form) > 1 &&
			strtol(form + 1 + strspn(form + 1, "-+ 0"), NULL, 10) > 1000)
			return wrong(call, "unsupported format");
		double number = number_at(call, next++);
		g_autofree char *whole = g_strconcat(form,
			verb == 'd'   ? G_GINT64_FORMAT
			: verb == 'f' ? "f"
				      : "s",
			NULL);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		if (verb == 'd')
			g_string_append_printf(text, whole, (gint64)number);
		else if (verb == 'f')
			g_string_append_printf(text, whole, number);
		else
			g_string_append_printf(text, whole, verb == 'q' ? quoted : one);
#pragma GCC diagnostic pop
		c += flags + 1;
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
	char *text = json_dumps(argument(call, 0), JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
	json_t *made = json_string(text);
	free(text);
	return made;
}

static json_t *decode_json(const Call *call)
{
	g_autofree char *text = text_at(call, 0);
	json_t *made = json_loads(text, JSON_DECODE_ANY, NULL);
	return made != NULL ? made : wrong(call, "invalid JSON");
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
	static const char *const spaces[] = {"dns", "url", "", "oid", "x500"};
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

const HclFunction hcl_texts[] = {{"base64decode", decode_base64, 1, 1},
	{"base64encode", of_text, 1, 1}, {"basename", of_text, 1, 1}, {"chomp", chomp, 1, 1},
	{"dirname", of_text, 1, 1}, {"format", format, 1, -1}, {"homedir", home, 0, 0},
	{"indent", indent, 2, 2}, {"join", join, 2, -1}, {"jsondecode", decode_json, 1, 1},
	{"jsonencode", encode_json, 1, 1}, {"lower", of_text, 1, 1}, {"md5", hash, 1, 1},
	{"regex", match_pattern, 2, 2}, {"regex_replace", replace_pattern, 3, 3},
	{"regexall", match_all, 2, 2}, {"replace", replace, 3, 3}, {"reverse", of_text, 1, 1},
	{"sanitize", sanitize, 1, 1}, {"sha1", hash, 1, 1}, {"sha256", hash, 1, 1},
	{"sha512", hash, 1, 1}, {"split", split, 2, 2}, {"substr", substring, 3, 3},
	{"title", title, 1, 1}, {"trim", trim, 2, 2}, {"trimprefix", trim, 2, 2},
	{"trimspace", of_text, 1, 1}, {"trimsuffix", trim, 2, 2}, {"upper", of_text, 1, 1},
	{"urlencode", of_text, 1, 1}, {"uuidv4", uuid, 0, 0}, {"uuidv5", named_uuid, 2, 2},
	{NULL, NULL, 0, 0}};
