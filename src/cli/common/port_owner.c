/* proc_pid_fd(5): a socket is "socket:[INODE]", and /proc/net/tcp has inodes by port. */
#include "cli/common/port_owner.h"

#include "base/shown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line of /proc/net/tcp, tcp6, udp or udp6: whether it is bound to the port, and nobody's other end. */
static bool line_fits(const char *line, guint16 port, guint64 *inode)
{
	unsigned local, remote;
	return sscanf(line,
		       " %*d: %*[0-9A-F]:%x %*[0-9A-F]:%x %*x %*x:%*x %*x:%*x %*x %*u %*u "
		       "%" G_GINT64_MODIFIER "u",
		       &local, &remote, inode) == 3 &&
	       local == port && remote == 0 && *inode != 0;
}

/* 0: none. */
static guint64 inode_in(const char *path, guint16 port)
{
	g_autofree char *text = NULL;
	guint64 inode = 0;
	if (!g_file_get_contents(path, &text, NULL, NULL))
		return 0;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i] != NULL; i++)
		if (line_fits(lines[i], port, &inode))
			return inode;
	return 0;
}

/* Whether a process has the socket open; false also where we may not know. */
static bool process_has(const char *process, const char *socket)
{
	g_autofree char *folder = g_build_filename("/proc", process, "fd", NULL);
	g_autoptr(GDir) files = g_dir_open(folder, 0, NULL);
	const char *name;
	while (files != NULL && (name = g_dir_read_name(files)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL),
				*link = g_file_read_link(path, NULL);
		if (g_strcmp0(link, socket) == 0)
			return true;
	}
	return false;
}

static char *process_text(const char *process)
{
	g_autofree char *path = g_build_filename("/proc", process, "comm", NULL), *name = NULL;
	if (!g_file_get_contents(path, &name, NULL, NULL))
		return NULL;
	g_autofree char *shown = text_shown(g_strchomp(name), false);
	return g_strdup_printf("%s (process %s)", shown, process);
}

char *port_owner(guint16 port, bool udp)
{
	guint64 inode = inode_in(udp ? "/proc/net/udp" : "/proc/net/tcp", port);
	if (inode == 0)
		inode = inode_in(udp ? "/proc/net/udp6" : "/proc/net/tcp6", port);
	g_autofree char *socket = g_strdup_printf("socket:[%" G_GUINT64_FORMAT "]", inode);
	g_autoptr(GDir) processes = inode != 0 ? g_dir_open("/proc", 0, NULL) : NULL;
	const char *name;
	while (processes != NULL && (name = g_dir_read_name(processes)) != NULL)
		if (g_ascii_isdigit(*name) && process_has(name, socket))
			return process_text(name);
	return NULL;
}
