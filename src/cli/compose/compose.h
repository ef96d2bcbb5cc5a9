/* Shared by the commands of Compose. */
#pragma once
#include "cli/common/cli.h"
#include "compose/compose.h"

/* compose_main.c: "compose [OPTIONS] COMMAND"; argv begins with the first option. */
int compose_main(Cli *cli, int argc, char **argv);
/* compose_commands.c is made by tools/list-table of what the files of this folder define; ended by NULL. */
extern const Command *const compose_commands[];
extern const Command compose_version_command;
/* Removes containers of services that are not in the files, or warns of them. */
bool compose_handle_orphans(
	Cli *cli, const Project *project, bool remove, Teller *teller, GError **error);
/* Of create, up and publish. */
extern const FlagAlias compose_yes_aliases[];
extern const Command *const compose_itself; /* "compose" with the flags before a command's name */
const Command *compose_find(const char *name); /* NULL if there is none */

/* compose_project.c */
/* The project by the flags before the command. NULL with error. */
Project *compose_project(Cli *cli, GError **error);
/* For local files only: nothing is fetched. */
Project *compose_project_here(Cli *cli, GError **error);
/* Like compose_project; without local files, reconstructed from the labels of its containers (-p). */
Project *compose_project_anyhow(Cli *cli, GError **error);
/* The same with the profiles that are asked for, and those of the services that the arguments name. */
Project *compose_project_named(Cli *cli, GError **error);
void compose_options(const Cli *cli, ProjectOptions *options);
void compose_options_clear(ProjectOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ProjectOptions, compose_options_clear)
/* Prints the error, and returns the exit code. */
int compose_fail(const GError *error);
/* The project (as compose_project_anyhow finds it; the caller frees it), and its containers: those of the named
 * services, or all. all: also stopped ones. NULL with error. */
json_t *compose_chosen(Cli *cli, bool all, Project **project, GError **error);
/* The same, without an error for a service that is not known: it has no containers. */
json_t *compose_chosen_known(Cli *cli, bool all, Project **project, GError **error);
/* Does so; all: includes containers of `run`. */
json_t *compose_chosen_runs(Cli *cli, bool all, Project **project, GError **error);
/* Those of services that the project's files have and whose profiles are enabled; all where there are no files. New
 * reference. */
json_t *compose_of_files(const Project *project, const json_t *containers);
/* Whether the project has every service that the arguments name, whatever its profile. False with error. */
bool compose_check_names(Cli *cli, const Project *project, GError **error);
bool compose_dry_run(const Cli *cli);
/* compose_remote.c: whether the user agrees to a project with remote files (--yes, or an answer); asked before
 * anything is created. False with error. */
bool compose_confirm_remote(const Cli *cli, const Project *project, GError **error);
/* compose_table.c: rows (lists of texts) under heads, as Go's tabwriter has them: columns of least places or more, with
 * that many blanks behind the longest. */
void compose_table(const char *const *heads, const json_t *rows, size_t least, size_t blanks);
/* compose_ask.c: asks on standard error, and reads the answer; no is the default. data: unused. */
bool compose_ask(gpointer data, const char *question);
/* Adds the engine's socket to services that request it, with registry credentials. */
void compose_use_socket(Cli *cli, Project *project);

/* compose_show.c: one block of live lines on a terminal, a line for each event elsewhere. title: "Running". */
typedef struct ComposeShow ComposeShow;
ComposeShow *compose_show_new(const Cli *cli, const char *title, Teller *teller);
void compose_show_free(ComposeShow *show);
void compose_show_silence(ComposeShow *show, bool silent); /* --quiet */
/* A teller's "ask": compose_ask, which keeps the display above the question. */
bool compose_show_ask(gpointer show, const char *question);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ComposeShow, compose_show_free)

/* compose_config.c: resolves the services' images to digests, by the registries. */
bool compose_pin_images(Cli *cli, Project *project, GError **error);
void compose_keep_images(Project *project); /* leaves nothing but them */

/* compose_images.c */
typedef struct {
	bool build, no_build, quiet_build;
	const char *pull; /* "", always, missing, never, build */
} ImageOptions;
/* Builds and pulls the images of services; {service: image id}, or NULL with error. */
json_t *compose_images(Cli *cli, const Project *project, const json_t *names,
	const ImageOptions *options, GError **error);
/* compose_transfer.c: pulls images in parallel ({service: image}), and pushes those that are built here, with errors
 * reported. */
bool compose_pull_images(Cli *cli, const Project *project, const json_t *images, GError **error);
bool compose_push_images(Cli *cli, const Project *project, Teller *teller, GError **error);
/* compose_build.c */
typedef struct {
	bool quiet;
	bool all_platforms; /* that the files name; else what can run here */
	bool check;	    /* checks the Dockerfiles, and builds nothing */
	bool push;	    /* for --print */
	const char *builder, *memory, *provenance, *sbom; /* of the command line, or "" */
} BuildWish;
/* Builds the images of services ({name: true}) and what they are made of. */
bool compose_build(Cli *cli, const Project *project, const json_t *names, const BuildWish *wish,
	GError **error);
/* compose_bake.c */
/* The platforms that a service's image is built for; empty: the builder's own. New reference. */
json_t *compose_platforms(const Project *project, const json_t *service, bool all);
/* To standard output. */
void compose_print_bake(const Project *project, const json_t *names, const BuildWish *wish);

/* compose_logs.c */
typedef struct {
	bool follow, no_color, no_prefix, timestamps;
	const char *tail, *since, *until;
	bool tell_exits; /* "x exited with code 0" */
	bool split;	 /* what containers write to standard error goes to ours */
	bool stays;	 /* also after all have ended, until it is released */
	void (*exited)(
		gpointer data, const json_t *container, int code); /* or NULL; from a thread */
	/* Whether a container that starts later is shown too; NULL: none is. */
	bool (*wants)(gpointer data, const json_t *container);
	gpointer data;
} LogOptions;
typedef struct LogShow LogShow;
struct ComposeMenu;
/* Shows the containers' output, from log_show_begin on, until they have ended (follow) or all is shown; log_show_end
 * waits for that. */
LogShow *log_show_new(
	Cli *cli, const Project *project, const json_t *containers, const LogOptions *options);
void log_show_begin(LogShow *show);
void log_show_end(LogShow *show);
void log_show_free(LogShow *show);
void log_show_release(LogShow *show);
/* Stops showing; the containers run on. */
void log_show_leave(LogShow *show);
/* Draws this menu below further output (NULL: removes it). */
void log_show_menu(LogShow *show, const struct ComposeMenu *menu);
/* A teller's "hook": data is the LogShow. */
void log_show_hook(gpointer data, const json_t *container, const char *bytes, size_t length);

/* compose_choices.c: checks the combination of options of `up` and `create`. False with error. */
bool compose_check_choices(const Cli *cli, GError **error);

/* compose_service.c: updates the containers of services ({name: true}) to the model, and starts them. force_recreate:
 * replaces them even if nothing has changed. */
bool compose_up_services(
	Cli *cli, Project *project, json_t *names, bool force_recreate, GError **error);
/* compose_watch.c: watches the files of develop.watch. all: of every service, not only the named ones. Changes from
 * now on are not missed, whenever it is run. NULL with error. */
typedef struct Watch Watch;
Watch *compose_watch_new(Cli *cli, Project *project, bool all, GError **error);
void compose_watch_free(Watch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Watch, compose_watch_free)
/* By this cli's client, until stop_fd hangs up (-1: for ever). */
void compose_watch_follow(Watch *watch, Cli *cli, int stop_fd);
