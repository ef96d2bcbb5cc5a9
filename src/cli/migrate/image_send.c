#include "cli/migrate/image_send.h"

#include "cli/migrate/docker_layer.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/tar.h"
#include "base/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* A thread writes the archive into a pipe, from which the request's body is read. */
typedef struct {
	const DockerRoot *root;
	const json_t *ids;
	int out, in;
	GError *error; /* of the thread; read when it has ended */
	GThread *thread;
	TarWriter *writer;
} Sending;

static bool to_pipe(gpointer data, const void *bytes, size_t length, GError **error)
{
	Sending *sending = data;
	return fd_write_all(sending->out, bytes, length) ||
	       fail_errno(error, "the engine does not take the images");
}

static const char *hex_of(const char *digest)
{
	const char *colon = strchr(digest, ':');
	return colon != NULL ? colon + 1 : digest;
}

typedef struct {
	const char *split;
	int folder_fd;
} LayerFiles;

static bool fill_layer(gpointer data, ByteSink sink, gpointer to, GError **error)
{
	const LayerFiles *files = data;
	return docker_layer_each(files->split, files->folder_fd, sink, to, error);
}

static bool write_layer(Sending *sending, const char *chain, GError **error)
{
	g_autofree char *folder = NULL, *split = NULL,
			*path = g_strconcat(hex_of(chain), "/layer.tar", NULL);
	if (!docker_root_layer(sending->root, chain, &folder, &split, error))
		return false;
	autofd fd = open(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	gint64 size = fd >= 0 ? docker_layer_size(split, error) : -1;
	if (fd < 0)
		return fail_errno(error, "cannot open %s", folder);
	LayerFiles files = {split, fd};
	return size >= 0 &&
	       tar_write_filled(sending->writer, path, size, fill_layer, &files, error);
}

/* Adds its layers, except for those in sent, and its line of the manifest; the layers are added to sent. */
static bool write_image(
	Sending *sending, const char *id, json_t *sent, json_t *manifest, GError **error)
{
	json_t *image = json_object_get(sending->root->images, id), *chain;
	const char *config = json_str(image, "Config");
	g_autofree char *name = g_strconcat(hex_of(id), ".json", NULL);
	json_t *paths = json_array();
	size_t i;
	json_array_append_new(manifest, json_pack("{s:s, s:O, s:o}", "Config", name, "RepoTags",
						json_object_get(image, "Tags"), "Layers", paths));
	json_array_foreach (json_object_get(image, "Layers"), i, chain) {
		const char *text = json_string_value(chain);
		json_array_append_new(paths, json_sprintf("%s/layer.tar", hex_of(text)));
		if (json_object_get(sent, text) == NULL && !write_layer(sending, text, error))
			return false;
		json_object_set_new(sent, text, json_true());
	}
	return tar_write_text(sending->writer, name, config, strlen(config), error);
}

static bool write_blob(Sending *sending, const char *digest, GError **error)
{
	g_autofree char *file = docker_blob_path(sending->root, digest),
			*folder = file != NULL ? g_path_get_dirname(file) : NULL,
			*path = g_strconcat("blobs/sha256/", hex_of(digest), NULL);
	struct stat st;
	autofd fd =
		folder != NULL ? open(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
	if (fd < 0 || fstatat(fd, hex_of(digest), &st, AT_SYMLINK_NOFOLLOW) < 0)
		return fail_errno(error, "cannot open the content %.19s", digest);
	return S_ISREG(st.st_mode)
		       ? tar_write_node(sending->writer, path, fd, hex_of(digest), &st, error)
		       : fail(error, BERTH_ERROR_UNAVAILABLE, "the content %.19s is no file",
				 digest);
}

/* Adds an entry of the layout's index for each name; containerd's annotation is a full reference (OCI's own is a tag). */
static bool list_names(const DockerRoot *root, const json_t *image, json_t *list, GError **error)
{
	const char *digest = json_str(image, "Target");
	g_autofree char *path = docker_blob_path(root, digest);
	const json_t *tags = json_object_get(image, "Tags");
	struct stat st;
	if (stat(path, &st) < 0)
		return fail_errno(error, "cannot open %s", path);
	g_autoptr(json_t) descriptor =
		json_pack("{s:O, s:s, s:I}", "mediaType", json_object_get(image, "MediaType"),
			"digest", digest, "size", (json_int_t)st.st_size);
	if (!json_filled(tags))
		json_array_append(list, descriptor);
	for (size_t i = 0; i < json_array_size(tags); i++) {
		json_t *named = json_copy(descriptor);
		json_object_set_new(named, "annotations",
			json_pack("{s:s}", "io.containerd.image.name", json_elem(tags, i)));
		json_array_append_new(list, named);
	}
	return true;
}

/* containerd's images as an OCI layout (OCI image-spec, image-layout.md), which keeps manifests and digests. */
static bool write_layout(Sending *sending, GError **error)
{
	static const char layout[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
	g_autoptr(json_t) sent = json_object(), list = json_array();
	size_t i;
	json_t *id, *nothing;
	json_array_foreach (sending->ids, i, id) {
		json_t *image = json_object_get(sending->root->images, json_string_value(id));
		const char *blob;
		json_object_foreach (json_object_get(image, "Blobs"), blob, nothing) {
			if (json_object_get(sent, blob) == NULL &&
				!write_blob(sending, blob, error))
				return false;
			json_object_set_new(sent, blob, json_true());
		}
		if (!list_names(sending->root, image, list, error))
			return false;
	}
	g_autoptr(json_t) index = json_pack("{s:i, s:O}", "schemaVersion", 2, "manifests", list);
	g_autofree char *text = json_text(index);
	return tar_write_text(sending->writer, "oci-layout", layout, strlen(layout), error) &&
	       tar_write_text(sending->writer, "index.json", text, strlen(text), error) &&
	       tar_write_end(sending->writer, error);
}

static bool write_all(Sending *sending, GError **error)
{
	g_autoptr(json_t) sent = json_object(), manifest = json_array();
	size_t i;
	json_t *id;
	json_array_foreach (sending->ids, i, id)
		if (!write_image(sending, json_string_value(id), sent, manifest, error))
			return false;
	g_autofree char *text = json_text(manifest);
	return tar_write_text(sending->writer, "manifest.json", text, strlen(text), error) &&
	       tar_write_end(sending->writer, error);
}

static gpointer write_run(gpointer data)
{
	Sending *sending = data;
	const char *first = json_elem(sending->ids, 0);
	const json_t *image = json_object_get(sending->root->images, first);
	if (json_object_get(image, "Blobs") != NULL)
		write_layout(sending, &sending->error);
	else
		write_all(sending, &sending->error);
	fd_clear(&sending->out);
	return NULL;
}

/* The end of the pipe is the end of the archive only if the thread has succeeded. */
static ssize_t body_read(gpointer data, void *buffer, size_t size)
{
	Sending *sending = data;
	ssize_t n;
	do
		n = read(sending->in, buffer, size);
	while (n < 0 && errno == EINTR);
	if (n != 0)
		return n;
	if (sending->thread != NULL)
		g_thread_join(g_steal_pointer(&sending->thread));
	errno = EIO;
	return sending->error != NULL ? -1 : 0;
}

/* The engine's messages are lines of the answer. */
static bool answer_fits(Response *response, GError **error)
{
	size_t length;
	g_autofree char *text = http_body_read_all(&response->body, 8 << 20, &length, error);
	g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
	for (int i = 0; lines[i] != NULL; i++) {
		g_autoptr(json_t) line = json_parse(lines[i], strlen(lines[i]), NULL);
		const char *problem = json_str(line, "errorDetail.message");
		if (*problem != '\0')
			return fail(error, BERTH_ERROR_UNAVAILABLE, "%s", problem);
	}
	return text != NULL;
}

bool images_send(Client *client, const DockerRoot *root, const json_t *ids, GError **error)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail_errno(error, "cannot make a pipe");
	Sending sending = {.root = root, .ids = ids, .in = ends[0], .out = ends[1]};
	g_auto(Response) response = {.fd = -1};
	sending.writer = tar_writer_new(to_pipe, &sending);
	sending.thread = thread_or_end("images", write_run, &sending);
	bool ok = client_send_stream(client, "POST", "/images/load?quiet=1",
			  "Content-Type: application/x-tar\r\n", body_read, &sending, &response,
			  error) &&
		  answer_fits(&response, error);
	/* The reader is gone: makes the thread's writes fail. */
	fd_clear(&sending.in);
	if (sending.thread != NULL)
		g_thread_join(sending.thread);
	tar_writer_free(sending.writer);
	if (sending.error != NULL) {
		g_clear_error(error);
		g_propagate_error(error, sending.error);
	}
	return ok && sending.error == NULL;
}
