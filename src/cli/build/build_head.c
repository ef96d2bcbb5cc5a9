/* The first line of a build's request: what no query parameter can say. */
#include "cli/build/build_head.h"
#include "cli/build/build_progress.h"
#include "cli/build/build_ssh.h"
#include "cli/common/flags.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/size.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SECRET = 500 * 1024 };

/* A file or a variable, by the name that the Dockerfile has for it; borrowed. */
typedef struct {
	const char *type, *id, *env, *source;
} Secret;

/* "id=x,src=file,type=file", with buildx' words for what is wrong. fields own what *secret points to. */
static bool read_secret(char **fields, Secret *secret, GError **error)
{
	const struct {
		const char *key;
		const char **value;
	} known[] = {{"type", &secret->type}, {"id", &secret->id}, {"env", &secret->env},
		{"source", &secret->source}, {"src", &secret->source}};
	static const char *const types[] = {"", "file", "env", NULL};
	for (int i = 0; fields[i] != NULL; i++) {
		const char *equals = strchr(fields[i], '=');
		size_t k = 0;
		if (equals == NULL)
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"ERROR: invalid field '%s' must be a key=value pair", fields[i]);
		g_autofree char *given = g_strndup(fields[i], (gsize)(equals - fields[i])),
				*key = g_ascii_strdown(given, -1);
		while (k < G_N_ELEMENTS(known) && strcmp(known[k].key, key) != 0)
			k++;
		if (k == G_N_ELEMENTS(known))
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"ERROR: unexpected key '%s' in '%s'", key, fields[i]);
		*known[k].value = equals + 1;
	}
	if (!g_strv_contains(types, secret->type))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "ERROR: unsupported secret type \"%s\"",
			secret->type);
	return *secret->id != '\0' ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "ERROR: failed to build: secret missing ID");
}

/* NULL: there is none. A project has variables of its .env, too. */
static const char *variable_of(const Cli *cli, const char *name)
{
	const char *own = cli->part != NULL
				  ? json_string_value(json_object_get(cli->part->environment, name))
				  : NULL;
	return own != NULL ? own : getenv(name);
}

/* "id=x,src=file", "id=x,env=NAME", or "id=x": the variable x, or else the file. */
static bool add_secret(const Cli *cli, json_t *secrets, const char *text, GError **error)
{
	g_auto(GStrv) fields = csv_split(text, NULL);
	Secret secret = {"", "", "", ""};
	if (!read_secret(fields, &secret, error))
		return false;
	bool of_variable = strcmp(secret.type, "env") == 0 && *secret.env == '\0';
	const char *env = of_variable ? secret.source : secret.env,
		   *source = of_variable ? "" : secret.source;
	if (*env == '\0' && *source == '\0' && variable_of(cli, secret.id) != NULL)
		env = secret.id;
	if (*env == '\0' && *source == '\0')
		source = secret.id;
	const char *variable = *env != '\0' ? variable_of(cli, env) : NULL;
	if (*env != '\0' && variable == NULL)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"secret %s: the environment has no variable %s", secret.id, env);
	size_t length = variable != NULL ? strlen(variable) : 0;
	autofd fd = variable == NULL ? file_open_named(source) : -1;
	g_autofree char *content = variable != NULL ? g_strdup(variable)
				   : fd >= 0	    ? fd_read_all(fd, MAX_SECRET, &length)
						    : NULL;
	if (content == NULL)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"ERROR: failed to build: failed to stat %s: stat %s: %s", source, source,
			errno_words(errno));
	g_autofree char *base64 = g_base64_encode((guchar *)content, length);
	json_object_set_new(secrets, secret.id, json_string(base64));
	return true;
}

static json_t *secrets(Cli *cli, GError **error)
{
	g_autoptr(json_t) given = flag_list(cli, "secret"), all = json_object();
	for (size_t i = 0; i < json_array_size(given); i++)
		if (!add_secret(cli, all, json_elem(given, i), error))
			return NULL;
	return g_steal_pointer(&all);
}

/* Loads "oci-layout://FOLDER[:TAG]" as an image of the engine, which takes its place. */
static bool load_layout(Cli *cli, BuildCache *cache, char **place, GError **error)
{
	g_autofree char *folder = g_strdup(*place + strlen("oci-layout://"));
	if (!g_file_test(folder, G_FILE_TEST_IS_DIR) && strrchr(folder, ':') != NULL)
		*strrchr(folder, ':') = '\0';
	g_autofree char *name = image_load_folder(cli, cache, folder, error);
	if (name == NULL)
		return false;
	g_free(*place);
	*place = g_strconcat("docker-image://", name, NULL);
	return true;
}

