#include "engine/container/step.h"
#include "engine/container/files.h"
#include "engine/container/labels.h"
#include "engine/container/life.h"
#include "engine/network/endpoint.h"
#include "engine/object/name.h"
#include "engine/shim/shim.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/timefmt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/xattr.h>

enum { FRAME_HEAD = 8, BLOCK = 64 * 1024 };

Container *step_new(Engine *engine, const StepSpec *spec, GError **error)
{
	g_autofree char *id = id_generate(), *scratch = g_build_filename(id, "scratch", NULL);
	g_autoptr(Spec) complete = step_specify(engine, spec, error);
	if (complete == NULL || !labels_allot(engine, complete, error))
		return NULL;
	ContainerRow row = {.id = g_strdup(id),
		.name = g_strconcat("build-", id, NULL),
		.image = g_strdup(""),
		.image_id = g_strdup(""),
		.created = time_now(),
		.status = STATUS_CREATED,
		.error = g_strdup("")};
	Container *step = container_new(engine, &row);
	step->unlisted = true;
	step->layers = spec->layers;
	step->spec = g_steal_pointer(&complete);
	if (!container_make_folder(engine, id, error) ||
		mkdirat(engine->store->containers_fd, scratch, 0700) < 0) {
		fail_errno(error, "cannot make the folder of a step");
		step_free(step);
		return NULL;
	}
	return step;
}

void step_free(Container *step)
{
	if (step == NULL)
		return;
	shim_wait_gone(step);
	store_discard(step->engine->store, step->engine->store->containers_fd, step->row.id);
	labels_forget(step->engine, step->spec);
	g_clear_pointer(&step->spec, spec_unref);
	container_unref(step);
}

/* The parser state of an attached stream's frames (Engine API, ContainerAttach). */
typedef struct {
	char head[FRAME_HEAD];
	size_t head_used;
	guint32 left; /* bytes of the current frame that are missing */
} Frames;

static void take_frames(
	Frames *frames, const char *bytes, size_t length, StepOutput output, gpointer data)
{
	while (length > 0) {
		size_t part;
		if (frames->left > 0) {
			part = MIN(length, frames->left);
			output(data, frames->head[0], bytes, part);
			frames->left -= (guint32)part;
		} else {
			part = MIN(length, FRAME_HEAD - frames->head_used);
			memcpy(frames->head + frames->head_used, bytes, part);
			frames->head_used += part;
			if (frames->head_used == FRAME_HEAD) {
				memcpy(&frames->left, frames->head + 4, sizeof frames->left);
				frames->left = GUINT32_FROM_BE(frames->left);
				frames->head_used = 0;
			}
		}
		bytes += part;
		length -= part;
	}
}

static void kill_step(Container *step)
{
	shim_send(step, SHIM_KILL, "", SIGKILL, 0, "", NULL, 0, NULL);
}

/* Reads to the end of the stream; after a cancel the process is killed, and its last output is read too. */
static bool follow(Container *step, int fd, StepOutput output, gpointer data, int cancel_fd)
{
	Frames frames = {0};
	bool cancelled = false;
	g_autofree char *block = g_malloc(BLOCK);
	for (;;) {
		struct pollfd polls[] = {
			{.fd = fd, .events = POLLIN}, {.fd = cancelled ? -1 : cancel_fd}};
		if (poll(polls, 2, -1) < 0)
			continue;
		if (polls[1].revents != 0) {
			cancelled = true;
			kill_step(step);
		}
		if (polls[0].revents == 0)
			continue;
		ssize_t n = recv(fd, block, BLOCK, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return !cancelled;
		take_frames(&frames, block, (size_t)n, output, data);
	}
}

static void await_exit(Container *step, int cancel_fd)
{
	int fd = notify_subscribe(&step->changed);
	while (container_running(step))
		if (!notify_wait(fd, cancel_fd, -1)) {
			kill_step(step);
			cancel_fd = -1;
		}
	notify_unsubscribe(&step->changed, fd);
}

bool step_run(Container *step, const GPtrArray *mounts, StepOutput output, gpointer data,
	int cancel_fd, int *exit_code, GError **error)
{
	int pair[2];
	g_autoptr(Spec) spec = container_spec(step, error);
	if (spec == NULL)
		return false;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return fail_errno(error, "cannot read the step's output");
	autofd ours = pair[0];
	Attachment attachment = {.fd = pair[1],
		.flags = SHIM_ATTACH_STDOUT | SHIM_ATTACH_STDERR | SHIM_ATTACH_FRAMED};
	g_mutex_lock(&step->engine->lock);
	g_array_append_val(step->waiting, attachment);
	g_mutex_unlock(&step->engine->lock);
	if (!container_launch(step, spec, mounts, error)) {
		endpoints_release(step);
		return false;
	}
	bool whole = follow(step, ours, output, data, cancel_fd);
	await_exit(step, cancel_fd);
	*exit_code = step->row.exit_code;
	return whole || fail(error, BERTH_ERROR_SYSTEM, "the build was cancelled");
}

/* Copied up, and otherwise unchanged: the same as the folder below, but for its time. */
static bool is_copy(int parent, const char *name, const struct stat *st, const struct stat *old)
{
	char value;
	autofd fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd >= 0 && S_ISDIR(old->st_mode) && st->st_mode == old->st_mode &&
	       st->st_uid == old->st_uid && st->st_gid == old->st_gid &&
	       fgetxattr(fd, "trusted.overlay.opaque", &value, 1) < 0;
}

/* Removes mount points from the layer: an empty file or folder that the tree below lacks, and the folders that were
 * made for it. */
static void drop_stub(int upper, int below, const char *path)
{
	/* A mount's target may lie behind links of the image. */
	g_autofree char *at = path_resolve_in_root(below, path);
	while (at != NULL && *at != '\0') {
		struct stat st, old;
		g_autofree char *folder = g_path_get_dirname(at), *name = g_path_get_basename(at);
		autofd parent = path_open_in_root(upper, folder, O_RDONLY | O_DIRECTORY, 0);
		autofd lower = path_open_in_root(below, at, O_PATH | O_NOFOLLOW, 0);
		if (parent < 0 || fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return;
		bool there = lower >= 0 && fstat(lower, &old) == 0;
		bool folder_here = S_ISDIR(st.st_mode);
		bool stub = folder_here ? !there || is_copy(parent, name, &st, &old)
					: !there && S_ISREG(st.st_mode) && st.st_size == 0;
		if (!stub || unlinkat(parent, name, folder_here ? AT_REMOVEDIR : 0) < 0)
			return;
		g_free(at);
		at = strcmp(folder, ".") == 0 ? g_strdup("") : g_strdup(folder);
	}
}

char *step_take_upper(Container *step, int below_fd, const GPtrArray *mounts, GError **error)
{
	Store *store = step->engine->store;
	autofd upper = container_upper_open(step, error);
	if (upper < 0)
		return NULL;
	unlinkat(upper, ".dockerenv", 0);
	for (guint i = 0; i < mounts->len; i++)
		drop_stub(upper, below_fd, ((MountPoint *)mounts->pdata[i])->target);
	for (size_t i = 0; container_mount_points[i] != NULL; i++)
		drop_stub(upper, below_fd, container_mount_points[i]);
	g_autofree char *folder = layer_begin(store, NULL, error),
			*path = g_build_filename(step->row.id, "upper", NULL);
	if (folder == NULL)
		return NULL;
	if (renameat(store->containers_fd, path, store->tmp_fd, folder) < 0) {
		fail_errno(error, "cannot read the step's changes");
		return NULL;
	}
	return g_steal_pointer(&folder);
}
