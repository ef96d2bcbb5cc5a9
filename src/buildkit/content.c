/* A client's folder of blobs, accessed through its session (Read and Write of containerd's services.content.v1): the image of --cache-to and --cache-from of type local. */
#include "buildkit/internal.h"

#include "base/digest.h"
#include "base/tar.h"
#include "base/thread.h"
#include "engine/image/images.h"
#include "image/image.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* DOCUMENT: the longest manifest that is accepted. */
enum { CHUNK = 256 << 10, DOCUMENT = 4 << 20 };

/* A folder of the client (moby/buildkit, cache/remotecache/local). */
typedef struct {
	Session *session;
	const char *folder;
} Place;

static GrpcCall *call_place(const Place *place, const char *method, GError **error)
{
	g_autofree char *id = g_strconcat("local:", place->folder, NULL);
	const char *const metadata[] = {"buildkit-attachable-store-id", id, NULL};
	if (place->session != NULL)
		return grpc_call_new(place->session->connection, method, metadata, error);
	fail(error, BERTH_ERROR_INVALID, "a local cache needs a session, and the build has none");
	return NULL;
}

/* The upload of one blob. */
typedef struct {
	GrpcCall *call;
	const char *digest;
	gint64 size, offset;
	char *name; /* of the current upload */
} Writing;

/* The client acknowledges each part. */
static bool write_part(Writing *writing, Bk__WriteContentRequest__Action action, const void *bytes,
	size_t length, GError **error)
{
	Bk__WriteContentRequest request = BK__WRITE_CONTENT_REQUEST__INIT;
	request.action = action;
	request.ref = writing->name;
	request.total = writing->size;
	request.expected = (char *)writing->digest;
	request.offset = writing->offset;
	request.data = (ProtobufCBinaryData){length, (guint8 *)bytes};
	if (!grpc_send(writing->call, &request, error))
		return false;
	g_autoptr(Bk__WriteContentResponse) answer =
		grpc_receive(writing->call, &bk__write_content_response__descriptor, error);
	writing->offset += (gint64)length;
	return answer != NULL;
}

static bool write_all(Writing *writing, ByteSource read, gpointer from, GError **error)
{
	g_autofree char *block = g_malloc(CHUNK);
	for (;;) {
		ssize_t n = read(from, block, CHUNK, error);
		if (n < 0)
			return false;
		if (n == 0)
			return write_part(
				writing, BK__WRITE_CONTENT_REQUEST__ACTION__COMMIT, "", 0, error);
		if (!write_part(writing, BK__WRITE_CONTENT_REQUEST__ACTION__WRITE, block, (size_t)n,
			    error))
			return false;
	}
}

