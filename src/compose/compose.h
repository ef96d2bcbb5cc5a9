/* Compose: a project's files become one model, and the engine's containers, networks and volumes are made to match
 * it. It knows the engine by the REST API only (client/), and no commands or terminals. */
#pragma once
#include "base/json.h"
#include "client/client.h"

/* Access to remote files: in git repositories (-f, include, extends), and in OCI artifacts. */
typedef struct {
	/* Credentials for the registry of a reference, in the form of /auth; NULL: anonymous (error: unknown). */
	json_t *(*credentials)(gpointer data, const char *reference, GError **error);
	gpointer data;
} RemoteAccess;

/* Where a project's files are, and how to read them. */
typedef struct {
	char *const *files;	/* of -f; empty: COMPOSE_FILE, or files in the folder or above it */
	char *const *env_files; /* of --env-file; empty: .env */
	char *const *profiles;	/* of --profile */
	const char *folder;	/* --project-directory, or "" */
	const char *name;	/* -p, or "" */
	bool no_interpolate, no_normalize, no_resolve_paths, no_resolve_env, no_consistency;
	bool discard_label_files; /* label_file of services is taken out once it is read, as config does; up hashes it */
	bool all_profiles;	    /* enable all services, whatever their profiles */
	bool compatibility;	    /* names with "_" as version 1 had them */
	const RemoteAccess *remote; /* NULL: remote files are refused */
} ProjectOptions;

typedef struct {
	char *name, *folder; /* folder: absolute, base of relative paths */
	char **files;	     /* absolute, or "-" */
	char **env_files;
	json_t *remotes; /* fetched files: "oci://..." -> {"file": true} if given by -f, {"include": true} if a file includes it */
	GHashTable *
		copies; /* address of a fetched file -> its RemoteCopy; nothing is read that a link of one leads to */
	json_t *faults;	     /* service -> the error of reading its env_file or label_file */
	bool includes_local; /* whether a file includes another local one */
	int includes;	     /* number of files that are included, each as often as it is */
	json_t *model; /* name, services, networks, volumes, secrets, configs: all in long form */
	json_t *inactive;      /* services with disabled profiles: name -> service */
	json_t *variables;     /* variables in the files' strings, in the form of find_variables */
	json_t *profiles;      /* that the services name; sorted */
	json_t *environment;   /* name -> value: the variables for interpolation */
	const char *separator; /* separator in container names: "-", or "_" */
	bool no_resolve_env;   /* whether env_file of services is kept unresolved */
	bool discard_label_files;
	char *credentials; /* config.json of registries, for services with use_api_socket; or NULL */
} Project;

/* Member with the content of a secret from a variable: files cannot contain it. */
#define SECRET_CONTENT "x-#value"

/* load.c. NULL with error, which holds file, line and column where there is one. */
/* Whether a variable's value says yes: "1", "t", "true" or "y", in any case. NULL: no. */
bool variable_is_true(const char *text);
/* Variables COMPOSE_... of the env files that the shell lacks, which are for Compose itself: {name: value}, a new
 * reference. What is wrong with a file is told when the project is loaded. */
json_t *project_own_variables(const ProjectOptions *options);
Project *project_load(const ProjectOptions *options, GError **error);
void project_free(Project *project);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Project, project_free)
json_t *project_services(const Project *project); /* name -> service; borrowed */
json_t *project_service(
	const Project *project, const char *name, GError **error); /* "no such service: x" */
/* The platform of a service: its own, or else DOCKER_DEFAULT_PLATFORM; "" for the host's. */
const char *project_platform(const Project *project, const json_t *service);
/* Whether the env files of these services could be read (NULL: of all): to be checked before they are created. */
bool project_check_files(const Project *project, const json_t *names, GError **error);
/* Enables the profiles of the services that are named; names that are not known are passed over. */
bool project_enable(Project *project, char *const *names, GError **error);
/* The same; each service and what it requires must be there then. */
bool project_activate(Project *project, char *const *names, GError **error);
/* "lower-case_1": a valid project name. */
bool project_name_valid(const char *name);

