/* The images that services are built for: at once, as far as none is made of another. */
#include "cli/build/build_progress.h"
#include "cli/commands/commands.h"
#include "cli/common/flags.h"
#include "cli/compose/compose.h"
#include "cli/registry/image_transfer.h"

#include "base/error.h"
#include "base/fd.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *image_of(const Project *project, const char *name)
{
	return service_image(project, name, json_object_get(project_services(project), name));
}

/* Words of a command line. */
static void add(GPtrArray *words, const char *flag, const char *value)
{
	if (flag != NULL)
		g_ptr_array_add(words, g_strdup(flag));
	if (value != NULL)
		g_ptr_array_add(words, g_strdup(value));
}

static void add_list(GPtrArray *words, const char *flag, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		add(words, flag, json_elem(list, i));
}

static void add_pairs(GPtrArray *words, const char *flag, const json_t *map)
{
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)map, name, value) {
		g_autofree char *pair =
			json_is_null(value)
				? g_strdup(name)
				: g_strconcat(name, "=", json_string_value(value), NULL);
		add(words, flag, pair);
	}
}

static void add_contexts(const Project *project, GPtrArray *words, const json_t *contexts)
{
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)contexts, name, value) {
		const char *place = json_string_value(value);
		g_autofree char *image = place != NULL && g_str_has_prefix(place, "service:")
						 ? image_of(project, place + strlen("service:"))
						 : NULL;
		g_autofree char *pair =
			g_strconcat(name, "=", image != NULL ? "docker-image://" : "",
				image != NULL ? image : place, NULL);
		add(words, "--build-context", pair);
	}
}

static void add_secrets(const Project *project, GPtrArray *words, const json_t *secrets)
{
	for (size_t i = 0; i < json_array_size(secrets); i++) {
		const json_t *use = json_array_get(secrets, i);
		const char *source = json_str(use, "source"), *target = json_str(use, "target");
		const json_t *secret =
			json_object_get(json_object_get(project->model, "secrets"), source);
		bool by_name = *json_str(secret, "environment") != '\0';
		g_autofree char *text = g_strdup_printf("id=%s,%s=%s",
			*target != '\0' ? target : source, by_name ? "env" : "src",
			json_str(secret, by_name ? "environment" : "file"));
		add(words, "--secret", text);
	}
}

static void add_ulimits(GPtrArray *words, const json_t *limits)
{
	const char *name;
	json_t *limit;
	json_object_foreach ((json_t *)limits, name, limit) {
		g_autofree char *text =
			json_is_object(limit)
				? g_strdup_printf("%s=%d:%d", name, (int)json_int(limit, "soft"),
					  (int)json_int(limit, "hard"))
				: g_strdup_printf("%s=%d", name, (int)json_integer_value(limit));
		add(words, "--ulimit", text);
	}
}

static void add_labels(
	const Project *project, GPtrArray *words, const char *service, const json_t *own)
{
	const char *const pairs[][2] = {{"project", project->name}, {"service", service},
		{"version", BERTH_COMPOSE_VERSION}};
	add_pairs(words, "--label", own);
	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		g_autofree char *text =
			g_strdup_printf("com.docker.compose.%s=%s", pairs[i][0], pairs[i][1]);
		add(words, "--label", text);
	}
}

/* A Dockerfile that stands in the project's file, as a file; the caller removes and frees it. */
static char *inline_file(const json_t *build, GError **error)
{
	g_autofree char *path = NULL;
	g_autoptr(GError) problem = NULL;
	const char *text = json_str(build, "dockerfile_inline");
	autofd fd = g_file_open_tmp("berth-dockerfile.XXXXXX", &path, &problem);
	if (fd < 0 || !fd_write_all(fd, text, strlen(text))) {
		fail_errno(error, "cannot write a Dockerfile to a temporary file");
		return NULL;
	}
	return g_steal_pointer(&path);
}

