/* Starting a container: gathers what it needs, has a launch plan made and a shim carry it out. */
#include "base/lock.h"
#include "engine/container/labels.h"
#include "engine/container/life.h"
#include "engine/container/mount_points.h"
#include "engine/container/spec.h"
#include "engine/image/images.h"
#include "engine/network/endpoint.h"
#include "engine/network/names.h"
#include "engine/network/ports.h"
#include "engine/object/userns.h"
#include "engine/process/health.h"
#include "engine/process/log.h"
#include "engine/shim/shim.h"
#include "engine/volume/volume.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/timefmt.h"
#include "base/trace.h"
#include "runtime/cdi.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_UNKNOWN = 128 };

/* The passwd or group file of the container's root, looked up from the top layer down; "" where there is none. */
static bool read_user_file(
	Container *container, char *const *layers, const char *path, char **text, GError **error)
{
	Store *store = container->engine->store;
	g_autofree char *upper = g_build_filename(container->row.id, "upper", NULL);
	autofd top = openat(store->containers_fd, upper, O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofd fd = top < 0 ? -1 : path_open_in_root(top, path, O_PATH, 0);
	for (guint i = g_strv_length((char **)layers); fd < 0 && errno == ENOENT && i-- > 0;) {
		autofd layer =
			openat(store->layers_fd, layers[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
		fd = layer < 0 ? -1 : path_open_in_root(layer, path, O_PATH, 0);
	}
	return user_file_read(fd, path, text, error);
}

static char **layer_names(Container *container)
{
	g_autoptr(GPtrArray) layers =
		container->layers != NULL
			? g_ptr_array_ref(container->layers)
			: image_store_layers(container->engine->store, container->row.image_id);
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();
	for (guint i = 0; i < layers->len; i++) {
		g_autofree char *name =
			g_strdup_printf("%" G_GINT64_FORMAT, ((Layer *)layers->pdata[i])->number);
		g_strv_builder_add(names, name);
	}
	return g_strv_builder_end(names);
}

/* Opened until the start is over, and named by the descriptor: the pid may be reused by then. */
static char *hold_namespace(Container *other, const char *kind, GArray *held)
{
	g_autofree char *part = g_strconcat("ns/", kind, NULL);
	autofd fd = container_part_open(other, part, O_RDONLY, NULL);
	if (fd < 0)
		return NULL;
	char *file = g_strdup_printf("/proc/%d/fd/%d", (int)getpid(), fd);
	int number = fd_steal(&fd);
	g_array_append_val(held, number);
	return file;
}

/* dockerd words this differently for a network. */
static bool not_running(Container *other, const char *kind, GError **error)
{
	if (strcmp(kind, "net") != 0)
		return fail(
			error, BERTH_ERROR_CONFLICT, "container %s is not running", other->row.id);
	ContainerRow row = container_snapshot(other);
	fail(error, BERTH_ERROR_CONFLICT,
		"cannot join network namespace of a non running container: container %s is %s",
		row.name, status_names[row.status]);
	container_row_clear(&row);
	return false;
}

/* Whether a container's IPC namespace can be joined. */
static bool shares_ipc(Container *other, GError **error)
{
	g_autoptr(Spec) spec = container_spec(other, error);
	NamespaceShare share = spec != NULL ? spec->modes.ipc.share : SHARE_NONE;
	return share == SHARE_SHAREABLE || share == SHARE_HOST || share == SHARE_CONTAINER ||
	       (spec != NULL &&
		       fail(error, BERTH_ERROR_INVALID,
			       "container %s: non-shareable IPC (hint: use IpcMode:shareable for "
			       "the donor container)",
			       other->row.id));
}

static bool hold_of(Container *container, const NamespaceMode *mode, const char *kind, GArray *held,
	char **file, GError **error)
{
	g_autoptr(Container) other = container_find(container->engine, mode->target, error);
	if (other == NULL)
		return false;
	if (other == container)
		return fail(error, BERTH_ERROR_SYSTEM, "cannot join own %snamespace",
			strcmp(kind, "net") == 0 ? "network " : "");
	if (!container_running(other))
		return not_running(other, kind, error);
	if (strcmp(kind, "ipc") == 0 && !shares_ipc(other, error))
		return false;
	*file = hold_namespace(other, kind, held);
	if (strcmp(kind, "net") == 0)
		g_atomic_int_set(&other->joined, 1);
	return *file != NULL || not_running(other, kind, error);
}

/* The namespace file of the container that a mode names; said: the beginning of the error. */
static bool join_file(Container *container, const NamespaceMode *mode, const char *kind,
	const char *said, GArray *held, char **file, GError **error)
{
	if (mode->share != SHARE_CONTAINER || hold_of(container, mode, kind, held, file, error))
		return true;
	if (error != NULL && !g_str_has_prefix((*error)->message, "cannot join"))
		g_prefix_error(error, "%s: ", said);
	return false;
}

/* An invalid PID mode at the start is a server error (500), as in dockerd. */
static bool join_pid(Container *container, const NamespaceMode *mode, const char *kind,
	GArray *held, char **file, GError **error)
{
	g_autoptr(GError) problem = NULL;
	return join_file(container, mode, kind, "failed to join PID namespace", held, file,
		       &problem) ||
	       fail(error, BERTH_ERROR_SYSTEM, "%s", problem->message);
}

/* The attributes of each line of a json-file log. */
static bool attributes_text(Container *container, const Spec *spec, char **text, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(json_t) attributes = log_attributes(container, spec, true, &problem);
	if (attributes == NULL)
		return fail(error, BERTH_ERROR_SYSTEM,
			"failed to create task for container: failed to initialize logging "
			"driver: %s",
			problem->message);
	*text = json_object_size(attributes) > 0 ? json_text(attributes) : g_strdup("");
	return true;
}

/* The client's terminal size at the create: rows, columns. */
static int console_size(const json_t *host, size_t index)
{
	json_t *size = json_array_get(json_object_get(host, "ConsoleSize"), index);
	return (int)CLAMP(json_integer_value(size), 0, G_MAXUINT16);
}

/* At the start an error is no longer the request's fault, as in dockerd. */
static bool find_user(
	User *user, const Spec *spec, const char *passwd, const char *group, GError **error)
{
	g_autoptr(GError) problem = NULL;
	return user_resolve(user, spec->program.user, passwd, group, spec->confinement.groups,
		       &problem) ||
	       fail(error, BERTH_ERROR_SYSTEM, "%s", problem->message);
}

/* Traces the plan, and makes the shim trace what it does. */
static void trace_plan(const Container *container, Plan *plan)
{
	g_autofree char *text = plan_print(plan);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
		trace(TRACE_SHIM, "plan of %.12s: %s", container->row.id, lines[i]);
	plan_put(plan, PLAN_TRACE, 0, 0, log_request(), NULL);
}

static int make_plan(Container *container, const Spec *spec, const GPtrArray *mounts, GArray *held,
	GError **error)
{
	static const char join_ipc[] = "failed to join IPC namespace";
	Engine *engine = container->engine;
	const json_t *host = spec->host;
	const NamespaceModes *modes = &spec->modes;
	g_autofree char *folder = container_folder(container),
			*network_folder = network_files_folder(container, spec),
			*cgroup = container_cgroup(container, spec);
	g_autofree char *layer_folder = g_build_filename(engine->store->root, "layers", NULL);
	g_autofree char *exit_file = g_build_filename(folder, "exit", NULL);
	g_autofree char *socket = shim_socket_path(engine, container->row.id),
			*log_path = container_log_path(container, spec);
	g_autofree char *attributes = NULL;
	g_autofree char *network = NULL, *ipc = NULL, *ipc_mount = NULL, *pid = NULL,
			*pid_mount = NULL;
	g_auto(GStrv) layers = layer_names(container);
	g_autofree char *passwd = NULL, *group = NULL;
	g_auto(Resolver) resolver = resolver_of(container, spec);
	g_auto(GStrv) links = links_env(container, host, error);
	g_auto(User) user = {0};
	g_auto(Plan) plan = {0};
	if (links == NULL || !attributes_text(container, spec, &attributes, error))
		return -1;
	Launch launch = {.id = container->row.id,
		.folder = folder,
		.passing = spec->auto_remove || container->unlisted,
		.network_folder = network_folder,
		.layer_folder = layer_folder,
		.exit_file = exit_file,
		.socket = socket,
		.layers = layers,
		.program = &spec->program,
		.confinement = &spec->confinement,
		.mounts = mounts,
		.nodes = spec->nodes,
		.modes = modes,
		.limits = &spec->limits,
		.process_label = spec->process_label,
		.mount_label = spec->mount_label,
		.user = &user,
		.cgroup = cgroup,
		.seccomp_profile = engine->config->seccomp_profile,
		.log_path = log_path,
		.log_kind = spec->log.kind,
		.log_size = spec->log.size,
		.log_files = spec->log.files,
		.log_attributes = attributes,
		.rows = container->rows > 0 ? container->rows : console_size(host, 0),
		.columns = container->columns > 0 ? container->columns : console_size(host, 1)};
	if (!cgroup_parent_check(spec->confinement.cgroup_parent, error) ||
		!join_file(container, &modes->network, "net",
			"joining network namespace of container", held, &network, error) ||
		!join_file(container, &modes->ipc, "ipc", join_ipc, held, &ipc, error) ||
		!join_file(container, &modes->ipc, "mnt", join_ipc, held, &ipc_mount, error) ||
		!join_pid(container, &modes->pid, "pid", held, &pid, error) ||
		!join_pid(container, &modes->pid, "mnt", held, &pid_mount, error) ||
		!spec_check_log(spec, error) ||
		!read_user_file(container, layers, "etc/passwd", &passwd, error) ||
		!read_user_file(container, layers, "etc/group", &group, error) ||
		!find_user(&user, spec, passwd, group, error) ||
		!network_files_write(container, spec, error) ||
		!labels_put_network(spec, network_folder, error))
		return -1;
	launch.userns = userns_of(engine, modes);
	launch.with_network = endpoints_managed(spec);
	launch.with_engine = container->unlisted;
	launch.link_env = links;
	launch.resolver = &resolver;
	launch.network_file = network;
	launch.ipc_file = ipc;
	launch.ipc_mount_file = ipc_mount;
	launch.pid_file = pid;
	launch.pid_mount_file = pid_mount;
	/* An earlier mount's mark: of a restart, or of an engine that was killed. */
	g_autofree char *work = g_build_filename(container->row.id, "work", NULL);
	overlay_forget(engine->store->containers_fd, work);
	plan_init(&plan);
	if (!launch_plan(&launch, engine->cgroups, &plan, error) ||
		!log_send_plan(container, spec, &plan, error))
		return -1;
	if (trace_on(TRACE_SHIM))
		trace_plan(container, &plan);
	return plan_seal(&plan, error);
}

/* Clients that attached before the start get the shim's end, or the end of the stream if there is none. */
static GArray *take_waiting(Container *container)
{
	g_mutex_lock(&container->engine->lock);
	GArray *waiting = container->waiting;
	container->waiting = g_array_new(FALSE, FALSE, sizeof(Attachment));
	g_mutex_unlock(&container->engine->lock);
	return waiting;
}

static void note_failure(Container *container, bool automatic, const GError *error)
{
	lock_held(&container->operation);
	g_mutex_lock(&container->engine->lock);
	g_free(container->row.error);
	container->row.error = g_strdup(error->message);
	container->row.exit_code = start_error_exit_code(error->message, EXIT_UNKNOWN);
	container->ends += automatic;
	container->last_exit = container->row.exit_code;
	Status status = container->row.started != 0 ? STATUS_EXITED : STATUS_CREATED;
	g_mutex_unlock(&container->engine->lock);
	container_set_status(container, status);
}

static void close_held(gpointer fd)
{
	close(*(int *)fd);
}

/* Its state once it runs. The shim's messages are read only after the state is set: its end cannot overtake its
 * start. */
static void started(Container *container, const Spec *spec, ShimLink *link)
{
	publish_by_shim(container);
	container_set_running(container);
	links_started(container);
	health_begin(container);
	linkless_event(container, spec, "connect");
	container_event(container, "start", NULL, NULL);
	shim_link_watch(link);
}

bool container_launch(
	Container *container, const Spec *spec, const GPtrArray *mounts, GError **error)
{
	shim_wait_gone(container);
	Userns ids = userns_of(container->engine, &spec->modes);
	if (!mount_points_prepare(mounts, ids, error) || !volumes_hold(container, mounts, error))
		return false;
	if (!labels_put(spec, mounts, error) || !endpoints_reserve(container, spec, error)) {
		volumes_release(container);
		return false;
	}
	g_autoptr(GArray) held = g_array_new(FALSE, FALSE, sizeof(int));
	g_array_set_clear_func(held, close_held);
	autofd plan = make_plan(container, spec, mounts, held, error);
	g_autoptr(GArray) waiting = take_waiting(container);
	ShimCreated created = endpoints_managed(spec) ? endpoints_connect : NULL;
	ShimLink *link =
		plan < 0 ? NULL
			 : shim_launch(container, plan, created,
				   (Attachment *)(void *)waiting->data, waiting->len, error);
	for (guint i = 0; i < waiting->len; i++)
		close(g_array_index(waiting, Attachment, i).fd);
	if (link != NULL)
		started(container, spec, link);
	else
		volumes_release(container);
	return link != NULL;
}

/* An exit that could not be saved belongs to an earlier run. */
static void forget_exit(Container *container)
{
	lock_held(&container->operation);
	g_autofree char *exit_file = g_build_filename(container->row.id, "exit", NULL);
	unlinkat(container->engine->store->containers_fd, exit_file, 0);
	container->exit_kept = false;
}

/* Its specification with the additions of the Container Device Interface; a new reference. */
static Spec *with_devices(Container *container, Spec *spec, GPtrArray *mounts, GError **error)
{
	g_autoptr(GArray) nodes = device_nodes_new();
	json_t *json = cdi_inject(
		container->engine->config->cdi_folders, spec->json, mounts, nodes, error);
	if (json == NULL)
		return NULL;
	if (json == spec->json) {
		json_decref(json);
		return spec_ref(spec);
	}
	Spec *with = spec_restore(json);
	with->nodes = g_steal_pointer(&nodes);
	return with;
}

static bool launch(Container *container, GError **error)
{
	lock_held(&container->operation);
	if (container->exit_kept)
		forget_exit(container);
	g_autoptr(Spec) kept = container_spec(container, error);
	Spec *named = kept != NULL ? spec_adopt_hostname(container, kept, error) : NULL;
	g_autoptr(Spec) spec = named != NULL ? labels_adopt(container, named, error) : NULL;
	g_autoptr(GPtrArray) asked = spec != NULL ? container_mounts(container, error) : NULL;
	g_autoptr(GPtrArray) mounts = asked != NULL ? mount_points_trees(container->engine,
							      container->row.id, asked, error)
						    : NULL;
	g_autoptr(Spec) whole =
		mounts != NULL ? with_devices(container, spec, mounts, error) : NULL;
	return whole != NULL && container_launch(container, whole, mounts, error);
}

bool container_restart_due(Container *container)
{
	g_mutex_lock(&container->engine->lock);
	bool due = container->row.status == STATUS_RESTARTING && !container->row.stopped_by_user;
	g_mutex_unlock(&container->engine->lock);
	return due;
}

/* A start by a client resets "stopped by a client", and the restart counter. */
static void count_start(Container *container, bool automatic)
{
	lock_held(&container->operation);
	ContainerRow *row = &container->row;
	g_mutex_lock(&container->engine->lock);
	row->restarts = automatic ? row->restarts + 1 : 0;
	row->stopped_by_user = automatic && row->stopped_by_user;
	g_mutex_unlock(&container->engine->lock);
}

bool container_start_once(Container *container, bool automatic, bool *failed, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(GMutexLocker) operation G_GNUC_UNUSED = g_mutex_locker_new(&container->operation);
	ContainerRow row = container_snapshot(container);
	Status status = (Status)row.status;
	container_row_clear(&row);
	if (automatic && !container_restart_due(container))
		return true;
	if (container->removed || status == STATUS_REMOVING || status == STATUS_DEAD)
		return fail(error, BERTH_ERROR_CONFLICT,
			"container is marked for removal and cannot be started");
	if (status == STATUS_PAUSED)
		return fail(error, BERTH_ERROR_CONFLICT,
			"cannot start a paused container, try unpause instead");
	if (status == STATUS_RUNNING)
		return fail(error, BERTH_ERROR_NOT_MODIFIED, "container is already running");
	count_start(container, automatic);
	if (launch(container, &problem))
		return true;
	endpoints_release(container);
	note_failure(container, automatic, problem);
	*failed = true;
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}
