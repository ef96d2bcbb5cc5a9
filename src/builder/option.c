/* What --output, --cache-to and --cache-from say as key=value: done as it is said, or refused; nothing is overlooked.
 * Keys are BuildKit's (moby/buildkit, exporter/containerimage/exptypes/keys.go and cache/remotecache). */
#include "builder/internal.h"

#include "base/number.h"
#include "base/size.h"

#include <string.h>

/* Reads a value; false with error where it is not one, or not what is done here. */
typedef bool (*Rule)(const char *key, const char *value, GError **error);

static bool any(const char *key, const char *value, GError **error)
{
	(void)key;
	(void)value;
	(void)error;
	return true;
}

static bool read_truth(const char *key, const char *value, bool *truth, GError **error)
{
	g_autofree char *why = number_problem("ParseBool", value, "invalid syntax");
	return bool_parse(value, truth) ||
	       fail(error, BERTH_ERROR_INVALID, "non-bool value %s specified for %s: %s", value,
		       key, why);
}

static bool truth(const char *key, const char *value, GError **error)
{
	bool is;
	return read_truth(key, value, &is, error);
}

static bool fail_value(const char *key, const char *value, const char *why, GError **error)
{
	return fail(error, BERTH_ERROR_NOT_IMPLEMENTED, "option %s=%s is not supported: %s", key,
		value, why);
}

/* What is so in any case, with the reason why it cannot be otherwise; and what is never so. */
static const struct {
	const char *key, *why;
} always[] = {{"oci-mediatypes", "images have OCI's media types"},
	{"image-manifest", "a cache is an image of its own"},
	{"rewrite-timestamp", "SOURCE_DATE_EPOCH bounds the times of all files"},
	{"store", "a result that is named is kept in the engine"},
	{"tar", "only archives are written"}},
  never[] = {{"force-compression", "layers of a base image stay as they came"},
	  {"name-canonical", "names are those that were given"},
	  {"push-by-digest", "an image is pushed by its name"},
	  {"registry.insecure", "registries are trusted by the engine's configuration"},
	  {"buildinfo", "provenance tells how an image was made"},
	  {"oci-artifact", "attestations are images of their own"},
	  {"prefer-nondist-layers", "layers are pushed in any case"}};

static bool must_be(bool wanted, const char *key, const char *value, GError **error)
{
	const size_t count = wanted ? G_N_ELEMENTS(always) : G_N_ELEMENTS(never);
	bool is;
	size_t i = 0;
	if (!read_truth(key, value, &is, error) || is == wanted)
		return is == wanted;
	while (i + 1 < count && strcmp(wanted ? always[i].key : never[i].key, key) != 0)
		i++;
	return fail_value(key, value, wanted ? always[i].why : never[i].why, error);
}

static bool only_true(const char *key, const char *value, GError **error)
{
	return must_be(true, key, value, error);
}

static bool only_false(const char *key, const char *value, GError **error)
{
	return must_be(false, key, value, error);
}

static bool compression(const char *key, const char *value, GError **error)
{
	static const char *const known[] = {"uncompressed", "estargz", "zstd", NULL};
	if (strcmp(value, "gzip") == 0)
		return true;
	if (g_strv_contains(known, value))
		return fail_value(key, value, "layers are compressed by gzip", error);
	return fail(error, BERTH_ERROR_INVALID, "unsupported compression type %s", value);
}

static bool level(const char *key, const char *value, GError **error)
{
	gint64 number;
	if (g_ascii_string_to_signed(value, 10, G_MININT64, G_MAXINT64, &number, NULL))
		return fail_value(key, value, "layers are compressed at one level", error);
	g_autofree char *why = number_problem("ParseInt", value, "invalid syntax");
	return fail(error, BERTH_ERROR_INVALID, "non-integer value %s specified for %s: %s", value,
		key, why);
}

static bool annotation(const char *key, const char *value, GError **error)
{
	(void)value;
	return annotation_check(key, error);
}

static bool cache_mode(const char *key, const char *value, GError **error)
{
	return strcmp(value, "min") == 0 || strcmp(value, "max") == 0 ||
	       fail(error, BERTH_ERROR_INVALID, "invalid %s \"%s\": min or max is wanted", key,
		       value);
}

typedef struct {
	const char *key;
	Rule rule;
} Key;

/* Stands for each attribute that is an annotation. */
static const char annotations[] = "annotation";

#define COMPRESSION                                                                                \
	{"compression", compression}, {"compression-level", level},                                \
	{                                                                                          \
		"force-compression", only_false                                                    \
	}
#define IMAGE                                                                                      \
	{annotations, annotation}, {"buildinfo", only_false}, COMPRESSION, {"load", truth},        \
		{"name", any}, {"name-canonical", only_false}, {"oci-artifact", only_false},       \
		{"oci-mediatypes", only_true}, {"prefer-nondist-layers", only_false},              \
		{"push", truth}, {"push-by-digest", only_false},                                   \
		{"registry.insecure", only_false}, {"rewrite-timestamp", only_true},               \
		{"store", only_true},                                                              \
	{                                                                                          \
		"unpack", truth                                                                    \
	}

