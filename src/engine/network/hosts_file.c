/* Editing the hosts file of a running container without losing the container's own changes. */
#include "engine/network/names.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"

#include <fcntl.h>
#include <string.h>

enum { SMALL_FILE = 4 << 20 };

/* Guards the read and write of hosts_change, which other containers' requests may call too. */
static GMutex hosts_lock;

bool network_file_put(const char *folder, const char *name, const char *text, GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	autofd fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	return (fd >= 0 && fd_write_all(fd, text, strlen(text))) ||
	       fail_errno(error, "cannot write %s", path);
}

static bool goes(const char *line, const char *less)
{
	const char *names = strchr(line, '\t');
	size_t length = strlen(less);
	if (*less != '\t')
		return *less != '\0' && strcmp(line, less) == 0;
	return names != NULL && strncmp(names, less, length) == 0 &&
	       (names[length] == ' ' || names[length] == '\0');
}

static void drop_lines(GString *text, const char *all, const char *less)
{
	g_auto(GStrv) lines = g_strsplit(all, "\n", -1), gone = g_strsplit(less, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++) {
		bool stays = lines[i + 1] != NULL || *lines[i] != '\0';
		for (int n = 0; gone[n] != NULL; n++)
			stays = stays && !goes(lines[i], gone[n]);
		if (stays)
			g_string_append_printf(text, "%s\n", lines[i]);
	}
}

void hosts_change(Container *container, const char *less, const char *more)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new("");
	g_autofree char *folder = container_folder(container),
			*path = g_build_filename(folder, "hosts", NULL);
	g_mutex_lock(&hosts_lock);
	g_autofree char *old = file_read(path, SMALL_FILE);
	if (old != NULL) {
		drop_lines(text, old, less);
		g_string_append(text, more);
		if (strcmp(old, text->str) != 0 &&
			!network_file_put(folder, "hosts", text->str, &error))
			log_warn("container %s: %s", container->row.id, error->message);
	}
	g_mutex_unlock(&hosts_lock);
}
