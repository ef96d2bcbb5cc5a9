#include "cli/build/build_output.h"
#include "cli/build/build_annotations.h"
#include "cli/common/flags.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/size.h"
#include "base/tar.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void build_output_clear(BuildOutput *output)
{
	g_free(output->type);
	g_free(output->dest);
	json_decref(output->names);
	json_decref(output->fields);
}

/* To what the output says, for the engine to read or to refuse. */
static bool add_annotations(Cli *cli, BuildOutput *output, const char *type, GError **error)
{
	g_autoptr(json_t) attributes = build_annotations(cli, error);
	if (json_object_size(attributes) > 0 && output->fields == NULL)
		output->fields = json_pack("{s:s}", "type", type);
	return attributes != NULL && (json_object_size(attributes) == 0 ||
					     json_object_update(output->fields, attributes) == 0);
}

/* "type=local,dest=out"; "out" alone is such a folder, "-" a tar on standard output. */
bool build_output_read(Cli *cli, BuildOutput *output, GError **error)
{
	static const char *const kinds[] = {
		"local", "tar", "docker", "oci", "image", "registry", "cacheonly", NULL};
	g_autoptr(json_t) given = flag_list(cli, "output");
	const char *text = json_elem(given, 0);
	output->names = flag_list(cli, "tag");
	if (json_array_size(given) > 1)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"more than one output: build once for each");
	if (json_array_size(given) == 0)
		return add_annotations(cli, output, "image", error);
	g_autoptr(json_t) fields = csv_fields(text);
	bool bare = strchr(text, '=') == NULL, to_stdout = strcmp(text, "-") == 0;
	const char *type = to_stdout ? "tar"
			   : bare    ? "local"
				     : json_str(fields, "type"),
		   *dest = bare ? text : json_str(fields, "dest");
	if (!g_strv_contains(kinds, type))
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"ERROR: failed to build: failed to solve: exporter \"%s\" could not be "
			"found",
			type);
	if (!bare)
		output->fields = json_incref(fields);
	if (!add_annotations(cli, output, type, error))
		return false;
	bool_parse(json_str(fields, "push"), &output->push);
	output->push = output->push || strcmp(type, "registry") == 0;
	if (*json_str(fields, "name") != '\0')
		json_array_append(output->names, json_object_get(fields, "name"));
	if (output->push && json_array_size(output->names) == 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"ERROR: failed to build: tag is needed when pushing to registry");
	if (strcmp(type, "image") == 0 || strcmp(type, "registry") == 0 ||
		strcmp(type, "cacheonly") == 0 || (strcmp(type, "docker") == 0 && *dest == '\0'))
		return true;
	if (*dest == '\0' && strcmp(type, "local") == 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "dest is required for local output");
	if (*dest == '\0' && isatty(STDOUT_FILENO))
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"dest file is required for %s exporter. refusing to write to console",
			type);
	output->type = g_strdup(type);
	output->dest = g_strdup(*dest != '\0' ? dest : "-");
	return true;
}

const char *build_output_kind(const BuildOutput *output)
{
	return output->type == NULL							 ? ""
	       : strcmp(output->type, "docker") == 0 || strcmp(output->type, "oci") == 0 ? "image"
											 : "tar";
}

static bool to_file(HttpBody *body, int fd, GError **error)
{
	enum { BLOCK = 128 * 1024 };
	g_autofree char *block = g_malloc(BLOCK);
	ssize_t n;
	while ((n = http_body_read(body, block, BLOCK, error)) > 0)
		if (!fd_write_all(fd, block, (size_t)n))
			return fail(error, BERTH_ERROR_UNAVAILABLE, "cannot write the result: %s",
				g_strerror(errno));
	return n == 0;
}

bool build_output_take(const BuildOutput *output, HttpBody *body, GError **error)
{
	if (strcmp(output->type, "local") == 0) {
		if (g_mkdir_with_parents(output->dest, 0755) < 0)
			return fail(error, BERTH_ERROR_UNAVAILABLE, "cannot make %s: %s",
				output->dest, g_strerror(errno));
		autofd folder = open(output->dest, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		return folder >= 0 ? tar_unpack(folder, http_body_read, body, false, error)
				   : fail(error, BERTH_ERROR_UNAVAILABLE, "cannot open %s: %s",
					     output->dest, g_strerror(errno));
	}
	if (strcmp(output->dest, "-") == 0)
		return to_file(body, STDOUT_FILENO, error);
	/* Whole or not at all. */
	g_autofree char *part = g_strconcat(output->dest, ".part", NULL);
	autofd fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool ok = fd >= 0 ? to_file(body, fd, error)
			  : fail(error, BERTH_ERROR_UNAVAILABLE, "cannot write %s: %s", part,
				    g_strerror(errno));
	if (fd >= 0 && (!ok || rename(part, output->dest) < 0))
		unlink(part);
	return ok;
}
