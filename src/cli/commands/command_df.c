/* system df: what images, containers and volumes take, and what of that could go. */
#include "cli/common/flags.h"
#include "cli/common/format.h"

#include "base/size.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"format", 0, STRING, "table, json or a Go template"},
	{"verbose", 'v', BOOL, "show each image, container and volume"},
	{0},
};

static const Column columns[] = {{"Type", "TYPE", NULL, "type"},
	{"TotalCount", "TOTAL", NULL, "total"}, {"Active", "ACTIVE", NULL, "active"},
	{"Size", "SIZE", NULL, "size"}, {"Reclaimable", "RECLAIMABLE", NULL, "reclaimable"}, {0}};
static const Column image_columns[] = {{"Repository", "REPOSITORY"}, {"Tag", "TAG"},
	{"ID", "IMAGE ID"}, {"Size", "SIZE"}, {"Containers", "CONTAINERS"}, {0}};
static const Column container_columns[] = {{"ID", "CONTAINER ID"}, {"Image", "IMAGE"},
	{"Command", "COMMAND"}, {"Size", "SIZE"}, {"Status", "STATUS"}, {"Names", "NAMES"}, {0}};
static const Column volume_columns[] = {
	{"Name", "VOLUME NAME"}, {"Links", "LINKS"}, {"Size", "SIZE"}, {0}};

static json_t *usage_row(const char *type, size_t total, int active, gint64 size, gint64 unused)
{
	g_autofree char *whole = size_human_long((double)size), *part = size_human_long((double)unused);
	g_autofree char *reclaimable =
		size > 0 ? g_strdup_printf("%s (%d%%)", part, (int)(unused * 100 / size))
			 : g_strdup(part);
	g_autofree char *count = g_strdup_printf("%zu", total),
			*used = g_strdup_printf("%d", active);
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "Type", type, "TotalCount", count, "Active",
		used, "Size", whole, "Reclaimable", reclaimable);
}

static json_t *image_row(const json_t *images, gint64 layers)
{
	gint64 used = 0;
	int active = 0;
	size_t i;
	json_t *image;
	json_array_foreach (images, i, image) {
		if (json_int(image, "Containers") <= 0)
			continue;
		used += json_int(image, "Size") - MAX(json_int(image, "SharedSize"), 0);
		active++;
	}
	return usage_row("Images", json_array_size(images), active, layers, MAX(layers - used, 0));
}

static json_t *containers_row(const json_t *containers)
{
	gint64 size = 0, unused = 0;
	int active = 0;
	size_t i;
	json_t *container;
	json_array_foreach (containers, i, container) {
		const char *state = json_str(container, "State");
		bool runs = strcmp(state, "running") == 0 || strcmp(state, "paused") == 0 ||
			    strcmp(state, "restarting") == 0;
		size += json_int(container, "SizeRw");
		unused += runs ? 0 : json_int(container, "SizeRw");
		active += runs;
	}
	return usage_row("Containers", json_array_size(containers), active, size, unused);
}

static json_t *volume_row(const json_t *volumes)
{
	gint64 size = 0, unused = 0;
	int active = 0;
	size_t i;
	json_t *volume;
	json_array_foreach (volumes, i, volume) {
		bool used = json_int(volume, "UsageData.RefCount") > 0;
		size += json_int(volume, "UsageData.Size");
		unused += used ? 0 : json_int(volume, "UsageData.Size");
		active += used;
	}
	return usage_row("Local Volumes", json_array_size(volumes), active, size, unused);
}

static void add_size(json_t *row, gint64 size)
{
	g_autofree char *text = size_human((double)size);
	json_object_set_new(row, "Size", json_string(text));
}

static json_t *one_image(const json_t *image)
{
	const char *id = json_str(image, "Id"),
		   *name = json_elem(json_object_get(image, "RepoTags"), 0);
	g_autofree char *short_id = g_strndup(id + (strlen(id) > 7 ? 7 : 0), 12);
	g_auto(GStrv) parts = g_strsplit(*name != '\0' ? name : "<none>:<none>", ":", 2);
	json_t *row = json_pack("{s:s, s:s, s:s, s:I}", "Repository", parts[0], "Tag",
		parts[1] != NULL ? parts[1] : "", "ID", short_id, "Containers",
		(json_int_t)json_int(image, "Containers"));
	add_size(row, json_int(image, "Size"));
	return row;
}

static json_t *one_container(const json_t *container)
{
	const char *name = json_elem(json_object_get(container, "Names"), 0);
	g_autofree char *short_id = g_strndup(json_str(container, "Id"), 12);
	json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s}", "ID", short_id, "Image",
		json_str(container, "Image"), "Command", json_str(container, "Command"), "Status",
		json_str(container, "Status"), "Names", *name != '\0' ? name + 1 : name);
	add_size(row, json_int(container, "SizeRw"));
	return row;
}

static json_t *one_volume(const json_t *volume)
{
	json_t *row = json_pack("{s:s, s:I}", "Name", json_str(volume, "Name"), "Links",
		(json_int_t)json_int(volume, "UsageData.RefCount"));
	add_size(row, json_int(volume, "UsageData.Size"));
	return row;
}

static bool print_part(const json_t *list, json_t *(*row_of)(const json_t *), const char *table,
	const Column *part_columns, GError **error)
{
	g_autoptr(json_t) rows = json_array();
	for (size_t i = 0; i < json_array_size(list); i++)
		json_array_append_new(rows, row_of(json_array_get(list, i)));
	return format_list("", table, "", part_columns, rows, error);
}

static bool print_verbose(const json_t *usage, GError **error)
{
	static const struct {
		const char *title, *list, *table;
		const Column *columns;
		json_t *(*row_of)(const json_t *);
	} parts[] = {
		{"Images space usage:", "Images",
			"{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.Size}}\t{{.Containers}}",
			image_columns, one_image},
		{"Containers space usage:", "Containers",
			"{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.Size}}\t{{.Status}}\t{{.Names}}",
			container_columns, one_container},
		{"Local Volumes space usage:", "Volumes", "{{.Name}}\t{{.Links}}\t{{.Size}}",
			volume_columns, one_volume},
	};
	bool ok = true;
	for (size_t i = 0; ok && i < G_N_ELEMENTS(parts); i++) {
		print_to(stdout, "%s%s\n\n", i > 0 ? "\n" : "", parts[i].title);
		ok = print_part(json_object_get(usage, parts[i].list), parts[i].row_of,
			parts[i].table, parts[i].columns, error);
	}
	return ok;
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) usage = client_call(cli->client, "GET", "/system/df", NULL, &error);
	if (usage == NULL)
		return cli_fail(cli, error);
	if (flag_bool(cli, "verbose", false) && !flag_given(cli, "format"))
		return print_verbose(usage, &error) ? EXIT_SUCCESS : cli_fail(cli, error);
	g_autoptr(json_t) rows = json_pack("[o, o, o, o]",
		image_row(json_object_get(usage, "Images"), json_int(usage, "LayersSize")),
		containers_row(json_object_get(usage, "Containers")),
		volume_row(json_object_get(usage, "Volumes")),
		usage_row("Build Cache", json_array_size(json_object_get(usage, "BuildCache")), 0,
			0, 0));
	return format_list(flag_text(cli, "format"),
		       "{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}",
		       "*formatter.diskUsageImagesContext", columns, rows, &error)
		       ? EXIT_SUCCESS
		       : cli_fail(cli, error);
}

const Command command_df = {
	.names = "system df",
	.usage = "[OPTIONS]",
	.summary = "Show what is used on the disk",
	.example = "system df -v",
	.flags = flags,
	.run = run,
};
