/* Exporters: a result becomes an image of the engine, or files or an archive at the client. */
#include "buildkit/internal.h"

#include "base/size.h"
#include "engine/image/images.h"
#include "image/image.h"

#include <string.h>

/* Tags of the exporter; *full: as they are reported. */
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

/* Results that leave this engine carry provenance if the client requested it by default. */
static void leave(Ref *ref)
{
	if (ref->inline_provenance)
		json_object_set_new(ref->more, "provenance", json_string("min"));
}

static bool asks(const Bk__Exporter *exporter, const char *key)
{
	bool is = false;
	return bool_parse(pair_find(exporter->attrs, exporter->n_attrs, key), &is) && is;
}

static bool push_all(Ref *ref, char **digest, GError **error)
{
	if (ref->tags[0] == NULL || *ref->tags[0] == '\0')
		return fail(error, BERTH_ERROR_INVALID, "tag is needed when pushing to registry");
	for (int i = 0; ref->tags[i] != NULL; i++) {
		g_free(*digest);
		*digest = NULL;
		if (!build_push(ref->build, ref->tags[i], digest, error))
			return false;
	}
	return true;
}

/* Fields for the client's metadata file; an index has no configuration. */
static void respond_image(Ref *ref, const char *id, const char *pushed, json_t *response)
{
	g_autoptr(json_t) index = image_index_descriptor(job_engine(ref->job), id);
	if (json_is_object(index)) {
		g_autofree char *text = json_text(index),
				*packed = g_base64_encode((const guchar *)text, strlen(text));
		json_object_set_new(response, "containerimage.descriptor", json_string(packed));
	} else {
		json_object_set_new(response, "containerimage.config.digest", json_string(id));
	}
	json_object_set_new(
		response, "containerimage.digest", json_string(pushed != NULL ? pushed : id));
}

static bool export_image(
	Ref *ref, const Bk__Exporter *exporter, int number, json_t *response, GError **error)
{
	g_autofree char *id = NULL, *names = NULL, *pushed = NULL;
	bool push = asks(exporter, "push");
	(void)number;
	if (push)
		leave(ref);
	if (!read_names(ref, exporter, &names, error) || !build_keep(ref->build, &id, error) ||
		(push && !push_all(ref, &pushed, error)))
		return false;
	respond_image(ref, id, pushed, response);
	if (*names != '\0')
		json_object_set_new(response, "image.name", json_string(names));
	return true;
}

/* Addresses the client's exporter of that number. */
static GrpcCall *call_back(Ref *ref, int number, GError **error)
{
	g_autofree char *text = g_strdup_printf("%d", number);
	const char *const metadata[] = {"buildkit-attachable-exporter-id", text, NULL};
	return job_call_session(ref->job, "/moby.filesync.v1.FileSend/DiffCopy", metadata, error);
}

/* The client answers when it has written everything. */
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

static bool send_tar(Ref *ref, GrpcCall *call, GError **error)
{
	GrpcBytes bytes = {.call = call};
	const ArchiveSink sink = {.bytes = grpc_bytes_write, .data = &bytes};
	if (build_platforms(ref->build) > 1)
		return fail(error, BERTH_ERROR_INVALID,
			"files of several platforms cannot be one archive: use type=local");
	autofd root = build_open(ref->build, 0, error);
	return root >= 0 && tree_archive(root, TREE_WHOLE, NULL, &sink, error);
}

static gint by_name(gconstpointer one, gconstpointer other)
{
	return strcmp(((const SentTree *)one)->name, ((const SentTree *)other)->name);
}

/* "linux/arm64" as a folder name; "" for a single platform. */
static char *folder_of(Ref *ref, guint number)
{
	char *name = build_platform(ref->build, number);
	if (build_platforms(ref->build) == 1)
		*name = '\0';
	return g_strdelimit(name, "/", '_');
}

static void tree_clear(gpointer data)
{
	SentTree *tree = data;
	fd_clear(&tree->root_fd);
	g_free((char *)tree->name);
}

