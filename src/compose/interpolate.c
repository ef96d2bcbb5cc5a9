/* "${NAME:-word}" in a file's strings (Compose Specification, "Interpolation"). */
#include "compose/variables.h"

#include "base/error.h"
#include "base/shown.h"

#include <stdio.h>
#include <string.h>

enum { MAX_DEPTH = 32, MAX_LENGTH = 4 << 20 };

typedef struct {
	const char *whole, *at;
	Environment *environment;
	json_t *found; /* of document_variables, or NULL */
	int depth;
	GError **error;
} Scan;

static char *read_text(Scan *scan, bool in_braces);

static char *invalid(Scan *scan)
{
	fail(scan->error, BERTH_ERROR_UNAVAILABLE,
		"invalid interpolation format: \"%s\". You may need to escape any $ with another $",
		scan->whole);
	return NULL;
}

static bool is_name(char c, bool first)
{
	return c == '_' || g_ascii_isalpha(c) || (!first && g_ascii_isdigit(c));
}

static char *read_name(Scan *scan)
{
	const char *start = scan->at;
	while (is_name(*scan->at, scan->at == start))
		scan->at++;
	return g_strndup(start, (gsize)(scan->at - start));
}

static const char *value_of(Scan *scan, const char *name, bool warn)
{
	const char *value = environment_get(scan->environment, name);
	if (value == NULL && warn && !scan->environment->quiet &&
		g_hash_table_add(scan->environment->warned, g_strdup(name))) {
		g_autoptr(GDateTime) now = g_date_time_new_now_local();
		g_autofree char *time = g_date_time_format_iso8601(now);
		print_to(stderr,
			"time=\"%s\" level=warning msg=\"The \\\"%s\\\" variable is not set. "
			"Defaulting to a blank string.\"\n",
			time, name);
	}
	return value;
}

static void note(Scan *scan, const char *name, const char *kind, const char *word)
{
	if (scan->found == NULL)
		return;
	json_t *entry = json_object_get(scan->found, name);
	if (entry == NULL)
		json_object_set_new(scan->found, name,
			entry = json_pack(
				"{s:b, s:s, s:s}", "required", 0, "default", "", "alternate", ""));
	if (strcmp(kind, "required") == 0)
		json_object_set_new(entry, kind, json_true());
	else if (*kind != '\0')
		json_object_set_new(entry, kind, json_lenient(word));
}

/* What stands behind the name: ":-word", "?word" and their kin, up to the brace. */
static char *read_modifier(Scan *scan, const char *name)
{
	bool colon = *scan->at == ':';
	scan->at += colon;
	char how = *scan->at;
	if (how != '-' && how != '?' && how != '+')
		return invalid(scan);
	scan->at++;
	const char *value = value_of(scan, name, false);
	bool filled = value != NULL && !(colon && *value == '\0');
	/* Nobody is warned of what is in a word that is not used. */
	bool quiet = scan->environment->quiet;
	scan->environment->quiet = quiet || (how == '+' ? !filled : filled);
	g_autofree char *word = read_text(scan, true);
	scan->environment->quiet = quiet;
	if (word == NULL)
		return NULL;
	note(scan, name, how == '-' ? "default" : how == '+' ? "alternate" : "required", word);
	if (how == '+')
		return g_strdup(filled ? word : "");
	if (filled)
		return g_strdup(value);
	if (how == '-')
		return g_steal_pointer(&word);
	fail(scan->error, BERTH_ERROR_UNAVAILABLE, "required variable %s is missing a value%s%s",
		name, *word != '\0' ? ": " : "", word);
	return NULL;
}

static char *read_braces(Scan *scan)
{
	scan->at++;
	g_autofree char *name = read_name(scan);
	if (*name == '\0')
		return invalid(scan);
	note(scan, name, "", "");
	g_autofree char *value = NULL;
	if (*scan->at == '}') {
		const char *plain = value_of(scan, name, true);
		value = g_strdup(plain != NULL ? plain : "");
	} else {
		value = read_modifier(scan, name);
	}
	if (value == NULL)
		return NULL;
	if (*scan->at != '}')
		return invalid(scan);
	scan->at++;
	return g_steal_pointer(&value);
}

