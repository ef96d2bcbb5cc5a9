/* Instructions that change nothing but the image's configuration (OCI image-spec, config.md, and Docker's
 * Healthcheck, OnBuild and Shell). */
#include "dockerfile/dockerfile.h"

#include "base/error.h"
#include "base/timefmt.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
	json_t *config;
	const Instruction *instruction;
	const Variables *variables;
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

json_t *config_command(const json_t *config, const Instruction *instruction)
{
	if (instruction->is_json)
		return words_of(instruction->words);
	json_t *shell = json_object_get(config, "Shell");
	json_t *list = json_filled(shell) ? json_copy(shell) : json_pack("[s, s]", "/bin/sh", "-c");
	const Heredoc *script = instruction_script(instruction);
	g_autoptr(GString) text = g_string_new(script != NULL ? script->body : instruction->text);
	/* The shell reads what stands behind its own command line. */
	for (guint i = 0;
		script == NULL && instruction->heredocs != NULL && i < instruction->heredocs->len;
		i++) {
		const Heredoc *heredoc = instruction->heredocs->pdata[i];
		g_string_append_printf(text, "\n%s%s", heredoc->body, heredoc->name);
	}
	json_array_append_new(list, json_lenient(text->str));
	return list;
}

static bool set_command(Change *change)
{
	json_object_set_new(
		change->config, "Cmd", config_command(change->config, change->instruction));
	return true;
}

static bool set_entrypoint(Change *change)
{
	json_object_set_new(
		change->config, "Entrypoint", config_command(change->config, change->instruction));
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
		if (env)
			env_set(place, pair->key, pair->value);
		else
			json_object_set_new(place, pair->key, json_lenient(pair->value));
	}
	return pairs != NULL;
}

static bool port_number(const char *text, guint64 *number)
{
	return g_ascii_string_to_unsigned(text, 10, 0, 65535, number, NULL);
}

/* "80", "80/udp", "8000-8002/tcp"; what a host's address and port before it say is of no use here. */
static bool add_port(Change *change, const char *word)
{
	g_auto(GStrv) parts = g_strsplit(word, "/", 2);
	const char *colon = parts[0] != NULL ? strrchr(parts[0], ':') : NULL;
	g_auto(GStrv) range = g_strsplit(colon != NULL	    ? colon + 1
					 : parts[0] != NULL ? parts[0]
							    : "",
		"-", 2);
	g_autofree char *protocol =
		g_ascii_strdown(parts[0] != NULL && parts[1] != NULL ? parts[1] : "tcp", -1);
	static const char *const protocols[] = {"tcp", "udp", "sctp", NULL};
	guint64 first, last;
	if (!g_strv_contains(protocols, protocol))
		return fail(change->error, BERTH_ERROR_INVALID, "invalid proto: %s", protocol);
	if (range[0] == NULL || !port_number(range[0], &first))
		return fail(change->error, BERTH_ERROR_INVALID, "invalid containerPort: %s", word);
	last = first;
	if (range[1] != NULL && (!port_number(range[1], &last) || last < first))
		return fail(change->error, BERTH_ERROR_INVALID, "invalid containerPort: %s", word);
	for (; first <= last; first++) {
		g_autofree char *port =
			g_strdup_printf("%" G_GUINT64_FORMAT "/%s", first, protocol);
		json_object_set_new(
			member(change, "ExposedPorts", json_object), port, json_object());
	}
	return true;
}

static bool add_ports(Change *change)
{
	g_auto(GStrv) words =
		word_expand_split(change->instruction->text, change->variables, change->error);
	for (int i = 0; words != NULL && words[i] != NULL; i++)
		if (!add_port(change, words[i]))
			return false;
	return words != NULL;
}

static bool add_volumes(Change *change)
{
	for (int i = 0; change->instruction->words[i] != NULL; i++) {
		g_autofree char *path = expand(change, change->instruction->words[i]);
		if (path == NULL)
			return false;
		g_strstrip(path);
		if (*path == '\0')
			return fail(change->error, BERTH_ERROR_INVALID,
				"VOLUME specified can not be an empty string");
		json_object_set_new(member(change, "Volumes", json_object), path, json_object());
	}
	return true;
}

static bool set_text(Change *change)
{
	g_autofree char *text = expand(change, change->instruction->text);
	if (text == NULL)
		return false;
	json_object_set_new(change->config,
		change->instruction->kind == DF_USER ? "User" : "StopSignal", json_lenient(text));
	return true;
}

