/* Flags in pflag's syntax: --name value, --name=value, -n value, -nvalue, -abc. */
#include "cli/common/flags.h"
#include "cli/common/flag_value.h"
#include "cli/common/hint.h"

#include "base/error.h"
#include "base/nearest.h"
#include "base/platform.h"
#include "base/quote.h"
#include "base/size.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const Flag global_flags[] = {
	{"config", 0, STRING, "folder of the client's configuration (~/.docker)"},
	{"context", 'c', STRING, "context to use, instead of DOCKER_HOST and the current one"},
	{"debug", 'D', BOOL, "print requests to the engine, on standard error"},
	{"host", 'H', STRING, "engine to talk to: unix://PATH, tcp://HOST:PORT or ssh://USER@HOST"},
	{"log-level", 'l', STRING, "debug: as --debug; info, warn, error and fatal change nothing"},
	{"tls", 0, BOOL, "use TLS at tcp://; implied by --tlsverify"},
	{"tlscacert", 0, STRING, "trust certificates of this CA only"},
	{"tlscert", 0, STRING, "our certificate"},
	{"tlskey", 0, STRING, "its key"},
	{"tlsverify", 0, BOOL, "use TLS and check who the engine is"},
	{0},
};

static const Flag help_flag = {"help", 0, BOOL, ""};

static const Flag *long_in(const Flag *flags, const char *name, size_t length)
{
	for (const Flag *flag = flags; flag != NULL && flag->name != NULL; flag++)
		if (strlen(flag->name) == length && strncmp(flag->name, name, length) == 0)
			return flag;
	return NULL;
}

static const Flag *letter_in(const Flag *flags, char letter)
{
	for (const Flag *flag = flags; flag != NULL && flag->name != NULL; flag++)
		if (flag->letter == letter && letter != 0)
			return flag;
	return NULL;
}

/* NULL: the command has no flag by another name so. */
static const FlagAlias *alias_in(const FlagAlias *aliases, const char *name, size_t length)
{
	for (const FlagAlias *alias = aliases; alias != NULL && alias->name != NULL; alias++)
		if (strlen(alias->name) == length && strncmp(alias->name, name, length) == 0)
			return alias;
	return NULL;
}

static const Flag *find_long(const Cli *cli, const char *name, size_t length)
{
	const FlagAlias *alias = alias_in(cli->command->aliases, name, length);
	if (alias != NULL)
		return find_long(cli, alias->flag, strlen(alias->flag));
	/* Docker's other name for it. */
	if (strlen("dns-opt") == length && strncmp("dns-opt", name, length) == 0)
		return find_long(cli, "dns-option", strlen("dns-option"));
	const Flag *own = long_in(cli->command->flags, name, length);
	if (own == NULL && length == strlen("help") && strncmp(name, "help", length) == 0)
		return &help_flag;
	/* One of Compose's global flags is accepted after the command, too. */
	if (own == NULL && cli->outer != NULL && length == strlen("dry-run") &&
		strncmp(name, "dry-run", length) == 0)
		return long_in(cli->outer->command->flags, name, length);
	return own != NULL ? own : long_in(global_flags, name, length);
}

/* -h is docker's old letter for --help. */
static const Flag *find_letter(const Cli *cli, char letter)
{
	const Flag *own = letter_in(cli->command->flags, letter);
	if (own == NULL && letter == 'h')
		return &help_flag;
	return own != NULL ? own : letter_in(global_flags, letter);
}

static bool is_global(const Flag *flag)
{
	return flag >= global_flags && flag < global_flags + G_N_ELEMENTS(global_flags);
}

static char *flag_label(const Flag *flag)
{
	return flag->letter != 0 ? g_strdup_printf("-%c, --%s", flag->letter, flag->name)
				 : g_strdup_printf("--%s", flag->name);
}

bool flag_refuse(const Flag *flag, const char *value, const char *why, GError **error)
{
	g_autofree char *label = flag_label(flag), *quoted = text_quote(value);
	return fail(error, BERTH_ERROR_UNAVAILABLE, "invalid argument %s for \"%s\" flag: %s",
		quoted, label, why);
}

