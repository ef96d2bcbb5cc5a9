#include "engine/object/step_host.h"

void step_host_clear(StepHost *host)
{
	g_free(host->cpus);
	g_free(host->mems);
	g_free(host->cgroup_parent);
	g_free(host->network);
	json_decref(host->extra_hosts);
	json_decref(host->ulimits);
	*host = (StepHost){0};
}
