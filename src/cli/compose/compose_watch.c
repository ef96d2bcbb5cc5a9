/* watch: changes of files here become changes of the services (Compose Specification, "develop.watch"). */
#include "cli/build/build_context.h"
#include "cli/commands/commands.h"
#include "cli/common/flags.h"
#include "cli/compose/compose.h"
#include "dockerfile/dockerfile.h"

#include "base/error.h"
#include "base/fd.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum { QUIET_MS = 300, MAX_FOLDERS = 100000, EVENTS = 64 * 1024 };
static const guint32 event_mask = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
				  IN_MOVED_TO | IN_ATTRIB | IN_DONT_FOLLOW | IN_ONLYDIR;

/* A rule of a service. */
typedef struct {
	const char *service, *path, *action, *target;
	const json_t *rule;
	Patterns *ignore, *include;
	GHashTable *changed; /* paths below path, "" for itself */
} Rule;

struct Watch {
	Cli *cli;
	Project *project;
	GPtrArray *rules;
	GHashTable *folders; /* watch descriptor -> path */
	int inotify;
};

static void rule_free(gpointer data)
{
	Rule *rule = data;
	patterns_free(rule->ignore);
	patterns_free(rule->include);
	g_hash_table_unref(rule->changed);
	g_free(rule);
}

/* What lies behind the rule's path; NULL: it is elsewhere, or left out. */
static const char *concerned(const Rule *rule, const char *path)
{
	size_t length = strlen(rule->path);
	if (strncmp(path, rule->path, length) != 0 || (path[length] != '/' && path[length] != '\0'))
		return NULL;
	const char *below = path[length] == '/' ? path + length + 1 : "";
	if (*below != '\0' && patterns_match(rule->ignore, below))
		return NULL;
	return patterns_empty(rule->include) || *below == '\0' ||
			       patterns_match(rule->include, below)
		       ? below
		       : NULL;
}

/* Always left out: what is nobody's source. And what .dockerignore leaves out of the build. */
static Patterns *ignore_of(const json_t *service, const json_t *rule, GError **error)
{
	static const char *const always[] = {
		"**/.git", "**/.idea", "**/*~", "**/*.swp", "**/.DS_Store"};
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
	const char *context = json_str(service, "build.context");
	g_autofree char *file = g_build_filename(context, ".dockerignore", NULL), *text = NULL;
	if (*context != '\0' && !ignore_read(file, &text, error))
		return NULL;
	g_auto(GStrv) lines = g_strsplit(
		text != NULL && strcmp(context, json_str(rule, "path")) == 0 ? text : "", "\n", -1);
	for (size_t i = 0; i < G_N_ELEMENTS(always); i++)
		g_ptr_array_add(list, g_strdup(always[i]));
	for (int i = 0; lines[i] != NULL; i++)
		if (*lines[i] != '#')
			g_ptr_array_add(list, g_strdup(lines[i]));
	for (size_t i = 0; i < json_array_size(json_object_get(rule, "ignore")); i++)
		g_ptr_array_add(list, g_strdup(json_elem(json_object_get(rule, "ignore"), i)));
	g_ptr_array_add(list, NULL);
	return patterns_new((char *const *)list->pdata, error);
}

static bool add_rule(
	Watch *watch, const char *name, const json_t *service, const json_t *json, GError **error)
{
	g_auto(GStrv) include = json_strv(json_object_get(json, "include"));
	Patterns *ignored = ignore_of(service, json, error),
		 *included = ignored != NULL ? patterns_new(include, error) : NULL;
	if (included == NULL) {
		if (ignored != NULL)
			patterns_free(ignored);
		return false;
	}
	Rule *rule = g_new0(Rule, 1);
	*rule = (Rule){.service = name,
		.path = json_str(json, "path"),
		.action = json_str(json, "action"),
		.target = json_str(json, "target"),
		.rule = json,
		.ignore = ignored,
		.include = included,
		.changed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
	g_ptr_array_add(watch->rules, rule);
	if (g_str_has_prefix(rule->action, "sync") && *rule->target == '\0')
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"service \"%s\": a watch with action %s needs a target", name,
			rule->action);
	return true;
}

static bool is_wanted(const Cli *cli, const char *service)
{
	return cli->arg_count == 0 || g_strv_contains((const char *const *)cli->args, service);
}