/* A relative path is below the one before. */
static bool set_workdir(Change *change)
{
	g_autofree char *path = expand(change, change->instruction->text);
	if (path == NULL)
		return false;
	if (*path == '\0')
		return fail(change->error, BERTH_ERROR_INVALID,
			"cannot normalize nothing: WORKDIR is empty");
	const char *before = json_str(change->config, "WorkingDir");
	g_autofree char *clean = g_canonicalize_filename(path, *before == '/' ? before : "/");
	json_object_set_new(change->config, "WorkingDir", json_lenient(clean));
	return true;
}

static bool set_shell(Change *change)
{
	json_object_set_new(change->config, "Shell", words_of(change->instruction->words));
	return true;
}

static bool add_trigger(Change *change)
{
	json_array_append_new(
		member(change, "OnBuild", json_array), json_lenient(change->instruction->text));
	return true;
}

/* A duration of nanoseconds; shorter than a millisecond is none, as with Docker. */
static bool set_duration(Change *change, json_t *check, const char *flag, const char *key)
{
	const char *text = instruction_flag(change->instruction, flag);
	gint64 value = 0;
	if (text == NULL)
		return true;
	g_autofree char *word = expand(change, text);
	if (word == NULL)
		return false;
	if (!duration_parse(word, &value))
		return fail(change->error, BERTH_ERROR_INVALID, "invalid duration \"%s\" of --%s",
			word, flag);
	if (value != 0 && value < 1000000)
		return fail(change->error, BERTH_ERROR_INVALID,
			"Interval \"%s\" cannot be less than 1ms", flag);
	json_object_set_new(check, key, json_integer(value));
	return true;
}

static bool set_retries(Change *change, json_t *check)
{
	const char *text = instruction_flag(change->instruction, "retries");
	guint64 value;
	if (text == NULL)
		return true;
	g_autofree char *word = expand(change, text);
	if (word == NULL)
		return false;
	if (!g_ascii_string_to_unsigned(word, 10, 0, G_MAXINT32, &value, NULL))
		return fail(change->error, BERTH_ERROR_INVALID,
			"--retries cannot be negative, and is to be a number (%s)", word);
	json_object_set_new(check, "Retries", json_integer((json_int_t)value));
	return true;
}

/* "CMD ["a", "b"]", "CMD a b" or "NONE" as the test that is kept. */
static json_t *health_test(Change *change)
{
	const Instruction *instruction = change->instruction;
	if (g_ascii_strcasecmp(instruction->words[0], "NONE") == 0)
		return json_pack("[s]", "NONE");
	const char *rest = instruction->text + strlen(instruction->words[0]);
	rest += strspn(rest, " \t");
	g_auto(GStrv) words = NULL;
	g_autoptr(GError) problem = NULL;
	if (words_by_json(rest, &words, &problem)) {
		json_t *test = words_of(words);
		json_array_insert_new(test, 0, json_string("CMD"));
		return test;
	}
	if (problem == NULL)
		return json_pack("[s, o]", "CMD-SHELL", json_lenient(rest));
	g_propagate_error(change->error, g_steal_pointer(&problem));
	return NULL;
}

static bool set_healthcheck(Change *change)
{
	static const struct {
		const char *flag, *key;
	} durations[] = {{"interval", "Interval"}, {"timeout", "Timeout"},
		{"start-period", "StartPeriod"}, {"start-interval", "StartInterval"}};
	json_t *test = health_test(change);
	if (test == NULL)
		return false;
	g_autoptr(json_t) check = json_pack("{s:o}", "Test", test);
	for (size_t i = 0; i < G_N_ELEMENTS(durations); i++)
		if (!set_duration(change, check, durations[i].flag, durations[i].key))
			return false;
	if (!set_retries(change, check))
		return false;
	json_object_set(change->config, "Healthcheck", check);
	return true;
}

bool config_apply(
	json_t *config, const Instruction *instruction, const Variables *variables, GError **error)
{
	static bool (*const changes[DF_KINDS])(Change * change) = {
		[DF_CMD] = set_command,
		[DF_ENTRYPOINT] = set_entrypoint,
		[DF_ENV] = set_pairs,
		[DF_EXPOSE] = add_ports,
		[DF_HEALTHCHECK] = set_healthcheck,
		[DF_LABEL] = set_pairs,
		[DF_ONBUILD] = add_trigger,
		[DF_SHELL] = set_shell,
		[DF_STOPSIGNAL] = set_text,
		[DF_USER] = set_text,
		[DF_VOLUME] = add_volumes,
		[DF_WORKDIR] = set_workdir,
	};
	Change change = {config, instruction, variables, error};
	return changes[instruction->kind] == NULL || changes[instruction->kind](&change);
}
