/* A container's files (Engine API: ContainerChanges, ContainerExport, ImageCommit). */
#include "api/api.h"
#include "engine/container/files.h"
#include "engine/image/images.h"

#include "base/error.h"
#include "base/work.h"

#include <string.h>

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
	const ArchiveSink to = {reply_tar, reply_tar_file, request};
	bool ok = container_export(container, &to, error);
	request->failed = !ok && request->answered; /* the missing last chunk tells the client */
	return ok;
}

/* An extension for backups: a container's changes, exported from one and imported into another. */
static bool layer_out(Request *request, GError **error)
{
	g_autoptr(Container) container = request_container(request, error);
	bool ok = container != NULL && container_layer_out(container, reply_tar, request, error);
	request->failed = !ok && request->answered;
	return ok;
}

static bool layer_in(Request *request, GError **error)
{
	g_autoptr(Container) container = request_container(request, error);
	return container != NULL &&
	       container_layer_in(container, http_body_read, request->body, error) &&
	       reply_empty(request, 200);
}

static bool commit(Request *request, GError **error)
{
	g_autoptr(json_t) config = request_json(request, error);
	/* dockerd checks the name before it looks for the container. */
	const char *repo = request_param(request, "repo");
	g_autofree char *name = NULL;
	g_autoptr(Container) container =
		config != NULL && image_target(repo, request_param(request, "tag"), &name, error)
			? container_find(
				  request->engine, request_param(request, "container"), error)
			: NULL;
	CommitRequest wanted = {.repo = request_param(request, "repo"),
		.tag = request_param(request, "tag"),
		.comment = request_param(request, "comment"),
		.author = request_param(request, "author"),
		.changes = request_params(request, "changes"),
		.config = config,
		.pause =
			*request_param(request, "pause") == '\0' || request_flag(request, "pause")};
	/* The container may be paused meanwhile, and its files endless. */
	work_follow_peer(request->fd);
	g_autofree char *id =
		container != NULL ? container_commit(container, &wanted, error) : NULL;
	work_follow_peer(-1);
	return id != NULL && reply_json(request, 201, json_pack("{s:s}", "Id", id));
}

/* HEAD: clients ask for the file's attributes first, and get them with GET, too. */
static bool set_path_stat(Request *request, Container *container, GError **error)
{
	g_autoptr(json_t) stat = container_path_stat(
		container, request->name, request_param(request, "path"), error);
	if (stat == NULL)
		return false;
	g_autofree char *text = json_text(stat),
			*base64 = g_base64_encode((guchar *)text, strlen(text));
	request->headers = g_strdup_printf("X-Docker-Container-Path-Stat: %s\r\n", base64);
	return true;
}

/* In dockerd's words, including their missing blank: tests look for them. */
static bool check_path(const Request *request, GError **error)
{
	return *request_param(request, "path") != '\0' ||
	       fail(error, BERTH_ERROR_INVALID, "bad parameter: pathcannot be empty");
}

static bool path_stat(Request *request, GError **error)
{
	if (!check_path(request, error))
		return false;
	g_autoptr(Container) container = request_container(request, error);
	return container != NULL && set_path_stat(request, container, error) &&
	       reply_empty(request, 200);
}

static bool copy_out(Request *request, GError **error)
{
	if (!check_path(request, error))
		return false;
	g_autoptr(Container) container = request_container(request, error);
	if (container == NULL || !set_path_stat(request, container, error))
		return false;
	const ArchiveSink to = {reply_tar, reply_tar_file, request};
	bool ok = container_copy_out(
		container, request->name, request_param(request, "path"), &to, error);
	request->failed = !ok && request->answered;
	return ok;
}

static bool copy_in(Request *request, GError **error)
{
	if (!check_path(request, error))
		return false;
	g_autoptr(Container) container = request_container(request, error);
	const CopyIn how = {.keep_kind = request_flag(request, "noOverwriteDirNonDir"),
		.user_owns = request_flag(request, "copyUIDGID")};
	return container != NULL &&
	       container_copy_in(container, request->name, request_param(request, "path"), how,
		       http_body_read, request->body, error) &&
	       reply_empty(request, 200);
}

const Route container_file_routes[] = {
	{"HEAD", "/containers/{}/archive", path_stat},
	{"GET", "/containers/{}/archive", copy_out},
	{"PUT", "/containers/{}/archive", copy_in},
	{"GET", "/containers/{}/changes", changes},
	{"GET", "/containers/{}/export", export},
	{"GET", "/containers/{}/layer", layer_out},
	{"PUT", "/containers/{}/layer", layer_in},
	{"POST", "/commit", commit},
	{0},
};
