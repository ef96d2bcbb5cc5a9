/* journald: entries of systemd's journal, with fields. */
#include "engine/log/log_driver.h"

#include "base/error.h"

#include <string.h>
#include <sys/stat.h>

static const char *const own_options[] = {
	"labels", "labels-regex", "env", "env-regex", "tag", NULL};

static bool address_of(const json_t *options, LogAddress *address, GError **error)
{
	static const char path[] = "/run/systemd/journal/socket";
	struct stat st;
	(void)options;
	if (stat(path, &st) < 0)
		return fail(error, BERTH_ERROR_SYSTEM, "journald is not enabled on this host");
	*address = (LogAddress){g_strdup("unixgram"), g_strdup(""), g_strdup(path), 0};
	return true;
}

/* A journald field name: capitals, digits and "_", not beginning with "_". */
static char *journal_name(const char *name)
{
	char *upper = g_ascii_strup(name + strspn(name, "_"), -1);
	for (char *c = upper; *c != '\0'; c++)
		if (!g_ascii_isalnum(*c))
			*c = '_';
	return upper;
}

static void set_attributes(LogLines *lines)
{
	static const char *const names[][2] = {{"CONTAINER_ID", "ID"},
		{"CONTAINER_ID_FULL", "FullID"}, {"CONTAINER_NAME", "Name"},
		{"IMAGE_NAME", "ImageName"}};
	const char *key;
	json_t *value;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		log_lines_add(lines, names[i][0], json_str(lines->info, names[i][1]));
	log_lines_add(lines, "CONTAINER_TAG", lines->tag);
	log_lines_add(lines, "SYSLOG_IDENTIFIER", lines->tag);
	json_object_foreach ((json_t *)lines->attributes, key, value) {
		g_autofree char *name = journal_name(key);
		if (*name != '\0' && json_is_string(value))
			log_lines_add(lines, name, json_string_value(value));
	}
}

static const LogSender sender = {PLAN_LOG_JOURNALD, address_of, NULL, set_attributes};

const LogDriver log_driver_journald = {
	.name = "journald",
	.options = own_options,
	.unknown = "unknown log opt '%s' for journald log driver",
	.path = log_path_local,
	.kind = PLAN_LOG_LOCAL,
	.readable = true,
	.sender = &sender,
};
