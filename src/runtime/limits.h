/* What of the host's resources a container may have: those facts of HostConfig that the kernel's cgroups keep. */
#pragma once
#include "base/json.h"

/* Of one block device: its weight, or bytes or operations a second; 0: none. */
typedef struct {
	const char *path;
	gint64 value;
} DeviceLimit;

typedef enum {
	DEVICE_WEIGHT,
	DEVICE_READ_BYTES,
	DEVICE_WRITE_BYTES,
	DEVICE_READ_OPERATIONS,
	DEVICE_WRITE_OPERATIONS,
	DEVICE_LIMITS,
} DeviceLimitKind;

/* Numbers as the API has them; 0 and "": no limit is said. Texts are borrowed from the JSON. */
typedef struct {
	gint64 memory, memory_swap,
		memory_reservation; /* bytes; swap: of both together, -1: no limit */
	gint64 swappiness;	    /* -1: not said */
	bool oom_kill_disable;
	gint64 cpu_shares, nano_cpus, cpu_period, cpu_quota; /* period and quota: microseconds */
	gint64 rt_period, rt_runtime;
	const char *cpus, *mems; /* "0-3,5" */
	bool pids_said;
	gint64 pids;			/* 0 or less: no limit */
	gint64 weight;			/* of block devices */
	GArray *devices[DEVICE_LIMITS]; /* of DeviceLimit; NULL: not said */
} Limits;

/* The list of HostConfig, as "BlkioDeviceReadBps". */
const char *device_limit_key(DeviceLimitKind kind);
/* Of a HostConfig, or of the changes of one; json must outlive it. */
void limits_read(const json_t *host, Limits *limits);
/* What is told to the kernel, which keeps a device's limit until it hears of another one, must name those that old has
 * and a new list has not: with 0. old must outlive it. */
void limits_lift(Limits *limits, const Limits *old);
bool limits_want_cpuset(const Limits *limits);
void limits_clear(Limits *limits);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Limits, limits_clear)
