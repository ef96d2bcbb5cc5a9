/* Files of results and configurations of images, for a client's frontend. */
#include "buildkit/internal.h"

#include "dockerfile/dockerfile.h"
#include "engine/image/images.h"
#include "image/image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_FILE = GRPC_MESSAGE_LIMIT - (64 << 10), MAX_ENTRIES = 100000 };

static bool absent(const char *what, const char *path, GError **error)
{
	bool gone = errno == ENOENT || errno == ENOTDIR;
	return fail(error, gone ? BERTH_ERROR_NOT_FOUND : BERTH_ERROR_SYSTEM, "%s %s: %s", what,
		path, g_strerror(errno));
}

/* Opens the root of a ref of the call's job; -1 with error. */
static int open_ref(GrpcCall *call, const char *id, GError **error)
{
	g_autoptr(EnteredJob) job = job_of_call(call, error);
	guint number = 0;
	Ref *ref = job != NULL ? ref_find(job, id, &number, error) : NULL;
	return ref != NULL ? build_open(ref->build, number, error) : -1;
}

static bool read_file(GrpcCall *call, gpointer engine, GError **error)
{
	Bk__ReadFileResponse answer = BK__READ_FILE_RESPONSE__INIT;
	g_autoptr(Bk__ReadFileRequest) request =
		grpc_receive(call, &bk__read_file_request__descriptor, error);
	(void)engine;
	autofd root = request != NULL ? open_ref(call, request->ref, error) : -1;
	if (root < 0)
		return false;
	autofd file = path_open_regular(root, request->path);
	gint64 offset = request->range != NULL ? request->range->offset : 0,
	       length = request->range != NULL && request->range->length > 0
				? request->range->length
				: MAX_FILE;
	if (file < 0)
		return absent("open", request->path, error);
	if (offset < 0 || lseek(file, offset, SEEK_SET) < 0)
		return fail(error, BERTH_ERROR_INVALID, "invalid range of %s", request->path);
	g_autofree guint8 *data = g_malloc((gsize)MIN(length, MAX_FILE) + 1);
	for (ssize_t n = 1; n > 0 && (gint64)answer.data.len < length;) {
		n = read(file, data + answer.data.len,
			(gsize)MIN(length, MAX_FILE) - answer.data.len);
		if (n < 0)
			return absent("read", request->path, error);
		answer.data.len += (size_t)n;
		if (n > 0 && answer.data.len == MAX_FILE)
			return fail(error, BERTH_ERROR_TOO_LARGE, "%s is too large", request->path);
	}
	answer.data.data = data;
	return grpc_send(call, &answer, error);
}

/* name and target are borrowed. */
static Bk__Stat stat_of(const struct stat *there, char *name, char *target)
{
	Bk__Stat stat = BK__STAT__INIT;
	stat.path = name;
	stat.mode = filesync_mode(there->st_mode);
	stat.uid = there->st_uid;
	stat.gid = there->st_gid;
	stat.size = S_ISDIR(there->st_mode) ? 0 : there->st_size;
	stat.mod_time =
		there->st_mtim.tv_sec * G_GINT64_CONSTANT(1000000000) + there->st_mtim.tv_nsec;
	stat.linkname = target;
	return stat;
}

static bool stat_file(GrpcCall *call, gpointer engine, GError **error)
{
	Bk__StatFileResponse answer = BK__STAT_FILE_RESPONSE__INIT;
	g_autoptr(Bk__StatFileRequest) request =
		grpc_receive(call, &bk__stat_file_request__descriptor, error);
	struct stat there;
	(void)engine;
	autofd root = request != NULL ? open_ref(call, request->ref, error) : -1;
	if (root < 0)
		return false;
	autofd file = path_open_in_root(root, request->path, O_PATH, 0);
	if (file < 0 || fstat(file, &there) < 0)
		return absent("stat", request->path, error);
	g_autofree char *name = g_path_get_basename(request->path);
	Bk__Stat stat = stat_of(&there, name, (char *)"");
	answer.stat = &stat;
	return grpc_send(call, &answer, error);
}

