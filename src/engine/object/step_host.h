/* The host resources that build steps may use, and their cgroup parent, as the build's client sets them. */
#pragma once
#include "base/json.h"

/* 0 and NULL: not set. It owns its texts and lists. */
typedef struct {
	gint64 memory, memory_swap, shm_size;	  /* bytes */
	gint64 cpu_shares, cpu_period, cpu_quota; /* period and quota: microseconds */
	char *cpus, *mems;			  /* "0-3,5" */
	char *cgroup_parent, *network;
	json_t *extra_hosts, *ulimits; /* lists of "name:address", and of {Name, Soft, Hard} */
} StepHost;
void step_host_clear(StepHost *host);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StepHost, step_host_clear)
