/* Any bytes as a Compose file: through every stage of the loader, over itself, and out again as YAML. */
#include "compose/keys.h"
#include "compose/load.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) documents = yaml_parse("fuzz.yaml", text, size, &error);
	g_autoptr(Environment) environment = environment_new(false);
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	g_autoptr(json_t) variables = json_object(), tree = json_object();
	const ProjectOptions options = {.folder = "", .name = ""};
	/* Nothing of the disk: a file to extend is not there. */
	Loader loader = {.options = &options,
		.environment = environment,
		.folder = "/nonexistent",
		.variables = variables,
		.documents = none,
		.depth = 31};
	environment->quiet = true;
	for (guint i = 0; documents != NULL && i < documents->len; i++) {
		Document *document = documents->pdata[i];
		g_autoptr(GError) problem = NULL;
		if (!loader_prepare(&loader, document, "fuzz.yaml", tree, &problem))
			continue;
		walk_set(&tree, compose_merge(tree, document->tree, document, ""));
		walk_set(&tree, compose_merge(tree, document->tree, document, ""));
	}
	g_autoptr(json_t) ordered = key_ordered(&compose_root, tree);
	g_autofree char *written = yaml_text(ordered);
	g_autoptr(GError) unread = NULL;
	g_autoptr(GPtrArray) again = yaml_parse("again.yaml", written, strlen(written), &unread);
	/* What we write we read, unless it has become more than a file may hold. */
	if (again == NULL && strstr(unread->message, "too much") == NULL)
		g_error("what was written is no YAML: %s\n%s", unread->message, written);
	return 0;
}