static void add_switches(const Project *project, GPtrArray *words, const json_t *build,
	const json_t *service, const BuildWish *wish)
{
	static const char *const flags[][2] = {{"no_cache", "--no-cache"}, {"pull", "--pull"}};
	static const char *const values[][2] = {{"network", "--network"}, {"target", "--target"},
		{"shm_size", "--shm-size"}, {"isolation", "--isolation"}};
	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
		if (json_bool(build, flags[i][0]))
			add(words, flags[i][1], NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
		if (*json_str(build, values[i][0]) != '\0')
			add(words, values[i][1], json_str(build, values[i][0]));
	g_autoptr(json_t) platforms = compose_platforms(project, service, wish->all_platforms);
	g_auto(GStrv) names = json_strv(platforms);
	g_autofree char *joined = g_strjoinv(",", names);
	if (*joined != '\0')
		add(words, "--platform", joined);
}

/* What the command line says goes before what the file says. */
static void add_wish(GPtrArray *words, const json_t *build, const BuildWish *wish)
{
	const char *const values[][3] = {{"--memory", wish->memory, ""},
		{"--builder", wish->builder, ""},
		{"--provenance", wish->provenance, json_str(build, "provenance")},
		{"--sbom", wish->sbom, json_str(build, "sbom")}};
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		const char *value =
			values[i][1] != NULL && *values[i][1] != '\0' ? values[i][1] : values[i][2];
		if (*value != '\0')
			add(words, values[i][0], value);
	}
	if (wish->check)
		add(words, "--check", NULL);
}

/* The words of `build` for a service. file: of -f. */
static GPtrArray *build_words(
	const Project *project, const char *name, const char *file, const BuildWish *wish)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	const json_t *service = json_object_get(project_services(project), name),
		     *build = json_object_get(service, "build");
	g_autofree char *image = image_of(project, name);
	add(words, "--tag", image);
	add_list(words, "--tag", json_object_get(build, "tags"));
	add(words, "--file", file);
	add_pairs(words, "--build-arg", json_object_get(build, "args"));
	add_pairs(words, "--ssh", json_object_get(build, "ssh"));
	add_list(words, "--cache-from", json_object_get(build, "cache_from"));
	add_list(words, "--cache-to", json_object_get(build, "cache_to"));
	add_list(words, "--add-host", json_object_get(build, "extra_hosts"));
	add_list(words, "--allow", json_object_get(build, "entitlements"));
	add_contexts(project, words, json_object_get(build, "additional_contexts"));
	add_secrets(project, words, json_object_get(build, "secrets"));
	add_ulimits(words, json_object_get(build, "ulimits"));
	add_labels(project, words, name, json_object_get(build, "labels"));
	add_switches(project, words, build, service, wish);
	add_wish(words, build, wish);
	if (json_bool(build, "privileged"))
		add(words, "--allow", "security.insecure");
	add(words, NULL, json_str(build, "context"));
	g_ptr_array_add(words, NULL);
	return words;
}

/* All builds of a command, and how they are shown. */
typedef struct {
	Cli *cli;
	const Project *project;
	BuildProgress *progress;
	const BuildWish *wish;
} Builds;

static bool run_one(Builds *builds, Client *client, const char *name, const char *file)
{
	const BuildPart part = {builds->progress, name, builds->project->environment};
	g_autoptr(GPtrArray) words = build_words(builds->project, name, file, builds->wish);
	Cli own = *builds->cli;
	own.client = client;
	own.part = &part;
	return cli_run(&own, &command_build, (char *const *)words->pdata) == 0;
}

static bool build_one(gpointer data, const char *name, Client *client, GError **error)
{
	Builds *builds = data;
	const json_t *build =
		json_object_get(json_object_get(project_services(builds->project), name), "build");
	bool is_inline = json_object_get(build, "dockerfile_inline") != NULL;
	const char *context = json_str(build, "context"),
		   *dockerfile = json_str(build, "dockerfile");
	bool remote = strstr(context, "://") != NULL || g_str_has_prefix(context, "git@");
	if (build == NULL)
		return true;
	g_autofree char *file = is_inline ? inline_file(build, error)
				: remote  ? g_strdup(dockerfile)
					  : g_canonicalize_filename(dockerfile, context);
	if (file == NULL)
		return false;
	bool ok = run_one(builds, client, name, file);
	if (is_inline)
		unlink(file);
	return ok || fail(error, BERTH_ERROR_UNAVAILABLE, "failed to build service %s", name);
}

