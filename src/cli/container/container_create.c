/* A container is created as the flags say, its image pulled where it is missing. */
#include "cli/common/flags.h"
#include "cli/common/hint.h"
#include "cli/container/request.h"
#include "cli/registry/image_transfer.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The file must not be there yet; it is taken before the container is made. */
static int open_cidfile(const char *path, GError **error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 && errno == EEXIST)
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"container ID file found, make sure the other container isn't running or "
			"delete %s",
			path);
	else if (fd < 0)
		fail(error, BERTH_ERROR_UNAVAILABLE, "failed to create the container ID file: %s",
			g_strerror(errno));
	return fd;
}

static bool pull(Cli *cli, GError **error)
{
	return image_fetch(cli, cli->args[0], flag_text(cli, "platform"), false,
		flag_bool(cli, "quiet", false) ? NULL : stderr, error);
}

/* --pull: whether a registry is asked first, once the image is missing, or not at all. */
static json_t *create_pulling(Cli *cli, const char *path, const json_t *request, GError **error)
{
	static const char missing[] = "No such image: ";
	const char *policy = flag_given(cli, "pull") ? flag_text(cli, "pull") : "missing";
	g_autoptr(GError) problem = NULL;
	if (strcmp(policy, "always") != 0 && strcmp(policy, "missing") != 0 &&
		strcmp(policy, "never") != 0) {
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"invalid pull option: '%s': must be one of \"always\", \"missing\" or "
			"\"never\"",
			policy);
		return NULL;
	}
	if (strcmp(policy, "always") == 0 && !pull(cli, error))
		return NULL;
	json_t *answer = client_call(cli->client, "POST", path, request, &problem);
	if (answer != NULL)
		return answer;
	bool absent = g_str_has_prefix(problem->message, missing);
	if (strcmp(policy, "missing") != 0 ||
		(!absent && !g_str_has_prefix(problem->message, "image with reference "))) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return NULL;
	}
	if (absent)
		print_to(stderr, "Unable to find image '%s' locally\n",
			problem->message + strlen(missing));
	if (pull(cli, error))
		return client_call(cli->client, "POST", path, request, error);
	if (absent)
		hint_print(problem->message);
	return NULL;
}

char *container_request_send(Cli *cli, GError **error)
{
	hints_image(cli->args[0]);
	g_autoptr(json_t) request = container_request(cli, error);
	const char *file = flag_text(cli, "cidfile");
	autofd cidfile = request != NULL && *file != '\0' ? open_cidfile(file, error) : -1;
	g_auto(Platform) asked = {0};
	if (request != NULL && *flag_text(cli, "platform") != '\0' &&
		!platform_parse(flag_text(cli, "platform"), &asked, error)) {
		g_prefix_error(error, "error parsing specified platform: ");
		return NULL;
	}
	if (request == NULL || (*file != '\0' && cidfile < 0))
		return NULL;
	g_autofree char *name = client_escape(flag_text(cli, "name")),
			*platform = client_escape(flag_text(cli, "platform"));
	g_autofree char *path =
		g_strconcat("/containers/create?name=", name, "&platform=", platform, NULL);
	g_autoptr(json_t) answer = create_pulling(cli, path, request, error);
	if (answer == NULL) {
		if (cidfile >= 0)
			unlink(file);
		return NULL;
	}
	cli_print_warnings(answer, "WARNING: ");
	const char *id = json_str(answer, "Id");
	if (cidfile >= 0 && !fd_write_all(cidfile, id, strlen(id)))
		print_to(stderr, "WARNING: cannot write %s\n", file);
	return g_strdup(id);
}
