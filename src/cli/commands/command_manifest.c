/* manifest: manifests in registries, and local manifest lists that are assembled before they are pushed: a folder for
 * each beside config.json, a file for each manifest, as in Docker's client. */
#include "cli/common/flags.h"
#include "cli/common/reference.h"
#include "cli/registry/credentials.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/json_names.h"
#include "base/platform.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_ENTRY = 4 << 20 };

#define INSECURE                                                                                   \
	{                                                                                          \
		"insecure", 0, BOOL,                                                               \
			"ignored (for Docker compatibility): the engine's insecure-registries "    \
			"decide"                                                                   \
	}

static const Flag inspect_flags[] = {
	INSECURE, {"verbose", 'v', BOOL, "with the name and the descriptor"}, {0}};
static const Flag create_flags[] = {
	{"amend", 'a', BOOL, "add to a list that is there"}, INSECURE, {0}};
static const Flag annotate_flags[] = {{"arch", 0, STRING, "the image's architecture"},
	{"os", 0, STRING, "operating system"},
	{"os-features", 0, LIST, "required features of the operating system"},
	{"os-version", 0, STRING, "its version"},
	{"variant", 0, STRING, "the architecture's variant"}, {0}};
static const Flag push_flags[] = {
	INSECURE, {"purge", 'p', BOOL, "remove the list here when it is pushed"}, {0}};
static const Flag no_flags[] = {{0}};

/* With a tag: the part of the name behind its registry is what it is. */
static char *tagged(const char *reference)
{
	return g_strconcat(reference, reference_version(reference) == NULL ? ":latest" : "", NULL);
}

/* "localhost:5000/x:1" as a file's name. */
static char *file_name(const char *reference)
{
	g_autofree char *full = tagged(reference);
	for (char *c = full; *c != '\0'; c++)
		*c = *c == ':' || *c == '@' ? '-' : *c == '/' ? '_' : *c;
	return g_steal_pointer(&full);
}

static char *list_folder(const Cli *cli, const char *list)
{
	g_autofree char *name = file_name(list);
	return g_build_filename(cli->config_folder, "manifests", name, NULL);
}

static void print(const json_t *value, int indent)
{
	char *text = json_dumps(value, JSON_INDENT((size_t)indent));
	print_to(stdout, "%s\n", text);
	free(text);
}

static bool no_such(const char *reference, GError **error)
{
	g_autofree char *full = tagged(reference);
	return fail(error, BERTH_ERROR_UNAVAILABLE, "No such manifest: %s", full);
}

/* Entries of a list in their files' order, {"Ref", "Descriptor"} each; NULL: there is no such list. */
static json_t *list_read(const Cli *cli, const char *list)
{
	g_autofree char *folder = list_folder(cli, list);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	if (dir == NULL)
		return NULL;
	for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
		g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, texts_compare);
	json_t *entries = json_array();
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL),
				*text = file_read(path, MAX_ENTRY);
		json_t *entry = text != NULL ? json_parse(text, strlen(text), NULL) : NULL;
		if (json_is_object(json_object_get(entry, "Descriptor")))
			json_array_append_new(entries, entry);
		else
			json_decref(entry);
	}
	return entries;
}

static bool entry_write(
	const Cli *cli, const char *list, const char *image, const json_t *entry, GError **error)
{
	g_autofree char *folder = list_folder(cli, list), *name = file_name(image),
			*path = g_build_filename(folder, name, NULL), *text = json_text(entry);
	if (g_mkdir_with_parents(folder, 0700) < 0)
		return fail_errno(error, "cannot make %s", folder);
	return file_replace(path, text, strlen(text), 0600, false, error);
}

static bool list_remove(const Cli *cli, const char *list, GError **error)
{
	g_autofree char *folder = list_folder(cli, list);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	if (dir == NULL)
		return no_such(list, error);
	for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		unlink(path);
	}
	return rmdir(folder) == 0 || fail_errno(error, "cannot remove %s", folder);
}

/* The list as an index; the types of its manifests decide whether it is OCI's or Docker's. */
static json_t *index_of(const json_t *entries)
{
	static const char docker[] = "application/vnd.docker.distribution.manifest.list.v2+json",
			  oci[] = "application/vnd.oci.image.index.v1+json";
	json_t *manifests = json_array();
	bool all_docker = json_array_size(entries) > 0;
	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *from = json_object_get(json_array_get(entries, i), "Descriptor");
		static const char *const keys[] = {"mediaType", "size", "digest", "platform"};
		json_t *one = json_object();
		for (size_t k = 0; k < G_N_ELEMENTS(keys); k++)
			if (json_object_get(from, keys[k]) != NULL)
				json_object_set(one, keys[k], json_object_get(from, keys[k]));
		all_docker = all_docker && strstr(json_str(from, "mediaType"), "docker") != NULL;
		json_array_append_new(manifests, one);
	}
	return json_pack("{s:i, s:s, s:o}", "schemaVersion", 2, "mediaType",
		all_docker ? docker : oci, "manifests", manifests);
}

