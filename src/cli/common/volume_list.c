#include "cli/common/volume_list.h"
#include "cli/common/format.h"
#include "cli/common/natural.h"

const Column volume_columns[] = {{"Name", "VOLUME NAME", NULL, "name"},
	{"Driver", "DRIVER", NULL, "driver"}, {"Scope", "SCOPE"}, {"Mountpoint", "MOUNTPOINT"},
	{"Labels", "LABELS"}, {"Label", "LABEL"}, {"Links", "LINKS"}, {"Size", "SIZE"},
	{"Status", "STATUS"}, {"Group", "GROUP"}, {"Availability", "AVAILABILITY"}, {0}};

static int compare_volumes(gconstpointer one, gconstpointer other)
{
	return natural_compare(json_named(*(json_t *const *)one, "Name"),
		json_named(*(json_t *const *)other, "Name"));
}

json_t *volume_row(const json_t *volume)
{
	const json_t *labels = json_object_get(volume, "Labels");
	g_autofree char *joined = labels_joined(labels);
	json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
		"Availability", "N/A", "Driver", json_str(volume, "Driver"), "Group", "N/A",
		"Labels", joined, "Links", "N/A", "Mountpoint", json_str(volume, "Mountpoint"),
		"Name", json_str(volume, "Name"), "Scope", json_str(volume, "Scope"), "Size", "N/A",
		"Status", "N/A");
	if (json_is_object(labels))
		json_object_set(row, "Label", (json_t *)labels);
	return row;
}

static json_t *rows_of(const json_t *volumes)
{
	json_t *rows = json_array();
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();
	for (size_t i = 0; i < json_array_size(volumes); i++)
		g_ptr_array_add(sorted, json_array_get(volumes, i));
	g_ptr_array_sort(sorted, compare_volumes);
	for (guint i = 0; i < sorted->len; i++)
		json_array_append_new(rows, volume_row(sorted->pdata[i]));
	return rows;
}

bool volume_list_print(const char *format, const json_t *volumes, GError **error)
{
	g_autoptr(json_t) rows = rows_of(volumes);
	return format_list(format, "{{.Driver}}\t{{.Name}}", "*formatter.volumeContext",
		volume_columns, rows, error);
}
