/* Provenance of ended builds, which clients fetch by digest (containerd's content service). */
#include "buildkit/internal.h"

#include "base/digest.h"

#include <string.h>

/* Opens a build's provenance; -1 with error. */
static int open_stated(Engine *engine, const char *digest, GError **error)
{
	autofd folder = history_folder(engine);
	if (!digest_is_valid(digest)) {
		fail(error, BERTH_ERROR_INVALID, "invalid digest \"%s\"", digest);
		return -1;
	}
	g_autofree char *ending = g_strconcat(".", digest + strlen("sha256:"), NULL);
	g_autoptr(GPtrArray) names = folder_names(folder);
	for (guint i = 0; i < names->len; i++)
		if (g_str_has_suffix(names->pdata[i], ending))
			return file_open_regular(folder, names->pdata[i]);
	fail(error, BERTH_ERROR_NOT_FOUND, "content %s: not found", digest);
	return -1;
}

static bool content_info(GrpcCall *call, gpointer engine, GError **error)
{
	Bk__ContentInfo info = BK__CONTENT_INFO__INIT;
	Bk__ContentInfoResponse answer = BK__CONTENT_INFO_RESPONSE__INIT;
	g_autoptr(Bk__ContentInfoRequest) request =
		grpc_receive(call, &bk__content_info_request__descriptor, error);
	autofd fd = request != NULL ? open_stated(engine, request->digest, error) : -1;
	if (fd < 0)
		return false;
	info.digest = request->digest;
	info.size = lseek(fd, 0, SEEK_END);
	answer.info = &info;
	return grpc_send(call, &answer, error);
}

/* Sent in one message, as provenance is short enough. size 0: up to the end. */
static bool content_read(GrpcCall *call, gpointer engine, GError **error)
{
	Bk__ReadContentResponse answer = BK__READ_CONTENT_RESPONSE__INIT;
	g_autoptr(Bk__ReadContentRequest) request =
		grpc_receive(call, &bk__read_content_request__descriptor, error);
	autofd fd = request != NULL ? open_stated(engine, request->digest, error) : -1;
	gsize length = 0;
	g_autofree char *text = fd >= 0 ? fd_read_all(fd, HISTORY_STATED_LIMIT, &length) : NULL;
	if (text == NULL)
		return false;
	if (request->offset < 0 || request->size < 0 || (guint64)request->offset > length)
		return fail(error, BERTH_ERROR_INVALID, "invalid range of %s", request->digest);
	gsize rest = length - (gsize)request->offset;
	answer.offset = request->offset;
	answer.data.data = (guint8 *)text + request->offset;
	answer.data.len = request->size > 0 ? MIN(rest, (gsize)request->size) : rest;
	return grpc_send(call, &answer, error);
}

const GrpcMethod stated_methods[] = {
	{"/containerd.services.content.v1.Content/Info", content_info},
	{"/containerd.services.content.v1.Content/Read", content_read},
	{0},
};
