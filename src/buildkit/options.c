/* Options of the frontend dockerfile.v0 (moby/buildkit, frontend/dockerui) become the builder's request. */
#include "buildkit/internal.h"

#include "base/digest.h"
#include "base/size.h"

#include <string.h>

const char *pair_find(Bk__Pair *const *pairs, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(pairs[i]->key, key) == 0)
			return pairs[i]->value;
	return "";
}

json_t *pairs_json(const char *type, Bk__Pair *const *pairs, size_t count)
{
	json_t *fields = json_pack("{s:s}", "type", type);
	for (size_t i = 0; i < count; i++)
		json_object_set_new(fields, pairs[i]->key, json_lenient(pairs[i]->value));
	return fields;
}

static bool set_shm_size(Ref *ref, const char *value, GError **error)
{
	guint64 number;
	if (!g_ascii_string_to_unsigned(value, 10, 0, G_MAXINT64, &number, NULL))
		return fail(error, BERTH_ERROR_INVALID, "invalid value %s for ShmSize", value);
	ref->host.shm_size = (gint64)number;
	return true;
}

static void set_text(char **text, const char *value)
{
	g_free(*text);
	*text = g_strdup(value);
}

/* The list, empty. */
static json_t *new_list(json_t **list)
{
	json_decref(*list);
	return *list = json_array();
}

static bool set_cgroup(Ref *ref, const char *value, GError **error)
{
	(void)error;
	set_text(&ref->host.cgroup_parent, value);
	return true;
}

static bool set_network(Ref *ref, const char *value, GError **error)
{
	static const char *const known[] = {"host", "none", "sandbox", "", NULL};
	if (!g_strv_contains(known, value))
		return fail(error, BERTH_ERROR_INVALID, "invalid network mode \"%s\"", value);
	if (*value != '\0' && strcmp(value, "sandbox") != 0)
		set_text(&ref->host.network, value);
	return true;
}

/* "name=1.2.3.4,other=::1" */
static bool set_hosts(Ref *ref, const char *value, GError **error)
{
	json_t *list = new_list(&ref->host.extra_hosts);
	g_auto(GStrv) hosts = g_strsplit(value, ",", -1);
	for (int i = 0; hosts[i] != NULL; i++) {
		char *equals = strchr(hosts[i], '=');
		if (equals == NULL)
			return fail(error, BERTH_ERROR_INVALID, "invalid add-hosts \"%s\"", value);
		*equals = ':';
		json_array_append_new(list, json_string(hosts[i]));
	}
	return true;
}

/* "nofile=10:20,core=0" */
static bool set_ulimits(Ref *ref, const char *value, GError **error)
{
	json_t *list = new_list(&ref->host.ulimits);
	g_auto(GStrv) limits = g_strsplit(value, ",", -1);
	for (int i = 0; limits[i] != NULL; i++) {
		long long soft, hard;
		char name[32];
		int n = sscanf(limits[i], "%31[^=]=%lld:%lld", name, &soft, &hard);
		if (n < 2)
			return fail(error, BERTH_ERROR_INVALID, "invalid ulimit \"%s\"", limits[i]);
		json_array_append_new(
			list, json_pack("{s:s, s:I, s:I}", "Name", name, "Soft", (json_int_t)soft,
				      "Hard", (json_int_t)(n == 3 ? hard : soft)));
	}
	return true;
}

/* no-cache: all steps, or those of the named stages. */
static bool set_no_cache(Ref *ref, const char *value, GError **error)
{
	(void)error;
	g_auto(GStrv) stages = g_strsplit(value, ",", -1);
	if (*value == '\0')
		ref->request.no_cache = true;
	else
		json_object_set_new(ref->more, "noCacheFilter", json_strings(stages));
	return true;
}

static bool set_resolve_mode(Ref *ref, const char *value, GError **error)
{
	static const char *const known[] = {"", "default", "local", "prefer-local", "pull", NULL};
	ref->request.pull = strcmp(value, "pull") == 0;
	return g_strv_contains(known, value) ||
	       fail(error, BERTH_ERROR_INVALID, "invalid image-resolve-mode: %s", value);
}

