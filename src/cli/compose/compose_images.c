/* The images of services: built, pulled, pushed. */
#include "cli/commands/commands.h"
#include "cli/common/flags.h"
#include "cli/compose/compose.h"
#include "cli/registry/image_transfer.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/timefmt.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *image_of(const Project *project, const char *name)
{
	return service_image(project, name, json_object_get(project_services(project), name));
}

/* "" if it is not here. */
static char *image_id(Cli *cli, const char *image)
{
	g_autofree char *escaped = client_escape(image),
			*path = g_strdup_printf("/images/%s/json", escaped);
	g_autoptr(json_t) found = client_call(cli->client, "GET", path, NULL, NULL);
	return g_strdup(json_str(found, "Id"));
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

static void add_switches(GPtrArray *words, const json_t *build, const json_t *service)
{
	static const char *const flags[][2] = {{"no_cache", "--no-cache"}, {"pull", "--pull"}};
	static const char *const values[][2] = {
		{"network", "--network"}, {"target", "--target"}, {"shm_size", "--shm-size"}};
	const char *platform = json_elem(json_object_get(build, "platforms"), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
		if (json_bool(build, flags[i][0]))
			add(words, flags[i][1], NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
		if (*json_str(build, values[i][0]) != '\0')
			add(words, values[i][1], json_str(build, values[i][0]));
	if (*json_str(service, "platform") != '\0')
		platform = json_str(service, "platform");
	if (*platform != '\0')
		add(words, "--platform", platform);
}

/* The words of `build` for a service. file: of -f. */
static GPtrArray *build_words(
	const Cli *cli, const Project *project, const char *name, const char *file, bool quiet)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	const json_t *service = json_object_get(project_services(project), name),
		     *build = json_object_get(service, "build");
	g_autofree char *image = image_of(project, name);
	static const char *const progress_modes[] = {"plain", "tty", "quiet", NULL};
	const char *progress = flag_text(cli->outer, "progress");
	add(words, "--tag", image);
	add_list(words, "--tag", json_object_get(build, "tags"));
	add(words, "--file", file);
	add_pairs(words, "--build-arg", json_object_get(build, "args"));
	add_pairs(words, "--ssh", json_object_get(build, "ssh"));
	add_list(words, "--cache-from", json_object_get(build, "cache_from"));
	add_list(words, "--cache-to", json_object_get(build, "cache_to"));
	add_list(words, "--no-cache-filter", json_object_get(build, "no_cache_filter"));
	add_list(words, "--add-host", json_object_get(build, "extra_hosts"));
	add_list(words, "--allow", json_object_get(build, "entitlements"));
	add_contexts(project, words, json_object_get(build, "additional_contexts"));
	add_secrets(project, words, json_object_get(build, "secrets"));
	add_ulimits(words, json_object_get(build, "ulimits"));
	add_labels(project, words, name, json_object_get(build, "labels"));
	add_switches(words, build, service);
	if (json_bool(build, "privileged"))
		add(words, "--allow", "security.insecure");
	if (quiet)
		add(words, "--progress", "quiet");
	else if (g_strv_contains(progress_modes, progress))
		add(words, "--progress", progress);
	add(words, NULL, json_str(build, "context"));
	g_ptr_array_add(words, NULL);
	return words;
}

bool compose_build_service(
	Cli *cli, const Project *project, const char *name, bool quiet, GError **error)
{
	const json_t *build =
		json_object_get(json_object_get(project_services(project), name), "build");
	bool is_inline = json_object_get(build, "dockerfile_inline") != NULL;
	const char *context = json_str(build, "context"),
		   *dockerfile = json_str(build, "dockerfile");
	bool remote = strstr(context, "://") != NULL || g_str_has_prefix(context, "git@");
	g_autofree char *file = is_inline ? inline_file(build, error)
				: remote  ? g_strdup(dockerfile)
					  : g_canonicalize_filename(dockerfile, context);
	if (file == NULL)
		return false;
	if (compose_dry_run(cli)) {
		print_to(stderr, " DRY-RUN MODE -  build %s\n", name);
		return true;
	}
	g_autoptr(GPtrArray) words = build_words(cli, project, name, file, quiet);
	int code = cli_run(cli, &command_build, (char *const *)words->pdata);
	if (is_inline)
		unlink(file);
	return code == 0 ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "failed to build service %s", name);
}

/* "daily", "weekly", "every_12h": how old an image may be, in nanoseconds; 0: that is none of them. */
static gint64 oldest_of(const json_t *service, const char *policy)
{
	static const gint64 second = 1000000000, day = 86400 * second;
	gint64 time = 0;
	if (strcmp(policy, "refresh") == 0)
		policy = json_str(service, "pull_refresh_after");
	if (strcmp(policy, "daily") == 0 || strcmp(policy, "weekly") == 0)
		return *policy == 'd' ? day : 7 * day;
	if (g_str_has_prefix(policy, "every_"))
		policy += strlen("every_");
	size_t length = strlen(policy);
	/* Days and weeks are no units of Go's durations. */
	if (length > 1 && strchr("dw", policy[length - 1]) != NULL)
		return g_ascii_strtoll(policy, NULL, 10) *
		       (policy[length - 1] == 'd' ? day : 7 * day);
	return duration_parse(policy, &time) ? time : 0;
}

/* "always", "missing", "never" or "build": the caller's word, then the service's. */
static const char *policy_of(
	Cli *cli, const char *image, const json_t *service, const ImageOptions *options)
{
	const char *own = json_str(service, "pull_policy"),
		   *policy = *options->pull != '\0' ? options->pull : own;
	gint64 oldest = oldest_of(service, policy), tagged = 0;
	if (oldest > 0) {
		g_autofree char *escaped = client_escape(image),
				*path = g_strdup_printf("/images/%s/json", escaped);
		g_autoptr(json_t) found = client_call(cli->client, "GET", path, NULL, NULL);
		time_parse(json_str(found, "Metadata.LastTagTime"), &tagged);
		return time_now() - tagged > oldest ? "always" : "missing";
	}
	return strcmp(policy, "if_not_present") == 0 || *policy == '\0' ? "missing" : policy;
}

/* What a service's image needs: {"pull": {service: image}, "build": {service: true}} grows. */
static bool plan(Cli *cli, const Project *project, const char *name, const ImageOptions *options,
	json_t *pulls, json_t *builds, GError **error)
{
	json_t *service = json_object_get(project_services(project), name);
	bool can_build = json_object_get(service, "build") != NULL;
	g_autofree char *image = service_image(project, name, service), *id = image_id(cli, image);
	const char *policy = policy_of(cli, image, service, options);
	if (can_build && *id == '\0' && options->no_build)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"service \"%s\" must be built first, and --no-build was given", name);
	if (!can_build && *id == '\0' && strcmp(policy, "never") == 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"No such image: %s (pull_policy: never)", image);
	if (can_build && !options->no_build &&
		(options->build || strcmp(policy, "build") == 0 || *id == '\0'))
		json_object_set_new(builds, name, json_true());
	if (!can_build &&
		(strcmp(policy, "always") == 0 || (*id == '\0' && strcmp(policy, "never") != 0)))
		json_object_set_new(pulls, name, json_string(image));
	return true;
}

