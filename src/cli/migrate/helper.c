#include "cli/migrate/helper.h"

#include "base/error.h"

#include <string.h>

/* An empty archive. */
static ssize_t read_nothing(gpointer data, void *buffer, size_t size)
{
	enum { END = 1024 };
	bool *sent = data;
	size_t part = *sent ? 0 : MIN(size, END);
	memset(buffer, 0, part);
	*sent = true;
	return (ssize_t)part;
}

char *helper_image(Client *client, GError **error)
{
	g_auto(Response) response = {.fd = -1};
	bool sent = false;
	size_t length;
	if (!client_send_stream(client, "POST", "/images/create?fromSrc=-",
		    "Content-Type: application/x-tar\r\n", read_nothing, &sent, &response, error))
		return NULL;
	g_autofree char *text = http_body_read_all(&response.body, 1 << 20, &length, error);
	g_autoptr(json_t) line = text != NULL ? json_parse(text, strcspn(text, "\n"), error) : NULL;
	const char *id = json_str(line, "status");
	if (g_str_has_prefix(id, "sha256:"))
		return g_strdup(id);
	if (error != NULL && *error == NULL)
		fail(error, BERTH_ERROR_UNAVAILABLE, "the engine takes no image: %s",
			json_str(line, "errorDetail.message"));
	return NULL;
}

static void drop(Client *client, const char *format, const char *id)
{
	Taking taking = {.client = client};
	taking_undo(&taking, format, id);
}

void helper_image_drop(Client *client, const char *image)
{
	drop(client, "/images/%s", image);
}

char *helper_new(Client *client, const char *image, const char *volume, GError **error)
{
	g_autoptr(json_t) request = json_pack("{s:s, s:[s], s:{s:s, s:[{s:s, s:s, s:s}]}}", "Image",
		image, "Cmd", "never", "HostConfig", "NetworkMode", "none", "Mounts", "Type",
		"volume", "Source", volume, "Target", "/volume");
	g_autoptr(json_t) answer =
		client_call(client, "POST", "/containers/create", request, error);
	return answer != NULL ? g_strdup(json_str(answer, "Id")) : NULL;
}

void helper_drop(Client *client, const char *id)
{
	drop(client, "/containers/%s", id);
}