static bool set_filename(Ref *ref, const char *value, GError **error)
{
	(void)error;
	g_free(ref->dockerfile);
	ref->dockerfile = g_strdup(value);
	return true;
}

static bool set_target(Ref *ref, const char *value, GError **error)
{
	(void)error;
	g_free(ref->target);
	ref->target = g_strdup(value);
	return true;
}

static bool set_platform(Ref *ref, const char *value, GError **error)
{
	(void)error;
	g_free(ref->platform);
	ref->platform = g_strdup(value);
	return true;
}

static bool set_dockerfile_key(Ref *ref, const char *value, GError **error)
{
	(void)error;
	return json_object_set_new(ref->more, "dockerfileKey", json_string(value)) == 0;
}

/* The context: a stream of the session ("http://buildkit-session/ID"), or a remote one. */
static bool set_context(Ref *ref, const char *value, GError **error)
{
	static const char upload[] = "http://buildkit-session/";
	if (!g_str_has_prefix(value, upload)) {
		g_free(ref->remote);
		ref->remote = g_strdup(value);
		return true;
	}
	g_autofree char *path = g_strconcat("/", value + strlen(upload), NULL);
	const char *const metadata[] = {"urlpath", path, "urlhost", "buildkit-session", NULL};
	g_clear_pointer(&ref->upload_call, grpc_call_unref);
	ref->upload_call =
		job_call_session(ref->job, "/moby.upload.v1.Upload/Pull", metadata, error);
	ref->upload = (GrpcBytes){.call = ref->upload_call};
	ref->request.body = grpc_bytes_read;
	ref->request.body_data = &ref->upload;
	return ref->upload_call != NULL;
}

/* The name of a cache source, from a client's attributes; NULL with error. */
static char *import_name(const json_t *import, GError **error)
{
	const json_t *attributes = json_object_get(import, "Attrs");
	const char *type = json_str(import, "Type"), *folder = json_str(attributes, "src"),
		   *digest = json_str(attributes, "digest");
	g_autoptr(json_t) fields = json_pack("{s:s}", "type", type);
	json_object_update_missing(fields, (json_t *)attributes);
	if (!build_option_check(BUILD_CACHE_FROM, fields, error))
		return NULL;
	if (strcmp(type, "registry") == 0)
		return g_strdup(json_str(attributes, "ref"));
	if (digest_is_valid(digest))
		return g_strconcat(BUILD_CACHE_LOCAL, folder, "@", digest, NULL);
	fail(error, BERTH_ERROR_INVALID,
		"local cache importer requires src and an explicit digest");
	return NULL;
}

/* "[{"Type": "registry", "Attrs": {"ref": "..."}}]" */
static bool set_cache_imports(Ref *ref, const char *value, GError **error)
{
	g_autoptr(json_t) list = json_parse(value, strlen(value), error);
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();
	for (size_t i = 0; i < json_array_size(list); i++) {
		g_autofree char *name = import_name(json_array_get(list, i), error);
		if (name == NULL)
			return false;
		g_strv_builder_add(names, name);
	}
	g_strfreev(ref->cache_from);
	ref->cache_from = g_strv_builder_end(names);
	return list != NULL;
}

static bool set_cache_from(Ref *ref, const char *value, GError **error)
{
	(void)error;
	g_strfreev(ref->cache_from);
	ref->cache_from = g_strsplit(value, ",", -1);
	return true;
}

/* Capabilities that the client requires. */
static bool check_caps(Ref *ref, const char *value, GError **error)
{
	static const char *const known[] = {"moby.buildkit.frontend.inputs",
		"moby.buildkit.frontend.subrequests", "moby.buildkit.frontend.contexts",
		"moby.buildkit.frontend.gitquerystring", NULL};
	g_auto(GStrv) caps = g_strsplit(value, ",", -1);
	(void)ref;
	for (int i = 0; caps[i] != NULL; i++) {
		g_autofree char *cap = g_strndup(caps[i], strcspn(caps[i], "+"));
		if (!g_strv_contains(known, cap) && strchr(caps[i], '+') == NULL)
			return fail(error, BERTH_ERROR_INVALID,
				"unsupported frontend capability %s", cap);
	}
	return true;
}