static bool check_value(const Flag *flag, const char *value, GError **error)
{
	g_autofree char *why = flag_value_problem(flag, value);
	return why == NULL || flag_refuse(flag, value, why, error);
}

/* The fields of a SLICE, or the value alone. Kept until the program ends, as argv is. */
static bool add_values(GPtrArray *values, const Flag *flag, const char *value, GError **error)
{
	if (flag->type != SLICE) {
		g_ptr_array_add(values, (char *)value);
		return true;
	}
	g_autofree char *why = NULL;
	g_auto(GStrv) fields = *value != '\0' ? csv_split(value, &why) : NULL;
	if (why != NULL)
		return flag_refuse(flag, value, why, error);
	for (int i = 0; fields != NULL && fields[i] != NULL; i++)
		g_ptr_array_add(values, (char *)g_intern_string(fields[i]));
	return true;
}

static bool set_value(Cli *cli, const Flag *flag, const char *value, GError **error)
{
	if (!check_value(flag, value, error))
		return false;
	if (cli->globals == NULL)
		cli->globals = g_hash_table_new(g_str_hash, g_str_equal);
	bool own = long_in(cli->command->flags, flag->name, strlen(flag->name)) != NULL;
	GHashTable *table = is_global(flag)				       ? cli->globals
			    : !own && cli->outer != NULL && flag != &help_flag ? cli->outer->values
									       : cli->values;
	GPtrArray *values = g_hash_table_lookup(table, flag->name);
	if (values == NULL)
		g_hash_table_insert(table, (char *)flag->name, values = g_ptr_array_new());
	return add_values(values, flag, value, error);
}

/* "-rm" means --rm: a group of letters that is the full name of a flag. */
static bool unknown_letter(Cli *cli, const char *word, char letter, GError **error)
{
	const Flag *meant = find_long(cli, word + 1, strlen(word + 1));
	return fail(error, BERTH_ERROR_UNAVAILABLE, "unknown shorthand flag: '%c' in %s%s%s%s",
		letter, word, meant != NULL ? " (did you mean --" : "",
		meant != NULL ? meant->name : "", meant != NULL ? "?)" : "");
}

static bool parse_letters(Cli *cli, char **argv, int argc, int *at, GError **error)
{
	const char *word = argv[*at];
	/* "-tag x" is "-t ag x": what then goes wrong is told with this. */
	const Flag *whole = word[1] != '\0' && word[2] != '\0'
				    ? find_long(cli, word + 1, strcspn(word + 1, "="))
				    : NULL;
	if (whole != NULL)
		hints_flag(whole->name);
	for (const char *p = word + 1; *p != '\0'; p++) {
		const Flag *flag = find_letter(cli, *p);
		if (flag == NULL)
			return unknown_letter(cli, word, *p, error);
		if (flag->type == BOOL) {
			if (p[1] == '=')
				return set_value(cli, flag, p + 2, error);
			if (!set_value(cli, flag, "true", error))
				return false;
			continue;
		}
		/* "-l=" alone has "=" for its value, as with docker. */
		if (p[1] != '\0')
			return set_value(cli, flag, p + 1 + (p[1] == '=' && p[2] != '\0'), error);
		if (*at + 1 >= argc)
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"flag needs an argument: '%c' in %s", *p, word);
		return set_value(cli, flag, argv[++*at], error);
	}
	return true;
}

/* The flag that a misspelt one may mean; NULL: none is near. */
static const char *near_flag(const Cli *cli, const char *name, size_t length)
{
	g_autofree char *word = g_strndup(name, length);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const Flag *const tables[] = {cli->command->flags, global_flags};
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
		for (const Flag *flag = tables[i]; flag != NULL && flag->name != NULL; flag++)
			g_ptr_array_add(names, (char *)flag->name);
	g_ptr_array_add(names, NULL);
	return words_nearest(word, (const char *const *)names->pdata);
}

static bool unknown_flag(const Cli *cli, const char *name, size_t length, GError **error)
{
	const char *near = near_flag(cli, name, length);
	return fail(error, BERTH_ERROR_UNAVAILABLE, "unknown flag: --%.*s%s%s%s", (int)length, name,
		near != NULL ? " (did you mean --" : "", near != NULL ? near : "",
		near != NULL ? "?)" : "");
}

