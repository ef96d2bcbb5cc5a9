/* How a container's health is asked for: Config.Healthcheck. */
#pragma once
#include "base/json.h"

/* Times in nanoseconds; what is not said, or is no time, is Docker's default. */
typedef struct {
	char **argv; /* of the test; NULL: there is none */
	gint64 interval, timeout, start_period, start_interval;
	int retries; /* failures in a row that make it unhealthy */
} HealthCheck;

/* Whether what a request asks for means something: INVALID in dockerd's words. An image's is not checked. */
bool health_check_validate(const json_t *config, GError **error);
/* Of a Config, whose Shell runs a test of type CMD-SHELL. */
void health_check_read(const json_t *config, HealthCheck *check);
void health_check_clear(HealthCheck *check);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HealthCheck, health_check_clear)
