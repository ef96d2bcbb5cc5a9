/* buildx bake: builds the targets of bake files with `build`, dependencies first. */
#include "bake/bake.h"
#include "cli/commands/commands.h"
#include "cli/common/flags.h"

#include "base/csv.h"
#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_BAKE_FILE = 4 << 20, MAX_METADATA = 16 << 20 };

static const Flag flags[] = {
	{"allow", 0, LIST, "allow privileges for steps: network.host, security.insecure"},
	{"builder", 0, STRING, "ignored (for Docker compatibility)"},
	{"check", 0, BOOL, "check the Dockerfiles, and build nothing"},
	{"file", 'f', LIST,
		"a bake file: HCL, JSON or Compose (docker-bake.hcl, compose.yaml, ...)"},
	{"list", 0, STRING, "list targets or variables"},
	{"load", 0, BOOL, "keep the images in the engine (they are)"},
	{"metadata-file", 0, STRING, "write metadata of the results to a file"},
	{"no-cache", 0, BOOL, "run every step anew"},
	{"print", 0, BOOL, "print the plan as JSON, and build nothing"},
	{"progress", 0, STRING, "auto, plain, tty, quiet or rawjson"},
	{"pull", 0, BOOL, "ask the registry for newer base images"},
	{"push", 0, BOOL, "push the images when they are built"},
	{"set", 0, LIST, "set an attribute: app.args.X=1, *.platform=linux/arm64, app.tags+=x"},
	{0},
};

static const char *const usual_files[] = {"compose.yaml", "compose.yml", "docker-compose.yml",
	"docker-compose.yaml", "docker-bake.json", "docker-bake.hcl", "docker-bake.override.json",
	"docker-bake.override.hcl", NULL};

/* A file and its text, while the plan is made. */
typedef struct {
	BakeFile *files;
	size_t count;
} Files;

static void files_clear(Files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		g_free((char *)files->files[i].name);
		g_free((char *)files->files[i].text);
		json_decref((json_t *)files->files[i].services);
	}
	g_free(files->files);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Files, files_clear)

static bool is_compose(const char *name)
{
	return g_str_has_suffix(name, ".yaml") || g_str_has_suffix(name, ".yml");
}

/* Compose files are loaded by Compose's own code, so that all of its features work. */
static json_t *compose_services(const GPtrArray *names, GError **error)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autofree char *out = NULL, *err = NULL, *self = g_file_read_link("/proc/self/exe", NULL);
	const char *first[] = {self, "compose"},
		   *last[] = {"config", "--format", "json", "--no-path-resolution",
			   "--no-consistency", NULL};
	int status = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(first); i++)
		g_ptr_array_add(argv, (gpointer)first[i]);
	for (guint i = 0; i < names->len; i++) {
		g_ptr_array_add(argv, "-f");
		g_ptr_array_add(argv, names->pdata[i]);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(last); i++)
		g_ptr_array_add(argv, (gpointer)last[i]);
	if (!g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err,
		    &status, error))
		return NULL;
	g_autoptr(json_t) project = status == 0 ? json_parse(out, strlen(out), error) : NULL;
	if (status != 0)
		fail(error, BERTH_ERROR_UNAVAILABLE, "%s", g_strstrip(err));
	return project != NULL ? bake_services(project) : NULL;
}

static bool read_one(Files *files, const char *name, GError **error)
{
	bool standard = strcmp(name, "-") == 0;
	autofd fd = standard ? dup(STDIN_FILENO) : file_open_named(name);
	size_t length = 0;
	char *text = fd >= 0 ? fd_read_all(fd, MAX_BAKE_FILE, &length) : NULL;
	if (text == NULL)
		return fail(
			error, BERTH_ERROR_UNAVAILABLE, "open %s: %s", name, errno_words(errno));
	files->files[files->count++] = (BakeFile){g_strdup(name), text, NULL};
	return true;
}

/* Compose files form one project, wherever they are among the others. */
static bool read_files(Files *files, char *const *names, GError **error)
{
	g_autoptr(GPtrArray) compose = g_ptr_array_new();
	files->files = g_new0(BakeFile, g_strv_length((char **)names) + 1);
	for (; *names != NULL; names++) {
		if (is_compose(*names))
			g_ptr_array_add(compose, *names);
		else if (!read_one(files, *names, error))
			return false;
	}
	if (compose->len == 0)
		return true;
	json_t *services = compose_services(compose, error);
	if (services == NULL)
		return false;
	memmove(files->files + 1, files->files, files->count * sizeof *files->files);
	files->files[0] = (BakeFile){g_strdup(compose->pdata[0]), NULL, services};
	files->count++;
	return true;
}

