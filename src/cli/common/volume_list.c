#include "cli/common/volume_list.h"
#include "cli/common/format.h"

static const Column columns[] = {{"Name", "VOLUME NAME", NULL, "name"},
	{"Driver", "DRIVER", NULL, "driver"}, {"Scope", "SCOPE"}, {"Mountpoint", "MOUNTPOINT"},
	{"Labels", "LABELS"}, {"Label", "LABEL"}, {"Links", "LINKS"}, {"Size", "SIZE"},
	{"Status", "STATUS"}, {"Group", "GROUP"}, {"Availability", "AVAILABILITY"}, {0}};

/* What docker's formatter gives: labels joined, and columns that no local volume fills. */
static json_t *rows_of(const json_t *volumes)
{
	json_t *rows = json_array(), *volume, *value;
	size_t i;
	json_array_foreach (volumes, i, volume) {
		g_autofree char *labels = labels_joined(json_object_get(volume, "Labels"));
		json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
			"Availability", "N/A", "Driver", json_str(volume, "Driver"), "Group", "N/A",
			"Labels", labels, "Links", "N/A", "Mountpoint",
			json_str(volume, "Mountpoint"), "Name", json_str(volume, "Name"), "Scope",
			json_str(volume, "Scope"), "Size", "N/A", "Status", "N/A");
		value = json_object_get(volume, "Labels");
		json_object_set(row, "Label", json_is_object(value) ? value : NULL);
		json_array_append_new(rows, row);
	}
	return rows;
}

bool volume_list_print(const char *format, const json_t *volumes, GError **error)
{
	g_autoptr(json_t) rows = rows_of(volumes);
	return format_list(
		format, "{{.Driver}}\t{{.Name}}", "*formatter.volumeContext", columns, rows, error);
}
