/* build --print: the builds of a project as a bake file, as Docker Compose hands it to buildx. */
#include "cli/compose/compose.h"

#include "base/json_names.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Keys that say nothing are left out. Taken over. */
static void set_list(json_t *target, const char *key, json_t *value)
{
	bool empty = value == NULL ||
		     (json_is_array(value) ? json_array_size(value) : json_object_size(value)) == 0;
	if (empty)
		json_decref(value);
	else
		json_object_set_new(target, key, value);
}

static char *target_name(const char *service)
{
	return g_strdelimit(g_strdup(service), ".", '_');
}

/* Of a folder here the path, of anything else the name. */
static char *dockerfile_of(const json_t *build)
{
	const char *context = json_str(build, "context"), *file = json_str(build, "dockerfile");
	bool elsewhere = strstr(context, "://") != NULL || g_str_has_prefix(context, "git@");
	return *file == '\0' || elsewhere ? g_strdup(file) : g_canonicalize_filename(file, context);
}

static json_t *contexts_of(const json_t *contexts)
{
	json_t *made = json_object(), *value;
	const char *name;
	json_object_foreach ((json_t *)contexts, name, value) {
		const char *place = json_string_value(value);
		g_autofree char *target =
			g_str_has_prefix(place, "service:") ? target_name(place + 8) : NULL;
		g_autofree char *whole =
			target != NULL ? g_strconcat("target:", target, NULL) : g_strdup(place);
		json_object_set_new(made, name, json_string(whole));
	}
	return made;
}

/* An ARG without a value has the environment's, or is left out. */
static json_t *args_of(const Project *project, const json_t *args)
{
	g_autoptr(json_t) made = json_object();
	json_t *value;
	const char *name;
	json_object_foreach ((json_t *)args, name, value) {
		const json_t *used =
			json_is_null(value) ? json_object_get(project->environment, name) : value;
		g_auto(GStrv) parts = g_strsplit(json_string_value(used) ?: "", "${", -1);
		g_autofree char *escaped = g_strjoinv("$${", parts);
		if (used != NULL)
			json_object_set_new(made, name, json_string(escaped));
	}
	return json_sorted(made);
}

static json_t *labels_of(const Project *project, const char *service, const json_t *own)
{
	g_autoptr(json_t) labels = own != NULL ? json_copy((json_t *)own) : json_object();
	json_object_set_new(labels, "com.docker.compose.project", json_string(project->name));
	json_object_set_new(labels, "com.docker.compose.service", json_string(service));
	json_object_set_new(
		labels, "com.docker.compose.version", json_string(BERTH_COMPOSE_VERSION));
	return json_sorted(labels);
}

static json_t *secrets_of(const Project *project, const json_t *secrets)
{
	json_t *made = json_array(), *use;
	size_t i;
	json_array_foreach (secrets, i, use) {
		const char *source = json_str(use, "source"), *target = json_str(use, "target");
		const json_t *secret =
			json_object_get(json_object_get(project->model, "secrets"), source);
		bool by_name = *json_str(secret, "environment") != '\0';
		g_autofree char *text =
			g_strdup_printf("id=%s,type=%s,%s=%s", *target != '\0' ? target : source,
				by_name ? "env" : "file", by_name ? "env" : "src",
				json_str(secret, by_name ? "environment" : "file"));
		json_array_append_new(made, json_string(text));
	}
	return made;
}

static json_t *ssh_of(const json_t *keys)
{
	json_t *made = json_array(), *value;
	const char *name;
	json_object_foreach ((json_t *)keys, name, value) {
		g_autofree char *text =
			g_strdup_printf("%s=%s", name, json_string_value(value) ?: "");
		json_array_append_new(made, json_string(text));
	}
	return made;
}

static json_t *hosts_of(const json_t *hosts)
{
	json_t *made = json_object();
	for (size_t i = 0; i < json_array_size(hosts); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(hosts, i), "=", 2);
		if (parts[0] == NULL || parts[1] == NULL)
			continue;
		const char *known = json_str(made, parts[0]);
		g_autofree char *all = *known != '\0' ? g_strdup_printf("%s,%s", known, parts[1])
						      : g_strdup(parts[1]);
		json_object_set_new(made, parts[0], json_string(all));
	}
	return made;
}

static json_t *attests_of(const json_t *build)
{
	static const char *const kinds[] = {"provenance", "sbom"};
	json_t *made = json_array();
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		const char *value = json_str(build, kinds[i]);
		bool plain = strcmp(value, "true") == 0;
		g_autofree char *text = g_strdup_printf(
			"type=%s%s%s", kinds[i], plain ? "" : ",", plain ? "" : value);
		if (*value != '\0' && strcmp(value, "false") != 0)
			json_array_append_new(made, json_string(text));
	}
	return made;
}

static json_t *tags_of(const Project *project, const char *name, const json_t *service)
{
	json_t *own = json_at(service, "build.tags"), *tags = own ? json_copy(own) : json_array();
	g_autofree char *image = service_image(project, name, service);
	json_array_append_new(tags, json_string(image));
	return tags;
}