static char **names_of(Cli *cli, GError **error)
{
	g_autoptr(json_t) given = flag_list(cli, "file");
	g_autoptr(GStrvBuilder) found = g_strv_builder_new();
	for (int i = 0; usual_files[i] != NULL; i++)
		if (g_file_test(usual_files[i], G_FILE_TEST_EXISTS))
			g_strv_builder_add(found, usual_files[i]);
	g_auto(GStrv) usual = g_strv_builder_end(found);
	if (json_array_size(given) > 0)
		return json_strv(given);
	if (usual[0] != NULL)
		return g_steal_pointer(&usual);
	fail(error, BERTH_ERROR_UNAVAILABLE, "couldn't find a bake definition");
	return NULL;
}

/* The state of the builds. */
typedef struct {
	Cli *cli;
	const json_t *targets;
	json_t *built;	  /* name -> id of its image */
	json_t *metadata; /* name -> what --metadata-file says of it */
	char *folder;	  /* of files that are temporary for one build */
	bool check;
} Oven;

static void add(GStrvBuilder *argv, const char *flag, const char *value)
{
	g_strv_builder_add(argv, flag);
	g_strv_builder_add(argv, value);
}

/* "type=x,dest=y" */
static char *csv_of(const json_t *options)
{
	g_autoptr(GString) text = g_string_new("");
	const char *key;
	json_t *value;
	json_object_foreach ((json_t *)options, key, value) {
		if (!json_is_string(value))
			continue;
		g_autofree char *field = g_strconcat(key, "=", json_string_value(value), NULL);
		csv_append(text, field);
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static void add_lists(GStrvBuilder *argv, const json_t *target)
{
	static const char *const lists[][2] = {{"tags", "--tag"}, {"cache-from", "--cache-from"},
		{"cache-to", "--cache-to"}, {"secret", "--secret"}, {"attest", "--attest"},
		{"annotations", "--annotation"}, {"no-cache-filter", "--no-cache-filter"},
		{"ulimits", "--ulimit"}, {"entitlements", "--allow"}};
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		const json_t *list = json_object_get(target, lists[i][0]);
		for (size_t k = 0; k < json_array_size(list); k++) {
			const json_t *one = json_array_get(list, k);
			g_autofree char *csv = json_is_object(one)
						       ? csv_of(one)
						       : g_strdup(json_string_value(one));
			add(argv, lists[i][1], csv);
		}
	}
}

static void add_maps(GStrvBuilder *argv, const json_t *target)
{
	static const char *const maps[][3] = {{"args", "--build-arg", "="},
		{"labels", "--label", "="}, {"extra-hosts", "--add-host", ":"}};
	const char *key;
	json_t *value;
	for (size_t i = 0; i < G_N_ELEMENTS(maps); i++)
		json_object_foreach (json_object_get(target, maps[i][0]), key, value) {
			g_autofree char *pair =
				g_strconcat(key, maps[i][2], json_string_value(value), NULL);
			add(argv, maps[i][1], pair);
		}
}

static void add_texts(GStrvBuilder *argv, const json_t *target)
{
	static const char *const texts[][2] = {{"target", "--target"}, {"network", "--network"},
		{"shm-size", "--shm-size"}, {"call", "--call"}};
	const json_t *platforms = json_object_get(target, "platforms");
	g_auto(GStrv) list = json_strv(platforms);
	g_autofree char *all = g_strjoinv(",", list);
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		if (*json_str(target, texts[i][0]) != '\0')
			add(argv, texts[i][1], json_str(target, texts[i][0]));
	if (*all != '\0')
		add(argv, "--platform", all);
	if (json_bool(target, "pull"))
		g_strv_builder_add(argv, "--pull");
	if (json_bool(target, "no-cache"))
		g_strv_builder_add(argv, "--no-cache");
}

static void add_outputs(GStrvBuilder *argv, const json_t *target)
{
	const json_t *outputs = json_object_get(target, "output"),
		     *ssh = json_object_get(target, "ssh");
	for (size_t i = 0; i < json_array_size(outputs); i++) {
		const json_t *one = json_array_get(outputs, i);
		g_autofree char *csv = csv_of(one);
		/* Nothing, beside others. */
		if (strcmp(json_str(one, "type"), "cacheonly") != 0)
			add(argv, "--output", csv);
	}
	for (size_t i = 0; i < json_array_size(ssh); i++) {
		const json_t *one = json_array_get(ssh, i);
		g_auto(GStrv) paths = json_strv(json_object_get(one, "paths"));
		g_autofree char *joined = g_strjoinv(",", paths),
				*text = g_strconcat(json_str(one, "id"),
					*joined != '\0' ? "=" : NULL, joined, NULL);
		add(argv, "--ssh", text);
	}
}

static bool bake_target(Oven *oven, const char *name, GError **error);

/* Contexts; targets among them are built before. */
static bool add_contexts(Oven *oven, GStrvBuilder *argv, const json_t *target, GError **error)
{
	static const char linked[] = "target:";
	const char *key;
	json_t *value;
	json_object_foreach (json_object_get(target, "contexts"), key, value) {
		const char *text = json_string_value(value), *name = text + strlen(linked);
		if (!g_str_has_prefix(text, linked)) {
			g_autofree char *pair = g_strconcat(key, "=", text, NULL);
			add(argv, "--build-context", pair);
			continue;
		}
		if (!bake_target(oven, name, error))
			return false;
		g_autofree char *pair = g_strconcat(key, "=docker-image://",
			json_string_value(json_object_get(oven->built, name)), NULL);
		add(argv, "--build-context", pair);
	}
	return true;
}

/* The Dockerfile is relative to the context, unless it is inline. */
static bool add_dockerfile(
	Oven *oven, GStrvBuilder *argv, const char *name, const json_t *target, GError **error)
{
	const char *text = json_string_value(json_object_get(target, "dockerfile-inline")),
		   *context = json_str(target, "context"), *file = json_str(target, "dockerfile");
	bool remote = strstr(context, "://") != NULL || g_str_has_prefix(context, "git@");
	g_autofree char *path = text != NULL
					? g_strconcat(oven->folder, "/", name, ".Dockerfile", NULL)
				: remote || g_path_is_absolute(file) || strcmp(file, "-") == 0
					? g_strdup(file)
					: g_build_filename(context, file, NULL);
	if (text != NULL && !file_replace(path, text, strlen(text), 0600, false, error))
		return false;
	add(argv, "--file", path);
	return true;
}

static bool run_build(Oven *oven, const char *name, const json_t *target, GError **error)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	g_autofree char *iid = g_strconcat(oven->folder, "/", name, ".iid", NULL),
			*metadata = g_strconcat(oven->folder, "/", name, ".metadata", NULL);
	g_autoptr(json_t) allowed = flag_list(oven->cli, "allow");
	if (!add_contexts(oven, list, target, error) ||
		!add_dockerfile(oven, list, name, target, error))
		return false;
	add_lists(list, target);
	add_maps(list, target);
	add_texts(list, target);
	add_outputs(list, target);
	for (size_t i = 0; i < json_array_size(allowed); i++)
		add(list, "--allow", json_elem(allowed, i));
	add(list, "--iidfile", iid);
	if (*flag_text(oven->cli, "metadata-file") != '\0')
		add(list, "--metadata-file", metadata);
	if (oven->check)
		g_strv_builder_add(list, "--check");
	if (*flag_text(oven->cli, "progress") != '\0')
		add(list, "--progress", flag_text(oven->cli, "progress"));
	g_strv_builder_add(list, json_str(target, "context"));
	g_auto(GStrv) argv = g_strv_builder_end(list);
	print_to(stderr, "[%s]\n", name);
	if (cli_run(oven->cli, &command_build, argv) != EXIT_SUCCESS)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "target %s: failed to build", name);
	g_autofree char *id = file_read(iid, 128);
	json_object_set_new(oven->built, name, json_string(id != NULL ? id : ""));
	g_autofree char *told = file_read(metadata, MAX_METADATA);
	if (told != NULL)
		json_object_set_new(oven->metadata, name, json_parse(told, strlen(told), NULL));
	return true;
}

