/* system df: the disk usage of images, containers, volumes and build cache. */
#include "cli/common/disk_usage.h"
#include "cli/common/docker_methods.h"
#include "cli/common/flags.h"
#include "cli/common/format.h"
#include "cli/common/volume_list.h"
#include "cli/container/container_row.h"

#include "base/size.h"
#include "base/timefmt.h"

#include <limits.h>
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
static const Column image_columns[] = {{"Repository", "REPOSITORY", NULL, "repository"},
	{"Tag", "TAG", NULL, "tag"}, {"Digest", "DIGEST", NULL, "digest"},
	{"ID", "IMAGE ID", NULL, "image_id"}, {"CreatedSince", "CREATED"},
	{"CreatedAt", "CREATED AT", NULL, "created_at"}, {"Size", "SIZE", NULL, "virtual_size"},
	{"VirtualSize", "SIZE"}, {"SharedSize", "SHARED SIZE"}, {"UniqueSize", "UNIQUE SIZE"},
	{"Containers", "CONTAINERS"}, {0}};
static const Column cache_columns[] = {{"ID", "CACHE ID", NULL, "build_cache_id"},
	{"Parent", "PARENT", NULL, "parent_id"},
	{"CacheType", "CACHE TYPE", NULL, "build_cache_type"}, {"Size", "SIZE"},
	{"Description", "DESCRIPTION", NULL, "description"},
	{"CreatedAt", "CREATED AT", NULL, "created_at"},
	{"CreatedSince", "CREATED", NULL, "created_since"},
	{"LastUsedAt", "LAST USED AT", NULL, "last_used_at"},
	{"LastUsedSince", "LAST USED", NULL, "last_used_since"},
	{"UsageCount", "USAGE", NULL, "usage_count"}, {"InUse", "IN USE", NULL, "in_use"},
	{"Shared", "SHARED", NULL, "shared"}, {0}};

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

static char *created_text(gint64 seconds)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(seconds);
	return g_date_time_format(time, "%Y-%m-%d %H:%M:%S %z %Z");
}

static void add_ago(json_t *row, const char *key, gint64 time)
{
	g_autofree char *human = duration_human(time_now() - time);
	add_text(row, key, g_strconcat(human, " ago", NULL));
}

/* whole: ids and commands are not shortened, as in all that is no table. */
static json_t *one_image(const json_t *image, bool whole)
{
	const char *id = json_str(image, "Id"),
		   *name = json_elem(json_object_get(image, "RepoTags"), 0),
		   *colon = strrchr(name, ':');
	g_autofree char *short_id = g_strndup(id + (strlen(id) > 7 ? 7 : 0), 12),
			*repository = colon != NULL ? g_strndup(name, (gsize)(colon - name))
						    : g_strdup("<none>"),
			*created = created_text(json_int(image, "Created"));
	gint64 size = json_int(image, "Size"), shared = json_int(image, "SharedSize");
	json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "Repository", repository, "Tag",
		colon != NULL ? colon + 1 : "<none>", "Digest", "", "ID", whole ? id : short_id,
		"CreatedAt", created, "Containers",
		json_sprintf("%d", (int)json_int(image, "Containers")));
	add_ago(row, "CreatedSince", json_int(image, "Created") * 1000000000);
	add_text(row, "Size", size_human((double)size));
	add_text(row, "VirtualSize", size_human_long((double)size));
	add_text(row, "SharedSize", size_human_long((double)shared));
	add_text(row, "UniqueSize", size_human_long((double)(size - shared)));
	return row;
}

static json_t *one_container(const json_t *container, bool whole)
{
	json_t *row = container_row(container, whole, false);
	add_text(row, "Size", size_human((double)json_int(container, "SizeRw")));
	return row;
}

static json_t *one_volume(const json_t *volume, bool whole)
{
	(void)whole;
	json_t *row = volume_row(volume);
	json_object_set_new(
		row, "Links", json_sprintf("%d", (int)json_int(volume, "UsageData.RefCount")));
	add_text(row, "Size", size_human((double)json_int(volume, "UsageData.Size")));
	return row;
}

/* A time and how long ago it was. */
static void add_times(json_t *row, const json_t *record, const char *at, const char *since)
{
	gint64 time;
	json_object_set_new(row, at, json_string(""));
	json_object_set_new(row, since, json_string(""));
	if (!time_parse(json_str(record, at), &time))
		return;
	add_text(row, at, go_time_text(json_object_get(record, at)));
	add_ago(row, since, time);
}

static json_t *one_record(const json_t *record, bool whole)
{
	enum { SHORT_ID = 12 };
	json_t *row = json_pack("{s:o, s:s, s:s, s:s, s:o, s:s, s:s}", "ID",
		json_sprintf("%.*s%s", whole ? INT_MAX : SHORT_ID, json_str(record, "ID"),
			json_bool(record, "InUse") ? "*" : ""),
		"Parent", json_str(record, "Parent"), "CacheType", json_str(record, "Type"),
		"Description", json_str(record, "Description"), "UsageCount",
		json_sprintf("%d", (int)json_int(record, "UsageCount")), "InUse",
		json_bool(record, "InUse") ? "true" : "false", "Shared",
		json_bool(record, "Shared") ? "true" : "false");
	add_text(row, "Size", size_human((double)json_int(record, "Size")));
	add_times(row, record, "CreatedAt", "CreatedSince");
	add_times(row, record, "LastUsedAt", "LastUsedSince");
	return row;
}

