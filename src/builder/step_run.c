/* RUN: a process in a container of its own; its changes become a layer. */
#include "builder/internal.h"

#include "base/quote.h"

#include <string.h>

static const char script_folder[] = "/dev/pipes/";

static void heard(gpointer vertex, int stream, const char *bytes, size_t length)
{
	vertex_log(vertex, stream, bytes, length);
}

/* files: of MountPoint; key: their part of the step's cache key. A heredoc that begins with "#!" is an executable
 * file that SHELL runs; otherwise SHELL reads it. */
static json_t *command_of(
	const Stage *stage, const Instruction *instruction, GPtrArray *files, json_t *key)
{
	const Heredoc *script = instruction_script(instruction);
	if (script == NULL || !g_str_has_prefix(script->body, "#!"))
		return config_command(stage_config(stage), instruction);
	g_autofree char *path = g_strconcat(script_folder, script->name, NULL),
			*content =
				g_base64_encode((const guchar *)script->body, strlen(script->body));
	MountPoint *file = mount_point_new(MOUNT_FILE, "", path);
	file->content = g_bytes_new(script->body, strlen(script->body));
	file->file_mode = 0755;
	g_ptr_array_add(files, file);
	json_array_append_new(
		key, json_pack("{s:s, s:s, s:s, s:i, s:i, s:i}", "Type", "file", "Destination",
			     path, "Content", content, "Mode", 0755, "Uid", 0, "Gid", 0));
	return config_shell(stage_config(stage), path);
}

/* The working directory. "/link/../x" is resolved as by chdir(2), and not as "/x". */
static char *folder_of(Stage *stage, GError **error)
{
	const char *path = json_str(stage_config(stage), "WorkingDir");
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);
	if (!g_strv_contains((const char *const *)parts, ".."))
		return g_strdup(path);
	autofd root = stage_open(stage, error);
	g_autofree char *where = root >= 0 ? path_resolve_in_root(root, path) : NULL;
	if (where != NULL)
		return g_strconcat("/", where, NULL);
	if (root >= 0)
		fail_errno(error, "cannot find the folder %s", path);
	return NULL;
}

/* The process to run: command, environment and folder are borrowed. */
static bool describe(Stage *stage, const Instruction *instruction, char *const *argv,
	char *const *env, const char *folder, StepSpec *step, GError **error)
{
	const json_t *config = stage_config(stage);
	const BuildRequest *request = stage->build->request;
	const char *name =
		json_string_value(json_object_get(request->args, "BUILDKIT_SANDBOX_HOSTNAME"));
	*step = (StepSpec){.layers = stage->layers,
		.argv = argv,
		.env = env,
		.user = json_str(config, "User"),
		.folder = folder,
		.hostname = name != NULL ? name : "buildkitsandbox",
		.host = request->host};
	return entitlements_apply(stage->build, instruction, step, error);
}

/* "|1 FOO=bar /bin/sh -c echo": the number of arguments, their values, then the command. */
static char *history_of(Stage *stage, const json_t *command)
{
	g_autoptr(GString) args = g_string_new("");
	guint count = 0;
	for (guint i = 0; i < stage->arg_order->len; i++) {
		const char *name = stage->arg_order->pdata[i], *value = stage_value(stage, name);
		g_string_append_printf(args, "%s=%s ", name, value != NULL ? value : "");
		count++;
	}
	g_auto(GStrv) words = json_strv(command);
	g_autofree char *line = g_strjoinv(" ", words);
	return count > 0 ? g_strdup_printf("RUN |%u %s%s # buildkit", count, args->str, line)
			 : g_strdup_printf("RUN %s # buildkit", line);
}

static bool command_failed(Stage *stage, const json_t *command, int code, bool oom, GError **error)
{
	Build *build = stage->build;
	g_auto(GStrv) words = json_strv(command);
	g_autofree char *line = g_strjoinv(" ", words), *quoted = text_quote(line);
	const char *memory = oom ? ": it was killed as it used more memory than it may" : "";
	stage->exit_code = code;
	return build->request->events
		       ? fail(error, BERTH_ERROR_INVALID,
				 "process %s did not complete successfully: exit code: %d%s",
				 quoted, code, memory)
		       : fail(error, BERTH_ERROR_INVALID,
				 "The command '%s' returned a non-zero code: %d%s", line, code,
				 memory);
}

/* Programs of another architecture are tried, as an interpreter may be registered; if there is none, the error says
 * so. */
static bool is_foreign_program(const Stage *stage, const GError *why)
{
	return strstr(why->message, "exec format error") != NULL &&
	       strcmp(stage->platform.architecture, platform_architecture()) != 0;
}

static bool has_no_interpreter(const Stage *stage, GError **error)
{
	g_autofree char *platform = platform_text(&stage->platform);
	return fail(error, BERTH_ERROR_INVALID,
		"this host cannot run programs for %s: binfmt_misc has no interpreter for them (on "
		"Debian: apt install qemu-user-static binfmt-support). RUN in stages FROM "
		"--platform=$BUILDPLATFORM, and COPY, need none",
		platform);
}

