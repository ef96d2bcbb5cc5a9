/* What a result becomes: an image of the engine, files or an archive at the client. */
#include "buildkit/internal.h"

#include "image/image.h"

#include <string.h>

/* Tags are the exporter's; *full: as they are told. */
static bool read_names(Ref *ref, const Bk__Exporter *exporter, char **full, GError **error)
{
	const char *names = pair_find(exporter->attrs, exporter->n_attrs, "name");
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
	g_strfreev(ref->tags);
	ref->tags = g_strsplit(names, ",", -1);
	ref->request.tags = ref->tags;
	for (int i = 0; ref->tags[i] != NULL; i++) {
		g_autoptr(Reference) reference = reference_parse(g_strstrip(ref->tags[i]), error);
		if (reference == NULL)
			return false;
		g_ptr_array_add(list, build_tag_name(ref->tags[i]));
	}
	g_ptr_array_add(list, NULL);
	*full = g_strjoinv(",", (char **)list->pdata);
	return true;
}

static bool export_image(
	Ref *ref, const Bk__Exporter *exporter, int number, json_t *response, GError **error)
{
	g_autofree char *id = NULL, *names = NULL;
	(void)number;
	if (!read_names(ref, exporter, &names, error) || !build_keep(ref->build, &id, error))
		return false;
	json_object_set_new(response, "containerimage.config.digest", json_string(id));
	json_object_set_new(response, "containerimage.digest", json_string(id));
	if (*names != '\0')
		json_object_set_new(response, "image.name", json_string(names));
	return true;
}

/* To the client's exporter of that number. */
static GrpcCall *call_back(Ref *ref, int number, GError **error)
{
	g_autofree char *text = g_strdup_printf("%d", number);
	const char *const metadata[] = {"buildkit-attachable-exporter-id", text, NULL};
	return grpc_call_new(job_session(ref->job)->connection,
		"/moby.filesync.v1.FileSend/DiffCopy", metadata, error);
}

/* The client answers once all is written there. */
static bool finish_call(GrpcCall *call, GError **error)
{
	g_autoptr(GError) problem = NULL;
	grpc_call_send_end(call);
	for (;;) {
		g_autoptr(GBytes) message = grpc_call_receive(call, &problem);
		if (message != NULL)
			continue;
		if (problem == NULL)
			return true;
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
}

static bool send_tar(GrpcCall *call, int root_fd, GError **error)
{
	GrpcBytes bytes = {.call = call};
	return tree_archive(root_fd, TREE_WHOLE, NULL, grpc_bytes_write, &bytes, error);
}

static bool export_files(Ref *ref, int number, const char *title,
	bool (*send)(GrpcCall *call, int root_fd, GError **error), GError **error)
{
	autofd root = build_open(ref->build, error);
	g_autoptr(GrpcCall) call = root >= 0 ? call_back(ref, number, error) : NULL;
	gpointer told = build_told_begin(ref->build, title);
	g_autoptr(GError) problem = NULL;
	bool ok = call != NULL && send(call, root, &problem) && finish_call(call, &problem);
	build_told_end(told, ok ? NULL : problem != NULL ? problem->message : "cancelled");
	if (problem != NULL)
		g_propagate_error(error, g_steal_pointer(&problem));
	return ok;
}

static bool export_local(
	Ref *ref, const Bk__Exporter *exporter, int number, json_t *response, GError **error)
{
	(void)exporter;
	(void)response;
	return export_files(ref, number, "exporting to client directory", filesync_send, error);
}

static bool export_tar(
	Ref *ref, const Bk__Exporter *exporter, int number, json_t *response, GError **error)
{
	(void)exporter;
	(void)response;
	return export_files(ref, number, "exporting to client tarball", send_tar, error);
}

static const struct {
	const char *type;
	bool (*export)(Ref *ref, const Bk__Exporter *exporter, int number, json_t *response,
		GError **error);
	const char *attributes[8]; /* that are understood */
} exporters[] = {
	{"moby", export_image, {"name", "push", "load", "unpack"}},
	{"image", export_image, {"name", "push", "load", "unpack"}},
	{"local", export_local, {"dest", "platform-split"}},
	{"tar", export_tar, {"dest"}},
};

static size_t find(const char *type)
{
	size_t i = 0;
	while (i < G_N_ELEMENTS(exporters) && strcmp(exporters[i].type, type) != 0)
		i++;
	return i;
}

static bool check_attributes(const Bk__Exporter *exporter, const char *const *known, GError **error)
{
	for (size_t i = 0; i < exporter->n_attrs; i++) {
		const Bk__Pair *one = exporter->attrs[i];
		bool push = strcmp(one->key, "push") == 0 && strcmp(one->value, "false") != 0;
		if (!g_strv_contains(known, one->key) || push)
			return fail(error, BERTH_ERROR_NOT_IMPLEMENTED,
				"exporter %s: option %s=%s is not supported", exporter->type,
				one->key, one->value);
	}
	return true;
}

bool export_check(const Bk__ControlSolveRequest *solve, GError **error)
{
	for (size_t i = 0; i < solve->n_exporters; i++) {
		size_t kind = find(solve->exporters[i]->type);
		if (kind == G_N_ELEMENTS(exporters))
			return fail(error, BERTH_ERROR_NOT_IMPLEMENTED,
				"exporter %s is not supported", solve->exporters[i]->type);
		if (!check_attributes(solve->exporters[i], exporters[kind].attributes, error))
			return false;
	}
	return true;
}

bool export_result(Job *job, Ref *ref, json_t *response, GError **error)
{
	const Bk__ControlSolveRequest *solve = job_solve(job);
	for (size_t i = 0; i < solve->n_exporters; i++)
		if (!exporters[find(solve->exporters[i]->type)].export(
			    ref, solve->exporters[i], (int)i, response, error))
			return false;
	return true;
}
