#include "engine/object/health_check.h"

#include "base/error.h"

#include <string.h>

enum { NS_PER_MS = 1000000, RETRIES = 3 };
static const gint64 second = 1000000000;

static const struct {
	const char *key;
	size_t offset;
	int seconds; /* the default */
} durations[] = {{"Interval", offsetof(HealthCheck, interval), 30},
	{"Timeout", offsetof(HealthCheck, timeout), 30},
	{"StartPeriod", offsetof(HealthCheck, start_period), 0},
	{"StartInterval", offsetof(HealthCheck, start_interval), 5}};

bool health_check_validate(const json_t *config, GError **error)
{
	const json_t *json = json_object_get(config, "Healthcheck");
	for (size_t i = 0; i < G_N_ELEMENTS(durations); i++) {
		gint64 value = json_int(json, durations[i].key);
		if (value != 0 && value < NS_PER_MS)
			return fail(error, BERTH_ERROR_INVALID,
				"%s in Healthcheck cannot be less than 1ms", durations[i].key);
	}
	return json_int(json, "Retries") >= 0 ||
	       fail(error, BERTH_ERROR_INVALID, "Retries in Healthcheck cannot be negative");
}

/* The arguments follow CMD; after CMD-SHELL comes a script for the image's shell. */
static char **test_words(const json_t *test, const json_t *shell)
{
	const char *kind = json_elem(test, 0);
	if (json_array_size(test) < 2)
		return NULL;
	g_auto(GStrv) words = json_strv(test);
	if (strcmp(kind, "CMD") == 0)
		return g_strdupv(words + 1);
	if (strcmp(kind, "CMD-SHELL") != 0)
		return NULL;
	g_autoptr(json_t) line = json_array_size(shell) > 0 ? json_copy((json_t *)shell)
							    : json_pack("[s, s]", "/bin/sh", "-c");
	json_array_append_new(line, json_lenient(words[1]));
	return json_strv(line);
}

void health_check_read(const json_t *config, HealthCheck *check)
{
	const json_t *json = json_object_get(config, "Healthcheck");
	gint64 retries = json_int(json, "Retries");
	*check = (HealthCheck){.retries = retries > 0 ? (int)MIN(retries, G_MAXINT) : RETRIES};
	if (!json_is_object(json))
		return;
	check->argv = test_words(json_object_get(json, "Test"), json_object_get(config, "Shell"));
	for (size_t i = 0; i < G_N_ELEMENTS(durations); i++) {
		gint64 value = json_int(json, durations[i].key);
		*(gint64 *)(void *)((char *)check + durations[i].offset) =
			value > 0 ? value : durations[i].seconds * second;
	}
}

void health_check_clear(HealthCheck *check)
{
	g_clear_pointer(&check->argv, g_strfreev);
}
