/* Compose: a project's files become one model, and the engine's containers, networks and volumes become what the
 * model says. It knows the engine by the REST API only (client/), and nothing of commands and terminals. */
#pragma once
#include "base/json.h"
#include "client/client.h"

/* How files that are elsewhere are come by: of git repositories (-f, include, extends), and of OCI artifacts. */
typedef struct {
	/* Whom we are to the registry of a reference, as /auth has it; NULL: nobody (error: it cannot be told). */
	json_t *(*credentials)(gpointer data, const char *reference, GError **error);
	gpointer data;
} RemoteAccess;

/* Where a project's files are, and how they are to be read. */
typedef struct {
	char *const *files; /* of -f; empty: COMPOSE_FILE, or what lies in the folder or above it */
	char *const *env_files; /* of --env-file; empty: .env */
	char *const *profiles;	/* of --profile */
	const char *folder;	/* --project-directory, or "" */
	const char *name;	/* -p, or "" */
	bool no_interpolate, no_normalize, no_resolve_paths, no_resolve_env, no_consistency;
	bool all_profiles;	    /* whatever they say */
	bool compatibility;	    /* names with "_" as version 1 had them */
	const RemoteAccess *remote; /* NULL: nothing is fetched, and what is elsewhere is refused */
} ProjectOptions;

typedef struct {
	char *name, *folder; /* folder: absolute, where paths begin */
	char **files;	     /* absolute, or "-" */
	char **env_files;
	json_t *remotes; /* what was fetched: "oci://..." -> {"file": true} if by -f, {"include": true} if a file asked for it */
	json_t *faults;	 /* service -> why its env_file or label_file cannot be read */
	bool includes_local; /* a file includes another one that is here */
	json_t *model; /* name, services, networks, volumes, secrets, configs: all in long form */
	json_t *inactive;      /* services that no profile asks for: name -> service */
	json_t *variables;     /* that the files' strings hold, as find_variables tells them */
	json_t *profiles;      /* that the services name; sorted */
	json_t *environment;   /* name -> value: what interpolation saw */
	const char *separator; /* "-", or "_" */
	bool no_resolve_env;   /* env_file of services stays as it is */
	char *credentials; /* config.json of registries, for services with use_api_socket; or NULL */
} Project;

/* What a secret holds that is a variable's: a member that no file may have. */
#define SECRET_CONTENT "x-#value"

/* load.c. NULL with error, which holds file, line and column where there is one. */
Project *project_load(const ProjectOptions *options, GError **error);
void project_free(Project *project);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Project, project_free)
json_t *project_services(const Project *project); /* name -> service; borrowed */
json_t *project_service(
	const Project *project, const char *name, GError **error); /* "no such service: x" */
/* Whether the files of these services could be read (NULL: of all): to be asked before something is made of them. */
bool project_check_files(const Project *project, const json_t *names, GError **error);
/* Makes the named services active, whatever their profiles, and what they depend on. */
bool project_activate(Project *project, char *const *names, GError **error);
/* "lower-case_1": what a project may be called. */
bool project_name_valid(const char *name);

/* dotenv.c: adds the variables of a file to an object of texts; what it has already stays, and is known to the file. False with
 * error. */
bool variables_add_file(json_t *variables, const char *path, GError **error);
/* Adds short forms ("8080:80", "./a:/b") to a service's "ports" or "volumes". */
bool service_add_short(json_t *service, const char *key, const json_t *list, GError **error);

/* consistency.c: that no two services have one container_name. */
bool project_check_names(const Project *project, GError **error);

/* references.c: "use_api_socket" of services as the mount, the variable and the config that it stands for. credentials:
 * what a config.json says of registries. Once, before containers are made. */
void project_use_socket(Project *project, const char *credentials);

/* output.c: the model as `compose config` shows it; typed: its values have their types, and what says nothing is left out.
 * The caller frees the text. */
char *project_text(const Project *project, bool as_json, bool typed);
/* variables_text.c: what variables the files hold, as JSON or YAML. The caller frees it. */
char *variables_text(const Project *project, bool as_json);
/* Whether a service uses the "networks", "volumes", "secrets", "configs" or "models" of that name. */
bool project_uses(const Project *project, const char *kind, const char *name);
/* Resources that no service uses are no part of the project. */
void project_keep_used(Project *project);
/* Of what a service's containers, a network or a volume are made by, as Docker Compose computes it; hex, the caller frees
 * it. */
char *service_hash(const json_t *service);
char *network_hash(const json_t *network);
char *volume_hash(const json_t *volume);
int service_replicas(const json_t *service);
/* Its image, or what the one that is built for it is called; the caller frees it. */
char *service_image(const Project *project, const char *name, const json_t *service);

