/* A container's files (Engine API v1.51: ContainerChanges, ContainerExport, ImageCommit). */
#include "api/api.h"

static bool changes(Request *request, GError **error)
{
	g_autoptr(Container) container = request_container(request, error);
	json_t *json = container != NULL ? container_changes(container, error) : NULL;
	return json != NULL && reply_json(request, 200, json);
}

static bool export(Request *request, GError **error)
{
	g_autoptr(Container) container = request_container(request, error);
	if (container == NULL)
		return false;
	bool ok = container_export(container, reply_tar, request, error);
	request->failed =
		!ok && request->answered; /* the missing end of the chunks tells the client */
	return ok;
}

static bool commit(Request *request, GError **error)
{
	g_autoptr(Container) container =
		container_find(request->engine, request_param(request, "container"), error);
	CommitRequest wanted = {.repo = request_param(request, "repo"),
		.tag = request_param(request, "tag"),
		.comment = request_param(request, "comment"),
		.author = request_param(request, "author"),
		.changes = request->repeated,
		.pause =
			*request_param(request, "pause") == '\0' || request_flag(request, "pause")};
	g_autofree char *id =
		container != NULL ? container_commit(container, &wanted, error) : NULL;
	return id != NULL && reply_json(request, 201, json_pack("{s:s}", "Id", id));
}

const Route container_file_routes[] = {
	{"GET", "/containers/{}/changes", changes},
	{"GET", "/containers/{}/export", export},
	{"POST", "/commit", commit},
	{0},
};
