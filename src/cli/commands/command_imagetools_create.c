/* buildx imagetools create: an index of images in registries (docker/buildx, util/imagetools/create.go). */
#include "cli/build/build_annotations.h"
#include "cli/build/build_progress.h"
#include "cli/commands/imagetools.h"
#include "cli/common/flags.h"
#include "cli/common/reference.h"
#include "cli/registry/credentials.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/platform.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DESCRIPTOR = 1 << 20 };

static const char index_type[] = "application/vnd.oci.image.index.v1+json";

static const Flag flags[] = {
	{"annotation", 0, LIST, "annotate the index ([TYPE[PLATFORM],...:]name=value)"},
	{"append", 0, BOOL, "add to what the first tag names"},
	{"builder", 0, STRING, "ignored (for Docker compatibility)"},
	{"dry-run", 0, BOOL, "print the index, and push nothing"},
	{"file", 'f', LIST, "a file with a source: a descriptor, a reference or a digest"},
	{"progress", 0, STRING, "auto, plain, tty, quiet or rawjson"},
	{"tag", 't', LIST, "name of the index"}, {0}};

/* The index while it is made. */
typedef struct {
	Cli *cli;
	json_t *entries, *sources; /* sources: {"ref", "digest"} of each */
	json_t *single;		   /* the registry's answer, where there is one source */
	json_t *tags;
} Making;

static bool refuse_source(const char *text, const char *why, GError **error)
{
	return fail(error, BERTH_ERROR_UNAVAILABLE,
		"failed to parse source \"%s\", valid sources are digests, references and "
		"descriptors: %s",
		text, why);
}

/* Types of a descriptor's members; others are not looked at. */
static bool check_descriptor(const char *text, const json_t *descriptor, GError **error)
{
	static const struct {
		const char *name;
		json_type type;
	} members[] = {{"digest", JSON_STRING}, {"mediaType", JSON_STRING}, {"size", JSON_INTEGER},
		{"platform", JSON_OBJECT}, {"annotations", JSON_OBJECT}};
	const char *name;
	json_t *value;
	for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
		value = json_object_get(descriptor, members[i].name);
		if (value != NULL && json_typeof(value) != members[i].type) {
			g_autofree char *why =
				g_strdup_printf("%s is of another type", members[i].name);
			return refuse_source(text, why, error);
		}
	}
	json_object_foreach (json_object_get(descriptor, "annotations"), name, value)
		if (!json_is_string(value))
			return refuse_source(text, "an annotation is no text", error);
	return digest_is_valid(json_str(descriptor, "digest")) ||
	       refuse_source(text, "invalid digest", error);
}

/* {"ref"} or {"given": descriptor}, or both in the end. */
static json_t *read_source(const char *text, GError **error)
{
	g_autoptr(GError) problem = NULL;
	if (digest_is_valid(text))
		return json_pack("{s:{s:s}}", "given", "digest", text);
	if (*text == '{') {
		g_autoptr(json_t) given = json_parse(text, strlen(text), &problem);
		if (given == NULL) {
			refuse_source(text, problem->message, error);
			return NULL;
		}
		return check_descriptor(text, given, error) ? json_pack("{s:O}", "given", given)
							    : NULL;
	}
	if (g_str_has_prefix(text, "sha256:"))
		return refuse_source(text, "invalid checksum digest", error) ? json_null() : NULL;
	if (*text == '\0' || !reference_check_any(text, &problem)) {
		refuse_source(text, problem != NULL ? problem->message : "invalid reference format",
			error);
		return NULL;
	}
	return json_pack("{s:s}", "ref", text);
}

static bool add_source(json_t *list, const char *text, GError **error)
{
	json_t *source = read_source(text, error);
	return source != NULL && json_array_append_new(list, source) == 0;
}

