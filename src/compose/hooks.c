/* Hooks of services: commands run in their containers after the start and before the stop. */
#include "compose/hooks.h"
#include "compose/container.h"

#include "base/error.h"
#include "base/fd.h"

#include <unistd.h>

enum { FRAME = 8 };

static bool read_exactly(int fd, void *bytes, size_t length)
{
	for (size_t used = 0; used < length;) {
		ssize_t n = read(fd, (char *)bytes + used, length - used);
		if (n <= 0)
			return false;
		used += (size_t)n;
	}
	return true;
}

void hooks_hear(int fd, const json_t *container, const Teller *teller)
{
	guint8 head[FRAME];
	char block[4096];
	while (read_exactly(fd, head, FRAME)) {
		size_t left = (size_t)head[4] << 24 | (size_t)head[5] << 16 | (size_t)head[6] << 8 |
			      head[7];
		for (size_t part; left > 0; left -= part) {
			part = MIN(left, sizeof block);
			if (!read_exactly(fd, block, part))
				return;
			if (teller->hook != NULL)
				teller->hook(teller->hook_data, container, block, part);
		}
	}
}

bool hooks_run(Client *client, const json_t *hooks, const json_t *container, const Teller *teller,
	GError **error)
{
	const char *id = json_str(container, "Id");
	size_t i;
	json_t *hook;
	json_array_foreach (hooks, i, hook) {
		json_t *env = environment_list(json_object_get(hook, "environment")),
		       *command = json_object_get(hook, "command");
		g_autoptr(json_t) body = json_pack("{s:O?, s:s, s:b, s:s, s:o, s:b, s:b}", "Cmd",
			command, "User", json_str(hook, "user"), "Privileged",
			json_bool(hook, "privileged"), "WorkingDir", json_str(hook, "working_dir"),
			"Env", env, "AttachStdout", 1, "AttachStderr", 1);
		g_autoptr(json_t) made =
			engine_call(client, error, "POST", body, "/containers/%s/exec", id);
		if (made == NULL)
			return false;
		g_autofree char *path = g_strdup_printf("/exec/%s/start", json_str(made, "Id"));
		g_autoptr(json_t) options = json_pack("{s:b, s:b}", "Detach", 0, "Tty", 0);
		int fd = client_hijack(client, path, options, error);
		if (fd >= 0) {
			hooks_hear(fd, container, teller);
			close(fd);
		}
		g_autoptr(json_t) end = fd >= 0 ? engine_call(client, error, "GET", NULL,
							  "/exec/%s/json", json_str(made, "Id"))
						: NULL;
		if (end == NULL)
			return false;
		if (json_int(end, "ExitCode") != 0)
			return fail(error, BERTH_ERROR_UNAVAILABLE, "%s hook exited with status %d",
				container_label(container, "service"),
				(int)json_int(end, "ExitCode"));
	}
	return true;
}