static bool set_hostname(Ref *ref, const char *value, GError **error)
{
	(void)error;
	return json_object_set_new(ref->args, "BUILDKIT_SANDBOX_HOSTNAME", json_string(value)) == 0;
}

/* Ignored options: the syntax is in the Dockerfile, and frontend.c reads requestid. */
static bool ignore(Ref *ref, const char *value, GError **error)
{
	(void)ref;
	(void)value;
	(void)error;
	return true;
}

static const struct {
	const char *key;
	bool (*set)(Ref *ref, const char *value, GError **error);
} simple[] = {{"add-hosts", set_hosts}, {"cache-from", set_cache_from},
	{"cache-imports", set_cache_imports}, {"cgroup-parent", set_cgroup}, {"cmdline", ignore},
	{"context", set_context}, {"dockerfilekey", set_dockerfile_key}, {"filename", set_filename},
	{"force-network-mode", set_network}, {"frontend.caps", check_caps},
	{"hostname", set_hostname}, {"image-resolve-mode", set_resolve_mode},
	{"no-cache", set_no_cache}, {"platform", set_platform}, {"requestid", ignore},
	{"shm-size", set_shm_size}, {"source", ignore}, {"target", set_target},
	{"ulimit", set_ulimits}};

static bool set_arg(Ref *ref, const char *name, const char *value, GError **error)
{
	(void)error;
	return json_object_set_new(ref->args, name, json_lenient(value)) == 0;
}

static bool set_label(Ref *ref, const char *name, const char *value, GError **error)
{
	(void)error;
	return json_object_set_new(ref->labels, name, json_lenient(value)) == 0;
}

/* context:NAME. Results of other builds come as definitions (take_inputs). */
static bool set_named(Ref *ref, const char *name, const char *value, GError **error)
{
	g_autofree char *lower = g_ascii_strdown(name, -1);
	(void)error;
	return json_object_set_new(
		       json_object_get(ref->more, "contexts"), lower, json_string(value)) == 0;
}

/* A folder in another session of the same client. */
static bool set_local_session(Ref *ref, const char *name, const char *value, GError **error)
{
	(void)error;
	return json_object_set_new(ref->locals, name, json_string(value)) == 0;
}

/* attest:provenance, attest:sbom. inline-only, which clients request by default, applies to results that leave this engine. */
static bool set_attestation(Ref *ref, const char *name, const char *value, GError **error)
{
	g_auto(GStrv) fields = g_strsplit(value, ",", -1);
	const char *const *words = (const char *const *)fields;
	static const char *const known[] = {"", "true", "type=provenance", "mode=min", "mode=max",
		"disabled=true", "disabled=false", "inline-only=true", "inline-only=false",
		"version=v0.2", NULL};
	if (strcmp(name, "provenance") != 0)
		return fail(error, BERTH_ERROR_NOT_IMPLEMENTED,
			"attestation %s is not supported: no generator is run here (provenance is)",
			name);
	bool whole = g_strv_contains(words, "mode=max");
	for (int i = 0; fields[i] != NULL; i++)
		if (g_str_has_prefix(fields[i], "builder-id="))
			json_object_set_new(ref->more, "builderId",
				json_string(fields[i] + strlen("builder-id=")));
		else if (!g_strv_contains(known, fields[i]))
			return fail(error, BERTH_ERROR_INVALID,
				"provenance option %s is not supported", fields[i]);
	if (g_strv_contains(words, "disabled=true"))
		return true;
	ref->inline_provenance = g_strv_contains(words, "inline-only=true");
	return json_object_set_new(ref->more, "provenance",
		       json_string(ref->inline_provenance ? ""
				   : whole		  ? "max"
							  : "min")) == 0;
}

