/* What a result becomes: an image of the engine, files or an archive at the client. */
#include "buildkit/internal.h"

#include "image/image.h"

#include <string.h>

static bool is_image(const char *type)
{
	return strcmp(type, "moby") == 0 || strcmp(type, "image") == 0;
}

bool export_check(const Bk__ControlSolveRequest *solve, GError **error)
{
	for (size_t i = 0; i < solve->n_exporters; i++)
		if (!is_image(solve->exporters[i]->type))
			return fail(error, BERTH_ERROR_NOT_IMPLEMENTED,
				"exporter %s is not supported", solve->exporters[i]->type);
	return true;
}

static bool export_image(Ref *ref, const Bk__Exporter *exporter, json_t *response, GError **error)
{
	const char *names = pair_find(exporter->attrs, exporter->n_attrs, "name");
	g_autofree char *id = NULL;
	g_strfreev(ref->tags);
	ref->tags = *names != '\0' ? g_strsplit(names, ",", -1) : g_new0(char *, 1);
	ref->request.tags = ref->tags;
	g_autoptr(GPtrArray) full = g_ptr_array_new_with_free_func(g_free);
	for (int i = 0; ref->tags[i] != NULL; i++) {
		g_autoptr(Reference) reference = reference_parse(ref->tags[i], error);
		if (reference == NULL)
			return false;
		g_ptr_array_add(full, reference_full(reference));
	}
	g_ptr_array_add(full, NULL);
	if (!build_keep(ref->build, &id, error))
		return false;
	g_autofree char *list = g_strjoinv(",", (char **)full->pdata);
	json_object_set_new(response, "containerimage.config.digest", json_string(id));
	json_object_set_new(response, "containerimage.digest", json_string(id));
	if (*list != '\0')
		json_object_set_new(response, "image.name", json_string(list));
	return true;
}

bool export_result(Job *job, Ref *ref, json_t *response, GError **error)
{
	const Bk__ControlSolveRequest *solve = job_solve(job);
	for (size_t i = 0; i < solve->n_exporters; i++)
		if (!export_image(ref, solve->exporters[i], response, error))
			return false;
	return true;
}
