/* berth: what every command shares. A command is a struct literal in a file of its own. */
#pragma once
#include "base/shown.h"
#include "client/client.h"
#include "template/template.h"

typedef enum { BOOL, STRING, LIST, INT, BYTES, DECIMAL, DURATION } FlagType;

typedef struct {
	const char *name;
	char letter; /* 0: none */
	FlagType type;
	const char *help;
} Flag;

typedef struct Cli Cli;

typedef struct {
	const char *names; /* "ps|container ls|container list" */
	const char *usage; /* what follows the name: "[OPTIONS] CONTAINER" */
	const char *summary;
	const char *example;	/* without the program's name */
	const Flag *flags;	/* ended by {0}; NULL: none */
	int min_args, max_args; /* max_args -1: any number */
	int (*run)(Cli *cli);
	bool stop_at_argument; /* flags behind the first argument belong to the container's command */
	bool local;	       /* needs no engine: none is looked for */
	int failure; /* exit code for errors before the container runs: 125 for run; 0 means 1 */
} Command;

struct Cli {
	const Command *command;
	const char *program, *called; /* "docker"; "container ls" */
	Client *client;
	json_t *config; /* of config.json */
	char *config_folder;
	const char *context; /* of --context, or NULL */
	GHashTable *values;  /* flag name -> GPtrArray of char * */
	char **args;
	int arg_count;
	const Cli *outer; /* of a command of Compose: the flags before its name */
};

/* config_file.c: config and config_folder. */
void cli_load_config(Cli *cli, const char *folder);
bool cli_write_config(const Cli *cli, GError **error);

/* main.c */
extern const char cli_default_host[];
extern const Command *const commands[];
/* Runs another command as if it had been called with these words (NULL-terminated). */
int cli_run(const Cli *cli, const Command *command, char *const *argv);
/* compose_main.c: "compose [OPTIONS] COMMAND"; argv begins with the first option. */
int compose_main(Cli *cli, int argc, char **argv);
/* Prints "program: error" framed as Docker's client does, and returns the exit code. */
int cli_fail(Cli *cli, const GError *error);
/* "Error response from daemon: ..." for what the engine said, or the text itself. */
void cli_print_error(const GError *error);
/* An answer's "Warnings", a line each on standard error. */
void cli_print_warnings(const json_t *answer, const char *before);

/* flags.c */
bool flags_parse(Cli *cli, int argc, char **argv, GError **error);
/* usage.c: --help on standard output; not whole: the line of usage alone, on standard error. */
void flags_usage(const Cli *cli, bool whole);
bool flag_given(const Cli *cli, const char *name);
bool flag_bool(const Cli *cli, const char *name, bool fallback);
const char *flag_text(const Cli *cli, const char *name); /* "" if not given; the last wins */
gint64 flag_int(const Cli *cli, const char *name,
	gint64 fallback);			     /* BYTES too; nanoseconds of a DURATION */
json_t *flag_list(const Cli *cli, const char *name); /* a new array of strings */
/* command_logs.c: a time, or a duration before now, as seconds for a query; "" stays "". NULL with error. */
char *flag_time(const Cli *cli, const char *name, GError **error);
/* key=value texts as a new object; a key alone has an empty value. */
json_t *pairs_of(const json_t *list);
json_t *flag_pairs(const Cli *cli, const char *name);
json_t *flag_filters(
	const Cli *cli, const char *name, GError **error); /* {"label": ["a"]} for the API */
json_t *flag_ulimits(const Cli *cli, GError **error); /* container_flags.c: --ulimit, for the API */
/* "type=local,dest=x" as an object; a word without "=" has an empty value. New reference. */
json_t *csv_fields(const char *text);
char **csv_split(const char *text); /* the fields alone, at least one; the caller frees them */
char *query_filters(const Cli *cli, GError **error); /* of --filter, escaped for a query */

/* The first --platform as the JSON of a query, escaped; "" if none was given. */
char *query_platform(const Cli *cli);

/* command_ps.c: a container as lists show it; new reference. */
json_t *container_row(const json_t *container, bool whole, bool with_size);

/* format.c: lists and inspections, as tables, templates or JSON. */
typedef struct {
	const char *field, *heading;
	const GoType *type; /* NULL: a string */
	const char *raw;    /* how "--format raw" calls it; NULL: not at all */
} Column;
enum { FORMAT_ERROR = 64 }; /* how a command ends whose --format is no template */
bool format_is_json(const char *format);   /* "json" or "{{json .}}" */
char *labels_joined(const json_t *labels); /* "a=1,b=2"; the caller frees it */
/* Prints the objects of a list: fields by columns (ended by {0}), shown by format ("" : table of
 * default_format). name: what Go calls the type of a row. */