/* Options that only describe the input or the client. */
static bool ignore_named(Ref *ref, const char *name, const char *value, GError **error)
{
	(void)name;
	return ignore(ref, value, error);
}

static const struct {
	const char *prefix;
	bool (*set)(Ref *ref, const char *name, const char *value, GError **error);
} prefixes[] = {{"attest:", set_attestation}, {"build-arg:", set_arg}, {"context:", set_named},
	{"input-metadata:", ignore_named}, {"label:", set_label},
	{"local-sessionid:", set_local_session}, {"vcs:", ignore_named}};

static bool read_option(Ref *ref, const Bk__Pair *option, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(simple); i++)
		if (strcmp(option->key, simple[i].key) == 0)
			return simple[i].set(ref, option->value, error);
	for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (g_str_has_prefix(option->key, prefixes[i].prefix))
			return prefixes[i].set(ref, option->key + strlen(prefixes[i].prefix),
				option->value, error);
	return fail(error, BERTH_ERROR_INVALID, "option %s=%s is not supported", option->key,
		option->value);
}

/* Maps "context:base" to a definition made by this engine. */
static bool take_input(Ref *ref, const Bk__DefinitionEntry *input, GError **error)
{
	g_autofree char *id = definition_read(input->value);
	if (id == NULL)
		return fail(error, BERTH_ERROR_INVALID, "input %s is no result of a build here",
			input->key);
	return json_object_set_new(ref->inputs, input->key, json_string(id)) == 0;
}

/* --allow, and cache exports. */
static bool take_solve(Ref *ref, const Bk__ControlSolveRequest *solve, GError **error)
{
	json_t *allowed = json_array(), *kept = json_array();
	json_object_set_new(ref->more, "allow", allowed);
	json_object_set_new(ref->more, "cacheTo", kept);
	for (size_t i = 0; i < solve->n_entitlements; i++)
		json_array_append_new(allowed, json_string(solve->entitlements[i]));
	for (size_t i = 0; solve->cache != NULL && i < solve->cache->n_exports; i++) {
		const Bk__CacheEntry *entry = solve->cache->exports[i];
		json_t *fields = pairs_json(entry->type, entry->attrs, entry->n_attrs);
		json_array_append_new(kept, fields);
		if (!build_option_check(BUILD_CACHE_TO, fields, error))
			return false;
	}
	return true;
}

/* The options that a provenance contains: not those that it has elsewhere, or that concern this host only. */
static json_t *parameters_of(Bk__Pair *const *options, size_t count)
{
	static const char *const hidden[] = {"filename", "cgroup-parent", "image-resolve-mode",
		"platform", "cache-imports", "cache-from", "requestid", "cmdline", "source", NULL};
	json_t *parameters = json_object();
	for (size_t i = 0; i < count; i++)
		if (!g_strv_contains(hidden, options[i]->key) &&
			!g_str_has_prefix(options[i]->key, "attest:") &&
			!g_str_has_prefix(options[i]->key, "vcs:") &&
			!g_str_has_prefix(options[i]->key, "local-sessionid:") &&
			!g_str_has_prefix(options[i]->key, "input-metadata:"))
			json_object_set_new(
				parameters, options[i]->key, json_lenient(options[i]->value));
	return parameters;
}

bool options_read(Ref *ref, Bk__Pair *const *options, size_t count,
	Bk__DefinitionEntry *const *inputs, size_t input_count, GError **error)
{
	ref->args = json_object();
	ref->labels = json_object();
	ref->inputs = json_object();
	ref->locals = json_object();
	ref->more = json_pack("{s:b, s:{}, s:o}", "events", 1, "contexts", "parameters",
		parameters_of(options, count));
	for (size_t i = 0; i < input_count; i++)
		if (!take_input(ref, inputs[i], error))
			return false;
	for (size_t i = 0; i < count; i++)
		if (!read_option(ref, options[i], error))
			return false;
	return take_solve(ref, job_solve(ref->job), error);
}
