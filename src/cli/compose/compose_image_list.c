/* `images`: the images of a project's containers. */
#include "cli/common/flags.h"
#include "cli/common/reference.h"
#include "cli/compose/compose.h"

#include "base/size.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag images_flags[] = {
	{"format", 0, STRING, "table, json or a Go template"},
	{"quiet", 'q', BOOL, "print ids only"},
	{0},
};

/* The parts of an image's name, for the table and for JSON. */
static json_t *image_row(const json_t *container, const json_t *image)
{
	const char *reference = json_str(container, "Image"), *tag = reference_tag(reference),
		   *tagged = json_str(image, "Metadata.LastTagTime");
	g_autofree char *name = g_strndup(reference,
				tag != NULL ? (gsize)(tag - reference) : strlen(reference)),
			*platform = g_strdup_printf(
				"%s/%s", json_str(image, "Os"), json_str(image, "Architecture"));
	bool never = *tagged == '\0' || g_str_has_prefix(tagged, "0001-");
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s}", "ID", json_str(image, "Id"),
		"ContainerName", container_name(container), "Repository", name, "Tag",
		tag != NULL ? tag + 1 : "latest", "Platform", platform, "Size",
		json_int(image, "Size"), "LastTagTime",
		never ? json_str(image, "Created") : tagged);
}

static json_t *image_cells(const json_t *row)
{
	const char *id = json_str(row, "ID");
	gint64 tagged = 0;
	time_parse(json_str(row, "LastTagTime"), &tagged);
	g_autofree char *age = duration_human(time_now() - tagged),
			*ago = g_strconcat(age, " ago", NULL),
			*short_id = g_strndup(g_str_has_prefix(id, "sha256:") ? id + 7 : id, 12),
			*size = size_human((double)json_int(row, "Size"));
	return json_pack("[s, s, s, s, s, s, s]", json_str(row, "ContainerName"),
		json_str(row, "Repository"), json_str(row, "Tag"), json_str(row, "Platform"),
		short_id, size, ago);
}

static void print_images(const Cli *cli, const json_t *rows)
{
	static const char *const heads[] = {
		"CONTAINER", "REPOSITORY", "TAG", "PLATFORM", "IMAGE ID", "SIZE", "CREATED", NULL};
	g_autoptr(json_t) cells = json_array();
	size_t i;
	json_t *row;
	if (strcmp(flag_text(cli, "format"), "json") == 0) {
		g_autofree char *text = json_text(rows);
		print_to(stdout, "%s\n\n", text);
		return;
	}
	json_array_foreach (rows, i, row)
		json_array_append_new(cells, image_cells(row));
	compose_table(heads, cells, 20, 3);
}

static int run_images(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = NULL;
	g_autoptr(json_t) chosen = compose_chosen_known(cli, true, &project, &error),
			  rows = json_array();
	g_autoptr(json_t) containers = chosen != NULL ? containers_by_name(chosen) : NULL;
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const char *format = flag_text(cli, "format");
	size_t i;
	json_t *container;
	if (containers == NULL)
		return compose_fail(error);
	if (*format != '\0' && strcmp(format, "json") != 0 && strcmp(format, "table") != 0 &&
		strcmp(format, "pretty") != 0) {
		print_to(stderr, "format value \"%s\" could not be parsed: parsing failed\n",
			format);
		return EXIT_FAILURE;
	}
	json_array_foreach (containers, i, container) {
		const char *id = json_str(container, "ImageID");
		g_autoptr(json_t) image =
			engine_call(cli->client, &error, "GET", NULL, "/images/%s/json", id);
		if (image == NULL)
			return compose_fail(error);
		if (flag_bool(cli, "quiet", false) && g_hash_table_add(seen, g_strdup(id)))
			print_to(stdout, "%s\n", g_str_has_prefix(id, "sha256:") ? id + 7 : id);
		json_array_append_new(rows, image_row(container, image));
	}
	if (!flag_bool(cli, "quiet", false))
		print_images(cli, rows);
	return EXIT_SUCCESS;
}

const Command compose_images_command = {.names = "images",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "List the images of containers",
	.example = "images",
	.completes = "services*",
	.flags = images_flags,
	.max_args = -1,
	.run = run_images};
