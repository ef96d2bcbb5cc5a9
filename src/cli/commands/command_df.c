/* system df: what images, containers and volumes take, and what of that could go. */
#include "cli/common/flags.h"
#include "cli/common/format.h"
#include "cli/container/container_row.h"

#include "base/size.h"
#include "base/timefmt.h"

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
	{"ID", "IMAGE ID"}, {"CreatedSince", "CREATED"}, {"Size", "SIZE"},
	{"SharedSize", "SHARED SIZE"}, {"UniqueSize", "UNIQUE SIZE"}, {"Containers", "CONTAINERS"},
	{0}};
static const Column container_columns[] = {{"ID", "CONTAINER ID"}, {"Image", "IMAGE"},
	{"Command", "COMMAND"}, {"LocalVolumes", "LOCAL VOLUMES"}, {"Size", "SIZE"},
	{"RunningFor", "CREATED"}, {"Status", "STATUS"}, {"Names", "NAMES"}, {0}};
static const Column volume_columns[] = {
	{"Name", "VOLUME NAME"}, {"Links", "LINKS"}, {"Size", "SIZE"}, {0}};
static const Column cache_columns[] = {{"ID", "CACHE ID"}, {"CacheType", "CACHE TYPE"},
	{"Size", "SIZE"}, {"CreatedSince", "CREATED"}, {"LastUsedSince", "LAST USED"},
	{"UsageCount", "USAGE"}, {"Shared", "SHARED"}, {0}};