static bool bake_target(Oven *oven, const char *name, GError **error)
{
	const json_t *target = json_object_get(oven->targets, name);
	if (json_object_get(oven->built, name) != NULL)
		return true;
	return target != NULL
		       ? run_build(oven, name, target, error)
		       : fail(error, BERTH_ERROR_UNAVAILABLE, "failed to find target %s", name);
}

static void remove_folder(const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		unlink(path);
	}
	rmdir(folder);
}

/* What each target's result is, by its name, as buildx writes it. */
static bool write_metadata(Cli *cli, const json_t *metadata, GError **error)
{
	const char *path = flag_text(cli, "metadata-file");
	if (*path == '\0')
		return true;
	char *text = json_dumps(metadata, JSON_INDENT(2));
	bool ok = file_replace(path, text, strlen(text), 0644, false, error);
	free(text);
	return ok;
}

static bool bake_all(Cli *cli, const json_t *plan, GError **error)
{
	g_autoptr(json_t) built = json_object(), metadata = json_object();
	g_autofree char *folder = g_dir_make_tmp("berth-bake-XXXXXX", error);
	Oven oven = {cli, json_object_get(plan, "target"), built, metadata, folder,
		flag_bool(cli, "check", false)};
	const char *name;
	json_t *target;
	bool ok = folder != NULL;
	json_object_foreach ((json_t *)oven.targets, name, target)
		ok = ok && bake_target(&oven, name, error);
	if (folder != NULL)
		remove_folder(folder);
	return ok && write_metadata(cli, metadata, error);
}