/* Files, then arguments; what is appended to comes first. */
static json_t *read_sources(Cli *cli, const json_t *tags, GError **error)
{
	g_autoptr(json_t) files = flag_list(cli, "file"), list = json_array();
	if (flag_bool(cli, "append", false) && json_array_size(tags) > 0 &&
		!add_source(list, json_elem(tags, 0), error))
		return NULL;
	for (size_t i = 0; i < json_array_size(files); i++) {
		const char *name = json_elem(files, i);
		autofd fd = file_open_named(name);
		g_autofree char *text = fd >= 0 ? fd_read_all(fd, MAX_DESCRIPTOR, NULL) : NULL;
		if (text == NULL) {
			fail(error, BERTH_ERROR_UNAVAILABLE, "open %s: %s", name,
				errno_words(errno));
			return NULL;
		}
		if (!add_source(list, text, error))
			return NULL;
	}
	for (int i = 0; i < cli->arg_count; i++)
		if (!add_source(list, cli->args[i], error))
			return NULL;
	return g_steal_pointer(&list);
}

/* The name without tag or digest, for the caller. */
static char *repository_of(const char *reference)
{
	const char *version = reference_version(reference);
	g_autofree char *bare = version != NULL ? g_strndup(reference, (gsize)(version - reference))
						: g_strdup(reference),
			*whole = imagetools_name(bare);
	/* imagetools_name adds the tag that the bare name lacks. */
	return g_strndup(whole, (gsize)(reference_version(whole) - whole));
}

/* Descriptors without a reference are in the one repository that is named. */
static bool place_sources(json_t *list, const json_t *tags, GError **error)
{
	g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	size_t i;
	json_t *source;
	for (i = 0; i < json_array_size(tags); i++)
		g_hash_table_add(names, repository_of(json_elem(tags, i)));
	json_array_foreach (list, i, source)
		if (*json_str(source, "ref") != '\0')
			g_hash_table_add(names, repository_of(json_str(source, "ref")));
	if (g_hash_table_size(names) == 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"no repositories specified, please set a reference in tag or source");
	g_autofree gpointer *keys = g_hash_table_get_keys_as_array(names, NULL);
	json_array_foreach (list, i, source) {
		const char *digest = json_str(source, "given.digest");
		if (*json_str(source, "ref") != '\0')
			continue;
		if (g_hash_table_size(names) > 1)
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"multiple repositories specified, cannot infer repository for "
				"\"%s\"",
				digest);
		g_autofree char *ref = g_strconcat(keys[0], "@", digest, NULL);
		json_object_set_new(source, "ref", json_string(ref));
	}
	return true;
}

/* What the caller's descriptor says stands over what the registry says. */
static bool merge(json_t *descriptor, const json_t *given, GError **error)
{
	static const char *const members[] = {"mediaType", "annotations", "platform"};
	json_int_t said = json_int(given, "size"), is = json_int(descriptor, "size");
	if (said != 0 && said != is)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"invalid size mismatch for %s, %lld != %lld",
			json_str(descriptor, "digest"), (long long)said, (long long)is);
	for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
		json_t *value = json_object_get(given, members[i]);
		if (value != NULL)
			json_object_set(descriptor, members[i], value);
	}
	return true;
}

/* The same image is listed once; the later one's facts stand over the earlier one's. */
static void add_entry(Making *making, json_t *entry, const char *ref)
{
	size_t i;
	json_t *old;
	const char *digest = json_str(entry, "digest");
	json_array_foreach (making->entries, i, old)
		if (strcmp(json_str(old, "digest"), digest) == 0) {
			json_t *platform = json_object_get(entry, "platform"),
			       *annotations = json_object_get(entry, "annotations");
			if (platform != NULL)
				json_object_set(old, "platform", platform);
			if (annotations != NULL && json_object_get(old, "annotations") == NULL)
				json_object_set_new(old, "annotations", json_object());
			json_object_update(json_object_get(old, "annotations"), annotations);
			return;
		}
	json_array_append(making->entries, entry);
	json_array_append_new(
		making->sources, json_pack("{s:s, s:s}", "ref", ref, "digest", digest));
}