json_t *compose_images(Cli *cli, const Project *project, const json_t *names,
	const ImageOptions *options, GError **error)
{
	g_autoptr(json_t) ids = json_object(), pulls = json_object(), builds = json_object();
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)names, name, value) {
		const json_t *service = json_object_get(project_services(project), name);
		if (json_object_get(service, "provider") == NULL &&
			!plan(cli, project, name, options, pulls, builds, error))
			return NULL;
	}
	if (!compose_pull_images(cli, project, pulls, error))
		return NULL;
	json_object_foreach (builds, name, value)
		if (!compose_build_service(cli, project, name, options->quiet_build, error))
			return NULL;
	json_object_foreach ((json_t *)names, name, value) {
		const json_t *service = json_object_get(project_services(project), name);
		if (json_object_get(service, "provider") != NULL)
			continue;
		g_autofree char *image = service_image(project, name, service),
				*id = image_id(cli, image);
		json_object_set_new(ids, name, json_string(id));
	}
	return g_steal_pointer(&ids);
}

static const Flag build_flags[] = {
	{"build-arg", 0, LIST, "set an ARG of all services"},
	{"builder", 0, STRING, "ignored (for Docker compatibility)"},
	{"check", 0, BOOL, "check the Dockerfiles, and build nothing"},
	{"memory", 'm', BYTES, "memory limit of a step"},
	{"no-cache", 0, BOOL, "run every step anew"},
	{"print", 0, BOOL, "ignored (for Docker compatibility)"},
	{"provenance", 0, STRING, "ignored (for Docker compatibility)"},
	{"pull", 0, BOOL, "ask the registry for newer base images"},
	{"push", 0, BOOL, "push what was built"},
	{"quiet", 'q', BOOL, "show no progress"},
	{"sbom", 0, STRING, "ignored (for Docker compatibility)"},
	{"ssh", 0, STRING, "an agent for RUN --mount=type=ssh"},
	{"with-dependencies", 0, BOOL, "build what the services depend on, too"},
	{"parallel", 0, BOOL, "ignored (for Docker compatibility)"},
	{"force-rm", 0, BOOL, "ignored (for Docker compatibility)"},
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

static int run_build(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = compose_project(cli, &error);
	if (project == NULL || !project_activate(project, cli->args, &error))
		return compose_fail(error);
	g_autoptr(json_t) names =
		graph_names(project, cli->args, flag_bool(cli, "with-dependencies", false), &error);
	const char *name;
	json_t *value;
	json_object_foreach (names, name, value) {
		json_t *service = json_object_get(project_services(project), name),
		       *build = json_object_get(service, "build");
		if (build == NULL)
			continue;
		apply_build_flags(cli, build);
		g_autofree char *image = image_of(project, name);
		if (!compose_build_service(
			    cli, project, name, flag_bool(cli, "quiet", false), &error) ||
			(flag_bool(cli, "push", false) &&
				!image_send(cli, image, "", false, stderr, &error)))
			return compose_fail(error);
	}
	return names != NULL ? EXIT_SUCCESS : compose_fail(error);
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