/* Quiet, plain, live or as it is: as the project's progress is shown, but on standard output. */
static BuildShow show_of(const Cli *cli, bool quiet)
{
	const char *asked = flag_text(cli->outer, "progress"), *env = getenv("BUILDKIT_PROGRESS");
	if (*asked == '\0' && env != NULL)
		asked = env;
	bool live = isatty(STDOUT_FILENO) && g_strcmp0(getenv("TERM"), "dumb") != 0;
	return quiet || strcmp(asked, "quiet") == 0			     ? SHOW_NOTHING
	       : strcmp(asked, "plain") == 0				     ? SHOW_PLAIN
	       : strcmp(asked, "tty") == 0				     ? SHOW_TTY
	       : strcmp(asked, "json") == 0 || strcmp(asked, "rawjson") == 0 ? SHOW_RAW
	       : live							     ? SHOW_TTY
									     : SHOW_PLAIN;
}

/* The service whose image a context is; NULL: it is something else. */
static const char *context_service(const json_t *context)
{
	const char *place = json_string_value(context);
	return place != NULL && g_str_has_prefix(place, "service:") ? place + strlen("service:")
								    : NULL;
}

/* What an image is made of is built with it. */
static void add_build(const Project *project, json_t *names, const char *name)
{
	const json_t *build =
		json_object_get(json_object_get(project_services(project), name), "build");
	const char *key;
	json_t *context;
	if (build == NULL || json_object_get(names, name) != NULL)
		return;
	json_object_set_new(names, name, json_true());
	json_object_foreach (json_object_get(build, "additional_contexts"), key, context)
		if (context_service(context) != NULL)
			add_build(project, names, context_service(context));
}

/* The same project, in which each service depends on those that its image is made of as well. */
static json_t *build_order(const Project *project, const json_t *names)
{
	json_t *services = json_object();
	const char *name, *key;
	json_t *value, *context;
	json_object_foreach ((json_t *)names, name, value) {
		const json_t *service = json_object_get(project_services(project), name);
		json_t *depends = json_copy(json_object_get(service, "depends_on"));
		if (depends == NULL)
			depends = json_object();
		json_object_foreach (json_at(service, "build.additional_contexts"), key, context)
			if (context_service(context) != NULL)
				json_object_set_new(
					depends, context_service(context), json_object());
		json_object_set_new(services, name, json_pack("{s:o}", "depends_on", depends));
	}
	return json_pack("{s:o}", "services", services);
}

/* DOCKER_DEFAULT_PLATFORM has to be one of those that a service is built for. */
static bool check_platforms(const Project *project, const json_t *names, GError **error)
{
	const char *standard = json_named(project->environment, "DOCKER_DEFAULT_PLATFORM"), *name;
	json_t *value;
	json_object_foreach ((json_t *)names, name, value) {
		const json_t *service = json_object_get(project_services(project), name);
		g_auto(GStrv) known = json_strv(json_at(service, "build.platforms"));
		if (*standard != '\0' && known[0] != NULL &&
			!g_strv_contains((const char *const *)known, standard))
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"service \"%s\" build.platforms does not support value set by "
				"DOCKER_DEFAULT_PLATFORM: %s",
				name, standard);
	}
	return true;
}

bool compose_build(Cli *cli, const Project *project, const json_t *names, const BuildWish *wish,
	GError **error)
{
	g_autoptr(json_t) all = json_object();
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)names, name, value)
		add_build(project, all, name);
	if (json_object_size(all) == 0)
		return true;
	if (!check_platforms(project, all, error))
		return false;
	Teller teller;
	g_autoptr(ComposeShow) show = compose_show_new(cli, "Building", &teller);
	compose_show_silence(show, wish->quiet);
	if (!teller.dry_run) {
		g_autoptr(json_t) order = build_order(project, all);
		const Project ordered = {.model = order};
		Builds builds = {
			cli, project, build_progress_new(show_of(cli, wish->quiet), stdout), wish};
		bool ok = graph_run(
			&ordered, all, false, client_host(cli->client), build_one, &builds, error);
		build_progress_end(builds.progress);
		build_progress_free(builds.progress);
		fflush(stdout);
		if (!ok)
			return false;
	}
	json_object_foreach (wish->check ? NULL : all, name, value) {
		g_autofree char *image = image_of(project, name);
		tell(&teller, "", image, "Built", "");
	}
	return true;
}