static const char *output_of(const json_t *service, size_t platforms, const BuildWish *wish)
{
	bool push = wish->push && *json_str(service, "image") != '\0';
	if (platforms > 1)
		return push ? "type=image,push=true" : "type=image,push=false";
	return push ? "type=registry" : "type=docker";
}

json_t *compose_platforms(const Project *project, const json_t *service, bool all)
{
	const char *own = project_platform(project, service);
	json_t *list = json_at(service, "build.platforms");
	bool many = json_array_size(list) > 1, none = json_array_size(list) == 0;
	if (*own != '\0' && (!all || none))
		return json_pack("[s]", own);
	return none || (many && !all) ? json_array() : json_copy(list);
}

static json_t *ulimits_of(const json_t *limits)
{
	json_t *made = json_array(), *limit;
	const char *name;
	json_object_foreach ((json_t *)limits, name, limit) {
		g_autofree char *text =
			json_is_object(limit)
				? g_strdup_printf("%s=%d:%d", name, (int)json_int(limit, "soft"),
					  (int)json_int(limit, "hard"))
				: g_strdup_printf("%s=%d", name, (int)json_integer_value(limit));
		json_array_append_new(made, json_string(text));
	}
	return made;
}

static json_t *entitlements_of(const json_t *build)
{
	json_t *own = json_object_get(build, "entitlements"),
	       *all = own != NULL ? json_copy(own) : json_array();
	if (json_bool(build, "privileged"))
		json_array_append_new(all, json_string("security.insecure"));
	return all;
}

/* What a target has as the file has it: a text, or a list of texts. */
static void set_same(json_t *target, const json_t *build, const char *from, const char *to)
{
	json_t *value = json_object_get(build, from);
	if (json_is_array(value) || json_is_object(value))
		set_list(target, to, json_incref(value));
	else if (*json_str(build, from) != '\0')
		json_object_set(target, to, value);
}

static void set_switch(json_t *target, const json_t *build, const char *from, const char *to)
{
	if (json_bool(build, from))
		json_object_set_new(target, to, json_true());
}

/* In the order of Docker Compose's structure. */
static json_t *target_of(
	const Project *project, const char *name, const json_t *service, const BuildWish *wish)
{
	const json_t *build = json_object_get(service, "build");
	json_t *target = json_object();
	g_autofree char *dockerfile = dockerfile_of(build);
	g_autoptr(json_t) platforms = compose_platforms(project, service, wish->all_platforms);
	json_object_set_new(target, "context", json_string(json_str(build, "context")));
	set_list(target, "contexts", contexts_of(json_object_get(build, "additional_contexts")));
	if (*dockerfile != '\0' && *json_str(build, "dockerfile_inline") == '\0')
		json_object_set_new(target, "dockerfile", json_string(dockerfile));
	set_same(target, build, "dockerfile_inline", "dockerfile-inline");
	set_list(target, "args", args_of(project, json_object_get(build, "args")));
	set_list(target, "labels", labels_of(project, name, json_object_get(build, "labels")));
	set_list(target, "tags", tags_of(project, name, service));
	set_same(target, build, "cache_from", "cache-from");
	set_same(target, build, "cache_to", "cache-to");
	set_same(target, build, "target", "target");
	set_list(target, "secret", secrets_of(project, json_object_get(build, "secrets")));
	set_list(target, "ssh", ssh_of(json_object_get(build, "ssh")));
	set_list(target, "platforms", json_incref(platforms));
	set_switch(target, build, "pull", "pull");
	set_switch(target, build, "no_cache", "no-cache");
	set_same(target, build, "network", "network");
	set_same(target, build, "shm_size", "shm-size");
	set_list(target, "ulimits", ulimits_of(json_object_get(build, "ulimits")));
	if (wish->check)
		json_object_set_new(target, "call", json_string("lint"));
	set_list(target, "entitlements", entitlements_of(build));
	set_list(target, "extra-hosts", hosts_of(json_object_get(build, "extra_hosts")));
	if (!wish->check)
		json_object_set_new(target, "output",
			json_pack("[s]", output_of(service, json_array_size(platforms), wish)));
	set_list(target, "attest", attests_of(build));
	return target;
}

void compose_print_bake(const Project *project, const json_t *names, const BuildWish *wish)
{
	g_autoptr(json_t) targets = json_object(), group = json_array();
	const char *name;
	json_t *service;
	json_object_foreach (project_services(project), name, service) {
		g_autofree char *target = target_name(name);
		if (json_object_get(service, "build") == NULL)
			continue;
		json_object_set_new(targets, target, target_of(project, name, service, wish));
		if (json_object_get(names, name) != NULL)
			json_array_append_new(group, json_string(target));
	}
	g_autoptr(json_t) file = json_pack(
		"{s:{s:{s:O}}, s:O}", "group", "default", "targets", group, "target", targets);
	enum { INDENT = 2 };
	g_autofree char *text = json_dumps(file, JSON_INDENT(INDENT));
	print_to(stdout, "%s\n", text);
}
