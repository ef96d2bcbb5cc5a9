/* How a container's health is checked: Config.Healthcheck. */
#pragma once
#include "base/json.h"

/* Times in nanoseconds; Docker's default where a time is absent or invalid. */
typedef struct {
	char **argv; /* the test's command; NULL: there is none */
	gint64 interval, timeout, start_period, start_interval;
	int retries; /* consecutive failures that make it unhealthy */
} HealthCheck;

/* Checks the health check of a request: INVALID in dockerd's words. An image's is not checked. */
bool health_check_validate(const json_t *config, GError **error);
/* Reads Config.Healthcheck; Config.Shell runs a test of type CMD-SHELL. */
void health_check_read(const json_t *config, HealthCheck *check);
void health_check_clear(HealthCheck *check);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HealthCheck, health_check_clear)