static bool send_local(Ref *ref, GrpcCall *call, GError **error)
{
	g_autoptr(GArray) trees = g_array_new(FALSE, FALSE, sizeof(SentTree));
	g_array_set_clear_func(trees, tree_clear);
	for (guint i = 0; i < build_platforms(ref->build); i++) {
		SentTree tree = {folder_of(ref, i), build_open(ref->build, i, error)};
		g_array_append_val(trees, tree);
		if (tree.root_fd < 0)
			return false;
	}
	g_array_sort(trees, by_name);
	return filesync_send(call, (const SentTree *)(void *)trees->data, trees->len, error);
}

/* An archive of the image; the engine keeps nothing of it that it did not have before. */
static bool send_image(Ref *ref, GrpcCall *call, GError **error)
{
	GrpcBytes bytes = {.call = call};
	g_autofree char *id = NULL;
	leave(ref);
	json_object_set_new(ref->more, "output", json_string("image"));
	ref->request.output = grpc_bytes_write;
	ref->request.output_data = &bytes;
	bool ok = build_keep(ref->build, &id, error);
	json_object_del(ref->more, "output");
	ref->request.output = NULL;
	return ok;
}

static bool export_files(Ref *ref, int number, const char *title,
	bool (*send)(Ref *ref, GrpcCall *call, GError **error), GError **error)
{
	g_autoptr(GrpcCall) call = call_back(ref, number, error);
	gpointer vertex = build_vertex_begin(ref->build, title);
	g_autoptr(GError) problem = NULL;
	bool ok = call != NULL && send(ref, call, &problem) && finish_call(call, &problem);
	build_vertex_end(vertex, ok ? NULL : problem != NULL ? problem->message : "cancelled");
	if (problem != NULL)
		g_propagate_error(error, g_steal_pointer(&problem));
	return ok;
}

static bool export_local(
	Ref *ref, const Bk__Exporter *exporter, int number, json_t *response, GError **error)
{
	(void)exporter;
	(void)response;
	return export_files(ref, number, "exporting to client directory", send_local, error);
}

static bool export_tar(
	Ref *ref, const Bk__Exporter *exporter, int number, json_t *response, GError **error)
{
	(void)exporter;
	(void)response;
	return export_files(ref, number, "exporting to client tarball", send_tar, error);
}

static bool export_archive(
	Ref *ref, const Bk__Exporter *exporter, int number, json_t *response, GError **error)
{
	g_autofree char *names = NULL;
	bool oci = strcmp(exporter->type, "oci") == 0;
	if (!oci && build_platforms(ref->build) > 1)
		return fail(error, BERTH_ERROR_INVALID,
			"docker exporter does not currently support exporting manifest lists");
	if (!read_names(ref, exporter, &names, error))
		return false;
	if (*names != '\0')
		json_object_set_new(response, "image.name", json_string(names));
	return export_files(ref, number,
		oci ? "exporting to oci image format" : "exporting to docker image format",
		send_image, error);
}

static const struct {
	const char *type;
	bool (*export)(Ref *ref, const Bk__Exporter *exporter, int number, json_t *response,
		GError **error);
} exporters[] = {{"moby", export_image}, {"image", export_image}, {"oci", export_archive},
	{"docker", export_archive}, {"local", export_local}, {"tar", export_tar}};

static size_t find(const char *type)
{
	size_t i = 0;
	while (i < G_N_ELEMENTS(exporters) && strcmp(exporters[i].type, type) != 0)
		i++;
	return i;
}

bool export_check(const Bk__ControlSolveRequest *solve, GError **error)
{
	for (size_t i = 0; i < solve->n_exporters; i++) {
		const Bk__Exporter *exporter = solve->exporters[i];
		g_autoptr(json_t) fields =
			pairs_json(exporter->type, exporter->attrs, exporter->n_attrs);
		if (find(exporter->type) == G_N_ELEMENTS(exporters))
			return fail(error, BERTH_ERROR_NOT_IMPLEMENTED,
				"exporter %s is not supported", exporter->type);
		if (!build_option_check(BUILD_OUTPUT, fields, error))
			return false;
	}
	return true;
}

typedef struct {
	Ref *ref;
	const char *folder;
	json_t *descriptor; /* of the image that was sent */
} SentCache;