/* As buildx prints errors before the build. */
static int refuse(const GError *error)
{
	print_to(stderr, "ERROR: %s\n", error->message);
	return EXIT_FAILURE;
}

/* With HTML's signs escaped, as Go writes JSON. */
static void print_json(const json_t *value)
{
	static const char signs[] = "<>&";
	char *text = json_dumps(value, JSON_INDENT(2));
	g_autoptr(GString) out = g_string_new("");
	for (const char *c = text; *c != '\0'; c++)
		if (strchr(signs, *c) != NULL)
			g_string_append_printf(out, "\\u%04x", (unsigned)*c);
		else
			g_string_append_c(out, *c);
	print_to(stdout, "%s\n", out->str);
	free(text);
}

static void print_groups(json_t *groups)
{
	const char *name;
	json_t *value;
	json_object_foreach (groups, name, value) {
		g_auto(GStrv) members = json_strv(value);
		g_autofree char *joined = g_strjoinv(", ", members);
		print_to(stdout, "%s\t%s\n", name, joined);
	}
}

static int print_list(Cli *cli, const BakeRequest *request)
{
	g_autoptr(GError) error = NULL;
	const char *what = flag_text(cli, "list"), *name;
	json_t *value;
	g_autoptr(json_t) list = bake_list(request, &error);
	if (list == NULL)
		return refuse(error);
	bool variables = strcmp(what, "variables") == 0 || strcmp(what, "type=variables") == 0;
	if (!variables && strcmp(what, "targets") != 0 && strcmp(what, "type=targets") != 0) {
		fail(&error, BERTH_ERROR_UNAVAILABLE, "invalid list type: %s", what);
		return refuse(error);
	}
	print_to(stdout, "%s\n", variables ? "VARIABLE\tVALUE" : "TARGET\tDESCRIPTION");
	if (!variables)
		print_groups(json_object_get(list, "groups"));
	json_object_foreach (
		json_object_get(list, variables ? "variables" : "targets"), name, value) {
		g_autofree char *text = variables ? json_dumps(value, JSON_ENCODE_ANY)
						  : g_strdup(json_str(value, "description"));
		print_to(stdout, "%s\t%s\n", name,
			variables && json_is_string(value) ? json_string_value(value) : text);
	}
	return EXIT_SUCCESS;
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_auto(Files) files = {0};
	g_autoptr(json_t) given = flag_list(cli, "set");
	g_auto(GStrv) names = names_of(cli, &error), sets = json_strv(given),
		      targets = g_strdupv(cli->args);
	if (names == NULL || !read_files(&files, names, &error))
		return refuse(error);
	BakeRequest request = {.files = files.files,
		.count = files.count,
		.targets = targets,
		.set = sets,
		.push = flag_bool(cli, "push", false),
		.load = flag_bool(cli, "load", false),
		.no_cache = flag_bool(cli, "no-cache", false),
		.pull = flag_bool(cli, "pull", false)};
	if (flag_given(cli, "list"))
		return print_list(cli, &request);
	g_autoptr(json_t) plan = bake_plan(&request, &error);
	if (plan == NULL)
		return refuse(error);
	if (flag_bool(cli, "print", false)) {
		g_autoptr(json_t) printed = bake_printed(plan);
		print_json(printed);
		return EXIT_SUCCESS;
	}
	return bake_all(cli, plan, &error) ? EXIT_SUCCESS : refuse(error);
}

const Command command_buildx_bake = {
	.names = "buildx bake",
	.usage = "[OPTIONS] [TARGET...]",
	.summary = "Build the targets of bake files",
	.example = "buildx bake --set '*.platform=linux/amd64,linux/arm64' --push",
	.flags = flags,
	.min_args = 0,
	.max_args = -1,
	.run = run,
};