/* dotenv.c: adds the variables of a file to an object of texts; what it has already stays, and is known to the file. False with
 * error. */
bool variables_add_file(json_t *variables, const char *path, GError **error);
/* Adds short forms ("8080:80", "./a:/b") to a service's "ports" or "volumes". */
bool service_add_short(json_t *service, const char *key, const json_t *list, GError **error);

/* consistency.c: checks that no two services ({name: true}; NULL: of all) have the same container_name. */
bool project_check_names(const Project *project, const json_t *names, GError **error);

/* references.c: replaces "use_api_socket" of services by its mount, variable and config. credentials: registries of a
 * config.json. Once, before containers are created. */
void project_use_socket(Project *project, const char *credentials);

/* output.c: the model as `compose config` prints it; typed: with converted values, empty ones omitted. The caller
 * frees the text. */
char *project_text(const Project *project, bool as_json, bool typed);
/* variables_text.c: the variables in the files, as JSON or YAML. The caller frees it. */
char *variables_text(const Project *project, bool as_json);
/* Whether a service uses the "networks", "volumes", "secrets", "configs" or "models" of that name. */
bool project_uses(const Project *project, const char *kind, const char *name);
/* Drops resources that no service uses. */
void project_keep_used(Project *project);
/* Hashes of the settings of a service's containers, a network or a volume, as Docker Compose computes them; hex, the
 * caller frees it. */
char *service_hash(const json_t *service);
char *network_hash(const json_t *network);
char *volume_hash(const json_t *volume);
int service_replicas(const json_t *service);
/* {NAME -> value} in the form of Env; a NAME without a value removes the image's. New reference. */
json_t *environment_list(json_t *environment);
/* Its image, or the name of the one that is built for it; the caller frees it. */
char *service_image(const Project *project, const char *name, const json_t *service);

