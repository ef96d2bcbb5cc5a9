/* Instructions that change nothing but the image's configuration (OCI image-spec, config.md, and Docker's
 * Healthcheck, OnBuild and Shell). */
#include "dockerfile/dockerfile.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/json_names.h"
#include "base/quote.h"
#include "base/timefmt.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
	json_t *config;
	const Instruction *instruction;
	const Variables *variables;
	GString *line; /* its text in the history, expanded */
	GError **error;
} Change;

static json_t *member(Change *change, const char *key, json_t *(*make)(void))
{
	if (!json_filled(json_object_get(change->config, key)))
		json_object_set_new(change->config, key, make());
	return json_object_get(change->config, key);
}

static char *expand(Change *change, const char *word)
{
	return word_expand(word, change->variables, change->error);
}

static json_t *words_of(char *const *words)
{
	json_t *list = json_array();
	for (; *words != NULL; words++)
		json_array_append_new(list, json_lenient(*words));
	return list;
}

json_t *config_shell(const json_t *config, const char *line)
{
	json_t *shell = json_object_get(config, "Shell");
	json_t *list = json_filled(shell) ? json_copy(shell) : json_pack("[s, s]", "/bin/sh", "-c");
	json_array_append_new(list, json_lenient(line));
	return list;
}

json_t *config_command(const json_t *config, const Instruction *instruction)
{
	if (instruction->is_json)
		return words_of(instruction->words);
	const Heredoc *script = instruction_script(instruction);
	g_autoptr(GString) text = g_string_new(script != NULL ? script->body : instruction->text);
	/* The shell reads the heredocs that follow its command line. */
	for (guint i = 0;
		script == NULL && instruction->heredocs != NULL && i < instruction->heredocs->len;
		i++) {
		const Heredoc *heredoc = instruction->heredocs->pdata[i];
		g_string_append_printf(text, "\n%s%s", heredoc->raw, heredoc->name);
	}
	return config_shell(config, text->str);
}

static bool set_command(Change *change)
{
	bool cmd = change->instruction->kind == DF_CMD;
	json_t *command = config_command(change->config, change->instruction);
	g_auto(GStrv) words = json_strv(command);
	g_autofree char *quoted = texts_quote(words);
	g_string_append(change->line, quoted);
	json_object_set_new(change->config, cmd ? "Cmd" : "Entrypoint", command);
	return true;
}

void env_set(json_t *list, const char *key, const char *value)
{
	g_autofree char *setting = g_strconcat(key, "=", value, NULL);
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strncmp(json_elem(list, i), setting, strlen(key) + 1) == 0) {
			json_array_set_new(list, i, json_lenient(setting));
			return;
		}
	json_array_append_new(list, json_lenient(setting));
}

/* Names and values, all of them replaced before any is set: ENV a=1 b=$a uses the old a. */
static GArray *expanded_pairs(Change *change)
{
	bool legacy;
	g_autoptr(GArray) pairs = instruction_pairs(change->instruction, &legacy, change->error);
	for (guint i = 0; pairs != NULL && i < pairs->len; i++) {
		Pair *pair = &g_array_index(pairs, Pair, i);
		char *key = expand(change, pair->key);
		char *value = key != NULL ? expand(change, pair->value) : NULL;
		g_free(pair->key);
		g_free(pair->value);
		*pair = (Pair){key, value};
		if (value == NULL)
			return NULL;
	}
	return g_steal_pointer(&pairs);
}

static bool set_pairs(Change *change)
{
	bool env = change->instruction->kind == DF_ENV;
	g_autoptr(GArray) pairs = expanded_pairs(change);
	json_t *place = member(change, env ? "Env" : "Labels", env ? json_array : json_object);
	for (guint i = 0; pairs != NULL && i < pairs->len; i++) {
		const Pair *pair = &g_array_index(pairs, Pair, i);
		g_string_append_printf(
			change->line, "%s%s=%s", i > 0 ? " " : "", pair->key, pair->value);
		if (env)
			env_set(place, pair->key, pair->value);
		else
			json_object_set_new(place, pair->key, json_lenient(pair->value));
	}
	return pairs != NULL;
}

