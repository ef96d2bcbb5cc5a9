/* buildx imagetools: images in registries. */
#include "cli/common/flags.h"
#include "cli/common/reference.h"
#include "cli/registry/credentials.h"

#include "base/error.h"
#include "base/json_names.h"
#include "base/platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char index_type[] = "application/vnd.oci.image.index.v1+json";

static const Flag inspect_flags[] = {{"builder", 0, STRING, "ignored (for Docker compatibility)"},
	{"raw", 0, BOOL, "print the manifest as the registry has it"}, {0}};
static const Flag create_flags[] = {{"builder", 0, STRING, "ignored (for Docker compatibility)"},
	{"dry-run", 0, BOOL, "print the index, and push nothing"},
	{"tag", 't', LIST, "name of the index"}, {0}};

static int refuse(const GError *error)
{
	print_to(stderr, "ERROR: %s\n", error->message);
	return EXIT_FAILURE;
}

/* {"Descriptor", "Platforms", "Manifest", "Raw"} */
static json_t *ask(Cli *cli, const char *reference, GError **error)
{
	g_autofree char *name = client_escape(reference),
			*path = g_strdup_printf("/distribution/%s/json?manifest=1", name);
	return credentials_use(cli, reference, error)
		       ? client_call(cli->client, "GET", path, NULL, error)
		       : NULL;
}

/* As buildx calls it: with its registry and tag. */
static char *whole_name(const char *reference)
{
	size_t host = strcspn(reference, "/");
	bool has_host =
		reference[host] == '/' &&
		(memchr(reference, '.', host) != NULL || memchr(reference, ':', host) != NULL ||
			strncmp(reference, "localhost/", host + 1) == 0);
	return g_strconcat(has_host ? "" : "docker.io/",
		strchr(reference, '/') == NULL ? "library/" : "", reference,
		reference_version(reference) == NULL ? ":latest" : "", NULL);
}

static void print_annotations(const json_t *annotations)
{
	g_autoptr(GPtrArray) names = json_names(annotations);
	size_t widest = 0;
	for (guint i = 0; i < names->len; i++)
		widest = MAX(widest, strlen(names->pdata[i]));
	if (names->len > 0)
		print_to(stdout, "  Annotations: \n");
	for (guint i = 0; i < names->len; i++)
		print_to(stdout, "    %s:%*s %s\n", (char *)names->pdata[i],
			(int)(widest - strlen(names->pdata[i])), "",
			json_string_value(json_object_get(annotations, names->pdata[i])));
}

static void print_entry(const char *name, const json_t *entry, bool last)
{
	g_auto(Platform) platform = {0};
	json_t *said = json_object_get(entry, "platform");
	print_to(stdout, "  Name:        %s@%s\n  MediaType:   %s\n", name,
		json_str(entry, "digest"), json_str(entry, "mediaType"));
	if (said != NULL) {
		platform_read(said, &platform);
		g_autofree char *text = platform_text(&platform);
		print_to(stdout, "  Platform:    %s\n", text);
	}
	print_annotations(json_object_get(entry, "annotations"));
	if (!last)
		print_to(stdout, "               \n");
}

static int run_inspect(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) answer = ask(cli, cli->args[0], &error);
	if (answer == NULL)
		return refuse(error);
	if (flag_bool(cli, "raw", false)) {
		print_to(stdout, "%s", json_str(answer, "Raw"));
		return EXIT_SUCCESS;
	}
	g_autofree char *name = whole_name(cli->args[0]);
	const json_t *descriptor = json_object_get(answer, "Descriptor"),
		     *entries = json_object_get(json_object_get(answer, "Manifest"), "manifests");
	size_t count = json_array_size(entries);
	print_to(stdout, "Name:      %s\nMediaType: %s\nDigest:    %s\n", name,
		json_str(descriptor, "mediaType"), json_str(descriptor, "digest"));
	if (json_is_array(entries))
		print_to(stdout, "           \nManifests: \n");
	for (size_t i = 0; i < count; i++)
		print_entry(name, json_array_get(entries, i), i + 1 == count);
	return EXIT_SUCCESS;
}

/* An entry for an image, or for each image of an index, with its source. */
static bool add_source(
	Cli *cli, const char *reference, json_t *entries, json_t *sources, GError **error)
{
	g_autoptr(json_t) answer = ask(cli, reference, error), own = json_array();
	if (answer == NULL)
		return false;
	json_t *descriptor = json_object_get(answer, "Descriptor"), *one,
	       *platform = json_array_get(json_object_get(answer, "Platforms"), 0);
	const json_t *listed = json_object_get(json_object_get(answer, "Manifest"), "manifests");
	size_t i;
	if (json_is_array(listed))
		json_array_extend(own, (json_t *)listed);
	else {
		if (platform != NULL)
			json_object_set(descriptor, "platform", platform);
		json_array_append(own, descriptor);
	}
	json_array_foreach (own, i, one) {
		json_array_append(entries, one);
		json_array_append_new(sources, json_pack("{s:s, s:s}", "ref", reference, "digest",
						       json_str(one, "digest")));
	}
	return true;
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

static int run_create(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) entries = json_array(), sources = json_array(),
			  tags = flag_list(cli, "tag");
	for (int i = 0; i < cli->arg_count; i++)
		if (!add_source(cli, cli->args[i], entries, sources, &error))
			return refuse(error);
	g_autoptr(json_t) index = json_pack("{s:i, s:s, s:O}", "schemaVersion", 2, "mediaType",
		index_type, "manifests", entries);
	char *text = json_dumps(index, JSON_INDENT(2));
	g_autoptr(json_t) request = json_pack(
		"{s:s, s:s, s:O}", "mediaType", index_type, "manifest", text, "sources", sources);
	bool dry = flag_bool(cli, "dry-run", false);
	if (dry)
		print_to(stdout, "%s", text);
	free(text);
	if (!dry && json_array_size(tags) == 0)
		fail(&error, BERTH_ERROR_UNAVAILABLE,
			"can't push with no tags specified, please set --tag or --dry-run");
	for (size_t i = 0; !dry && i < json_array_size(tags) && error == NULL; i++)
		push_tag(cli, json_elem(tags, i), request, &error);
	return error == NULL ? EXIT_SUCCESS : refuse(error);
}

const Command command_buildx_imagetools_inspect = {
	.names = "buildx imagetools inspect",
	.usage = "[OPTIONS] NAME",
	.summary = "Show an image in a registry: its platforms and attestations",
	.example = "buildx imagetools inspect debian:bookworm",
	.flags = inspect_flags,
	.min_args = 1,
	.max_args = 1,
	.run = run_inspect,
};

const Command command_buildx_imagetools_create = {
	.names = "buildx imagetools create",
	.usage = "[OPTIONS] SOURCE [SOURCE...]",
	.summary = "Create an index of images in a registry",
	.example = "buildx imagetools create -t example.org/app:1 example.org/app:1-amd64 "
		   "example.org/app:1-arm64",
	.flags = create_flags,
	.min_args = 1,
	.max_args = -1,
	.run = run_create,
};
