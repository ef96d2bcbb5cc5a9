/* A container as lists show it. */
#include "cli/container/container_row.h"
#include "cli/common/format.h"
#include "cli/container/ports.h"

#include "base/quote.h"
#include "base/size.h"
#include "base/timefmt.h"

#include <string.h>
#include <time.h>

/* raw: what "--format raw" calls the size, which it has where it was asked for. */
#define COLUMNS(raw)                                                                               \
	{                                                                                          \
		{"ID", "CONTAINER ID", NULL, "container_id"}, {"Image", "IMAGE", NULL, "image"},   \
			{"Command", "COMMAND", NULL, "command"},                                   \
			{"CreatedAt", "CREATED AT", NULL, "created_at"},                           \
			{"State", "STATE", NULL, "state", true},                                   \
			{"Status", "STATUS", NULL, "status", true},                                \
			{"Names", "NAMES", NULL, "names"},                                         \
			{"Labels", "LABELS", NULL, "labels", true},                                \
			{"Ports", "PORTS", NULL, "ports", true}, {"Size", "SIZE", NULL, raw},      \
			{"RunningFor", "CREATED"}, {"Label", "LABEL"}, {"Mounts", "MOUNTS"},       \
			{"LocalVolumes", "LOCAL VOLUMES"}, {"Networks", "NETWORKS"},               \
			{"Platform", "PLATFORM", &format_platform},                                \
		{                                                                                  \
			0                                                                          \
		}                                                                                  \
	}
const Column container_columns[] = COLUMNS(NULL), container_sized_columns[] = COLUMNS("size");
static char *shorten(const char *text, glong length)
{
	if (g_utf8_strlen(text, -1) <= length)
		return g_strdup(text);
	g_autofree char *head = g_utf8_substring(text, 0, length - 1);
	return g_strconcat(head, "…", NULL);
}

static void set_text(json_t *row, const char *key, char *text)
{
	json_object_set_new(row, key, json_lenient(text));
	g_free(text);
}

static char *created_at(gint64 seconds)
{
	char text[64];
	time_t when = seconds;
	struct tm tm;
	localtime_r(&when, &tm);
	strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %z %Z", &tm);
	return g_strdup(text);
}

json_t *container_row(const json_t *container, bool whole, bool with_size)
{
	json_t *row = json_object(), *mounts = json_object_get(container, "Mounts"), *value;
	g_autoptr(GString) names = g_string_new(""), mount_names = g_string_new("");
	int local = 0;
	const char *id = json_str(container, "Id"), *image = json_str(container, "Image"), *key;
	g_autofree char *command = whole ? g_strdup(json_str(container, "Command"))
					 : shorten(json_str(container, "Command"), 20);
	for (size_t i = 0; i < json_array_size(json_object_get(container, "Names")); i++) {
		const char *name = json_elem(json_object_get(container, "Names"), i) + 1;
		/* What others call it by a link, "other/alias", makes the line long. */
		if (whole || strchr(name, '/') == NULL)
			g_string_append_printf(names, "%s%s", names->len > 0 ? "," : "", name);
	}
	for (size_t i = 0; i < json_array_size(mounts); i++) {
		const json_t *mount = json_array_get(mounts, i);
		const char *name = *json_str(mount, "Name") != '\0' ? json_str(mount, "Name")
								    : json_str(mount, "Source");
		g_autofree char *shown = whole ? g_strdup(name) : shorten(name, 15);
		g_string_append_printf(mount_names, "%s%s", i > 0 ? "," : "", shown);
		local += strcmp(json_str(mount, "Driver"), "local") == 0;
	}
	bool digest = g_str_has_prefix(image, "sha256:");
	set_text(row, "ID", whole ? g_strdup(id) : g_strndup(id, 12));
	set_text(row, "Image",
		*image == '\0'	   ? g_strdup("<no image>")
		: whole || !digest ? g_strdup(image)
				   : g_strndup(image + 7, 12));
	set_text(row, "Command", text_quote(command));
	set_text(row, "CreatedAt", created_at(json_int(container, "Created")));
	g_autofree char *ago =
		duration_human(time_now() - json_int(container, "Created") * 1000000000);
	set_text(row, "RunningFor", g_strconcat(ago, " ago", NULL));
	set_text(row, "Ports", ports_shown(json_object_get(container, "Ports")));
	set_text(row, "State", g_strdup(json_str(container, "State")));
	set_text(row, "Status", g_strdup(json_str(container, "Status")));
	g_autofree char *own = size_human((double)json_int(container, "SizeRw")),
			*all = size_human((double)json_int(container, "SizeRootFs"));
	set_text(row, "Size",
		with_size ? g_strdup_printf("%s (virtual %s)", own, all) : g_strdup("0B"));
	set_text(row, "Names", g_strdup(names->str));
	set_text(row, "Labels", labels_joined(json_object_get(container, "Labels")));
	json_object_set(row, "Label", json_object_get(container, "Labels"));
	set_text(row, "Mounts", g_strdup(mount_names->str));
	set_text(row, "LocalVolumes", g_strdup_printf("%d", local));
	json_object_set_new(row, "Platform", json_null());
	g_autoptr(GString) networks = g_string_new("");
	json_object_foreach (json_at(container, "NetworkSettings.Networks"), key, value)
		g_string_append_printf(networks, "%s%s", networks->len > 0 ? "," : "", key);
	set_text(row, "Networks", g_strdup(networks->str));
	return row;
}
