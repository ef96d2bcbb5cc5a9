#include "compose/files.h"

#include "base/error.h"
#include "base/tar.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
	GByteArray *bytes;
	gsize at;
} Archive;

static bool put(gpointer data, const void *bytes, size_t length, GError **error)
{
	(void)error;
	g_byte_array_append(((Archive *)data)->bytes, bytes, (guint)length);
	return true;
}

static ssize_t take(gpointer data, void *buffer, size_t size)
{
	Archive *archive = data;
	gsize n = MIN(size, archive->bytes->len - archive->at);
	memcpy(buffer, archive->bytes->data + archive->at, n);
	archive->at += n;
	return (ssize_t)n;
}

/* The content of a secret or config that is no file: from a variable, or inline. NULL: it is a file. */
static const char *content_of(const ContainerRequest *request, const json_t *source, GError **error)
{
	const char *variable = json_str(source, "environment");
	json_t *content = json_object_get(source, "content");
	if (content == NULL)
		content = json_object_get(source, SECRET_CONTENT);
	if (content != NULL)
		return json_string_value(content);
	if (*variable == '\0')
		return NULL;
	const char *value =
		json_string_value(json_object_get(request->project->environment, variable));
	if (value == NULL)
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"environment variable \"%s\" required by %s is not set", variable,
			json_str(source, "name"));
	return value;
}

static char *place_of(const char *kind, const json_t *use)
{
	const char *target = json_str(use, "target");
	if (*target == '/')
		return g_strdup(target + 1);
	if (strcmp(kind, "secrets") == 0)
		return g_strconcat(
			"run/secrets/", *target != '\0' ? target : json_str(use, "source"), NULL);
	return g_strdup(*target != '\0' ? target : json_str(use, "source"));
}

static bool add_file(const ContainerRequest *request, const char *kind, const json_t *use,
	TarWriter *writer, bool *any, GError **error)
{
	const json_t *source = json_object_get(
		json_object_get(request->project->model, kind), json_str(use, "source"));
	g_autoptr(GError) problem = NULL;
	const char *content = content_of(request, source, &problem);
	if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	if (content == NULL)
		return true;
	g_autofree char *path = place_of(kind, use);
	json_t *mode = json_object_get(use, "mode");
	*any = true;
	return tar_write_memory(writer, path, content, strlen(content),
		mode != NULL ? (mode_t)strtoul(json_string_value(mode), NULL, 8) : 0444,
		(uid_t)atoi(json_str(use, "uid")), (gid_t)atoi(json_str(use, "gid")), error);
}

bool container_files(
	const ContainerRequest *request, Client *client, const char *id, GError **error)
{
	static const char *const kinds[] = {"secrets", "configs"};
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	Archive archive = {bytes, 0};
	g_autoptr(TarWriter) writer = tar_writer_new(put, &archive);
	g_auto(Response) response = {.fd = -1};
	bool any = false;
	size_t i;
	json_t *use;
	for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++)
		json_array_foreach (json_object_get(request->service, kinds[k]), i, use)
			if (!add_file(request, kinds[k], use, writer, &any, error))
				return false;
	if (!any)
		return true;
	g_autofree char *path = g_strdup_printf("/containers/%s/archive?path=/&copyUIDGID=1", id);
	return tar_write_end(writer, error) &&
	       client_send_stream(client, "PUT", path, "Content-Type: application/x-tar\r\n", take,
		       &archive, &response, error);
}