bool format_list(const char *format, const char *default_format, const char *name,
	const Column *columns, json_t *rows, GError **error);
/* Whether a template can be carried out on a row that has nothing, as docker's ps tries it first. */
bool format_check(const char *format, const char *name, const Column *columns, GError **error);
/* --format of a single value. name: what errors call the template. */
Template *format_parse(const char *name, const char *format, GError **error);
/* Prints it and a line's end, also if it fails. */
bool format_value(const Template *template, const GoType *type, json_t *value, GError **error);
/* Both, with what goes wrong told; gives the command's exit status. */
int format_print(const char *name, const char *format, const GoType *type, json_t *value);
/* stream.c: attached streams. */
typedef struct {
	int fd;
	bool tty, with_stdin, sig_proxy;
	const char *detach_keys;
	Client *client;
	char *resize_path; /* "/containers/x/resize" */
	char *kill_path;   /* "/containers/x/kill", for signals; NULL: none */
} Stream;
/* Carries data both ways until the engine closes the connection; true if detached by keys. */
bool stream_run(Stream *stream);
/* Reads a framed or raw stream to standard output and error. */
bool stream_copy(HttpBody *body, bool tty, GError **error);
bool terminal_check(
	bool tty, bool with_stdin, GError **error); /* "the input device is not a TTY" */
void terminal_size(int *rows, int *columns);

/* container_flags.c: what run and create have in common. */
extern const Flag container_flags[];
/* The body of /containers/create by flags and arguments. */
json_t *container_request(Cli *cli, GError **error);
/* Creates it, printing warnings; the id, or NULL. */
char *container_create(Cli *cli, GError **error);

/* command_run.c: starts a container that was created, with its streams attached; the exit code. removed: it goes
 * when it ends. */
int container_run_attached(Cli *cli, const char *id, bool tty, bool with_stdin, bool removed);

/* container_mounts.c, container_ports.c: parts of the request. */
bool container_mount_flags(Cli *cli, json_t *config, json_t *host, GError **error);
bool container_port_flags(Cli *cli, json_t *config, json_t *host, GError **error);
bool container_network_flags(Cli *cli, json_t *config, json_t *host, GError **error);
/* --ip, --ip6, --link, --link-local-ip and the flag for aliases, as an endpoint's settings. */
void endpoint_flags(Cli *cli, const char *alias, json_t *endpoint);
/* A list of -p texts as PortBindings and ExposedPorts; false with error. */
bool ports_parse(const json_t *list, json_t *ports, json_t *bindings, GError **error);
const char *ip_bracket(const char *ip, bool left); /* "[" or "]" around IPv6; "" around IPv4 */
char *ports_shown(const json_t *ports); /* "0.0.0.0:80->80/tcp, 81/udp"; the caller frees it */

/* reference.c: the ":" of the tag in an image's name; NULL if it has none. */
const char *reference_tag(const char *reference);
/* The name without it, and the tag (or fallback), escaped for a query; the caller frees them. */
void reference_escape(const char *reference, const char *fallback, char **name, char **tag);

/* each.c: does one call for each argument, prints the argument, and goes on after an error. */
int each_argument(Cli *cli, const char *method, const char *path_format);
bool is_container_tty(Cli *cli, const char *name, json_t **inspected, GError **error);

extern const Command command_run, command_create, command_start, command_stop, command_restart,
	command_kill, command_pause, command_unpause, command_wait, command_rm, command_ps,
	command_logs, command_attach, command_exec, command_inspect, command_rename, command_top,
	command_update, command_images, command_rmi, command_tag, command_history, command_import,
	command_load, command_save, command_events, command_info, command_version,
	command_container_prune, command_image_prune, command_container_inspect,
	command_image_inspect, command_dial_stdio, command_volume_ls, command_volume_create,
	command_volume_rm, command_volume_inspect, command_context_ls, command_context_create,
	command_context_update, command_context_use, command_context_show, command_context_inspect,
	command_context_rm, command_context_export, command_context_import, command_volume_prune,
	command_system_prune, command_df, command_network_ls, command_network_create,
	command_network_rm, command_network_prune, command_network_connect,
	command_network_disconnect, command_network_inspect, command_port, command_pull,
	command_push, command_login, command_logout, command_search, command_manifest_inspect,
	command_commit, command_cp, command_stats, command_diff, command_export, command_build,
	command_builder_prune, command_certs;
