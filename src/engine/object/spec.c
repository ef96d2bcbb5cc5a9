#include "engine/object/spec.h"

#include <stdlib.h>

static bool read_log(const Spec *spec, LogChoice *log, GError **error)
{
	const json_t *json = json_object_get(spec->host, "LogConfig");
	return log_choice_parse(
		json_str(json, "Type"), json_object_get(json, "Config"), log, error);
}

bool spec_check_log(const Spec *spec, GError **error)
{
	LogChoice again;
	return spec->log.driver != NULL || read_log(spec, &again, error);
}

/* Whether sysctls disable IPv6 on all links or on lo, which is what Docker looks at. */
static bool switches_ipv6_off(const GArray *sysctls)
{
	static const char *const keys[] = {
		"net.ipv6.conf.all.disable_ipv6", "net.ipv6.conf.lo.disable_ipv6", NULL};
	for (guint i = 0; i < sysctls->len; i++) {
		const Sysctl *sysctl = &g_array_index(sysctls, Sysctl, i);
		if (g_strv_contains(keys, sysctl->key) && sysctl->value != NULL &&
			atoi(sysctl->value) != 0)
			return true;
	}
	return false;
}

/* Every fact is read, also after an invalid one. */
static bool read_facts(Spec *spec, GError **error)
{
	bool ok = namespace_modes_parse(spec->host, &spec->modes, error);
	ok = restart_policy_parse(spec->host, &spec->restart, ok ? error : NULL) && ok;
	ok = port_requests_parse(spec->config, spec->host, &spec->ports, ok ? error : NULL) && ok;
	ok = read_log(spec, &spec->log, ok ? error : NULL) && ok;
	spec->extra_hosts = json_texts(json_object_get(spec->host, "ExtraHosts"), NULL);
	program_read(spec->config, &spec->program);
	confinement_read(spec->host, &spec->confinement);
	spec->no_ipv6 = switches_ipv6_off(spec->confinement.sysctls);
	limits_read(spec->host, &spec->limits);
	health_check_read(spec->config, &spec->health);
	spec->auto_remove = json_bool(spec->host, "AutoRemove");
	return ok;
}

static void read_labels(Spec *spec)
{
	const json_t *labels = json_object_get(spec->json, "SELinux");
	spec->labelled = labels != NULL;
	spec->process_label = json_str(labels, "Process");
	spec->mount_label = json_str(labels, "Mount");
}

void spec_set_labels(Spec *spec, const char *process, const char *mount)
{
	json_object_set_new(
		spec->json, "SELinux", json_pack("{s:s, s:s}", "Process", process, "Mount", mount));
	read_labels(spec);
}

void spec_set_hostname(Spec *spec, const char *hostname)
{
	json_t *config = json_object_get(spec->json, "Config");
	json_object_set_new(config, "Hostname", json_string(hostname));
	spec->program.hostname = json_str(config, "Hostname");
}

void spec_leave_network(Spec *spec)
{
	json_object_set_new(spec->json, SPEC_LEFT, json_true());
	spec->left_network = true;
}

static Spec *spec_new(json_t *json)
{
	Spec *spec = g_new0(Spec, 1);
	g_atomic_ref_count_init(&spec->references);
	spec->json = json;
	spec->config = json_object_get(json, "Config");
	spec->host = json_object_get(json, "HostConfig");
	read_labels(spec);
	spec->left_network = json_bool(json, SPEC_LEFT);
	spec->no_network = json_bool(spec->config, "NetworkDisabled");
	return spec;
}

Spec *spec_parse(json_t *json, GError **error)
{
	g_autoptr(Spec) spec = spec_new(json);
	return read_facts(spec, error) ? g_steal_pointer(&spec) : NULL;
}

Spec *spec_restore(json_t *json)
{
	Spec *spec = spec_new(json);
	read_facts(spec, NULL);
	return spec;
}

Spec *spec_blank(void)
{
	enum { BLOCK = 1024 };
	Spec *spec = spec_restore(json_pack(
		"{s:{}, s:{s:{s:s}}}", "Config", "HostConfig", "LogConfig", "Type", "none"));
	spec->texts = g_string_chunk_new(BLOCK);
	return spec;
}

char *spec_keep(Spec *spec, const char *text)
{
	return g_string_chunk_insert(spec->texts, text);
}

Spec *spec_ref(Spec *spec)
{
	g_atomic_ref_count_inc(&spec->references);
	return spec;
}

void spec_unref(Spec *spec)
{
	if (!g_atomic_ref_count_dec(&spec->references))
		return;
	g_array_unref(spec->ports);
	g_free(spec->extra_hosts);
	program_clear(&spec->program);
	confinement_clear(&spec->confinement);
	limits_clear(&spec->limits);
	g_clear_pointer(&spec->nodes, g_array_unref);
	health_check_clear(&spec->health);
	g_clear_pointer(&spec->texts, g_string_chunk_free);
	json_decref(spec->json);
	g_free(spec);
}