/* An entry for an image, or for each image of an index. */
static bool take_source(Making *making, const json_t *source, bool alone, GError **error)
{
	const char *ref = json_str(source, "ref");
	g_autoptr(json_t) answer = imagetools_ask(making->cli, ref, error);
	if (answer == NULL)
		return false;
	json_t *descriptor = json_object_get(answer, "Descriptor"), *one,
	       *platform = json_array_get(json_object_get(answer, "Platforms"), 0);
	const json_t *listed = json_object_get(json_object_get(answer, "Manifest"), "manifests");
	size_t i;
	if (!merge(descriptor, json_object_get(source, "given"), error))
		return false;
	if (alone && json_is_array(listed))
		making->single = json_incref(answer);
	if (!json_is_array(listed)) {
		if (platform != NULL && json_object_get(descriptor, "platform") == NULL)
			json_object_set(descriptor, "platform", platform);
		add_entry(making, descriptor, ref);
	}
	json_array_foreach (listed, i, one)
		add_entry(making, one, ref);
	return true;
}

static bool is_on(const json_t *entry, const char *platform)
{
	g_auto(Platform) there = {0};
	platform_read(json_object_get(entry, "platform"), &there);
	g_autofree char *text = platform_text(&there);
	return *platform == '\0' || strcmp(text, platform) == 0;
}

