/* The choice of a container's log driver, and the options that all drivers share. */
#include "engine/log/log_driver.h"

#include "base/error.h"
#include "base/number.h"
#include "base/size.h"

#include <string.h>

enum { DEFAULT_SIZE = 20 << 20, DEFAULT_FILES = 5 };

/* Shared options: the queue of lines, and the local copy that docker logs reads. */
static const char *const common_options[] = {"mode", "max-buffer-size", "cache-disabled",
	"cache-max-size", "cache-max-file", "cache-compress", NULL};

/* Docker's drivers that Berth lacks; the error says so. */
static const char *const cloud_drivers[] = {"awslogs", "gcplogs", "splunk", NULL};

char *log_path_local(const char *folder, const char *id G_GNUC_UNUSED)
{
	return g_build_filename(folder, "local.log", NULL);
}

void log_lines_add(LogLines *lines, const char *name, const char *value)
{
	g_ptr_array_add(lines->fields, g_strdup(name));
	g_ptr_array_add(lines->fields, g_strdup(value));
}

static const LogDriver *find(const char *name, GError **error)
{
	for (size_t i = 0; log_drivers[i] != NULL; i++)
		if (strcmp(log_drivers[i]->name, name) == 0)
			return log_drivers[i];
	if (g_strv_contains(cloud_drivers, name))
		fail(error, BERTH_ERROR_INVALID,
			"logger: no log driver named '%s' is registered: this engine sends nothing "
			"to "
			"clouds",
			name);
	else
		fail(error, BERTH_ERROR_INVALID,
			"error looking up logging plugin %s: plugin \"%s\" not found", name, name);
	return NULL;
}

static bool check_known(const LogDriver *driver, const json_t *options, GError **error)
{
	g_auto(LogAddress) address = {0};
	const char *key;
	json_t *value;
	if (driver->address_first && !driver->sender->address(options, &address, error))
		return false;
	json_object_foreach ((json_t *)options, key, value) {
		if (g_strv_contains(common_options, key) || g_strv_contains(driver->options, key))
			continue;
		g_auto(GStrv) words = g_strsplit(driver->unknown, "%s", 2);
		return fail(error, BERTH_ERROR_INVALID, "%s%s%s", words[0], key, words[1]);
	}
	return true;
}

static bool check_mode(const json_t *options, GError **error)
{
	const char *mode = log_option(options, "mode");
	if (*mode != '\0' && strcmp(mode, "blocking") != 0 && strcmp(mode, "non-blocking") != 0)
		return fail(
			error, BERTH_ERROR_INVALID, "logger: logging mode not supported: %s", mode);
	if (json_object_get(options, "max-buffer-size") != NULL &&
		strcmp(mode, "non-blocking") != 0)
		return fail(error, BERTH_ERROR_INVALID,
			"logger: max-buffer-size option is only supported with "
			"'mode=non-blocking'");
	return true;
}

static bool check_common(const json_t *options, GError **error)
{
	const char *disabled = log_option(options, "cache-disabled"),
		   *buffer = log_option(options, "max-buffer-size");
	bool value;
	gint64 size;
	if (*disabled != '\0' && !bool_parse(disabled, &value))
		return fail(error, BERTH_ERROR_INVALID,
			"invalid value for option cache-disabled: %s", disabled);
	g_autofree char *why = *buffer != '\0' ? size_problem(buffer, &size) : NULL;
	if (why == NULL && *buffer != '\0' && size == 0)
		why = g_strdup_printf("invalid size: '%s'", buffer);
	return why == NULL ||
	       fail(error, BERTH_ERROR_INVALID, "error parsing option max-buffer-size: %s", why);
}

/* Of the log file: "max-size", or "cache-max-size" of a copy. */
static bool file_limits(
	const json_t *options, const LogDriver *driver, gint64 *size, gint64 *files, GError **error)
{
	const char *prefix = driver->sender != NULL ? "cache-" : "";
	g_autofree char *size_name = g_strconcat(prefix, "max-size", NULL),
			*files_name = g_strconcat(prefix, "max-file", NULL);
	const char *text = log_option(options, size_name), *count = log_option(options, files_name);
	*size = DEFAULT_SIZE;
	*files = DEFAULT_FILES;
	/* Only json-file may have a file without a limit. */
	if (driver->kind == PLAN_LOG_JSON && strcmp(text, "-1") == 0)
		*size = 0;
	else if (*text != '\0' && !size_parse(text, size))
		return fail(error, BERTH_ERROR_INVALID, "invalid value for %s: invalid size: '%s'",
			size_name, text);
	const char *why = *count != '\0' ? number_parse(count, 10, files) : NULL;
	g_autofree char *problem = why != NULL ? number_problem("Atoi", count, why) : NULL;
	if (problem != NULL)
		return fail(error, BERTH_ERROR_INVALID, "%s", problem);
	if (*files < 1)
		return fail(error, BERTH_ERROR_INVALID, "%s cannot be less than 1", files_name);
	return true;
}

bool log_choice_parse(const char *type, const json_t *options, LogChoice *choice, GError **error)
{
	const LogDriver *driver = find(type, error);
	bool sends = driver != NULL && driver->sender != NULL;
	*choice = (LogChoice){.options = options, .kind = PLAN_LOG_NONE};
	if (driver != NULL && driver->options == NULL) {
		choice->driver = driver;
		return true;
	}
	/* In the order of dockerd's checks. */
	if (driver == NULL || !check_mode(options, error) || !check_common(options, error) ||
		!check_known(driver, options, error) ||
		!file_limits(options, driver, &choice->size, &choice->files, error) ||
		(driver->check != NULL && !driver->check(options, error)))
		return false;
	bool kept = !sends || !log_option_is_on(options, "cache-disabled");
	choice->driver = driver;
	choice->kind = kept ? driver->kind : PLAN_LOG_NONE;
	choice->readable = kept && driver->readable;
	return true;
}
