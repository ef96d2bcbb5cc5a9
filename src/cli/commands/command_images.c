#include "cli/common/flags.h"
#include "cli/common/format.h"

#include "base/platform.h"
#include "base/size.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const Flag flags[] = {
	{"all", 'a', BOOL, "show all images"},
	{"digests", 0, BOOL, "show digests"},
	{"filter", 'f', LIST, "show only those that match (dangling=true, reference=web*, ...)"},
	{"format", 0, STRING, "table, json or a Go template"},
	{"no-trunc", 0, BOOL, "do not shorten"},
	{"quiet", 'q', BOOL, "print ids only"},
	{"tree", 0, BOOL, "show the platforms of each image below its names"},
	{0},
};

static const Column columns[] = {{"Repository", "REPOSITORY", NULL, "repository"},
	{"Tag", "TAG", NULL, "tag"}, {"ID", "IMAGE ID", NULL, "image_id"}, {"Digest", "DIGEST"},
	{"CreatedSince", "CREATED"}, {"CreatedAt", "CREATED AT", NULL, "created_at"},
	{"Size", "SIZE", NULL, "virtual_size"}, {"Containers", "CONTAINERS"},
	{"VirtualSize", "SIZE"}, {"SharedSize", "SHARED SIZE"}, {"UniqueSize", "UNIQUE SIZE"}, {0}};

/* With --digests, tables and "raw" have the digest, too. */
static const Column digest_columns[] = {{"Repository", "REPOSITORY", NULL, "repository"},
	{"Tag", "TAG", NULL, "tag"}, {"Digest", "DIGEST", NULL, "digest"},
	{"ID", "IMAGE ID", NULL, "image_id"}, {"CreatedSince", "CREATED"},
	{"CreatedAt", "CREATED AT", NULL, "created_at"}, {"Size", "SIZE", NULL, "virtual_size"},
	{"Containers", "CONTAINERS"}, {"VirtualSize", "SIZE"}, {"SharedSize", "SHARED SIZE"},
	{"UniqueSize", "UNIQUE SIZE"}, {0}};

static char *with_digest(const char *format)
{
	bool lacks = g_str_has_prefix(format, "table") && strcmp(format, "table") != 0 &&
		     strstr(format, "{{.Digest}}") == NULL;
	return g_strconcat(format, lacks ? "\t{{.Digest}}" : NULL, NULL);
}

/* The digest that a repository knows the image by; "<none>". */
static const char *digest_in(const json_t *image, const char *name)
{
	const json_t *digests = json_object_get(image, "RepoDigests");
	size_t length = strlen(name);
	for (size_t i = 0; i < json_array_size(digests); i++) {
		const char *one = json_elem(digests, i);
		if (strncmp(one, name, length) == 0 && one[length] == '@')
			return one + length + 1;
	}
	return "<none>";
}

static void add_row(json_t *rows, const json_t *image, const char *tag, bool whole)
{
	gint64 created = json_int(image, "Created");
	const char *colon = strrchr(tag, ':'), *id = json_str(image, "Id");
	g_autofree char *name =
		colon != NULL ? g_strndup(tag, (gsize)(colon - tag)) : g_strdup("<none>");
	g_autofree char *human = duration_human(time_now() - created * 1000000000),
			*ago = g_strconcat(human, " ago", NULL);
	g_autofree char *size = size_human((double)json_int(image, "Size")),
			*virtual_size = size_human_long((double)json_int(image, "Size")),
			*short_id = g_strndup(id + (g_str_has_prefix(id, "sha256:") ? 7 : 0), 12);
	g_autofree char *containers =
		json_int(image, "Containers") < 0
			? g_strdup("N/A")
			: g_strdup_printf("%d", (int)json_int(image, "Containers"));
	char at[64];
	time_t when = created;
	struct tm tm;
	localtime_r(&when, &tm);
	strftime(at, sizeof at, "%Y-%m-%d %H:%M:%S %z %Z", &tm);
	json_array_append_new(
		rows, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
			      "Containers", containers, "CreatedAt", at, "CreatedSince", ago,
			      "Digest", digest_in(image, name), "ID", whole ? id : short_id,
			      "Repository", name, "SharedSize", "N/A", "Size", size, "Tag",
			      colon != NULL ? colon + 1 : "<none>", "UniqueSize", "N/A",
			      "VirtualSize", virtual_size));
}

/* By the names of its digests, if it was pulled by one. */
static void add_untagged(json_t *rows, const json_t *image, bool whole)
{
	const json_t *digests = json_object_get(image, "RepoDigests");
	for (size_t i = 0; i < json_array_size(digests); i++) {
		const char *one = json_elem(digests, i);
		g_autofree char *name = g_strndup(one, strcspn(one, "@")),
				*tag = g_strconcat(name, ":<none>", NULL);
		add_row(rows, image, tag, whole);
	}
	if (json_array_size(digests) == 0)
		add_row(rows, image, "", whole);
}

/* "images busybox" and "images busybox:1.36" are a filter by another name. */
static char *filters_of(Cli *cli, GError **error)
{
	g_autoptr(json_t) filters = flag_filters(cli, "filter", error);
	if (filters == NULL)
		return NULL;
	if (cli->arg_count > 0) {
		if (json_object_get(filters, "reference") == NULL)
			json_object_set_new(filters, "reference", json_object());
		json_object_set_new(
			json_object_get(filters, "reference"), cli->args[0], json_true());
	}
	g_autofree char *text = json_text(filters);
	return client_escape(text);
}

/* One line of a tree; widths are those of the widest. */
typedef struct {
	char *name, *id, *usage, *content;
	bool used;
} Branch;