static const Key image_keys[] = {IMAGE, {0}},
		 archive_keys[] = {{annotations, annotation}, COMPRESSION, {"context", any},
			 {"dest", any}, {"load", truth}, {"name", any},
			 {"oci-artifact", only_false}, {"oci-mediatypes", only_true},
			 {"rewrite-timestamp", only_true}, {"tar", only_true}, {0}},
		 docker_keys[] = {IMAGE, {"context", any}, {"dest", any}, {"tar", only_true}, {0}},
		 local_keys[] = {{"dest", any}, {"platform-split", truth}, {0}},
		 tar_keys[] = {{"dest", any}, {0}}, no_keys[] = {{0}},
		 cache_registry_keys[] = {COMPRESSION, {"ignore-error", truth},
			 {"image-manifest", only_true}, {"mode", cache_mode},
			 {"oci-mediatypes", only_true}, {"ref", any},
			 {"registry.insecure", only_false}, {0}},
		 cache_local_keys[] = {COMPRESSION, {"dest", any}, {"ignore-error", truth},
			 {"image-manifest", only_true}, {"mode", cache_mode},
			 {"oci-mediatypes", only_true}, {"tag", any}, {0}},
		 cache_inline_keys[] = {{"ignore-error", truth}, {"mode", cache_mode}, {0}},
		 from_registry_keys[] = {{"ref", any}, {"registry.insecure", only_false}, {0}},
		 from_local_keys[] = {{"digest", any}, {"src", any}, {"tag", any}, {0}};

static const struct {
	BuildOption of;
	const char *type, *needs; /* needs: the key that it cannot do without, or NULL */
	const Key *keys;
} kinds[] = {{BUILD_OUTPUT, "moby", NULL, image_keys}, {BUILD_OUTPUT, "image", NULL, image_keys},
	{BUILD_OUTPUT, "registry", NULL, image_keys}, {BUILD_OUTPUT, "oci", NULL, archive_keys},
	{BUILD_OUTPUT, "docker", NULL, docker_keys}, {BUILD_OUTPUT, "local", NULL, local_keys},
	{BUILD_OUTPUT, "tar", NULL, tar_keys}, {BUILD_OUTPUT, "cacheonly", NULL, no_keys},
	{BUILD_CACHE_TO, "inline", NULL, cache_inline_keys},
	{BUILD_CACHE_TO, "local", "dest", cache_local_keys},
	{BUILD_CACHE_TO, "registry", "ref", cache_registry_keys},
	{BUILD_CACHE_FROM, "local", "src", from_local_keys},
	{BUILD_CACHE_FROM, "registry", "ref", from_registry_keys}};

static const char *const words[] = {[BUILD_OUTPUT] = "exporter",
	[BUILD_CACHE_TO] = "cache exporter",
	[BUILD_CACHE_FROM] = "cache importer"};

/* An image that stays has the form that the engine keeps layers in: what is said of compression is checked, and means
 * nothing, as in an engine without containerd's store. */
static bool stays(BuildOption of, const json_t *fields)
{
	static const char *const types[] = {"moby", "image", NULL};
	bool push = false;
	bool_parse(json_str(fields, "push"), &push);
	return of == BUILD_OUTPUT && !push && g_strv_contains(types, json_str(fields, "type"));
}

static bool is_of_layers(const char *key)
{
	static const char *const keys[] = {
		"compression", "compression-level", "force-compression", NULL};
	return g_strv_contains(keys, key);
}

static bool check_key(const Key *keys, const char *what, const char *key, const char *value,
	bool kept, GError **error)
{
	g_autoptr(GError) problem = NULL;
	for (; keys->key != NULL; keys++) {
		if (keys->key == annotations ? !annotation_is(key) : strcmp(keys->key, key) != 0)
			continue;
		if (keys->rule(key, value, &problem) ||
			(kept && is_of_layers(key) &&
				g_error_matches(problem, BERTH_ERROR, BERTH_ERROR_NOT_IMPLEMENTED)))
			return true;
		g_propagate_prefixed_error(error, g_steal_pointer(&problem), "%s: ", what);
		return false;
	}
	return fail(error, BERTH_ERROR_NOT_IMPLEMENTED, "%s: option %s=%s is not supported", what,
		key, value);
}

bool build_option_check(BuildOption of, const json_t *fields, GError **error)
{
	const char *type = json_str(fields, "type"), *key;
	json_t *value;
	size_t i = 0;
	while (i < G_N_ELEMENTS(kinds) && (kinds[i].of != of || strcmp(kinds[i].type, type) != 0))
		i++;
	if (i == G_N_ELEMENTS(kinds))
		return fail(error, BERTH_ERROR_INVALID, "unknown %s: \"%s\"", words[of], type);
	g_autofree char *what = g_strdup_printf("%s %s", type, words[of]);
	json_object_foreach ((json_t *)fields, key, value)
		if (strcmp(key, "type") != 0 &&
			!check_key(kinds[i].keys, what, key,
				json_is_string(value) ? json_string_value(value) : "",
				stays(of, fields), error))
			return false;
	return kinds[i].needs == NULL || *json_str(fields, kinds[i].needs) != '\0' ||
	       fail(error, BERTH_ERROR_INVALID, "%s requires %s", what, kinds[i].needs);
}

bool build_options_check(const Build *build, GError **error)
{
	static const char *const members[] = {[BUILD_OUTPUT] = "outputs",
		[BUILD_CACHE_TO] = "cacheTo",
		[BUILD_CACHE_FROM] = "cacheFrom"};
	for (size_t of = 0; of < G_N_ELEMENTS(members); of++) {
		const json_t *list = json_object_get(build->request->more, members[of]);
		for (size_t i = 0; i < json_array_size(list); i++)
			if (!build_option_check((BuildOption)of, json_array_get(list, i), error))
				return false;
	}
	return true;
}