/* What the registry has: {"Descriptor", "Platforms", "Manifest"}. */
static json_t *ask(Cli *cli, const char *reference, GError **error)
{
	g_autofree char *name = client_escape(reference),
			*path = g_strdup_printf("/distribution/%s/json?manifest=1", name);
	return credentials_use(cli, reference, error)
		       ? client_call(cli->client, "GET", path, NULL, error)
		       : NULL;
}

/* The descriptor with the image's platform; none for a nested index. */
static json_t *entry_of(Cli *cli, const char *reference, GError **error)
{
	g_autoptr(json_t) answer = ask(cli, reference, error);
	if (answer == NULL)
		return NULL;
	if (json_is_array(json_object_get(json_object_get(answer, "Manifest"), "manifests"))) {
		fail(error, BERTH_ERROR_UNAVAILABLE, "%s is a manifest list", reference);
		return NULL;
	}
	g_autofree char *full = tagged(reference);
	json_t *descriptor = json_object_get(answer, "Descriptor"),
	       *platform = json_array_get(json_object_get(answer, "Platforms"), 0);
	if (platform != NULL)
		json_object_set(descriptor, "platform", platform);
	return json_pack("{s:s, s:O}", "Ref", full, "Descriptor", descriptor);
}

static int run_inspect(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *name = cli->args[cli->arg_count - 1];
	g_autoptr(json_t) entries = cli->arg_count == 1 ? list_read(cli, name) : NULL;
	if (entries != NULL) {
		g_autoptr(json_t) index = index_of(entries);
		print(index, 3);
		return EXIT_SUCCESS;
	}
	g_autoptr(json_t) answer = ask(cli, name, &error);
	if (answer == NULL)
		return cli_fail(cli, error);
	if (!flag_bool(cli, "verbose", false)) {
		print(json_object_get(answer, "Manifest"), 3);
		return EXIT_SUCCESS;
	}
	g_autoptr(json_t) whole = json_pack("{s:s, s:O, s:O}", "Ref", name, "Descriptor",
		json_object_get(answer, "Descriptor"), "Manifest",
		json_object_get(answer, "Manifest"));
	print(whole, 3);
	return EXIT_SUCCESS;
}

static int run_create(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *list = cli->args[0];
	g_autofree char *full = tagged(list);
	g_autoptr(json_t) there = list_read(cli, list), entries = json_array();
	if (there != NULL && !flag_bool(cli, "amend", false)) {
		fail(&error, BERTH_ERROR_UNAVAILABLE,
			"refusing to amend an existing manifest list with no --amend flag");
		return cli_fail(cli, error);
	}
	for (int i = 1; i < cli->arg_count; i++) {
		json_t *entry = entry_of(cli, cli->args[i], &error);
		if (entry == NULL)
			return cli_fail(cli, error);
		json_array_append_new(entries, entry);
	}
	for (int i = 1; i < cli->arg_count; i++)
		if (!entry_write(cli, list, cli->args[i], json_array_get(entries, (size_t)i - 1),
			    &error))
			return cli_fail(cli, error);
	print_to(stdout, "Created manifest list %s\n", full);
	return EXIT_SUCCESS;
}

static json_t *entry_find(const json_t *entries, const char *image)
{
	g_autofree char *full = tagged(image);
	for (size_t i = 0; i < json_array_size(entries); i++)
		if (strcmp(json_str(json_array_get(entries, i), "Ref"), full) == 0)
			return json_array_get(entries, i);
	return NULL;
}

static void annotate(Cli *cli, json_t *platform)
{
	static const char *const texts[][2] = {{"arch", "architecture"}, {"os", "os"},
		{"os-version", "os.version"}, {"variant", "variant"}};
	g_autoptr(json_t) given = flag_list(cli, "os-features"), features = json_array();
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		if (*flag_text(cli, texts[i][0]) != '\0')
			json_object_set_new(
				platform, texts[i][1], json_string(flag_text(cli, texts[i][0])));
	for (size_t i = 0; i < json_array_size(given); i++) {
		g_auto(GStrv) parts = g_strsplit(json_elem(given, i), ",", -1);
		for (int k = 0; parts[k] != NULL; k++)
			json_array_append_new(features, json_string(parts[k]));
	}
	if (json_array_size(features) > 0)
		json_object_set(platform, "os.features", features);
}

/* Both must be known to Go: registries would refuse others later. */
static bool check_platform(const json_t *platform, GError **error)
{
	g_auto(Platform) parsed = {0};
	const char *os = json_str(platform, "os"), *arch = json_str(platform, "architecture");
	return (platform_parse(os, &parsed, NULL) && platform_is_architecture(arch)) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "manifest entry for image has unsupported os/arch combination: %s/%s", os,
		       arch);
}

