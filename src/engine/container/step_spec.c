/* The facts of a build step's container: structs, as it has no request; and the engine's defaults for containers. */
#include "engine/container/spec.h"
#include "engine/container/step.h"
#include "engine/object/userns.h"

#include "base/error.h"
#include "base/fd.h"

#include <string.h>

static char **keep_all(Spec *spec, char *const *texts)
{
	guint count = g_strv_length((char **)texts);
	char **kept = g_new0(char *, count + 1);
	for (guint i = 0; i < count; i++)
		kept[i] = spec_keep(spec, texts[i]);
	return kept;
}

static const char *keep_path(Spec *spec, const char *path)
{
	g_autofree char *clean = *path == '/' ? path_normal(path, "/") : g_strdup(path);
	return spec_keep(spec, clean);
}

static void set_program(Spec *spec, const StepSpec *step)
{
	Program *program = &spec->program;
	program_clear(program);
	program->argv = keep_all(spec, step->argv);
	program->env = keep_all(spec, step->env);
	program->user = spec_keep(spec, step->user);
	program->folder = keep_path(spec, step->folder);
	program->hostname = spec_keep(spec, step->hostname);
}

/* In another container's network it has that one's names, as any container. */
static bool set_network(Engine *engine, Spec *spec, const StepSpec *step, GError **error)
{
	const char *asked = step->network != NULL ? step->network : step->host->network;
	NamespaceMode *mode = &spec->modes.network;
	if (!network_mode_parse(spec_keep(spec, asked != NULL ? asked : ""), mode, error))
		return false;
	if (mode->share != SHARE_CONTAINER)
		return true;
	if (spec->extra_hosts[0] != NULL)
		return fail(error, BERTH_ERROR_INVALID,
			"conflicting options: custom host-to-IP mapping and the network mode");
	g_autoptr(Container) other = container_find(engine, mode->target, NULL);
	g_autoptr(Spec) its = other != NULL ? container_spec(other, NULL) : NULL;
	if (its == NULL)
		return true;
	spec->program.hostname = spec_keep(spec, its->program.hostname);
	spec->program.domainname = spec_keep(spec, its->program.domainname);
	return true;
}

static void set_confinement(Engine *engine, Spec *spec, const StepSpec *step)
{
	const Config *config = engine->config;
	const StepHost *host = step->host;
	Confinement *confinement = &spec->confinement;
	bool whole = step->privileged && !engine->cgroups->v2;
	spec->modes.cgroup.share =
		whole || strcmp(config->cgroupns_mode, "host") == 0 ? SHARE_HOST : SHARE_PRIVATE;
	confinement->privileged = step->privileged;
	confinement->init = config->init;
	confinement->shm_size = host->shm_size != 0 ? host->shm_size : config->shm_size;
	confinement->security.no_new_privileges = config->no_new_privileges;
	confinement->security.writable_cgroups = step->privileged;
	if (step->privileged)
		g_ptr_array_add(confinement->security.labels, (char *)"disable");
	if (host->cgroup_parent != NULL)
		confinement->cgroup_parent = spec_keep(spec, host->cgroup_parent);
	g_array_unref(confinement->rlimits);
	confinement->rlimits = rlimits_read(
		json_array_size(host->ulimits) > 0 ? host->ulimits : config->default_ulimits);
}

/* A limit that this host lacks is discarded, as that of any container. */
static void set_limits(Engine *engine, Spec *spec, const StepHost *host)
{
	Limits *limits = &spec->limits;
	const struct {
		const char *can;
		gint64 *to, from;
	} numbers[] = {{"MemoryLimit", &limits->memory, host->memory},
		{"SwapLimit", &limits->memory_swap,
			host->memory > 0 && host->memory_swap == 0 ? host->memory * 2
								   : host->memory_swap},
		{"CPUShares", &limits->cpu_shares, host->cpu_shares},
		{"CpuCfsPeriod", &limits->cpu_period, host->cpu_period},
		{"CpuCfsQuota", &limits->cpu_quota, host->cpu_quota}};
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		if (cgroup_can(engine->cgroups, numbers[i].can))
			*numbers[i].to = numbers[i].from;
	if (!cgroup_can(engine->cgroups, "CPUSet"))
		return;
	limits->cpus = spec_keep(spec, host->cpus != NULL ? host->cpus : "");
	limits->mems = spec_keep(spec, host->mems != NULL ? host->mems : "");
}

static bool check(Engine *engine, const Spec *spec, const StepSpec *step, GError **error)
{
	const Confinement *confinement = &spec->confinement;
	g_autoptr(json_t) warnings = json_array();
	if (confinement->shm_size < 0)
		return fail(error, BERTH_ERROR_INVALID, "SHM size can not be less than 0");
	return extra_hosts_check(spec->extra_hosts, error) && spec_check_lines(spec, error) &&
	       program_check(&spec->program, error) &&
	       confinement_check(confinement, engine->config->seccomp_profile, error) &&
	       cgroup_parent_check(confinement->cgroup_parent, error) &&
	       rlimits_check(step->host->ulimits, error) && userns_check(engine, spec, error) &&
	       limits_check(engine->cgroups, &spec->limits, false, warnings, error);
}

Spec *step_specify(Engine *engine, const StepSpec *step, GError **error)
{
	g_autoptr(Spec) spec = spec_blank();
	g_auto(GStrv) hosts = json_strv(step->host->extra_hosts);
	g_free(spec->extra_hosts);
	spec->extra_hosts = keep_all(spec, hosts);
	set_program(spec, step);
	set_confinement(engine, spec, step);
	set_limits(engine, spec, step->host);
	return set_network(engine, spec, step, error) && check(engine, spec, step, error)
		       ? g_steal_pointer(&spec)
		       : NULL;
}