/* Local folders are sent with the request; the engine fetches all others. */
static bool add_contexts(
	Cli *cli, BuildContext *context, BuildCache *cache, json_t *places, GError **error)
{
	g_autoptr(json_t) given = flag_list(cli, "build-context");
	for (size_t i = 0; i < json_array_size(given); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(given, i), "=", 2);
		if (parts[0] == NULL || parts[1] == NULL || *parts[0] == '\0')
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"invalid context value: %s, expected key=value",
				json_elem(given, i));
		g_autofree char *name = g_ascii_strdown(parts[0], -1);
		if (g_str_has_prefix(parts[1], "oci-layout://") &&
			!load_layout(cli, cache, &parts[1], error))
			return false;
		bool elsewhere = strstr(parts[1], "://") != NULL || is_remote_context(parts[1]);
		if (!elsewhere && !g_file_test(parts[1], G_FILE_TEST_IS_DIR))
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"ERROR: failed to build: failed to get build context %s: stat %s: "
				"no such file or directory",
				name, parts[1]);
		if (strchr(name, '/') != NULL || strcmp(name, "..") == 0)
			return fail(
				error, BERTH_ERROR_UNAVAILABLE, "invalid context name %s", name);
		if (!elsewhere)
			json_object_set_new(context->named, name, json_lenient(parts[1]));
		json_object_set_new(
			places, name, elsewhere ? json_lenient(parts[1]) : json_string("local"));
	}
	return true;
}

/* One request for an attestation; "false" and disabled=true switch it off. Other options must be known. */
static bool read_attestation(const char *type, const char *text, json_t *head, GError **error)
{
	g_autoptr(json_t) fields = csv_fields(text);
	bool bare = strchr(text, '=') == NULL, on = true, off = false;
	const char *mode = json_object_get(fields, "mode") != NULL ? json_str(fields, "mode")
								   : "min",
		   *key;
	json_t *value;
	static const char *const known[] = {"type", "mode", "disabled", "builder-id", NULL};
	if (bare && !bool_parse(text, &on))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "ERROR: invalid value %s", text);
	json_object_foreach (bare ? NULL : fields, key, value)
		if (!g_strv_contains(known, key))
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"attestation %s: option %s=%s is not supported", type, key,
				json_string_value(value));
	bool_parse(json_str(fields, "disabled"), &off);
	bool ours = strcmp(type, "provenance") == 0;
	if (off || !on)
		return !ours || json_object_set_new(head, "provenance", json_string("")) == 0;
	if (!ours)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"attestation %s is not supported: no generator is run here (provenance is)",
			type);
	if (strcmp(mode, "min") != 0 && strcmp(mode, "max") != 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "invalid provenance mode=%s", mode);
	json_object_set_new(head, "builderId", json_lenient(json_str(fields, "builder-id")));
	return json_object_set_new(head, "provenance", json_string(mode)) == 0;
}

/* --provenance, --sbom, --attest: "provenance" is "", "min" or "max". */
static bool read_attestations(Cli *cli, json_t *head, GError **error)
{
	static const char *const types[] = {"provenance", "sbom"};
	g_autoptr(json_t) given = flag_list(cli, "attest");
	json_object_set_new(head, "provenance", json_string(""));
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (flag_given(cli, types[i]) &&
			!read_attestation(types[i], flag_text(cli, types[i]), head, error))
			return false;
	for (size_t i = 0; i < json_array_size(given); i++) {
		g_autoptr(json_t) fields = csv_fields(json_elem(given, i));
		const char *type = json_str(fields, "type");
		if (*type == '\0')
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"ERROR: attestation type not specified");
		if (!read_attestation(type, json_elem(given, i), head, error))
			return false;
	}
	return true;
}

/* How much of the provenance the metadata file gets, by the variable of buildx: "min", "max", or "" for none. */
static const char *wanted_metadata(const Cli *cli)
{
	const char *asked = getenv("BUILDX_METADATA_PROVENANCE");
	bool on = true;
	if (*flag_text(cli, "metadata-file") == '\0')
		return "";
	if (g_strcmp0(asked, "max") == 0)
		return "max";
	bool off = asked != NULL &&
		   (strcmp(asked, "disabled") == 0 || (bool_parse(asked, &on) && !on));
	return off ? "" : "min";
}

char *build_head(Cli *cli, BuildContext *context, const BuildOutput *output, BuildCache *cache,
	const BuildCall *call, GError **error)
{
	json_t *hidden = secrets(cli, error);
	g_autoptr(json_t) head = json_object();
	json_t *places = json_object();
	if (hidden == NULL)
		return NULL;
	json_object_set_new(head, "secrets", hidden);
	json_object_set_new(head, "contexts", places);
	if (!add_contexts(cli, context, cache, places, error))
		return NULL;
	if (!read_attestations(cli, head, error))
		return NULL;
	json_object_set_new(head, "metadata", json_string(wanted_metadata(cli)));
	json_object_set_new(head, "events", json_true());
	json_object_set_new(head, "split", json_boolean(!context->archive));
	json_object_set_new(head, "output", json_string(build_output_kind(output)));
	g_autofree char *question = build_call_question(call);
	json_object_set_new(head, "check", json_boolean(strcmp(call->name, "check") == 0));
	json_object_set_new(head, "call", json_lenient(question));
	json_object_set_new(head, "ssh", build_ssh_ids(cli));
	json_object_set_new(head, "allow", flag_list(cli, "allow"));
	json_object_set_new(head, "noCacheFilter", flag_list(cli, "no-cache-filter"));
	json_object_set(head, "cacheTo", cache->exports);
	json_object_set(head, "cacheFrom", cache->sources);
	json_object_set_new(head, "outputs",
		output->fields != NULL ? json_pack("[O]", output->fields) : json_array());
	json_object_set_new(head, "cacheTag", json_string(cache->tag));
	if (context->text != NULL)
		json_object_set_new(head, "dockerfile", json_lenient(context->text));
	return json_text(head);
}