static int run_annotate(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *list = cli->args[0], *image = cli->args[1];
	g_autoptr(json_t) entries = list_read(cli, list);
	json_t *entry = entry_find(entries, image),
	       *descriptor = json_object_get(entry, "Descriptor"),
	       *platform = json_object_get(descriptor, "platform");
	if (entry == NULL) {
		fail(&error, BERTH_ERROR_UNAVAILABLE, "manifest for image %s does not exist in %s",
			image, list);
		return cli_fail(cli, error);
	}
	if (platform == NULL)
		json_object_set_new(descriptor, "platform", platform = json_object());
	annotate(cli, platform);
	return check_platform(platform, &error) && entry_write(cli, list, image, entry, &error)
		       ? EXIT_SUCCESS
		       : cli_fail(cli, error);
}

static json_t *push_request(const json_t *entries)
{
	g_autoptr(json_t) index = index_of(entries);
	g_autofree char *text = json_text(index);
	json_t *sources = json_array();
	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *entry = json_array_get(entries, i);
		json_array_append_new(
			sources, json_pack("{s:s, s:s}", "ref", json_str(entry, "Ref"), "digest",
					 json_str(entry, "Descriptor.digest")));
	}
	return json_pack("{s:s, s:s, s:o}", "mediaType", json_str(index, "mediaType"), "manifest",
		text, "sources", sources);
}

static void tell_pushed(const char *list, const json_t *entries)
{
	const char *version = reference_version(list);
	g_autofree char *repository =
		g_strndup(list, version != NULL ? (gsize)(version - list) : strlen(list));
	for (size_t i = 0; i < json_array_size(entries); i++) {
		const char *digest = json_str(json_array_get(entries, i), "Descriptor.digest");
		print_to(stdout, "Pushed ref %s@%s with digest: %s\n", repository, digest, digest);
	}
}

static int run_push(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	const char *list = cli->args[0];
	g_autofree char *full = tagged(list), *name = client_escape(full),
			*path = g_strdup_printf("/distribution/%s/json", name);
	g_autoptr(json_t) entries = list_read(cli, list);
	if (entries == NULL) {
		no_such(list, &error);
		return cli_fail(cli, error);
	}
	g_autoptr(json_t) request = push_request(entries);
	g_autoptr(json_t) answer = credentials_use(cli, list, &error)
					   ? client_call(cli->client, "PUT", path, request, &error)
					   : NULL;
	if (answer == NULL)
		return cli_fail(cli, error);
	tell_pushed(list, entries);
	print_to(stdout, "%s\n", json_str(answer, "Digest"));
	return !flag_bool(cli, "purge", false) || list_remove(cli, list, &error)
		       ? EXIT_SUCCESS
		       : cli_fail(cli, error);
}

static int run_remove(Cli *cli)
{
	int code = EXIT_SUCCESS;
	for (int i = 0; i < cli->arg_count; i++) {
		g_autoptr(GError) error = NULL;
		if (!list_remove(cli, cli->args[i], &error)) {
			cli_print_error(error);
			code = EXIT_FAILURE;
		}
	}
	return code;
}

const Command command_manifest_inspect = {
	.names = "manifest inspect",
	.usage = "[OPTIONS] [MANIFEST_LIST] MANIFEST",
	.summary = "Show the manifest of an image in a registry, or a local manifest list",
	.example = "manifest inspect -v debian:bookworm",
	.flags = inspect_flags,
	.min_args = 1,
	.max_args = 2,
	.run = run_inspect,
};

const Command command_manifest_create = {
	.names = "manifest create",
	.usage = "MANIFEST_LIST MANIFEST [MANIFEST...]",
	.summary = "Create a local manifest list of images in a registry, to annotate and push",
	.example =
		"manifest create example.org/app:1 example.org/app:1-amd64 example.org/app:1-arm64",
	.flags = create_flags,
	.min_args = 2,
	.max_args = -1,
	.run = run_create,
};

const Command command_manifest_annotate = {
	.names = "manifest annotate",
	.usage = "[OPTIONS] MANIFEST_LIST MANIFEST",
	.summary = "Set the platform of an image in a manifest list",
	.example =
		"manifest annotate example.org/app:1 example.org/app:1-arm --arch arm --variant v7",
	.flags = annotate_flags,
	.min_args = 2,
	.max_args = 2,
	.run = run_annotate,
	.local = true,
};

const Command command_manifest_push = {
	.names = "manifest push",
	.usage = "[OPTIONS] MANIFEST_LIST",
	.summary = "Push a manifest list to its registry",
	.example = "manifest push --purge example.org/app:1",
	.flags = push_flags,
	.min_args = 1,
	.max_args = 1,
	.run = run_push,
};

const Command command_manifest_rm = {
	.names = "manifest rm",
	.usage = "MANIFEST_LIST [MANIFEST_LIST...]",
	.summary = "Remove local manifest lists",
	.example = "manifest rm example.org/app:1",
	.flags = no_flags,
	.min_args = 1,
	.max_args = -1,
	.run = run_remove,
	.local = true,
};