/* A blob that the client has already is not sent. */
static bool send_blob(const Place *place, const char *digest, gint64 size, ByteSource read,
	gpointer from, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autofree char *random = g_uuid_string_random(),
			*name = g_strconcat("berth-", random, NULL);
	g_autoptr(GrpcCall) call =
		call_place(place, "/containerd.services.content.v1.Content/Write", error);
	Writing writing = {.call = call, .digest = digest, .size = size, .name = name};
	if (call == NULL)
		return false;
	if (write_part(&writing, BK__WRITE_CONTENT_REQUEST__ACTION__STAT, "", 0, &problem) &&
		write_all(&writing, read, from, &problem)) {
		grpc_call_send_end(call);
		return true;
	}
	if (problem->code == BERTH_ERROR_CONFLICT)
		return true;
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

static ssize_t read_text(gpointer data, void *buffer, size_t size, GError **error)
{
	const char **text = data;
	size_t length = MIN(strlen(*text), size);
	(void)error;
	memcpy(buffer, *text, length);
	*text += length;
	return (ssize_t)length;
}

static bool send_text(const Place *place, const char *digest, const char *text, GError **error)
{
	return send_blob(place, digest, (gint64)strlen(text), read_text, &text, error);
}

static bool send_layer(const Place *place, Engine *engine, const char *digest, GError **error)
{
	gint64 size;
	int fd = blob_open(engine->store, digest, &size, error);
	autofd owned = fd;
	(void)owned;
	return fd >= 0 && send_blob(place, digest, size, byte_source_fd, &fd, error);
}

json_t *content_send(
	Session *session, Engine *engine, const char *folder, const char *id, GError **error)
{
	Place place = {session, folder};
	size_t i;
	json_t *layer;
	g_autofree char *type = NULL, *text = image_manifest(engine, id, &type, error);
	g_autoptr(ImageRow) row = image_store_get(engine->store, id);
	g_autoptr(json_t) manifest = text != NULL ? json_parse(text, strlen(text), error) : NULL;
	if (manifest == NULL)
		return NULL;
	json_array_foreach (json_object_get(manifest, "layers"), i, layer)
		if (!send_layer(&place, engine, json_str(layer, "digest"), error))
			return NULL;
	g_autofree char *digest = digest_of(text, strlen(text));
	if (!send_text(&place, id, row->config, error) || !send_text(&place, digest, text, error))
		return NULL;
	return json_pack("{s:s, s:s, s:I}", "mediaType", type, "digest", digest, "size",
		(json_int_t)strlen(text));
}

/* Copies a blob of the client to a sink. */
typedef struct {
	const Place *place;
	const char *digest;
} Wanted;

static bool fetch_blob(gpointer data, ByteSink sink, gpointer to, GError **error)
{
	const Wanted *wanted = data;
	Bk__ReadContentRequest request = BK__READ_CONTENT_REQUEST__INIT;
	g_autoptr(GError) problem = NULL;
	g_autoptr(GrpcCall) call =
		call_place(wanted->place, "/containerd.services.content.v1.Content/Read", error);
	request.digest = (char *)wanted->digest;
	if (call == NULL || !grpc_send(call, &request, error))
		return false;
	grpc_call_send_end(call);
	for (;;) {
		g_autoptr(GBytes) bytes = grpc_call_receive(call, &problem);
		if (bytes == NULL)
			break;
		g_autoptr(Bk__ReadContentResponse) part =
			grpc_message_unpack(&bk__read_content_response__descriptor, bytes, error);
		if (part == NULL || !sink(to, part->data.data, part->data.len, error))
			return false;
	}
	if (problem == NULL)
		return true;
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

static bool add_text(gpointer data, const void *bytes, size_t length, GError **error)
{
	GString *text = data;
	if (text->len + length > DOCUMENT)
		return fail(error, BERTH_ERROR_INVALID, "the manifest is too long");
	g_string_append_len(text, bytes, (gssize)length);
	return true;
}

static json_t *fetch_manifest(const Place *place, const char *digest, GString *text, GError **error)
{
	Wanted wanted = {place, digest};
	if (!fetch_blob(&wanted, add_text, text, error))
		return NULL;
	g_autofree char *is = digest_of(text->str, text->len);
	g_autoptr(json_t) manifest = NULL;
	if (strcmp(is, digest) != 0)
		fail(error, BERTH_ERROR_INVALID, "blob %s has the digest %s", digest, is);
	else
		manifest = json_parse(text->str, text->len, error);
	if (manifest == NULL || !manifest_check(manifest, error))
		return NULL;
	return g_steal_pointer(&manifest);
}

/* An OCI layout of one image, in the form that `load` reads; its blobs are fetched from the client while it is read. */
typedef struct {
	const Place *place;
	const char *digest; /* of the manifest */
	const GString *text;
	const json_t *manifest;
	int fd;
	GError *error;
} Feed;

static bool write_fd(gpointer data, const void *bytes, size_t length, GError **error)
{
	const int *fd = data;
	return fd_write_all(*fd, bytes, length) || fail_errno(error, "cannot load the cache");
}

static char *blob_path(const char *digest)
{
	return g_strconcat("blobs/sha256/", digest + strlen("sha256:"), NULL);
}

static bool feed_blob(const Feed *feed, TarWriter *writer, const json_t *descriptor, GError **error)
{
	Wanted wanted = {feed->place, json_str(descriptor, "digest")};
	g_autofree char *path = blob_path(wanted.digest);
	return tar_write_filled(
		writer, path, json_int(descriptor, "size"), fetch_blob, &wanted, error);
}

static bool feed_all(Feed *feed, GError **error)
{
	size_t i;
	json_t *layer;
	g_autoptr(TarWriter) writer = tar_writer_new(write_fd, &feed->fd);
	g_autofree char *path = blob_path(feed->digest);
	g_autoptr(json_t) index = json_pack("{s:i, s:[{s:s, s:s, s:I}]}", "schemaVersion", 2,
		"manifests", "mediaType", "application/vnd.oci.image.manifest.v1+json", "digest",
		feed->digest, "size", (json_int_t)feed->text->len);
	g_autofree char *index_text = json_text(index);
	if (!tar_write_text(writer, "index.json", index_text, strlen(index_text), error) ||
		!tar_write_text(writer, path, feed->text->str, feed->text->len, error) ||
		!feed_blob(feed, writer, json_object_get(feed->manifest, "config"), error))
		return false;
	json_array_foreach (json_object_get(feed->manifest, "layers"), i, layer)
		if (!feed_blob(feed, writer, layer, error))
			return false;
	return tar_write_end(writer, error);
}

static gpointer run_feed(gpointer data)
{
	Feed *feed = data;
	feed_all(feed, &feed->error);
	fd_clear(&feed->fd);
	return NULL;
}

static void unsaid(const char *line, gpointer data)
{
	(void)line;
	(void)data;
}

/* The client's error is reported before errors that follow from it. */
static bool load(Engine *engine, Feed *feed, GError **error)
{
	int ends[2];
	char *all[] = {NULL};
	g_autoptr(GError) problem = NULL;
	LoadRequest request = {.tag = "", .platforms = all, .said = unsaid};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return fail_errno(error, "socketpair");
	feed->fd = ends[0];
	GThread *thread = thread_start("feed", run_feed, feed, error);
	if (thread == NULL) {
		fd_clear(&feed->fd);
		close(ends[1]);
		return false;
	}
	bool ok = image_load(engine, &request, byte_source_fd, &ends[1], &problem);
	close(ends[1]);
	g_thread_join(thread);
	g_autoptr(GError) fed = g_steal_pointer(&feed->error);
	bool cut = fed != NULL && fed->code != BERTH_ERROR_SYSTEM;
	if (!ok)
		g_propagate_error(error, cut ? g_steal_pointer(&fed) : g_steal_pointer(&problem));
	/* cppcheck-suppress memleak */ /* joining frees it */
	return ok;
}

char *content_load(Session *session, Engine *engine, const char *name, bool *fresh, GError **error)
{
	const char *at = strrchr(name, '@');
	g_autofree char *folder = g_strndup(name, at != NULL ? (gsize)(at - name) : 0);
	Place place = {session, folder};
	g_autoptr(GString) text = g_string_new("");
	const char *digest = at != NULL ? at + 1 : "";
	g_autoptr(json_t) manifest = fetch_manifest(&place, digest, text, error);
	if (manifest == NULL)
		return NULL;
	const char *id = json_str(manifest, "config.digest");
	Feed feed = {.place = &place, .digest = digest, .text = text, .manifest = manifest};
	g_autoptr(ImageRow) before = image_store_get(engine->store, id);
	*fresh = before == NULL;
	return load(engine, &feed, error) ? g_strdup(id) : NULL;
}
