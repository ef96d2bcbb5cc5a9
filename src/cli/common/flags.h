/* Parsing the arguments of a command into flags and the rest. */
#pragma once
#include "cli/common/cli.h"

#include "base/csv.h"

/* The flags of every command, before and after its name; ended by {0}. A command's own flag of the same name or
 * letter takes precedence. */
extern const Flag global_flags[];
/* Of a global flag: the last value; NULL if absent. */
const char *global_text(const Cli *cli, const char *name);
bool global_bool(const Cli *cli, const char *name, bool fallback);
bool flags_parse(Cli *cli, int argc, char **argv, GError **error);
/* usage.c: --help on standard output; not whole: the usage line only, on standard error. */
void flags_usage(const Cli *cli, bool whole);
void flags_print(const Flag *flags); /* a line each, as --help has them */
/* false, with "invalid argument ... for ... flag: why". */
bool flag_refuse(const Flag *flag, const char *value, const char *why, GError **error);
const Flag *flag_find(
	const Cli *cli, const char *name); /* the command's own or a global one; NULL: none */
bool flag_given(const Cli *cli, const char *name);
/* Of a command of Compose: what was given behind its name holds as if it were before it. */
void flag_to_outer(const Cli *cli, const char *name);
bool flag_bool(const Cli *cli, const char *name, bool fallback);
const char *flag_text(const Cli *cli, const char *name); /* "" if not given; the last wins */
gint64 flag_int(const Cli *cli, const char *name,
	gint64 fallback); /* BYTES too; nanoseconds of a DURATION, billionths of a DECIMAL */
json_t *flag_list(const Cli *cli, const char *name); /* a new array of strings */
/* A time, or a duration before now, as seconds for a query; "" stays "". NULL with error. */
char *flag_moment(const Cli *cli, const char *name, GError **error);
/* The same, with the flag's name in the error. */
char *flag_time(const Cli *cli, const char *name, GError **error);
/* key=value texts as a new object; a key alone has an empty value, and the empty text is an empty key. */
json_t *pairs_of(const json_t *list);
json_t *flag_pairs(const Cli *cli, const char *name);
json_t *flag_filters(
	const Cli *cli, const char *name, GError **error); /* {"label": ["a"]} for the API */
/* "type=local,dest=x" as an object; a word without "=" has an empty value. New reference. */
json_t *csv_fields(const char *text);
char *query_filters(const Cli *cli, GError **error); /* of --filter, escaped for a query */

/* A platform as the JSON of a query, escaped; "" for "". Refused in containerd's words, before which commands put their own. */
bool platform_query(const char *text, char **query, GError **error);