/* "annotation-manifest-descriptor[linux/arm64].KEY" */
static bool annotate_one(
	Making *making, json_t *own, const char *attribute, json_t *value, GError **error)
{
	static const char entry_type[] = "manifest-descriptor";
	g_autoptr(GRegex) form = g_regex_new(
		"^annotation-?([a-z-]*)(?:\\[([^]]*)\\])?\\.(.*)$", G_REGEX_DOTALL, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	size_t i;
	json_t *entry;
	g_regex_match(form, attribute, 0, &match);
	g_autofree char *type = g_match_info_fetch(match, 1),
			*platform = g_match_info_fetch(match, 2),
			*key = g_match_info_fetch(match, 3);
	if (strcmp(type, "index") == 0)
		return json_object_set(own, key, value) == 0;
	if (strcmp(type, entry_type) != 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			strcmp(type, "index-descriptor") == 0
				? "\"%s\" annotations are invalid while creating an image"
				: "\"%s\" annotations are not supported yet",
			type);
	json_array_foreach (making->entries, i, entry) {
		if (!is_on(entry, platform))
			continue;
		if (json_object_get(entry, "annotations") == NULL)
			json_object_set_new(entry, "annotations", json_object());
		json_object_set(json_object_get(entry, "annotations"), key, value);
	}
	return true;
}

/* {"mediaType", "manifest": text, "sources"}; a new reference, NULL with error. */
static json_t *combine(Making *making, GError **error)
{
	g_autoptr(json_t) attributes = build_annotations(making->cli, error), own = json_object();
	const char *attribute;
	json_t *value;
	if (attributes == NULL) {
		g_prefix_error(error, "failed to parse annotations: ");
		return NULL;
	}
	if (making->single != NULL && json_object_size(attributes) == 0)
		return json_pack("{s:s, s:s, s:O}", "mediaType",
			json_str(making->single, "Descriptor.mediaType"), "manifest",
			json_str(making->single, "Raw"), "sources", making->sources);
	json_object_foreach (attributes, attribute, value)
		if (!annotate_one(making, own, attribute, value, error))
			return NULL;
	g_autoptr(json_t) index = json_pack("{s:i, s:s, s:O}", "schemaVersion", 2, "mediaType",
		index_type, "manifests", making->entries);
	if (json_object_size(own) > 0)
		json_object_set(index, "annotations", own);
	char *text = json_dumps(index, JSON_INDENT(2));
	json_t *request = json_pack("{s:s, s:s, s:O}", "mediaType", index_type, "manifest", text,
		"sources", making->sources);
	free(text);
	return request;
}

/* A step of the progress, or its end. */
static void tell(BuildProgress *progress, const char *tag, gint64 begun, const char *problem)
{
	g_autofree char *name = imagetools_name(tag),
			*title = g_strconcat("[internal] pushing ", name, NULL);
	g_autoptr(GDateTime) start = g_date_time_new_from_unix_utc(begun / G_USEC_PER_SEC),
			     now = g_date_time_new_now_utc();
	g_autofree char *started = g_date_time_format_iso8601(start),
			*completed = problem != NULL ? g_date_time_format_iso8601(now) : NULL;
	json_t *vertex =
		json_pack("{s:s, s:s, s:s}", "digest", title, "name", title, "started", started);
	if (completed != NULL)
		json_object_set_new(vertex, "completed", json_string(completed));
	if (problem != NULL && *problem != '\0')
		json_object_set_new(vertex, "error", json_lenient(problem));
	g_autoptr(json_t) status = json_pack("{s:[o]}", "vertexes", vertex);
	build_progress_take(progress, NULL, status);
}

static bool push_tag(Cli *cli, const char *tag, const json_t *request, GError **error)
{
	g_autofree char *full = g_strconcat(
				tag, reference_version(tag) == NULL ? ":latest" : "", NULL),
			*name = client_escape(full),
			*path = g_strdup_printf("/distribution/%s/json", name);
	g_autoptr(json_t) answer = credentials_use(cli, tag, error)
					   ? client_call(cli->client, "PUT", path, request, error)
					   : NULL;
	return answer != NULL;
}

static bool push_all(Making *making, const json_t *request, BuildShow show, GError **error)
{
	BuildProgress *progress = build_progress_new(show, stderr);
	bool ok = true;
	for (size_t i = 0; ok && i < json_array_size(making->tags); i++) {
		g_autoptr(GError) problem = NULL;
		const char *tag = json_elem(making->tags, i);
		gint64 begun = g_get_real_time();
		tell(progress, tag, begun, NULL);
		ok = push_tag(making->cli, tag, request, &problem);
		tell(progress, tag, begun, ok ? "" : problem->message);
		if (problem != NULL)
			g_propagate_error(error, g_steal_pointer(&problem));
	}
	build_progress_end(progress);
	build_progress_free(progress);
	return ok;
}

static bool create(Making *making, GError **error)
{
	Cli *cli = making->cli;
	BuildShow show = SHOW_PLAIN;
	bool dry = flag_bool(cli, "dry-run", false);
	g_autoptr(json_t) files = flag_list(cli, "file");
	if (cli->arg_count == 0 && json_array_size(files) == 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "no sources specified");
	if (!dry && json_array_size(making->tags) == 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"can't push with no tags specified, please set --tag or --dry-run");
	g_autoptr(json_t) list = read_sources(cli, making->tags, error);
	if (list == NULL || !place_sources(list, making->tags, error) ||
		!build_show_choose(flag_text(cli, "progress"), &show, error))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!take_source(
			    making, json_array_get(list, i), json_array_size(list) == 1, error))
			return false;
	g_autoptr(json_t) request = combine(making, error);
	if (request == NULL)
		return false;
	if (!dry)
		return push_all(making, request, show, error);
	print_to(stdout, "%s\n", json_str(request, "manifest"));
	return true;
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) entries = json_array(), sources = json_array(),
			  tags = flag_list(cli, "tag");
	Making making = {cli, entries, sources, NULL, tags};
	bool ok = create(&making, &error);
	json_decref(making.single);
	return ok ? EXIT_SUCCESS : imagetools_refuse(error);
}

const Command command_buildx_imagetools_create = {
	.names = "buildx imagetools create",
	.usage = "[OPTIONS] [SOURCE...]",
	.summary = "Create an index of images in a registry",
	.example = "buildx imagetools create -t example.org/app:1 example.org/app:1-amd64 "
		   "example.org/app:1-arm64",
	.flags = flags,
	.min_args = 0,
	.max_args = -1,
	.run = run,
};