enum { PARTS = 4 };
static const struct {
	const char *title, *list, *one, *table;
	const char *type; /* of a row, in Go */
	const Column *columns;
	json_t *(*row_of)(const json_t *, bool whole);
} parts[PARTS] = {
	{"Images space usage:", "Images", "Image",
		"{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}"
		"\t"
		"{{.UniqueSize}}\t{{.Containers}}",
		"*formatter.imageContext", image_columns, one_image},
	{"Containers space usage:", "Containers", "Container",
		"{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t"
		"{{.Status}}\t{{.Names}}",
		"*formatter.ContainerContext", container_sized_columns, one_container},
	{"Local Volumes space usage:", "Volumes", "Volume", "{{.Name}}\t{{.Links}}\t{{.Size}}",
		"*formatter.volumeContext", volume_columns, one_volume},
	{"Build cache usage: ", "BuildCache", "Build Cache",
		"{{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t"
		"{{.UsageCount}}\t{{.Shared}}",
		"*formatter.buildCacheContext", cache_columns, one_record},
};

/* {list: rows}; new reference. */
static json_t *parts_of(const json_t *usage, bool whole)
{
	json_t *all = json_object();
	for (size_t i = 0; i < PARTS; i++) {
		json_t *list = json_object_get(usage, parts[i].list), *rows = json_array(), *one;
		size_t n;
		json_array_foreach (list, n, one)
			json_array_append_new(rows, parts[i].row_of(one, whole));
		json_object_set_new(all, parts[i].list, rows);
	}
	return all;
}

/* "raw": a line a column of each thing, and what it is. */
static char *raw_of_parts(void)
{
	GString *out = g_string_new("");
	for (size_t i = 0; i < PARTS; i++) {
		g_autofree char *lines = format_raw(parts[i].columns);
		g_string_append_printf(out, "{{range .%s}}type: %s\n%s\n{{end -}}\n", parts[i].list,
			parts[i].one, lines);
	}
	return g_string_free(out, FALSE);
}

/* A template is carried out once, on all of it, and has no line's end but its own. */
static bool print_template(const char *format, json_t *all, GError **error)
{
	GoField fields[PARTS][FORMAT_COLUMNS + 1], lists[PARTS + 1] = {0};
	GoType rows[PARTS], list_types[PARTS];
	char names[PARTS][64];
	for (size_t i = 0; i < PARTS; i++) {
		rows[i] = format_row_type(parts[i].type, parts[i].columns, fields[i]);
		snprintf(names[i], sizeof names[i], "[]%s", parts[i].type);
		list_types[i] = (GoType){.kind = GO_LIST, .name = names[i], .items = &rows[i]};
		lists[i] = (GoField){parts[i].list, parts[i].list, &list_types[i]};
	}
	const GoType type = {
		.kind = GO_STRUCT, .name = "*formatter.diskUsageContext", .fields = lists};
	bool raw = strcmp(format, "raw") == 0;
	g_autofree char *body =
		raw ? raw_of_parts()
		    : format_typed(g_str_has_prefix(format, "table") ? format + strlen("table")
								     : format);
	g_autoptr(Template) template = format_parse("", body, error);
	g_autoptr(GString) out = g_string_new("");
	if (template == NULL)
		g_prefix_error(error, "template parsing error: ");
	if (template == NULL ||
		!template_run(template, TEMPLATE_PLAIN, (GoValue){&type, all}, out, error))
		return false;
	print_to(stdout, "%s", out->str);
	return true;
}

static int print_tables(Cli *cli, const json_t *usage, const json_t *all)
{
	g_autoptr(GError) error = NULL;
	int count;
	g_autofree char *cache = size_human_long(
		(double)disk_cache_size(json_object_get(usage, "BuildCache"), false, &count));
	for (size_t i = 0; i < PARTS; i++) {
		print_to(stdout, "%s%s%s\n\n", i > 0 ? "\n" : "", parts[i].title,
			i + 1 == PARTS ? cache : "");
		if (!format_list("", parts[i].table, "", parts[i].columns,
			    json_object_get(all, parts[i].list), &error))
			return cli_fail(cli, error);
	}
	return EXIT_SUCCESS;
}

static int print_verbose(Cli *cli, const json_t *usage)
{
	g_autoptr(GError) error = NULL;
	const char *format = flag_text(cli, "format");
	bool table = *format == '\0' || g_str_has_prefix(format, "table");
	g_autoptr(json_t) all = parts_of(usage, !table);
	if (*format == '\0' || strcmp(format, "table") == 0)
		return print_tables(cli, usage, all);
	if (print_template(format, all, &error))
		return EXIT_SUCCESS;
	print_to(stderr, "%s\n", error->message);
	return EXIT_FAILURE;
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
	.summary = "Show disk usage",
	.example = "system df -v",
	.flags = flags,
	.run = run,
};