static Bk__Stat *entry_new(int folder, const char *name)
{
	struct stat there;
	char target[PATH_MAX] = "";
	if (fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) < 0)
		return NULL;
	if (S_ISLNK(there.st_mode) && readlinkat(folder, name, target, sizeof target - 1) < 0)
		return NULL;
	Bk__Stat *entry = g_new(Bk__Stat, 1);
	*entry = stat_of(&there, g_strdup(name), g_strdup(target));
	return entry;
}

static void entry_free(gpointer data)
{
	Bk__Stat *entry = data;
	g_free(entry->path);
	g_free(entry->linkname);
	g_free(entry);
}

static bool read_dir(GrpcCall *call, gpointer engine, GError **error)
{
	Bk__ReadDirResponse answer = BK__READ_DIR_RESPONSE__INIT;
	g_autoptr(Bk__ReadDirRequest) request =
		grpc_receive(call, &bk__read_dir_request__descriptor, error);
	(void)engine;
	autofd root = request != NULL ? open_ref(call, request->ref, error) : -1;
	if (root < 0)
		return false;
	autofd folder = path_open_in_root(root, request->path, O_RDONLY | O_DIRECTORY, 0);
	if (folder < 0)
		return absent("open", request->path, error);
	g_autoptr(Glob) glob = *request->include_pattern != '\0'
				       ? glob_new(request->include_pattern, false)
				       : NULL;
	if (*request->include_pattern != '\0' && glob == NULL)
		return fail(error, BERTH_ERROR_INVALID, "syntax error in pattern \"%s\"",
			request->include_pattern);
	g_autoptr(GPtrArray) names = folder_names(folder),
			     entries = g_ptr_array_new_with_free_func(entry_free);
	for (guint i = 0; i < MIN(names->len, MAX_ENTRIES); i++) {
		const char *name = names->pdata[i];
		Bk__Stat *entry = glob == NULL || glob_match(glob, name, false)
					  ? entry_new(folder, name)
					  : NULL;
		if (entry != NULL)
			g_ptr_array_add(entries, entry);
	}
	answer.entries = (Bk__Stat **)entries->pdata;
	answer.n_entries = entries->len;
	return grpc_send(call, &answer, error);
}

/* "" if none is requested. */
static char *platform_of(const Bk__Platform *asked)
{
	if (asked == NULL || *asked->os == '\0')
		return g_strdup("");
	Platform platform = {asked->os, asked->architecture, asked->variant};
	return platform_text(&platform);
}

/* The configuration of a local image. */
static bool resolve_image(GrpcCall *call, gpointer engine, GError **error)
{
	Bk__ResolveImageConfigResponse answer = BK__RESOLVE_IMAGE_CONFIG_RESPONSE__INIT;
	g_autoptr(Bk__ResolveImageConfigRequest) request =
		grpc_receive(call, &bk__resolve_image_config_request__descriptor, error);
	g_autoptr(Reference) reference =
		request != NULL ? reference_parse(request->ref, error) : NULL;
	g_autofree char *platform = request != NULL ? platform_of(request->platform) : NULL;
	g_autofree char *id = reference != NULL
				      ? image_find_on(engine, request->ref, platform, error)
				      : NULL,
			*full = reference != NULL ? reference_full(reference) : NULL;
	g_autoptr(json_t) config = id != NULL ? image_config(engine, id, error) : NULL;
	if (config == NULL)
		return false;
	g_autofree char *text = json_text(config);
	answer.digest = id;
	answer.ref = full;
	answer.config = (ProtobufCBinaryData){strlen(text), (uint8_t *)text};
	return grpc_send(call, &answer, error);
}

const GrpcMethod file_methods[] = {
	{"/moby.buildkit.v1.frontend.LLBBridge/ReadFile", read_file},
	{"/moby.buildkit.v1.frontend.LLBBridge/ReadDir", read_dir},
	{"/moby.buildkit.v1.frontend.LLBBridge/StatFile", stat_file},
	{"/moby.buildkit.v1.frontend.LLBBridge/ResolveImageConfig", resolve_image},
	{0},
};
