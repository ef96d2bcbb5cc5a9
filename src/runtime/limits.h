/* Resource limits of a container: the members of HostConfig that become cgroup settings. */
#pragma once
#include "base/json.h"

/* Limits of one block device: its weight, or bytes or operations per second; 0: no limit. */
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

/* Numbers as in the API; 0 and "": not set. Strings are borrowed from the JSON. */
typedef struct {
	gint64 memory, memory_swap,
		memory_reservation; /* bytes; swap: memory and swap together, -1: no limit */
	gint64 swappiness;	    /* -1: not set */
	bool oom_kill_disable;
	gint64 cpu_shares, nano_cpus, cpu_period, cpu_quota; /* period and quota: microseconds */
	gint64 rt_period, rt_runtime;
	const char *cpus, *mems; /* "0-3,5" */
	bool pids_said;
	gint64 pids;			/* 0 or less: no limit */
	gint64 weight;			/* of block devices */
	GArray *devices[DEVICE_LIMITS]; /* of DeviceLimit; NULL: not set */
} Limits;

/* The name of the list in HostConfig, as "BlkioDeviceReadBps". */
const char *device_limit_key(DeviceLimitKind kind);
/* Reads a HostConfig, or an update's changes to one; json must outlive the result. */
void limits_read(const json_t *host, Limits *limits);
/* Adds, with a limit of 0, the devices that old limits and a new list no longer names: the kernel keeps a device's
 * limit until it is written again. old must outlive the result. */
void limits_lift(Limits *limits, const Limits *old);
bool limits_want_cpuset(const Limits *limits);
void limits_clear(Limits *limits);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Limits, limits_clear)
