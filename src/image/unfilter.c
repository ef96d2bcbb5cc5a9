/* xz and bzip2, which only archives from outside have, taken off a stream: what else it is passes as it is. */
#include "image/archive_load.h"
#include "image/image.h"

#include "base/error.h"

enum { BUFFER = 256 * 1024 };

struct Unfilter {
	struct archive *archive;
	ArchiveSource source;
	bool empty;
};

static bool fail_read(Unfilter *unfilter, GError **error)
{
	if (unfilter->source.problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&unfilter->source.problem));
		return false;
	}
	return fail(error, BERTH_ERROR_INVALID, "the archive is damaged or cut off: %s",
		la.error_string(unfilter->archive));
}

Unfilter *unfilter_new(ByteSource read, gpointer data, GError **error)
{
	struct archive_entry *entry;
	if (!archive_load(error))
		return NULL;
	g_autoptr(Unfilter) unfilter = g_new0(Unfilter, 1);
	*unfilter = (Unfilter){
		.archive = la.read_new(), .source = {read, data, g_malloc(BUFFER), BUFFER, NULL}};
	la.read_support_filter_xz(unfilter->archive);
	la.read_support_filter_bzip2(unfilter->archive);
	la.read_support_format_raw(unfilter->archive);
	la.read_support_format_empty(unfilter->archive);
	int code =
		la.read_open(unfilter->archive, &unfilter->source, NULL, archive_source_read, NULL);
	if (code == ARCHIVE_OK)
		code = la.read_next_header(unfilter->archive, &entry);
	unfilter->empty = code == ARCHIVE_EOF;
	if (code != ARCHIVE_OK && code != ARCHIVE_EOF) {
		fail_read(unfilter, error);
		return NULL;
	}
	return g_steal_pointer(&unfilter);
}

ssize_t unfilter_read(gpointer data, void *buffer, size_t size, GError **error)
{
	Unfilter *unfilter = data;
	la_ssize_t n = unfilter->empty ? 0 : la.read_data(unfilter->archive, buffer, size);
	if (n < 0)
		fail_read(unfilter, error);
	return n < 0 ? -1 : (ssize_t)n;
}

void unfilter_free(Unfilter *unfilter)
{
	la.read_free(unfilter->archive);
	g_clear_error(&unfilter->source.problem);
	g_free(unfilter->source.buffer);
	g_free(unfilter);
}