static bool parse_long(Cli *cli, char **argv, int argc, int *at, GError **error)
{
	const char *name = argv[*at] + 2;
	size_t length = strcspn(name, "=");
	const Flag *flag = find_long(cli, name, length);
	if (flag == NULL)
		return unknown_flag(cli, name, length, error);
	const FlagAlias *alias = alias_in(cli->command->aliases, name, length);
	if (alias != NULL && alias->warning != NULL)
		cli->warning = alias->warning;
	if (name[length] == '=')
		return set_value(cli, flag, name + length + 1, error);
	if (flag->type == BOOL)
		return set_value(cli, flag, "true", error);
	if (*at + 1 >= argc)
		return fail(
			error, BERTH_ERROR_UNAVAILABLE, "flag needs an argument: --%s", flag->name);
	return set_value(cli, flag, argv[++*at], error);
}

bool flags_parse(Cli *cli, int argc, char **argv, GError **error)
{
	g_autoptr(GPtrArray) args = g_ptr_array_new();
	bool only_args = false;
	cli->values = g_hash_table_new(g_str_hash, g_str_equal);
	for (int i = 0; i < argc; i++) {
		if (only_args || argv[i][0] != '-' || argv[i][1] == '\0') {
			g_ptr_array_add(args, argv[i]);
			only_args = only_args || cli->command->stop_at_argument;
		} else if (strcmp(argv[i], "--") == 0) {
			only_args = true;
		} else if (argv[i][1] == '-' ? !parse_long(cli, argv, argc, &i, error)
					     : !parse_letters(cli, argv, argc, &i, error)) {
			return false;
		}
	}
	cli->arg_count = (int)args->len;
	g_ptr_array_add(args, NULL);
	cli->args = (char **)g_ptr_array_steal(args, NULL);
	return true;
}

const char *global_text(const Cli *cli, const char *name)
{
	GPtrArray *values = cli->globals != NULL ? g_hash_table_lookup(cli->globals, name) : NULL;
	return values != NULL ? values->pdata[values->len - 1] : NULL;
}

bool global_bool(const Cli *cli, const char *name, bool fallback)
{
	const char *text = global_text(cli, name);
	bool value = fallback;
	return text == NULL || !bool_parse(text, &value) ? fallback : value;
}

const Flag *flag_find(const Cli *cli, const char *name)
{
	return find_long(cli, name, strlen(name));
}

void flag_to_outer(const Cli *cli, const char *name)
{
	GPtrArray *values = g_hash_table_lookup(cli->values, name);
	if (values != NULL)
		g_hash_table_insert(cli->outer->values, (char *)name, values);
}

bool flag_given(const Cli *cli, const char *name)
{
	return g_hash_table_contains(cli->values, name);
}

const char *flag_text(const Cli *cli, const char *name)
{
	GPtrArray *values = g_hash_table_lookup(cli->values, name);
	return values != NULL ? values->pdata[values->len - 1] : "";
}

bool flag_bool(const Cli *cli, const char *name, bool fallback)
{
	const char *text = flag_text(cli, name);
	bool value = fallback;
	return bool_parse(text, &value) ? value : fallback;
}

gint64 flag_int(const Cli *cli, const char *name, gint64 fallback)
{
	const Flag *flag = find_long(cli, name, strlen(name));
	const char *text = flag_text(cli, name);
	return *text == '\0' || flag == NULL ? fallback : flag_value_number(flag, text);
}

json_t *flag_list(const Cli *cli, const char *name)
{
	GPtrArray *values = g_hash_table_lookup(cli->values, name);
	json_t *list = json_array();
	for (guint i = 0; values != NULL && i < values->len; i++)
		json_array_append_new(list, json_lenient(values->pdata[i]));
	return list;
}

json_t *pairs_of(const json_t *list)
{
	json_t *object = json_object();
	for (size_t i = 0; i < json_array_size(list); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(list, i), "=", 2);
		bool empty = parts[0] == NULL;
		json_object_set_new(object, empty ? "" : parts[0],
			json_lenient(!empty && parts[1] != NULL ? parts[1] : ""));
	}
	return object;
}

