/* BuildKit's API: connections that become HTTP/2 (docs/decisions/buildkit.md). */
#include "api/api.h"
#include "buildkit/buildkit.h"

#include "base/error.h"

#include <string.h>

static bool wants_h2c(Request *request, GError **error)
{
	const char *wanted = http_header(request->head, "Upgrade");
	if (*wanted == '\0')
		return fail(error, BERTH_ERROR_INVALID, "no upgrade proto in request");
	return g_ascii_strcasecmp(wanted, "h2c") == 0 ||
	       fail(error, BERTH_ERROR_INVALID, "protocol %s not supported", wanted);
}

/* The HTTP/1 request is read to its end first: some libraries send an empty body in chunks, whose end is no HTTP/2
 * frame. */
static bool end_request(Request *request, GError **error)
{
	size_t length;
	g_autofree char *nothing = http_body_read_all(request->body, 0, &length, error);
	return nothing != NULL;
}

/* Bytes that the client has sent after the header already. */
static const guint8 *rest_of(const Request *request, size_t *length)
{
	const HttpBody *body = request->body;
	*length = body->data->len - body->taken;
	return body->data->data + body->taken;
}

static bool serve_grpc(Request *request, GError **error)
{
	size_t length;
	if (!wants_h2c(request, error) || !end_request(request, error))
		return false;
	const guint8 *rest = rest_of(request, &length);
	buildkit_serve(request->engine, reply_upgrade(request, "h2c"), rest, length);
	return true;
}

static char **exposed_methods(const HttpHead *head)
{
	g_autoptr(GStrvBuilder) list = g_strv_builder_new();
	for (guint i = 0; i + 1 < head->headers->len; i += 2)
		if (g_ascii_strcasecmp(
			    head->headers->pdata[i], "X-Docker-Expose-Session-Grpc-Method") == 0)
			g_strv_builder_add(list, head->headers->pdata[i + 1]);
	return g_strv_builder_end(list);
}

static bool serve_session(Request *request, GError **error)
{
	size_t length;
	const char *id = http_header(request->head, "X-Docker-Expose-Session-Uuid");
	g_auto(GStrv) methods = exposed_methods(request->head);
	if (!wants_h2c(request, error) || !buildkit_session_check(id, error) ||
		!end_request(request, error))
		return false;
	const guint8 *rest = rest_of(request, &length);
	int fd = reply_upgrade(request, "h2c");
	if (!buildkit_session(id, http_header(request->head, "X-Docker-Expose-Session-Sharedkey"),
		    (const char *const *)methods, fd, rest, length, error))
		close(fd);
	return true;
}

bool grpc_direct(Request *request, const void *head, size_t length, GError **error)
{
	/* Listeners of one purpose: metrics and dashboards. */
	if (request->caller->metrics || request->caller->dashboard != NULL)
		return fail(error, BERTH_ERROR_FORBIDDEN, "HTTP/2 is not spoken here");
	/* Checked as POST /grpc: who may do that may do this. */
	request->path = g_strdup("/grpc");
	if (!access_allowed(request, error))
		return false;
	size_t rest_length;
	const guint8 *rest = rest_of(request, &rest_length);
	g_autoptr(GByteArray) first = g_byte_array_new();
	g_byte_array_append(first, head, (guint)length);
	g_byte_array_append(first, rest, (guint)rest_length);
	/* The connection is taken over: nothing may be written to it any more. */
	request->hijacked = request->answered = true;
	buildkit_serve(request->engine, request->fd, first->data, first->len);
	return true;
}

const Route grpc_routes[] = {
	{"POST", "/grpc", serve_grpc},
	{"POST", "/session", serve_session},
	{0},
};