static bool port_number(const char *text, guint64 *number)
{
	return g_ascii_string_to_unsigned(text + (*text == '+'), 10, 0, 65535, number, NULL);
}

/* "80" or "80-82". */
static bool port_range(const char *text, guint64 *first, guint64 *last)
{
	g_auto(GStrv) parts = g_strsplit(text, "-", -1);
	guint count = g_strv_length(parts);
	const char *end = count > 0 ? parts[count - 1] : "";
	return (count == 1 || count == 2) && port_number(parts[0], first) &&
	       port_number(end, last) && *first <= *last;
}

/* A host address and port in front of it are checked and ignored. */
static bool check_host_part(Change *change, const char *host)
{
	guint64 first, last;
	const char *colon = strrchr(host, ':'), *port = colon != NULL ? colon + 1 : host;
	g_autofree char *address = colon != NULL ? g_strndup(host, (gsize)(colon - host)) : NULL;
	size_t length = address != NULL ? strlen(address) : 0;
	if (length > 1 && *address == '[' && address[length - 1] == ']') {
		memmove(address, address + 1, length);
		address[length - 2] = '\0';
	}
	if (length > 0 && !g_hostname_is_ip_address(address))
		return fail(change->error, BERTH_ERROR_INVALID, "invalid IP address: %s", address);
	return *port == '\0' || port_range(port, &first, &last) ||
	       fail(change->error, BERTH_ERROR_INVALID, "invalid hostPort: %s", port);
}

/* "80", "80/udp", "8000-8002/tcp", "127.0.0.1:8080:80". */
static bool add_port(Change *change, const char *word)
{
	static const char *const protocols[] = {"tcp", "udp", "sctp", NULL};
	const char *colon = strrchr(word, ':'), *port = colon != NULL ? colon + 1 : word;
	const char *slash = strchr(port, '/');
	g_autofree char *range = g_strndup(
				port, slash != NULL ? (gsize)(slash - port) : strlen(port)),
			*host = colon != NULL ? g_strndup(word, (gsize)(colon - word)) : NULL,
			*protocol = g_ascii_strdown(
				slash != NULL && slash[1] != '\0' ? slash + 1 : "tcp", -1);
	guint64 first, last;
	if (*range == '\0')
		return fail(
			change->error, BERTH_ERROR_INVALID, "no port specified: %s<empty>", port);
	if (!g_strv_contains(protocols, protocol))
		return fail(change->error, BERTH_ERROR_INVALID,
			"invalid port: \"%s\": invalid proto: %s", word, protocol);
	if (host != NULL && !check_host_part(change, host))
		return false;
	if (!port_range(range, &first, &last))
		return fail(change->error, BERTH_ERROR_INVALID, "invalid containerPort: %s", range);
	json_t *ports = member(change, "ExposedPorts", json_object);
	for (; first <= last; first++) {
		g_autofree char *name =
			g_strdup_printf("%" G_GUINT64_FORMAT "/%s", first, protocol);
		g_string_append_printf(change->line, "%s%s",
			change->line->str[change->line->len - 1] == '[' ? "" : " ", name);
		json_object_set_new(ports, name, json_object());
	}
	return true;
}

/* In the order in which they are written. */
static bool add_ports(Change *change)
{
	g_auto(GStrv) words = g_strdupv(change->instruction->words);
	qsort(words, g_strv_length(words), sizeof *words, texts_compare);
	g_string_append_c(change->line, '[');
	member(change, "ExposedPorts", json_object);
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
	for (int i = 0; words[i] != NULL; i++) {
		g_autofree char **ports =
			word_expand_split(words[i], change->variables, change->error);
		if (ports == NULL)
			return false;
		for (int p = 0; ports[p] != NULL; p++)
			g_ptr_array_add(all, ports[p]);
	}
	for (guint i = 0; i < all->len; i++)
		if (!add_port(change, all->pdata[i]))
			return false;
	g_string_append_c(change->line, ']');
	return true;
}

