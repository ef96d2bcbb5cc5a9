/* The parts of bench/limit.c. What fails ends the program. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

_Noreturn void die(const char *what);
void check(int result, const char *what);

enum { MAX_CGROUPS = 16 };
struct cgroup {
	char path[256];
	bool v2;
};
/* limit_entry.c: one folder in each controller's tree, as many as this host has (cgroup v1), or one (v2); below $BENCH_CGROUP. */
int cgroups_make(struct cgroup cgroups[MAX_CGROUPS]);
void cgroups_enter(const struct cgroup *cgroups, int count);
void cgroups_remove(const struct cgroup *cgroups, int count);
void load_filter(void);
/* Capabilities, filter, user and groups, in the order in which the kernel allows them. */
void take_identity(void);
