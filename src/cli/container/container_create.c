/* Creates a container from flags; pulls a missing image. */
#include "cli/common/flags.h"
#include "cli/common/hint.h"
#include "cli/common/reference.h"
#include "cli/container/request.h"
#include "cli/registry/image_transfer.h"
#include "cli/registry/trust.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The file must not exist; it is created before the container. */
static int open_cidfile(const char *path, GError **error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 && errno == EEXIST)
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"container ID file found, make sure the other container isn't running or "
			"delete %s",
			path);
	else if (fd < 0)
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"failed to create the container ID file: open %s: %s", path,
			errno_words(errno));
	return fd;
}

static bool pull(Cli *cli, GError **error)
{
	return image_fetch(cli, cli->args[0], flag_text(cli, "platform"), false,
		flag_bool(cli, "quiet", false) ? NULL : stderr, error);
}

static const char *pull_policy(const Cli *cli)
{
	return flag_given(cli, "pull") ? flag_text(cli, "pull") : "missing";
}

static bool pull_check(const Cli *cli, GError **error)
{
	static const char *const policies[] = {"", "always", "missing", "never", NULL};
	return g_strv_contains(policies, pull_policy(cli)) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "invalid pull option: '%s': must be one of \"always\", \"missing\" or "
		       "\"never\"",
		       pull_policy(cli));
}

/* --pull: whether a registry is asked first, once the image is missing, or not at all. */
static json_t *create_pulling(Cli *cli, const char *path, const json_t *request, GError **error)
{
	static const char missing[] = "No such image: ";
	const char *policy = pull_policy(cli);
	g_autoptr(GError) problem = NULL;
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

/* What Docker's client warns of by itself. */
static void warn(const json_t *request)
{
	const json_t *host = json_object_get(request, "HostConfig"),
		     *resolvers = json_object_get(host, "Dns");
	for (size_t i = 0; i < json_array_size(resolvers); i++)
		if (g_regex_match_simple("(127\\.([0-9]{1,3}\\.){2}[0-9]{1,3})|(::1)$",
			    json_elem(resolvers, i), 0, 0)) {
			print_to(stderr, "WARNING: Localhost DNS (%s) may fail in containers.\n",
				json_elem(resolvers, i));
			return;
		}
}

char *container_request_send(Cli *cli, bool *understood, GError **error)
{
	hints_image(cli->args[0]);
	g_autoptr(json_t) request = pull_check(cli, error) ? container_request(cli, error) : NULL;
	*understood = request != NULL;
	if (request == NULL || !reference_check_any(cli->args[0], error) ||
		!trust_check(cli, cli->args[0], error))
		return NULL;
	const char *file = flag_text(cli, "cidfile");
	autofd cidfile = *file != '\0' ? open_cidfile(file, error) : -1;
	g_auto(Platform) asked = {0};
	if (*flag_text(cli, "platform") != '\0' &&
		!platform_parse(flag_text(cli, "platform"), &asked, error)) {
		g_prefix_error(error, "error parsing specified platform: ");
		return NULL;
	}
	if (*file != '\0' && cidfile < 0)
		return NULL;
	warn(request);
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
