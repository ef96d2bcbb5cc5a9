/* buildx imagetools inspect: an image in a registry. */
#include "cli/commands/imagetools.h"
#include "cli/common/flags.h"

#include "base/json_names.h"
#include "base/platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Flag inspect_flags[] = {{"builder", 0, STRING, "ignored (for Docker compatibility)"},
	{"raw", 0, BOOL, "print the manifest as the registry has it"}, {0}};

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
	g_autoptr(json_t) answer = imagetools_ask(cli, cli->args[0], &error);
	if (answer == NULL)
		return imagetools_refuse(error);
	if (flag_bool(cli, "raw", false)) {
		print_to(stdout, "%s", json_str(answer, "Raw"));
		return EXIT_SUCCESS;
	}
	g_autofree char *name = imagetools_name(cli->args[0]);
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