static bool read_rules(Watch *watch, bool all, GError **error)
{
	const char *name;
	json_t *service, *rule;
	size_t i;
	json_object_foreach (project_services(watch->project), name, service)
		json_array_foreach (all || is_wanted(watch->cli, name)
					    ? json_at(service, "develop.watch")
					    : NULL,
			i, rule)
			if (!add_rule(watch, name, service, rule, error))
				return false;
	return watch->rules->len > 0 || fail(error, BERTH_ERROR_UNAVAILABLE,
						"none of the selected services is configured for "
						"watch, consider setting a 'develop' section");
}

static void note_change(Watch *watch, const char *path)
{
	for (guint i = 0; i < watch->rules->len; i++) {
		Rule *rule = watch->rules->pdata[i];
		const char *below = concerned(rule, path);
		if (below != NULL)
			g_hash_table_add(rule->changed, g_strdup(below));
	}
}

static bool anybody_wants(const Watch *watch, const char *path)
{
	for (guint i = 0; i < watch->rules->len; i++)
		if (concerned(watch->rules->pdata[i], path) != NULL)
			return true;
	return false;
}

/* A folder, and all below it. fresh: it came while we watched, so what is in it is a change. */
static void add_folder(Watch *watch, const char *path, bool fresh)
{
	if (g_hash_table_size(watch->folders) >= MAX_FOLDERS)
		return;
	int descriptor = inotify_add_watch(watch->inotify, path, event_mask);
	if (descriptor < 0)
		return;
	g_hash_table_insert(watch->folders, GINT_TO_POINTER(descriptor), g_strdup(path));
	DIR *dir = opendir(path);
	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		g_autofree char *below = g_build_filename(path, entry->d_name, NULL);
		if (fresh)
			note_change(watch, below);
		if (entry->d_type == DT_DIR && anybody_wants(watch, below))
			add_folder(watch, below, fresh);
	}
	if (dir != NULL)
		closedir(dir);
}

static void take_events(Watch *watch)
{
	g_autofree char *buffer = g_malloc(EVENTS);
	ssize_t length = read(watch->inotify, buffer, EVENTS);
	for (char *at = buffer; length > 0 && at < buffer + length;) {
		struct inotify_event *event = (void *)at;
		const char *folder =
			g_hash_table_lookup(watch->folders, GINT_TO_POINTER(event->wd));
		at += sizeof *event + event->len;
		if (folder == NULL || event->len == 0)
			continue;
		g_autofree char *path = g_build_filename(folder, event->name, NULL);
		if (!anybody_wants(watch, path))
			continue;
		note_change(watch, path);
		if (event->mask & IN_ISDIR && event->mask & (IN_CREATE | IN_MOVED_TO))
			add_folder(watch, path, true);
	}
}

static json_t *containers_of_service(Watch *watch, const char *service)
{
	g_autoptr(json_t) all =
		project_containers(watch->cli->client, watch->project->name, false, false, NULL);
	return containers_of(all, service);
}

/* One path into one container, or away from it. */
static bool sync_path(Watch *watch, const Rule *rule, const char *below, const char *id)
{
	g_autofree char *local = *below != '\0' ? g_build_filename(rule->path, below, NULL)
						: g_strdup(rule->path),
			*inside = *below != '\0' ? g_build_filename(rule->target, below, NULL)
						 : g_strdup(rule->target);
	struct stat st;
	if (lstat(local, &st) < 0) {
		char *words[] = {(char *)id, (char *)"rm", (char *)"-rf", inside, NULL};
		return cli_run(watch->cli, &command_exec, words) == 0;
	}
	/* What is in a folder comes by itself. */
	if (S_ISDIR(st.st_mode) && *below != '\0') {
		char *words[] = {(char *)id, (char *)"mkdir", (char *)"-p", inside, NULL};
		return cli_run(watch->cli, &command_exec, words) == 0;
	}
	g_autofree char *parent = g_path_get_dirname(inside),
			*to = g_strconcat(id, ":", inside, NULL);
	char *make[] = {(char *)id, (char *)"mkdir", (char *)"-p", parent, NULL},
	     *copy[] = {(char *)"--quiet", local, to, NULL};
	bool folder = S_ISDIR(st.st_mode);
	g_autofree char *content = g_strconcat(local, "/.", NULL);
	if (folder)
		copy[1] = content;
	return cli_run(watch->cli, &command_exec, make) == 0 &&
	       cli_run(watch->cli, &command_cp, copy) == 0;
}

