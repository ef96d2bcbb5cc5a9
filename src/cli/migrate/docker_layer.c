/* tar-split (github.com/vbatts/tar-split): a JSON object a line; of type 2, bytes of the archive in base64; of type 1, a file whose
 * content is on the disk. */
#include "cli/migrate/docker_layer.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/library.h"

#include <string.h>

enum { LINE_LIMIT = 64 << 20, BLOCK = 128 * 1024, FILE_ENTRY = 1, SEGMENT = 2 };

/* Functions of zlib; its stream type is not declared here. */
static void *(*gz_open)(const char *path, const char *mode);
static int (*gz_read)(void *file, void *buffer, unsigned length);
static int (*gz_close)(void *file);
static const LibraryFunction functions[] = {
	{"gzopen", &gz_open}, {"gzread", &gz_read}, {"gzclose", &gz_close}};
static Library zlib = {"libz.so.1", "zlib1g", "layers of Docker's cannot be read", functions,
	G_N_ELEMENTS(functions), NULL, false};

typedef bool (*Entry)(const json_t *entry, gpointer data, GError **error);

static bool one_line(const char *text, size_t length, Entry each, gpointer data, GError **error)
{
	g_autoptr(json_t) entry = length > 0 ? json_parse(text, length, error) : NULL;
	return length == 0 || (entry != NULL && each(entry, data, error));
}

/* Handles and removes all complete lines of the buffer. */
static bool take_lines(GString *buffer, Entry each, gpointer data, GError **error)
{
	const char *begin = buffer->str, *end;
	while ((end = memchr(begin, '\n', (size_t)(buffer->str + buffer->len - begin))) != NULL) {
		if (!one_line(begin, (size_t)(end - begin), each, data, error))
			return false;
		begin = end + 1;
	}
	g_string_erase(buffer, 0, begin - buffer->str);
	return buffer->len <= LINE_LIMIT ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "a line of the layer's description is too long");
}

static bool each_entry(const char *path, Entry each, gpointer data, GError **error)
{
	g_autoptr(GString) buffer = g_string_new(NULL);
	g_autofree char *block = g_malloc(BLOCK);
	void *file = library_load(&zlib, error) ? gz_open(path, "rbe") : NULL;
	int n;
	bool ok = file != NULL;
	if (!ok)
		return *error != NULL || fail_errno(error, "cannot read %s", path);
	while (ok && (n = gz_read(file, block, BLOCK)) > 0) {
		g_string_append_len(buffer, block, n);
		ok = take_lines(buffer, each, data, error);
	}
	gz_close(file);
	if (ok && n < 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "%s is damaged", path);
	return ok && one_line(buffer->str, buffer->len, each, data, error);
}

typedef struct {
	int folder_fd;
	ByteSink sink;
	gpointer data;
} Writing;

static bool write_file(const Writing *writing, const json_t *entry, GError **error)
{
	g_autofree char *block = g_malloc(BLOCK);
	gint64 left = json_int(entry, "size");
	const char *name = json_str(entry, "name");
	autofd fd = left > 0 ? path_open_regular(writing->folder_fd, name) : -1;
	if (left > 0 && fd < 0)
		return fail_errno(error, "cannot read \"%s\" of a layer", name);
	while (left > 0) {
		ssize_t n = read(fd, block, (size_t)MIN(left, BLOCK));
		if (n <= 0)
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"\"%s\" of a layer is shorter than it was", name);
		if (!writing->sink(writing->data, block, (size_t)n, error))
			return false;
		left -= n;
	}
	return true;
}

static bool write_entry(const json_t *entry, gpointer data, GError **error)
{
	const Writing *writing = data;
	if (json_int(entry, "type") == FILE_ENTRY)
		return write_file(writing, entry, error);
	gsize length;
	g_autofree guchar *bytes = g_base64_decode(json_str(entry, "payload"), &length);
	return json_int(entry, "type") != SEGMENT || length == 0 ||
	       writing->sink(writing->data, bytes, length, error);
}

static bool count_entry(const json_t *entry, gpointer data, GError **error)
{
	gint64 *size = data, more = json_int(entry, "size");
	gsize length = 0;
	if (json_int(entry, "type") == SEGMENT)
		g_free(g_base64_decode(json_str(entry, "payload"), &length));
	else if (more < 0 || more > G_MAXINT64 / 2 - *size)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "a file of a layer has no size");
	*size += (gint64)length + (json_int(entry, "type") == FILE_ENTRY ? more : 0);
	return true;
}

bool docker_layer_each(
	const char *split, int folder_fd, ByteSink sink, gpointer data, GError **error)
{
	Writing writing = {folder_fd, sink, data};
	return each_entry(split, write_entry, &writing, error);
}

gint64 docker_layer_size(const char *split, GError **error)
{
	gint64 size = 0;
	return each_entry(split, count_entry, &size, error) ? size : -1;
}