json_t *csv_fields(const char *text)
{
	g_auto(GStrv) fields = csv_split(text, NULL);
	json_t *object = json_object();
	for (int i = 0; fields[i] != NULL; i++) {
		const char *equals = strchr(fields[i], '=');
		g_autofree char *key = g_strndup(fields[i],
			equals != NULL ? (gsize)(equals - fields[i]) : strlen(fields[i]));
		json_object_set_new(object, key, json_lenient(equals != NULL ? equals + 1 : ""));
	}
	return object;
}

json_t *flag_pairs(const Cli *cli, const char *name)
{
	g_autoptr(json_t) list = flag_list(cli, name);
	return pairs_of(list);
}

json_t *flag_filters(const Cli *cli, const char *name, GError **error)
{
	g_autoptr(json_t) list = flag_list(cli, name), filters = json_object();
	for (size_t i = 0; i < json_array_size(list); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(list, i), "=", 2);
		/* An empty value is an error, and not a filter that matches everything. */
		if (parts[0] == NULL)
			continue;
		if (parts[1] == NULL) {
			flag_refuse(flag_find(cli, name), json_elem(list, i),
				"bad format of filter (expected name=value)", error);
			return NULL;
		}
		g_autofree char *key = g_ascii_strdown(g_strstrip(parts[0]), -1);
		if (json_object_get(filters, key) == NULL)
			json_object_set_new(filters, key, json_object());
		json_object_set_new(
			json_object_get(filters, key), g_strstrip(parts[1]), json_true());
	}
	return g_steal_pointer(&filters);
}

char *query_filters(const Cli *cli, GError **error)
{
	g_autoptr(json_t) filters = flag_filters(cli, "filter", error);
	g_autofree char *text = filters != NULL ? json_text(filters) : NULL;
	return text != NULL ? client_escape(text) : NULL;
}

/* This machine's in Go's words. */
bool platform_query(const char *text, char **query, GError **error)
{
	g_auto(Platform) platform = {0};
	*query = NULL;
	if (*text == '\0') {
		*query = g_strdup("");
		return true;
	}
	if (!platform_parse(text, &platform, error))
		return false;
	platform_complete(&platform);
	g_autoptr(json_t) json = json_pack("{s:s, s:s, s:s*}", "os", platform.os, "architecture",
		platform.architecture, "variant",
		*platform.variant != '\0' ? platform.variant : NULL);
	g_autofree char *packed = json_text(json);
	*query = client_escape(packed);
	return true;
}

/* Go's error for an invalid date, or NULL. */
static const char *date_problem(const char *text)
{
	enum { MONTHS = 12, DAYS = 31 };
	int year, month, day;
	if (sscanf(text, "%4d-%2d-%2d", &year, &month, &day) != 3)
		return NULL;
	if (month < 1 || month > MONTHS)
		return "month out of range";
	return day < 1 || day > DAYS ? "day out of range" : NULL;
}

char *flag_moment(const Cli *cli, const char *flag, GError **error)
{
	const char *text = flag_text(cli, flag), *why = date_problem(text);
	gint64 time, ago;
	if (*text == '\0')
		return g_strdup("");
	/* 0 is a time, while other numbers without a unit are invalid durations. */
	if (strcmp(text, "0") != 0 && duration_parse(text, &ago))
		time = time_now() - ago;
	else if (*text == '-' || why != NULL) {
		if (why != NULL)
			fail(error, BERTH_ERROR_UNAVAILABLE, "parsing time \"%s\": %s", text, why);
		else
			fail(error, BERTH_ERROR_UNAVAILABLE,
				"parsing time \"%s\" as \"2006-01-02\": cannot parse \"%s\" as "
				"\"2006\"",
				text, text);
		return NULL;
	} else if (!time_parse(text, &time)) {
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"failed to parse value as time or duration: \"%s\"", text);
		return NULL;
	}
	return g_strdup_printf(
		"%" G_GINT64_FORMAT ".%09d", time / 1000000000, (int)(time % 1000000000));
}

char *flag_time(const Cli *cli, const char *flag, GError **error)
{
	char *moment = flag_moment(cli, flag, error);
	if (moment == NULL)
		g_prefix_error(error, "invalid value for \"%s\": ", flag);
	return moment;
}