static bool add_volumes(Change *change)
{
	for (int i = 0; change->instruction->words[i] != NULL; i++) {
		g_autofree char *path = expand(change, change->instruction->words[i]);
		if (path == NULL)
			return false;
		if (*g_strstrip(path) == '\0')
			return fail(change->error, BERTH_ERROR_INVALID,
				"VOLUME specified can not be an empty string");
		g_string_append_printf(change->line, "%s%s", i == 0 ? "[" : " ", path);
		json_object_set_new(member(change, "Volumes", json_object), path, json_object());
	}
	g_string_append_c(change->line, ']');
	return true;
}

static bool set_text(Change *change)
{
	g_autofree char *text = expand(change, change->instruction->text);
	if (text == NULL)
		return false;
	g_string_append(change->line, text);
	json_object_set_new(change->config,
		change->instruction->kind == DF_USER ? "User" : "StopSignal", json_lenient(text));
	return true;
}

/* A relative path is resolved against the previous one. */
static bool set_workdir(Change *change)
{
	g_autofree char *path = expand(change, change->instruction->text);
	if (path == NULL)
		return false;
	const char *before = json_str(change->config, "WorkingDir");
	g_autofree char *clean = path_normal(path, *before == '/' ? before : "/");
	const char *whole = *path == '/' ? path : clean;
	g_string_append(change->line, whole);
	json_object_set_new(change->config, "WorkingDir", json_lenient(whole));
	return true;
}

static bool set_shell(Change *change)
{
	g_autofree char *words = g_strjoinv(" ", change->instruction->words);
	g_string_append_printf(change->line, "[%s]", words);
	json_object_set_new(change->config, "Shell", words_of(change->instruction->words));
	return true;
}

static bool add_trigger(Change *change)
{
	json_array_append_new(
		member(change, "OnBuild", json_array), json_lenient(change->instruction->text));
	return true;
}

/* Go's messages (time.ParseDuration) for an invalid duration. */
static bool duration_fail(const char *text, GError **error)
{
	const char *p = text + (*text == '-' || *text == '+');
	size_t digits = strspn(p, "0123456789."), unit = strcspn(p + digits, "0123456789.");
	g_autofree char *quoted = text_quote(text), *name = g_strndup(p + digits, unit),
			*what = text_quote(name);
	if (digits > 0 && unit == 0)
		return fail(
			error, BERTH_ERROR_INVALID, "time: missing unit in duration %s", quoted);
	if (digits > 0 && strspn(p, ".") < digits)
		return fail(error, BERTH_ERROR_INVALID, "time: unknown unit %s in duration %s",
			what, quoted);
	return fail(error, BERTH_ERROR_INVALID, "time: invalid duration %s", quoted);
}

/* Nanoseconds; less than a millisecond is refused. */
static bool set_duration(const Instruction *instruction, json_t *check, const char *flag,
	const char *key, GError **error)
{
	const char *text = instruction_flag(instruction, flag);
	gint64 value = 0;
	if (text == NULL || *text == '\0')
		return true;
	if (!duration_parse(text, &value))
		return duration_fail(text, error);
	if (value != 0 && value < 1000000)
		return fail(error, BERTH_ERROR_INVALID, "Interval \"%s\" cannot be less than 1ms",
			flag);
	if (value != 0)
		json_object_set_new(check, key, json_integer(value));
	return true;
}

static bool set_retries(const Instruction *instruction, json_t *check, GError **error)
{
	const char *text = instruction_flag(instruction, "retries");
	g_autoptr(GError) problem = NULL;
	gint64 value;
	if (text == NULL || *text == '\0')
		return true;
	if (!g_ascii_string_to_signed(
		    *text == '+' ? text + 1 : text, 10, G_MININT32, G_MAXINT32, &value, &problem)) {
		g_autofree char *quoted = text_quote(text);
		bool large = g_error_matches(
			problem, G_NUMBER_PARSER_ERROR, G_NUMBER_PARSER_ERROR_OUT_OF_BOUNDS);
		return fail(error, BERTH_ERROR_INVALID, "strconv.ParseInt: parsing %s: %s", quoted,
			large ? "value out of range" : "invalid syntax");
	}
	if (value < 0)
		return fail(error, BERTH_ERROR_INVALID, "--retries cannot be negative (%s)", text);
	if (value != 0)
		json_object_set_new(check, "Retries", json_integer(value));
	return true;
}