/* warn.c: to standard error: "WARN[0000] ..." on a terminal, else a line of a log. Without a line feed at the end. */
void compose_warn(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Something that happens to one thing. */
typedef struct {
	const char *id;	    /* "Container x-web-1", "web", "a1b2c3d4e5f6" (a layer) */
	const char *parent; /* the id that it is a part of, or "" */
	const char *text;   /* what is done: "Pulling", or "" */
	const char *state;  /* "Started", what went wrong, or "" */
	enum { TOLD_WORKING, TOLD_DONE, TOLD_WARNING, TOLD_ERROR } status;
	gint64 current, total; /* bytes; 0: not known */
} Happening;

/* What is told while the engine is made to follow the model; from several threads, one at a time. */
typedef struct {
	void (*say)(gpointer data, const Happening *happening);
	/* Whether the user says yes; NULL: nobody is asked, the answer is no. */
	bool (*ask)(gpointer data, const char *question);
	gpointer data;
	GMutex lock;
	bool dry_run; /* nothing is done */
	/* What a hook writes in a container; NULL: nobody hears it. From several threads. */
	void (*hook)(gpointer data, const json_t *container, const char *bytes, size_t length);
	gpointer hook_data;
} Teller;
/* "Container", "x-web-1" (the two are its id), "Starting"; text: an error, or "". */
void tell(Teller *teller, const char *kind, const char *name, const char *state, const char *text);
/* What is done to a thing: "web", "Pulling". */
void tell_work(Teller *teller, const char *id, const char *text, const char *state);
void tell_happening(Teller *teller, const Happening *happening);

/* state.c: what there is of a project. */
/* As GET /containers/json lists them, one-off ones only where they are asked for; new reference. */
json_t *project_containers(
	Client *client, const char *project, bool all, bool one_off, GError **error);
/* All of them: those that run and those that do not, of services and of `run`. New reference. */
json_t *project_all_containers(Client *client, const char *project, GError **error);
/* The "filters" of what carries a project's label, escaped for a query; the caller frees it. */
char *project_filter(const char *project);
const char *container_label(
	const json_t *container, const char *name);  /* "service": com.docker.compose.service */
const char *container_name(const json_t *container); /* without "/" */
int container_number(const json_t *container);
/* The same, by their names; new reference. */
json_t *containers_by_name(const json_t *containers);
/* Those of a service, by number; new reference. */
json_t *containers_of(const json_t *containers, const char *service);
/* The container of a service with that number, or the first (number 0); NULL with error. Borrowed. */
json_t *container_at(const json_t *containers, const char *service, int number, GError **error);
/* A model that says only what the labels of containers say: for a project whose files are not here. */
Project *project_of_labels(Client *client, const char *name, GError **error);
json_t *engine_call(Client *client, GError **error, const char *method, const json_t *body,
	const char *format, ...) G_GNUC_PRINTF(5, 6);

/* graph.c: a step for each service, at once as far as dependencies allow. names: which; NULL: all. reverse: those
 * that depend come first. Each step has a client of its own. */
/* How many steps there may be at once, of all graphs; 0: any number. */
void graph_set_parallel(int limit);
typedef bool (*ServiceStep)(gpointer data, const char *name, Client *client, GError **error);
bool graph_run(const Project *project, const json_t *names, bool reverse, const char *host,
	ServiceStep step, gpointer data, GError **error);
/* The same for names that do not wait for each other. */
bool graph_each(
	const json_t *names, const char *host, ServiceStep step, gpointer data, GError **error);
/* The services and, with_dependencies, what they depend on: {name: true}; new reference. */
json_t *graph_names(
	const Project *project, char *const *services, bool with_dependencies, GError **error);

/* up.c */
typedef struct {
	json_t *names;	   /* of services: {name: true} */
	json_t *targets;   /* those that were named, not their dependencies; NULL: all are */
	json_t *scale;	   /* service -> number */
	json_t *image_ids; /* service -> id of its image */
	bool force_recreate, no_recreate, always_recreate_deps, renew_volumes;
	bool all_resources; /* networks and volumes that no service uses, too */
	int timeout;	    /* seconds for a stop; -1: the container's own */
} UpOptions;
/* Networks, volumes and containers, as far as they are not there already. */
bool compose_create(const Project *project, Client *client, const UpOptions *options,
	Teller *teller, GError **error);
/* The networks and volumes only. */
bool compose_resources(const Project *project, Client *client, const json_t *names, Teller *teller,
	GError **error);
/* start.c: starts what is not running, when its dependencies are as they are to be. */
bool compose_start(const Project *project, Client *client, const json_t *names, gint64 timeout,
	Teller *teller, GError **error);
/* Waits until what a service is restarted with (depends_on, restart) is as the service asks: healthy, or at its end. */
bool compose_await_restarted(
	const Project *project, Client *client, const char *name, Teller *teller, GError **error);
/* Waits until all run, and those with a health check are healthy. timeout: microseconds, 0: none. */
bool compose_wait(const Project *project, Client *client, const json_t *names, gint64 timeout,
	Teller *teller, GError **error);
/* Names of containers whose service the model does not have; new reference. */
json_t *project_orphans(const Project *project, const json_t *containers);
/* one_off.c: creates a one-off container of a service, which says all that it is to be; its id, or NULL. */
char *compose_run(const Project *project, Client *client, const char *service_name,
	const json_t *service, const char *name, const char *image_id, bool aliases,
	GError **error);

/* down.c */
/* In the order of the model, with its services' pre_stop. */
bool project_stop(const Project *project, Client *client, const json_t *containers, int timeout,
	Teller *teller, GError **error);
bool containers_stop(
	Client *client, const json_t *containers, int timeout, Teller *teller, GError **error);
bool containers_remove(
	Client *client, const json_t *containers, bool volumes, Teller *teller, GError **error);
typedef struct {
	bool orphans, volumes;
	const char *images; /* "", "all" or "local" */
	int timeout;
	char *const *services; /* empty: all, and networks too */
} DownOptions;
bool compose_down(const Project *project, Client *client, const DownOptions *options,
	Teller *teller, GError **error);
