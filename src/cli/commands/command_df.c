/* system df: what images, containers and volumes take, and what of that could go. */
#include "cli/common/disk_usage.h"
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

/* text: taken over. */
static void add_text(json_t *row, const char *key, char *text)
{
	json_object_set_new(row, key, json_string(text));
	g_free(text);
}

/* The cache has no percentage, as in docker. */
static json_t *usage_row(const DiskUsage *usage)
{
	g_autofree char *part = size_human_long((double)usage->reclaimable);
	bool percent = usage->size > 0 && strcmp(usage->type, "Build Cache") != 0;
	json_t *row = json_pack("{s:s, s:o, s:o, s:o}", "Type", usage->type, "TotalCount",
		json_sprintf("%zu", usage->total), "Active", json_sprintf("%d", usage->active),
		"Reclaimable",
		percent ? json_sprintf(
				  "%s (%d%%)", part, (int)(usage->reclaimable * 100 / usage->size))
			: json_string(part));
	add_text(row, "Size", size_human_long((double)usage->size));
	return row;
}

static json_t *usage_rows(const json_t *answer)
{
	DiskUsage usage[DISK_USAGES];
	json_t *rows = json_array();
	disk_usage(answer, usage);
	for (int i = 0; i < DISK_USAGES; i++)
		json_array_append_new(rows, usage_row(&usage[i]));
	return rows;
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
		(double)disk_cache_size(json_object_get(usage, "BuildCache"), false, &count));
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
	g_autoptr(json_t) rows = usage_rows(usage);
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