static void sync_all(Watch *watch, Rule *rule, const json_t *containers)
{
	GHashTableIter each;
	gpointer below;
	g_hash_table_iter_init(&each, rule->changed);
	while (g_hash_table_iter_next(&each, &below, NULL))
		for (size_t i = 0; i < json_array_size(containers); i++)
			sync_path(
				watch, rule, below, json_str(json_array_get(containers, i), "Id"));
}

static void restart_all(Watch *watch, const json_t *containers)
{
	for (size_t i = 0; i < json_array_size(containers); i++)
		json_decref(engine_call(watch->cli->client, NULL, "POST", NULL,
			"/containers/%s/restart", json_str(json_array_get(containers, i), "Id")));
}

static void exec_all(Watch *watch, const Rule *rule, const json_t *containers)
{
	g_auto(GStrv) command = json_strv(json_at((json_t *)rule->rule, "exec.command"));
	g_autoptr(json_t) list =
		environment_list(json_at((json_t *)rule->rule, "exec.environment"));
	g_auto(GStrv) environment = json_strv(list);
	for (size_t i = 0; i < json_array_size(containers); i++) {
		g_autoptr(GPtrArray) words = g_ptr_array_new();
		const char *user = json_str(rule->rule, "exec.user"),
			   *folder = json_str(rule->rule, "exec.working_dir");
		const char *const flags[][2] = {{"--user", user}, {"--workdir", folder}};
		for (size_t f = 0; f < G_N_ELEMENTS(flags); f++)
			if (*flags[f][1] != '\0') {
				g_ptr_array_add(words, (gpointer)flags[f][0]);
				g_ptr_array_add(words, (gpointer)flags[f][1]);
			}
		if (json_bool(rule->rule, "exec.privileged"))
			g_ptr_array_add(words, (gpointer) "--privileged");
		for (int n = 0; environment[n] != NULL; n++) {
			g_ptr_array_add(words, (gpointer) "--env");
			g_ptr_array_add(words, environment[n]);
		}
		g_ptr_array_add(words, (gpointer)json_str(json_array_get(containers, i), "Id"));
		for (int n = 0; command[n] != NULL; n++)
			g_ptr_array_add(words, command[n]);
		g_ptr_array_add(words, NULL);
		cli_run(watch->cli, &command_exec, (char *const *)words->pdata);
	}
}

/* Whose files have changed that an image is built from: {name: true}, new reference. The changes are taken. */
static json_t *take_rebuilds(Watch *watch)
{
	json_t *names = json_object();
	for (guint i = 0; i < watch->rules->len; i++) {
		Rule *rule = watch->rules->pdata[i];
		if (strcmp(rule->action, "rebuild") != 0 || g_hash_table_size(rule->changed) == 0)
			continue;
		json_object_set_new(names, rule->service, json_true());
		g_hash_table_remove_all(rule->changed);
	}
	return names;
}

/* All at once, so that a file that several services are built from costs the time of one. Their containers are
 * replaced even where the image is the same: the change may be of .env. */
static void rebuild(Watch *watch)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) names = take_rebuilds(watch);
	g_autoptr(GString) list = g_string_new("");
	const BuildWish wish = {.quiet = true};
	const char *name;
	json_t *value;
	if (json_object_size(names) == 0)
		return;
	json_object_foreach (names, name, value)
		g_string_append_printf(list, "%s\"%s\"", list->len > 0 ? " " : "", name);
	print_to(stderr, "Rebuilding service(s) [%s] after changes were detected...\n", list->str);
	if (!compose_build(watch->cli, watch->project, names, &wish, &error) ||
		!compose_up_services(watch->cli, watch->project, names, true, &error))
		cli_print_error(error);
}

static void act(Watch *watch, Rule *rule, const json_t *containers)
{
	bool quiet = flag_given(watch->cli, "quiet");
	guint count = g_hash_table_size(rule->changed);
	if (!quiet)
		print_to(stderr, "%s service \"%s\" after %u changes were detected\n",
			strcmp(rule->action, "restart") == 0 ? "Restarting" : "Syncing",
			rule->service, count);
	if (g_str_has_prefix(rule->action, "sync"))
		sync_all(watch, rule, containers);
	if (g_str_has_suffix(rule->action, "restart")) {
		restart_all(watch, containers);
		print_to(stderr, "service(s) [\"%s\"] restarted\n", rule->service);
	}
	if (g_str_has_suffix(rule->action, "exec"))
		exec_all(watch, rule, containers);
	g_hash_table_remove_all(rule->changed);
}

static guint count_changes(const Watch *watch)
{
	guint count = 0;
	for (guint i = 0; i < watch->rules->len; i++)
		count += g_hash_table_size(((Rule *)watch->rules->pdata[i])->changed);
	return count;
}