/* A program that could not start: for a missing one, BuildKit reports the exit code only. */
static bool not_begun(
	Stage *stage, const json_t *command, Vertex *vertex, const GError *why, GError **error)
{
	g_auto(GStrv) words = json_strv(command);
	g_autofree char *line = g_strjoinv(" ", words), *quoted = text_quote(line);
	if (is_foreign_program(stage, why))
		return has_no_interpreter(stage, error);
	if (strstr(why->message, "unable to start container process") == NULL)
		return fail(error, (BerthErrorCode)why->code,
			"process %s did not complete successfully: %s", quoted, why->message);
	vertex_log(vertex, 2, why->message, strlen(why->message));
	vertex_log(vertex, 2, "\n", 1);
	return command_failed(stage, command, 1, false, error);
}

typedef struct {
	const Instruction *instruction;
	const json_t *command;
	StepSpec step;		 /* this and mounts: set once they are made */
	const GPtrArray *mounts; /* of MountPoint */
	const char *key;
} Running;

static bool keep_written(Stage *stage, Container *step, const Running *running, GError **error)
{
	const char *keys[] = {running->key, NULL};
	Store *store = stage->build->engine->store;
	autofd below = stage_open(stage, error);
	g_autofree char *folder =
		below >= 0 ? step_take_upper(step, below, running->mounts, error) : NULL;
	if (folder == NULL)
		return false;
	bool ok = stage_add_layer(stage, folder, keys, running->instruction->source, error);
	if (!ok)
		store_discard(store, store->tmp_fd, folder);
	return ok;
}

static bool run(Stage *stage, const Running *running, Vertex *vertex, GError **error)
{
	Build *build = stage->build;
	int code = 0;
	Container *step = step_new(build->engine, &running->step, error);
	if (step == NULL)
		return false;
	vertex_say(vertex, " ---> Running in %.12s\n", step->row.id);
	g_autoptr(GError) why = NULL;
	bool ok = step_run(step, running->mounts, heard, vertex, build->cancel[0], &code, &why);
	if (!ok && build_going(build))
		not_begun(stage, running->command, vertex, why, error);
	else if (!ok)
		g_propagate_error(error, g_steal_pointer(&why));
	if (ok && code != 0)
		ok = command_failed(stage, running->command, code, step->row.oom, error);
	if (ok)
		vertex_say(vertex, " ---> Removed intermediate container %.12s\n", step->row.id);
	ok = ok && keep_written(stage, step, running, error);
	step_free(step);
	return ok;
}

static char *key_of(Stage *stage, const Instruction *instruction, const json_t *command,
	const json_t *mounts, const json_t *files)
{
	const json_t *config = stage_config(stage);
	const StepHost *host = stage->build->request->host;
	const char *network = instruction_flag(instruction, "network"),
		   *security = instruction_flag(instruction, "security");
	return cache_key(json_pack("[s, s?, O, o, s, s, s?, s?, s, O?, O, O, I]", "run3",
		stage_chain(stage), command, stage_env(stage, false), json_str(config, "User"),
		json_str(config, "WorkingDir"), network, security,
		host->network != NULL ? host->network : "", host->extra_hosts, mounts, files,
		(json_int_t)stage->build->epoch));
}

static bool make(Stage *stage, Running *running, Mounts *mounts, GPtrArray *files, Vertex *vertex,
	GError **error)
{
	g_autoptr(GPtrArray) list = mounts_make(mounts, error);
	if (list == NULL)
		return false;
	for (guint i = 0; i < files->len; i++)
		g_ptr_array_add(list, mount_point_ref(files->pdata[i]));
	g_autoptr(json_t) env = stage_env(stage, true), more = mounts_env(mounts);
	json_array_extend(env, more);
	running->mounts = list;
	g_autofree char **argv = json_texts(running->command, NULL);
	g_autofree char **settings = json_texts(env, NULL);
	g_autofree char *folder = folder_of(stage, error);
	return folder != NULL &&
	       describe(stage, running->instruction, argv, settings, folder, &running->step,
		       error) &&
	       run(stage, running, vertex, error);
}

bool step_run_command(Stage *stage, const Instruction *instruction, Vertex *vertex, GError **error)
{
	g_autoptr(GPtrArray) files = mount_points_new();
	g_autoptr(json_t) file_key = json_array(), mount_key = json_array();
	g_autoptr(json_t) command = command_of(stage, instruction, files, file_key);
	if (json_array_size(command) == 0)
		return fail(error, BERTH_ERROR_INVALID,
			"failed to marshal LLB definition: arguments are required");
	g_autoptr(Mounts) mounts = mounts_read(stage, instruction, mount_key, error);
	if (mounts == NULL)
		return false;
	g_autofree char *key = key_of(stage, instruction, command, mount_key, file_key),
			*history = history_of(stage, command);
	build_making(stage->build, key);
	bool cached = cache_apply(stage, key);
	if (cached)
		vertex_cached(vertex);
	Running running = {.instruction = instruction, .command = command, .key = key};
	bool ok = cached || make(stage, &running, mounts, files, vertex, error);
	build_made(stage->build, key);
	return ok && stage_add_history(stage, history, true);
}
