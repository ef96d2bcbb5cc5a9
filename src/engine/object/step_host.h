/* What of the host the steps of a build may use, and where they run, as whoever builds says it. */
#pragma once
#include "base/json.h"

/* 0 and NULL: nothing is said. Texts and lists are its own. */
typedef struct {
	gint64 memory, memory_swap, shm_size;	  /* bytes */
	gint64 cpu_shares, cpu_period, cpu_quota; /* period and quota: microseconds */
	char *cpus, *mems;			  /* "0-3,5" */
	char *cgroup_parent, *network;
	json_t *extra_hosts, *ulimits; /* lists of "name:address", and of {Name, Soft, Hard} */
} StepHost;
void step_host_clear(StepHost *host);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StepHost, step_host_clear)
