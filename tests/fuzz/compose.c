/* Any bytes as a Compose file: through every stage of the loader, over itself, and out again as YAML. */
#include "compose/keys.h"
#include "compose/load.h"
#include "compose/remote.h"
#include "compose/yaml.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

static void check_text(const char *text, size_t size)
{
	g_autoptr(GError) error = NULL, unread = NULL;
	g_autoptr(GPtrArray) documents = yaml_parse("fuzz.yaml", text, size, &error);
	g_autoptr(Environment) environment = environment_new(false);
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	g_autoptr(GHashTable) streams =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_autoptr(json_t) tree = json_object();
	g_autoptr(GHashTable) copies = g_hash_table_new(g_str_hash, g_str_equal);
	RemoteCopy copy = {.file = "/nonexistent/fuzz.yaml", .folder = "/nonexistent"};
	g_hash_table_insert(copies, "oci://fuzz", &copy);
	Project project = {.copies = copies};
	const ProjectOptions options = {.folder = "", .name = ""};
	Loader loader = {.options = &options,
		.project = &project,
		.environment = environment,
		.folder = "/nonexistent",
		.relative = "/nonexistent",
		.resolve = true,
		.documents = none,
		.streams = streams};
	environment->quiet = true;
	for (guint i = 0; documents != NULL && i < documents->len; i++) {
		g_autoptr(GError) problem = NULL, again = NULL;
		loader_merge(&loader, documents->pdata[i], "fuzz.yaml", &tree, &problem);
		loader_merge(&loader, documents->pdata[i], copy.file, &tree,
			&again); /* of a remote project */
	}
	g_autoptr(json_t) bound = model_bind(tree, NULL);
	g_autoptr(json_t) shown = bound != NULL ? model_emit(&compose_root, bound, EMIT_YAML)
						: emit_any(tree, EMIT_YAML);
	g_autofree char *written = yaml_text(shown);
	g_autoptr(GPtrArray) read = yaml_parse("again.yaml", written, strlen(written), &unread);
	/* What we write we read, unless it has become more than a file may hold. */
	if (read == NULL && strstr(unread->message, "too much") == NULL)
		g_error("what was written is no YAML: %s\n%s", unread->message, written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	/* Nothing of the disk: no file is extended or included. */
	if (strstr(text, "file") == NULL && strstr(text, "include") == NULL)
		check_text(text, size);
	return 0;
}