/* "CMD ["a", "b"]", "CMD a b" or "NONE" as a list for the configuration's Test. */
static json_t *health_test(const Instruction *instruction, GError **error)
{
	if (g_ascii_strcasecmp(instruction->words[0], "NONE") == 0)
		return json_pack("[s]", "NONE");
	const char *rest = instruction->text + strlen(instruction->words[0]);
	rest += strspn(rest, " \t");
	g_auto(GStrv) words = NULL;
	g_autoptr(GError) problem = NULL;
	if (words_by_json(rest, &words, &problem) && words[0] == NULL) {
		fail(error, BERTH_ERROR_INVALID, "Missing command after HEALTHCHECK CMD");
		return NULL;
	}
	if (words != NULL) {
		json_t *test = words_of(words);
		json_array_insert_new(test, 0, json_string("CMD"));
		return test;
	}
	if (problem == NULL)
		return json_pack("[s, o]", "CMD-SHELL", json_lenient(rest));
	g_propagate_error(error, g_steal_pointer(&problem));
	return NULL;
}

static const struct {
	const char *flag, *key;
} health_durations[] = {{"interval", "Interval"}, {"timeout", "Timeout"},
	{"start-period", "StartPeriod"}, {"start-interval", "StartInterval"}};

json_t *instruction_healthcheck(const Instruction *instruction, GError **error)
{
	json_t *test = health_test(instruction, error);
	if (test == NULL)
		return NULL;
	g_autoptr(json_t) check = json_pack("{s:o}", "Test", test);
	if (strcmp(json_elem(test, 0), "NONE") == 0)
		return g_steal_pointer(&check);
	for (size_t i = 0; i < G_N_ELEMENTS(health_durations); i++)
		if (!set_duration(instruction, check, health_durations[i].flag,
			    health_durations[i].key, error))
			return NULL;
	return set_retries(instruction, check, error) ? g_steal_pointer(&check) : NULL;
}

/* The history shows it as Go prints the structure. */
static bool set_healthcheck(Change *change)
{
	g_autoptr(json_t) check = instruction_healthcheck(change->instruction, change->error);
	if (check == NULL)
		return false;
	g_auto(GStrv) words = json_strv(json_object_get(check, "Test"));
	g_autofree char *test = texts_quote(words),
			*retries = letter_quote(json_int(check, "Retries"));
	g_string_append_printf(change->line, "&{%s", test);
	for (size_t i = 0; i < G_N_ELEMENTS(health_durations); i++) {
		g_autofree char *text = duration_text(json_int(check, health_durations[i].key));
		g_string_append_printf(change->line, " \"%s\"", text);
	}
	g_string_append_printf(change->line, " %s}", retries);
	json_object_set(change->config, "Healthcheck", check);
	return true;
}

static bool set_author(Change *change)
{
	g_string_append(change->line, change->instruction->text);
	return true;
}

bool config_apply(json_t *config, const Instruction *instruction, const Variables *variables,
	char **history, GError **error)
{
	static bool (*const changes[DF_KINDS])(Change * change) = {
		[DF_CMD] = set_command,
		[DF_ENTRYPOINT] = set_command,
		[DF_ENV] = set_pairs,
		[DF_EXPOSE] = add_ports,
		[DF_HEALTHCHECK] = set_healthcheck,
		[DF_LABEL] = set_pairs,
		[DF_MAINTAINER] = set_author,
		[DF_ONBUILD] = add_trigger,
		[DF_SHELL] = set_shell,
		[DF_STOPSIGNAL] = set_text,
		[DF_USER] = set_text,
		[DF_VOLUME] = add_volumes,
		[DF_WORKDIR] = set_workdir,
	};
	g_autoptr(GString) line = g_string_new(instruction_name(instruction->kind));
	g_string_append_c(line, ' ');
	Change change = {config, instruction, variables, line, error};
	*history = NULL;
	if (changes[instruction->kind] == NULL)
		return true;
	if (!changes[instruction->kind](&change))
		return false;
	*history = instruction->kind == DF_ONBUILD ? NULL
						   : g_string_free(g_steal_pointer(&line), FALSE);
	return true;
}