static const Flag build_flags[] = {
	{"build-arg", 0, LIST, "set an ARG of all services"},
	{"builder", 0, STRING, "only default: the engine is the builder"},
	{"check", 0, BOOL, "check the Dockerfiles, and build nothing"},
	{"memory", 'm', BYTES, "memory limit of a step"},
	{"no-cache", 0, BOOL, "run every step anew"},
	{"print", 0, BOOL, "print what would be built as a bake file"},
	{"provenance", 0, STRING, "say how the images were made: true or false"},
	{"pull", 0, BOOL, "ask the registry for newer base images"},
	{"push", 0, BOOL, "push the built images"},
	{"quiet", 'q', BOOL, "show no progress"},
	{"sbom", 0, STRING, "false: no generator is run here"},
	{"ssh", 0, STRING, "an agent for RUN --mount=type=ssh"},
	{"with-dependencies", 0, BOOL, "also build dependencies"},
	{"progress", 0, STRING, "as before the command's name (deprecated)"},
	{"parallel", 0, BOOL, "ignored (for Docker compatibility)"},
	{"compress", 0, BOOL, "ignored (for Docker compatibility)"},
	{"force-rm", 0, BOOL, "ignored (for Docker compatibility)"},
	{"no-rm", 0, BOOL, "ignored (for Docker compatibility)"},
	{0},
};

/* Flags of the command change what the file says. */
static void apply_build_flags(const Cli *cli, json_t *build)
{
	g_autoptr(json_t) args = flag_list(cli, "build-arg");
	for (size_t i = 0; i < json_array_size(args); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(args, i), "=", 2);
		if (json_object_get(build, "args") == NULL)
			json_object_set_new(build, "args", json_object());
		json_object_set_new(json_object_get(build, "args"), parts[0],
			parts[1] != NULL ? json_lenient(parts[1]) : json_null());
	}
	if (flag_bool(cli, "no-cache", false))
		json_object_set_new(build, "no_cache", json_true());
	if (flag_bool(cli, "pull", false))
		json_object_set_new(build, "pull", json_true());
	if (*flag_text(cli, "ssh") != '\0')
		json_object_set_new(build, "ssh", json_pack("{s:n}", flag_text(cli, "ssh")));
}

/* What has no name of its own is nobody's to push. */
static bool push_built(Cli *cli, const Project *project, const json_t *names, GError **error)
{
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)names, name, value) {
		const json_t *service = json_object_get(project_services(project), name);
		if (json_object_get(service, "build") != NULL &&
			*json_str(service, "image") != '\0' &&
			!image_send(cli, json_str(service, "image"), "", false, stderr, error))
			return false;
	}
	return true;
}

static int run_build(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = compose_project(cli, &error);
	if (flag_given(cli, "progress") && *flag_text(cli, "ssh") == '\0')
		print_to(stderr, "--progress is a global compose flag, better use `docker compose "
				 "--progress xx build ...\n");
	if (project == NULL || !project_activate(project, cli->args, &error))
		return compose_fail(error);
	g_autoptr(json_t) names =
		graph_names(project, cli->args, flag_bool(cli, "with-dependencies", false), &error);
	const char *name;
	json_t *service;
	json_object_foreach (project_services(project), name, service)
		if (json_object_get(service, "build") != NULL)
			apply_build_flags(cli, json_object_get(service, "build"));
	const BuildWish wish = {.quiet = flag_bool(cli, "quiet", false),
		.builder = flag_text(cli, "builder"),
		.all_platforms = true,
		.check = flag_bool(cli, "check", false),
		.push = flag_bool(cli, "push", false),
		.memory = flag_text(cli, "memory"),
		.provenance = flag_text(cli, "provenance"),
		.sbom = flag_text(cli, "sbom")};
	if (names != NULL && flag_bool(cli, "print", false)) {
		compose_print_bake(project, names, &wish);
		return EXIT_SUCCESS;
	}
	return names != NULL && compose_build(cli, project, names, &wish, &error) &&
			       (!flag_bool(cli, "push", false) ||
				       push_built(cli, project, names, &error))
		       ? EXIT_SUCCESS
		       : compose_fail(error);
}

const Command compose_build_command = {
	.names = "build",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "Build the images of services",
	.example = "build --pull web",
	.completes = "services*",
	.flags = build_flags,
	.max_args = -1,
	.run = run_build,
};
