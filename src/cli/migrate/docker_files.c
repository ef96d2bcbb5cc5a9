/* Small files of Docker's folder. */
#include "cli/migrate/docker_parts.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static char *path_of(const DockerRoot *root, va_list parts)
{
	g_autoptr(GString) path = g_string_new(root->path);
	const char *part;
	while ((part = va_arg(parts, const char *)) != NULL)
		g_string_append_printf(path, "/%s", part);
	return g_string_free(g_steal_pointer(&path), FALSE);
}

json_t *docker_json(const DockerRoot *root, GError **error, ...)
{
	va_list parts;
	va_start(parts, error);
	g_autofree char *path = path_of(root, parts), *text = file_read(path, DOCKER_FILE_LIMIT);
	va_end(parts);
	g_autoptr(GError) problem = NULL;
	if (text == NULL && errno != ENOENT)
		fail_errno(error, "cannot read %s", path);
	json_t *json = text != NULL ? json_parse(text, strlen(text), &problem) : NULL;
	if (problem != NULL)
		fail(error, BERTH_ERROR_UNAVAILABLE, "%s: %s", path, problem->message);
	return json;
}

char *docker_text(const DockerRoot *root, ...)
{
	va_list parts;
	va_start(parts, root);
	g_autofree char *path = path_of(root, parts);
	va_end(parts);
	char *text = file_read(path, DOCKER_FILE_LIMIT);
	return text != NULL ? g_strchomp(text) : NULL;
}