/* warn.c: prints to standard error: "WARN[0000] ..." on a terminal, else a log line. message has no line feed. */
void compose_warn(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* The same, for what is told with --verbose only. */
void compose_debug(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Progress of one object. */
typedef struct {
	const char *id;	    /* "Container x-web-1", "web", "a1b2c3d4e5f6" (a layer) */
	const char *parent; /* the id of the object that it belongs to, or "" */
	const char *text;   /* the current action: "Pulling", or "" */
	const char *state;  /* "Started", an error, or "" */
	enum { TOLD_WORKING, TOLD_DONE, TOLD_WARNING, TOLD_ERROR } status;
	gint64 current, total; /* bytes; 0: unknown */
} Happening;

/* Receives progress; called from several threads, one at a time. */
typedef struct {
	void (*say)(gpointer data, const Happening *happening);
	/* Asks the user a question; NULL: the answer is no. */
	bool (*ask)(gpointer data, const char *question);
	gpointer data;
	GMutex lock;
	bool dry_run; /* dry run */
	json_t *made; /* containers that a dry run would have created, as a list tells them; or NULL */
	bool only_changes; /* what runs already is not told */
	/* Output of a hook in a container; NULL: discarded. From several threads. */
	void (*hook)(gpointer data, const json_t *container, const char *bytes, size_t length);
	gpointer hook_data;
} Teller;
/* "Container", "x-web-1" (the two are its id), "Starting"; text: an error, or "". */
void tell(Teller *teller, const char *kind, const char *name, const char *state, const char *text);
/* What is done to a thing: "web", "Pulling". */
void tell_work(Teller *teller, const char *id, const char *text, const char *state);
void tell_happening(Teller *teller, const Happening *happening);

/* state.c: existing objects of a project. */
/* As GET /containers/json lists them, one-off containers only if requested; new reference. */
json_t *project_containers(
	Client *client, const char *project, bool all, bool one_off, GError **error);
/* All containers, running or not, of services and of `run`. New reference. */
json_t *project_all_containers(Client *client, const char *project, GError **error);
/* The "filters" for objects with a project's label, escaped for a query; the caller frees it. */
char *project_filter(const char *project);
const char *container_label(
	const json_t *container, const char *name);  /* "service": com.docker.compose.service */
const char *container_name(const json_t *container); /* without "/" */
int container_number(const json_t *container);
/* Sorted by name; new reference. */
json_t *containers_by_name(const json_t *containers);
/* Those of a service, sorted by number; new reference. */
json_t *containers_of(const json_t *containers, const char *service);
/* The container of a service with that number, or the first (number 0); NULL with error. Borrowed. */
json_t *container_at(const json_t *containers, const char *service, int number, GError **error);
/* A model reconstructed from labels of containers: for a project whose files are not available. */
Project *project_of_labels(Client *client, const char *name, GError **error);
json_t *engine_call(Client *client, GError **error, const char *method, const json_t *body,
	const char *format, ...) G_GNUC_PRINTF(5, 6);

/* graph.c: runs a step for each service, in parallel as far as dependencies allow. names: the services; NULL: all.
 * reverse: dependents come first. Each step has a client of its own. */
/* The maximum number of parallel steps, of all graphs; 0: no limit. */
void graph_set_parallel(int limit);
typedef bool (*ServiceStep)(gpointer data, const char *name, Client *client, GError **error);
bool graph_run(const Project *project, const json_t *names, bool reverse, const char *host,
	ServiceStep step, gpointer data, GError **error);
/* Does so for names without dependencies. */
bool graph_each(
	const json_t *names, const char *host, ServiceStep step, gpointer data, GError **error);
/* The services and, with_dependencies, their dependencies: {name: true}; new reference. */
json_t *graph_names(
	const Project *project, char *const *services, bool with_dependencies, GError **error);

/* up.c */
typedef struct {
	json_t *names;	   /* of services: {name: true} */
	json_t *targets;   /* the services that were named, without dependencies; NULL: all */
	json_t *scale;	   /* service -> number */
	json_t *image_ids; /* service -> id of its image */
	bool force_recreate, no_recreate, always_recreate_deps, renew_volumes;
	bool all_resources; /* include networks and volumes that no service uses */
	int timeout;	    /* seconds for a stop; -1: the container's own */
} UpOptions;
/* Creates networks, volumes and containers that do not exist, and replaces outdated ones. */
bool compose_create(const Project *project, Client *client, const UpOptions *options,
	Teller *teller, GError **error);
/* The networks and volumes only. */
bool compose_resources(const Project *project, Client *client, const json_t *names, Teller *teller,
	GError **error);
/* start.c: starts containers once their dependencies are in the required states. */
bool compose_start(const Project *project, Client *client, const json_t *names, gint64 timeout,
	Teller *teller, GError **error);
/* Waits until the dependencies with "restart" of a service are in the required states. */
bool compose_await_restarted(
	const Project *project, Client *client, const char *name, Teller *teller, GError **error);
/* Waits until all are running, and healthy if they have a health check. timeout: microseconds, 0: none. */
bool compose_wait(const Project *project, Client *client, const json_t *names, gint64 timeout,
	Teller *teller, GError **error);
/* Names of containers whose service is not in the model; new reference. */
json_t *project_orphans(const Project *project, const json_t *containers);
/* one_off.c: creates a one-off container of a service; its id, or NULL. slug: what identifies it, in a label. */
char *compose_run(const Project *project, Client *client, const char *service_name,
	const json_t *service, const char *name, const char *slug, const char *image_id,
	bool aliases, GError **error);

/* down.c */
/* In dependency order, with pre_stop hooks. */
bool project_stop(const Project *project, Client *client, const json_t *containers, int timeout,
	Teller *teller, GError **error);
bool containers_stop(
	Client *client, const json_t *containers, int timeout, Teller *teller, GError **error);
bool containers_remove(
	Client *client, const json_t *containers, bool volumes, Teller *teller, GError **error);
typedef struct {
	bool orphans, volumes, all_resources; /* all_resources: those too that no service uses */
	const char *images;		      /* "", "all" or "local" */
	int timeout;
	char *const *services; /* empty: all */
} DownOptions;
bool compose_down(const Project *project, Client *client, const DownOptions *options,
	Teller *teller, GError **error);
