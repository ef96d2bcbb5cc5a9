/* The part "deploy" of a service. */
#include "compose/keys_words.h"

static const Key update_keys[] = {
	{"parallelism", I | S | TOI, G_SET_COUNT, NULL, NULL, NULL},
	{"delay", S, G_DURATION, NULL, NULL, NULL},
	{"failure_action", S, G_STRING, NULL, NULL, NULL},
	{"monitor", S, G_DURATION, NULL, NULL, NULL},
	{"max_failure_ratio", N | S | TOF, G_FLOAT, NULL, NULL, NULL},
	{"order", S, G_STRING, NULL, NULL, "start-first|stop-first"},
	{0},
};
static const Key device_request_keys[] = {
	{"capabilities", U | REQ, G_STRINGS, NULL, NULL, NULL},
	{"driver", S, G_STRING, NULL, NULL, NULL},
	{"count", S | I, G_COUNT, NULL, NULL, NULL},
	{"device_ids", U, G_STRINGS, NULL, NULL, NULL},
	{"options", P, G_MAPPING, NULL, NULL, NULL},
	{0},
};
static const Key device_request = {"", M, G_STRUCT, device_request_keys, NULL, NULL};
static const Key discrete_keys[] = {
	{"kind", S, G_FIXED, NULL, NULL, NULL},
	{"value", N | S, G_PUT_INT, NULL, NULL, NULL},
	{0},
};
static const Key generic_keys[] = {
	{"discrete_resource_spec", M, G_SET_STRUCT, discrete_keys, NULL, NULL},
	{0},
};
static const Key generic = {"", M, G_STRUCT, generic_keys, NULL, NULL};
static const Key limit_keys[] = {
	{"cpus", N | S, G_FLOAT, NULL, NULL, NULL},
	{"memory", S, G_BYTES, NULL, NULL, NULL},
	{"pids", I | S, G_INT, NULL, NULL, NULL},
	{0},
};
static const Key reservation_keys[] = {
	{"cpus", N | S, G_FLOAT, NULL, NULL, NULL},
	{"memory", S, G_BYTES, NULL, NULL, NULL},
	{"devices", L, G_LIST, NULL, &device_request, NULL},
	{"generic_resources", L, G_LIST, NULL, &generic, NULL},
	{0},
};
static const Key resource_keys[] = {
	{"limits", M, G_SET_STRUCT, limit_keys, NULL, NULL},
	{"reservations", M, G_SET_STRUCT, reservation_keys, NULL, NULL},
	{0},
};
static const Key restart_keys[] = {
	{"condition", S, G_STRING, NULL, NULL, NULL},
	{"delay", S, G_SET_DURATION, NULL, NULL, NULL},
	{"max_attempts", I | S | TOI, G_SET_COUNT, NULL, NULL, NULL},
	{"window", S, G_SET_DURATION, NULL, NULL, NULL},
	{0},
};
static const Key preference_keys[] = {
	{"spread", S, G_STRING, NULL, NULL, NULL},
	{0},
};
static const Key preference = {"", M, G_STRUCT, preference_keys, NULL, NULL};
static const Key placement_keys[] = {
	{"constraints", L, G_STRINGS, NULL, NULL, NULL},
	{"preferences", L, G_LIST, NULL, &preference, NULL},
	{"max_replicas_per_node", I | S | TOI, G_INT, NULL, NULL, NULL},
	{0},
};
const Key compose_deploy_keys[] = {
	{"mode", S, G_STRING, NULL, NULL, NULL},
	{"replicas", I | S | TOI, G_SET_INT, NULL, NULL, NULL},
	{"labels", P, G_MAPPING, NULL, NULL, NULL},
	{"update_config", M, G_SET_STRUCT, update_keys, NULL, NULL},
	{"rollback_config", M, G_SET_STRUCT, update_keys, NULL, NULL},
	{"resources", M, G_STRUCT, resource_keys, NULL, NULL},
	{"restart_policy", M, G_SET_STRUCT, restart_keys, NULL, NULL},
	{"placement", M, G_STRUCT, placement_keys, NULL, NULL},
	{"endpoint_mode", S, G_STRING, NULL, NULL, NULL},
	{0},
};