/* False: some wait for a container to run. */
static bool act_on_changes(Watch *watch)
{
	bool all = true;
	gint64 begun = g_get_monotonic_time();
	guint count = count_changes(watch);
	rebuild(watch);
	for (guint i = 0; i < watch->rules->len; i++) {
		Rule *rule = watch->rules->pdata[i];
		if (g_hash_table_size(rule->changed) == 0)
			continue;
		g_autoptr(json_t) containers = containers_of_service(watch, rule->service);
		if (json_array_size(containers) > 0)
			act(watch, rule, containers);
		else
			all = false;
	}
	if (count > 0 && all && flag_bool(watch->cli->outer, "verbose", false))
		compose_debug("batch complete: duration[%.3fs] count[%u]",
			(double)(g_get_monotonic_time() - begun) / G_USEC_PER_SEC, count);
	return all;
}

static void begin(Watch *watch)
{
	for (guint i = 0; i < watch->rules->len; i++) {
		Rule *rule = watch->rules->pdata[i];
		g_autofree char *folder = g_file_test(rule->path, G_FILE_TEST_IS_DIR)
						  ? g_strdup(rule->path)
						  : g_path_get_dirname(rule->path);
		add_folder(watch, folder, false);
		bool old = json_bool(rule->rule, "x-initialSync");
		if (old)
			compose_warn("x-initialSync is DEPRECATED, please use the official "
				     "`initial_sync` attribute");
		if ((old || json_bool(rule->rule, "initial_sync")) &&
			g_str_has_prefix(rule->action, "sync"))
			g_hash_table_add(rule->changed, g_strdup(""));
	}
}

/* Until stop_fd hangs up (-1: for ever): what changes is carried out when it has been quiet for a moment. */
static void follow(Watch *watch, int stop_fd)
{
	bool pending = true;
	struct pollfd polls[] = {
		{.fd = watch->inotify, .events = POLLIN}, {.fd = stop_fd, .events = POLLIN}};
	for (;;) {
		int ready = poll(polls, 2, pending ? QUIET_MS : -1);
		if (ready < 0 && errno != EINTR)
			return;
		if (polls[1].revents != 0)
			return;
		pending = (ready == 0 && pending && !act_on_changes(watch)) || ready > 0;
		if (polls[0].revents != 0)
			take_events(watch);
	}
}

Watch *compose_watch_new(Cli *cli, Project *project, bool all, GError **error)
{
	int inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (inotify < 0) {
		fail_errno(error, "cannot watch files");
		return NULL;
	}
	g_autoptr(Watch) watch = g_new0(Watch, 1);
	*watch = (Watch){cli, project, g_ptr_array_new_with_free_func(rule_free),
		g_hash_table_new_full(NULL, NULL, NULL, g_free), inotify};
	if (!read_rules(watch, all, error))
		return NULL;
	begin(watch);
	return g_steal_pointer(&watch);
}

void compose_watch_follow(Watch *watch, Cli *cli, int stop_fd)
{
	watch->cli = cli;
	print_to(stderr, "Watch enabled\n");
	follow(watch, stop_fd);
}

void compose_watch_free(Watch *watch)
{
	g_ptr_array_unref(watch->rules);
	g_hash_table_unref(watch->folders);
	close(watch->inotify);
	g_free(watch);
}

static const Flag flags[] = {
	{"no-up", 0, BOOL, "do not build and start the services first"},
	{"prune", 0, BOOL, "ignored (for Docker compatibility)"},
	{"quiet", 0, BOOL, "do not report what is synced"},
	{0},
};

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = compose_project(cli, &error);
	if (project == NULL || !project_activate(project, cli->args, &error))
		return compose_fail(error);
	g_autoptr(json_t) names = graph_names(project, cli->args, true, &error);
	if (names == NULL || (!flag_bool(cli, "no-up", false) &&
				     !compose_up_services(cli, project, names, false, &error)))
		return compose_fail(error);
	g_autoptr(Watch) watch = compose_watch_new(cli, project, false, &error);
	if (watch == NULL)
		return compose_fail(error);
	compose_watch_follow(watch, cli, -1);
	return EXIT_SUCCESS;
}

const Command compose_watch_command = {
	.names = "watch",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "Watch files, and update the services when they change",
	.example = "watch web",
	.completes = "services*",
	.flags = flags,
	.max_args = -1,
	.run = run,
};