static void branch_free(gpointer data)
{
	Branch *branch = data;
	if (branch == NULL)
		return;
	g_free(branch->name);
	g_free(branch->id);
	g_free(branch->usage);
	g_free(branch->content);
	g_free(branch);
}

static void add_branch(GPtrArray *branches, const char *stem, const char *name, const char *id,
	gint64 usage, gint64 content, bool used)
{
	Branch *branch = g_new(Branch, 1);
	*branch = (Branch){g_strconcat(stem, name, NULL),
		g_strndup(id + (g_str_has_prefix(id, "sha256:") ? strlen("sha256:") : 0), 12),
		usage < 0 ? g_strdup("") : size_human((double)usage),
		content < 0 ? g_strdup("") : size_human((double)content), used};
	g_ptr_array_add(branches, branch);
}

static void add_platforms(GPtrArray *branches, const json_t *images)
{
	for (size_t i = 0; i < json_array_size(images); i++) {
		const json_t *image = json_array_get(images, i);
		g_auto(Platform) platform = {0};
		platform_read(json_at(image, "ImageData.Platform"), &platform);
		g_autofree char *name = platform_text(&platform);
		add_branch(branches, i + 1 == json_array_size(images) ? "└─ " : "├─ ", name,
			json_str(image, "ID"), json_int(image, "Size.Total"),
			json_int(image, "Size.Content"),
			json_array_size(json_at(image, "ImageData.Containers")) > 0);
	}
}

/* The names of an image, the last with what it is, and its platforms. */
static void add_tree(GPtrArray *branches, const json_t *image)
{
	const json_t *tags = json_object_get(image, "RepoTags"),
		     *manifests = json_object_get(image, "Manifests");
	g_autoptr(json_t) images = json_array();
	size_t i, count = json_array_size(tags);
	json_t *one;
	gint64 content = 0;
	bool used = json_int(image, "Containers") > 0;
	json_array_foreach (manifests, i, one) {
		if (strcmp(json_str(one, "Kind"), "image") != 0)
			continue;
		json_array_append(images, one);
		content += json_int(one, "Size.Content");
		used = used || json_array_size(json_at(one, "ImageData.Containers")) > 0;
	}
	for (i = 0; i + 1 < count; i++)
		add_branch(branches, "", json_elem(tags, i), "", -1, -1, false);
	add_branch(branches, "", count > 0 ? json_elem(tags, count - 1) : "<untagged>",
		json_str(image, "Id"), json_int(image, "Size"), content, used);
	add_platforms(branches, images);
	g_ptr_array_add(branches, NULL);
}

static int print_tree(const json_t *images)
{
	g_autoptr(GPtrArray) branches = g_ptr_array_new_with_free_func(branch_free);
	glong widest = (glong)strlen("IMAGE");
	for (size_t i = 0; i < json_array_size(images); i++)
		add_tree(branches, json_array_get(images, i));
	for (guint i = 0; i < branches->len; i++) {
		const Branch *branch = branches->pdata[i];
		widest = branch != NULL ? MAX(widest, g_utf8_strlen(branch->name, -1)) : widest;
	}
	print_to(stdout, "%-*s   %-12s   %10s   %12s   %s\n", (int)widest, "IMAGE", "ID",
		"DISK USAGE", "CONTENT SIZE", "EXTRA");
	for (guint i = 0; i < branches->len; i++) {
		const Branch *branch = branches->pdata[i];
		if (branch == NULL) {
			print_to(stdout, "\n");
			continue;
		}
		int padding = (int)(widest - g_utf8_strlen(branch->name, -1));
		print_to(stdout, "%s%*s   %-12s   %10s   %12s   %s\n", branch->name, padding, "",
			branch->id, branch->usage, branch->content, branch->used ? " U" : "");
	}
	return EXIT_SUCCESS;
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	bool whole = flag_bool(cli, "no-trunc", false), quiet = flag_bool(cli, "quiet", false);
	const char *format = flag_given(cli, "format") ? flag_text(cli, "format")
						       : json_str(cli->config, "imagesFormat");
	g_autofree char *filters = filters_of(cli, &error);
	g_autofree char *path = g_strconcat("/images/json?filters=", filters,
		flag_bool(cli, "tree", false) ? "&manifests=1" : "", NULL);
	g_autoptr(json_t) images =
		filters != NULL ? client_call(cli->client, "GET", path, NULL, &error) : NULL,
			  rows = json_array();
	if (images == NULL)
		return cli_fail(cli, error);
	if (flag_bool(cli, "tree", false))
		return print_tree(images);
	for (size_t i = 0; i < json_array_size(images); i++) {
		const json_t *image = json_array_get(images, i);
		json_t *tags = json_object_get(image, "RepoTags");
		for (size_t t = 0; t < json_array_size(tags); t++)
			add_row(rows, image, json_elem(tags, t), whole);
		if (json_array_size(tags) == 0)
			add_untagged(rows, image, whole);
	}
	bool digests = flag_bool(cli, "digests", false);
	g_autofree char *shown = quiet	   ? format_quiet(format, "ID", "image_id")
				 : digests ? with_digest(format)
					   : g_strdup(format);
	const char *table =
		digests ? "{{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{."
			  "Size}}"
			: "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}";
	return format_list(shown, table, "*formatter.imageContext",
		       digests ? digest_columns : columns, rows, &error)
		       ? EXIT_SUCCESS
		       : cli_fail(cli, error);
}

const Command command_images = {
	.names = "images|image ls|image list",
	.usage = "[OPTIONS] [REPOSITORY[:TAG]]",
	.summary = "List images",
	.example = "images -f dangling=true",
	.completes = "images",
	.flags = flags,
	.min_args = 0,
	.max_args = 1,
	.run = run,
};