static bool send_lent(gpointer data, const char *id, GError **error)
{
	SentCache *sent = data;
	sent->descriptor = content_send(
		job_session(sent->ref->job), job_engine(sent->ref->job), sent->folder, id, error);
	return sent->descriptor != NULL;
}

static bool asks_whole(const Bk__CacheEntry *entry)
{
	return strcmp(pair_find(entry->attrs, entry->n_attrs, "mode"), "max") == 0;
}

/* --cache-to type=local: the client records the value of "cache.manifest" in index.json of its folder. */
static bool export_cache_local(
	Ref *ref, const Bk__CacheEntry *entry, json_t *response, GError **error)
{
	SentCache sent = {.ref = ref, .folder = pair_find(entry->attrs, entry->n_attrs, "dest")};
	g_autoptr(GError) problem = NULL;
	Vertex *vertex = build_vertex_begin(ref->build, "exporting cache to client directory");
	bool ok = build_lend_cache(ref->build, asks_whole(entry), send_lent, &sent, &problem);
	build_vertex_end(vertex, ok ? NULL : problem->message);
	g_autoptr(json_t) descriptor = sent.descriptor;
	if (problem != NULL)
		g_propagate_error(error, g_steal_pointer(&problem));
	if (!ok)
		return false;
	g_autofree char *text = json_text(descriptor);
	return json_object_set_new(response, "cache.manifest", json_string(text)) == 0;
}

static bool export_cache_registry(
	Ref *ref, const Bk__CacheEntry *entry, json_t *response, GError **error)
{
	(void)response;
	return build_push_cache(ref->build, asks_whole(entry),
		pair_find(entry->attrs, entry->n_attrs, "ref"), error);
}

/* --cache-to; an inline cache is a part of the result. */
static const struct {
	const char *type;
	bool (*export)(Ref *ref, const Bk__CacheEntry *entry, json_t *response, GError **error);
} caches[] = {{"local", export_cache_local}, {"registry", export_cache_registry}};

/* The error has been reported; the client may ignore it (ignore-error). */
static bool export_cache(Ref *ref, const Bk__CacheEntry *entry, json_t *response, GError **error)
{
	g_autoptr(GError) problem = NULL;
	size_t kind = 0;
	bool ignore = false;
	while (kind < G_N_ELEMENTS(caches) && strcmp(entry->type, caches[kind].type) != 0)
		kind++;
	if (kind == G_N_ELEMENTS(caches) || caches[kind].export(ref, entry, response, &problem))
		return true;
	bool_parse(pair_find(entry->attrs, entry->n_attrs, "ignore-error"), &ignore);
	if (!ignore)
		g_propagate_error(error, g_steal_pointer(&problem));
	return ignore;
}

static bool export_caches(
	Ref *ref, const Bk__ControlSolveRequest *solve, json_t *response, GError **error)
{
	for (size_t i = 0; solve->cache != NULL && i < solve->cache->n_exports; i++)
		if (!export_cache(ref, solve->cache->exports[i], response, error))
			return false;
	return true;
}

/* For metadata files; dockerd's builder reports nothing for several platforms. */
static void state_provenance(Job *job, const Ref *ref)
{
	if (build_platforms(ref->build) > 1)
		return;
	g_autoptr(json_t) predicate = build_provenance(ref->build, true);
	g_autofree char *text = json_text(predicate);
	job_state(job, text);
}

bool export_result(Job *job, Ref *ref, json_t *response, GError **error)
{
	const Bk__ControlSolveRequest *solve = job_solve(job);
	for (size_t i = 0; i < solve->n_exporters; i++) {
		const Bk__Exporter *exporter = solve->exporters[i];
		/* The builder reads the image's annotations from it. */
		json_object_set_new(ref->more, "outputs",
			json_pack("[o]",
				pairs_json(exporter->type, exporter->attrs, exporter->n_attrs)));
		if (!exporters[find(exporter->type)].export(ref, exporter, (int)i, response, error))
			return false;
	}
	if (build_platforms(ref->build) == 0)
		return true;
	state_provenance(job, ref);
	return export_caches(ref, solve, response, error);
}