/* Behind a "$". */
static char *read_dollar(Scan *scan)
{
	scan->at++;
	if (*scan->at == '$') {
		scan->at++;
		return g_strdup("$");
	}
	if (*scan->at == '{')
		return read_braces(scan);
	if (!is_name(*scan->at, true))
		return invalid(scan);
	g_autofree char *name = read_name(scan);
	note(scan, name, "", "");
	const char *value = value_of(scan, name, true);
	return g_strdup(value != NULL ? value : "");
}

static char *read_text(Scan *scan, bool in_braces)
{
	g_autoptr(GString) out = g_string_new("");
	if (++scan->depth > MAX_DEPTH)
		return invalid(scan);
	while (*scan->at != '\0' && !(in_braces && *scan->at == '}')) {
		if (*scan->at != '$') {
			g_string_append_c(out, *scan->at++);
			continue;
		}
		g_autofree char *value = read_dollar(scan);
		if (value == NULL || out->len + strlen(value) > MAX_LENGTH)
			return value == NULL ? NULL : invalid(scan);
		g_string_append(out, value);
	}
	scan->depth--;
	return g_string_free(g_steal_pointer(&out), FALSE);
}

char *interpolate(const char *text, Environment *environment, GError **error)
{
	Scan scan = {.whole = text, .at = text, .environment = environment, .error = error};
	return read_text(&scan, false);
}

typedef struct {
	Document *document;
	Environment *environment;
	json_t *found;
	GString *path;
	GError **error;
} Walk;

static bool walk(Walk *w, json_t **value);

static bool walk_text(Walk *w, json_t **value)
{
	const char *text = json_string_value(*value);
	g_autoptr(GError) problem = NULL;
	if (strchr(text, '$') == NULL)
		return true;
	Scan scan = {.whole = text,
		.at = text,
		.environment = w->environment,
		.found = w->found,
		.error = &problem};
	g_autofree char *done = read_text(&scan, false);
	if (done == NULL)
		return document_fail(w->document, w->error, w->path->str, "%s", problem->message);
	if (w->found == NULL) {
		json_decref(*value);
		*value = json_lenient(done);
	}
	return true;
}

static bool walk_member(Walk *w, json_t *member, json_t **kept)
{
	*kept = json_incref(member);
	return walk(w, kept);
}

static bool walk(Walk *w, json_t **value)
{
	size_t i;
	const char *name;
	json_t *member, *kept;
	void *next;
	gsize length = w->path->len;
	if (json_is_string(*value))
		return walk_text(w, value);
	json_array_foreach (*value, i, member) {
		g_string_append_printf(w->path, "[%zu]", i);
		bool ok = walk_member(w, member, &kept);
		json_array_set_new(*value, i, kept);
		g_string_truncate(w->path, length);
		if (!ok)
			return false;
	}
	json_object_foreach_safe (*value, next, name, member) {
		g_string_append_printf(w->path, "%s%s", length > 0 ? "." : "", name);
		bool ok = walk_member(w, member, &kept);
		json_object_set_new(*value, name, kept);
		g_string_truncate(w->path, length);
		if (!ok)
			return false;
	}
	return true;
}

bool document_interpolate(Document *document, Environment *environment, GError **error)
{
	g_autoptr(GString) path = g_string_new("");
	Walk w = {document, environment, NULL, path, error};
	return walk(&w, &document->tree);
}

void document_variables(const Document *document, json_t *variables)
{
	g_autoptr(GString) path = g_string_new("");
	g_autoptr(Environment) none = environment_new(false);
	none->quiet = true;
	Walk w = {(Document *)document, none, variables, path, NULL};
	walk(&w, (json_t **)&document->tree);
}