static json_t *usage_row(const char *type, size_t total, int active, gint64 size, gint64 unused)
{
	g_autofree char *whole = size_human_long((double)size),
			*part = size_human_long((double)unused);
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

/* text: taken over. */
static void add_text(json_t *row, const char *key, char *text)
{
	json_object_set_new(row, key, json_string(text));
	g_free(text);
}

/* What other records or images hold, too, is not counted. */
static gint64 cache_size(const json_t *records, bool in_use, int *count)
{
	gint64 size = 0;
	size_t i;
	json_t *record;
	*count = 0;
	json_array_foreach (records, i, record) {
		if (in_use && !json_bool(record, "InUse"))
			continue;
		(*count)++;
		size += json_bool(record, "Shared") ? 0 : json_int(record, "Size");
	}
	return size;
}

static json_t *cache_row(const json_t *records)
{
	int all, active;
	gint64 size = cache_size(records, false, &all), used = cache_size(records, true, &active);
	json_t *row = usage_row("Build Cache", (size_t)all, active, size, size - used);
	add_text(row, "Reclaimable", size_human_long((double)(size - used)));
	return row;
}

static void add_ago(json_t *row, const char *key, gint64 time)
{
	g_autofree char *human = duration_human(time_now() - time);
	add_text(row, key, g_strconcat(human, " ago", NULL));
}

static json_t *one_image(const json_t *image)
{
	const char *id = json_str(image, "Id"),
		   *name = json_elem(json_object_get(image, "RepoTags"), 0),
		   *colon = strrchr(name, ':');
	g_autofree char *short_id = g_strndup(id + (strlen(id) > 7 ? 7 : 0), 12),
			*repository = colon != NULL ? g_strndup(name, (gsize)(colon - name))
						    : g_strdup("<none>");
	gint64 size = json_int(image, "Size"), shared = json_int(image, "SharedSize");
	json_t *row = json_pack("{s:s, s:s, s:s, s:o}", "Repository", repository, "Tag",
		colon != NULL ? colon + 1 : "<none>", "ID", short_id, "Containers",
		json_sprintf("%d", (int)json_int(image, "Containers")));
	add_ago(row, "CreatedSince", json_int(image, "Created") * 1000000000);
	add_text(row, "Size", size_human((double)size));
	add_text(row, "SharedSize", size_human_long((double)shared));
	add_text(row, "UniqueSize", size_human_long((double)(size - shared)));
	return row;
}

static json_t *one_container(const json_t *container)
{
	json_t *row = container_row(container, false, false);
	add_text(row, "Size", size_human((double)json_int(container, "SizeRw")));
	return row;
}

static json_t *one_volume(const json_t *volume)
{
	json_t *row = json_pack("{s:s, s:o}", "Name", json_str(volume, "Name"), "Links",
		json_sprintf("%d", (int)json_int(volume, "UsageData.RefCount")));
	add_text(row, "Size", size_human((double)json_int(volume, "UsageData.Size")));
	return row;
}

static json_t *one_record(const json_t *record)
{
	gint64 time;
	json_t *row = json_pack("{s:o, s:s, s:s, s:o, s:s}", "ID",
		json_sprintf(
			"%.12s%s", json_str(record, "ID"), json_bool(record, "InUse") ? "*" : ""),
		"CacheType", json_str(record, "Type"), "LastUsedSince", "", "UsageCount",
		json_sprintf("%d", (int)json_int(record, "UsageCount")), "Shared",
		json_bool(record, "Shared") ? "true" : "false");
	add_text(row, "Size", size_human((double)json_int(record, "Size")));
	if (time_parse(json_str(record, "CreatedAt"), &time))
		add_ago(row, "CreatedSince", time);
	if (time_parse(json_str(record, "LastUsedAt"), &time))
		add_ago(row, "LastUsedSince", time);
	return row;
}

static const struct {
	const char *title, *list, *table;
	const Column *columns;
	json_t *(*row_of)(const json_t *);
} parts[] = {
	{"Images space usage:", "Images",
		"{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}"
		"\t"
		"{{.UniqueSize}}\t{{.Containers}}",
		image_columns, one_image},
	{"Containers space usage:", "Containers",
		"{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t"
		"{{.Status}}\t{{.Names}}",
		container_columns, one_container},
	{"Local Volumes space usage:", "Volumes", "{{.Name}}\t{{.Links}}\t{{.Size}}",
		volume_columns, one_volume},
	{"Build cache usage: ", "BuildCache",
		"{{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t"
		"{{.UsageCount}}\t{{.Shared}}",
		cache_columns, one_record},
};

/* {list: rows}; new reference. */
static json_t *parts_of(const json_t *usage)
{
	json_t *all = json_object();
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		json_t *list = json_object_get(usage, parts[i].list), *rows = json_array(), *one;
		size_t n;
		json_array_foreach (list, n, one)
			json_array_append_new(rows, parts[i].row_of(one));
		json_object_set_new(all, parts[i].list, rows);
	}
	return all;
}

static int print_verbose(Cli *cli, const json_t *usage)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) all = parts_of(usage);
	const char *format = flag_text(cli, "format");
	int count;
	if (*format != '\0' && strcmp(format, "table") != 0)
		return format_print("", format, &go_any, all);
	g_autofree char *cache = size_human_long(
		(double)cache_size(json_object_get(usage, "BuildCache"), false, &count));
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		bool last = i + 1 == G_N_ELEMENTS(parts);
		print_to(
			stdout, "%s%s%s\n\n", i > 0 ? "\n" : "", parts[i].title, last ? cache : "");
		if (!format_list("", parts[i].table, "", parts[i].columns,
			    json_object_get(all, parts[i].list), &error))
			return cli_fail(cli, error);
	}
	return EXIT_SUCCESS;
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) usage = client_call(cli->client, "GET", "/system/df", NULL, &error);
	if (usage == NULL)
		return cli_fail(cli, error);
	if (flag_bool(cli, "verbose", false))
		return print_verbose(cli, usage);
	g_autoptr(json_t) rows = json_pack("[o, o, o, o]",
		image_row(json_object_get(usage, "Images"), json_int(usage, "LayersSize")),
		containers_row(json_object_get(usage, "Containers")),
		volume_row(json_object_get(usage, "Volumes")),
		cache_row(json_object_get(usage, "BuildCache")));
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
