/* Kills a process with everything that it has started: its session, its group, its descendants. Each pid is checked
 * again behind a pidfd before the kill, since it may have been reused. */
#include "engine/process/family.h"

#include "base/process_stat.h"

#include <glib.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>

enum { ROUNDS = 20 };

typedef struct {
	int parent, group, session;
	bool dead;
} Kin;

static bool read_kin(int pid, Kin *kin)
{
	char state;
	g_autofree char *stat = process_stat(pid, NULL);
	if (stat == NULL ||
		sscanf(stat, "%c %d %d %d", &state, &kin->parent, &kin->group, &kin->session) != 4)
		return false;
	kin->dead = state == 'Z' || state == 'X';
	return true;
}

static bool belongs(const Kin *kin, int head, GHashTable *family)
{
	return !kin->dead && (kin->session == head || kin->group == head ||
				     g_hash_table_contains(family, GINT_TO_POINTER(kin->parent)));
}

/* Stops a member, so that it starts nothing more; its children are found by its pid. False: it is no member. */
static bool hold(int pid, int head, GHashTable *family)
{
	Kin kin;
	if (g_hash_table_contains(family, GINT_TO_POINTER(pid)) || !read_kin(pid, &kin) ||
		!belongs(&kin, head, family))
		return false;
	int fd = pidfd_open(pid, 0);
	if (fd < 0)
		return false;
	bool still = read_kin(pid, &kin) && belongs(&kin, head, family) &&
		     pidfd_send_signal(fd, SIGSTOP, NULL, 0) == 0;
	if (still)
		g_hash_table_insert(family, GINT_TO_POINTER(pid), GINT_TO_POINTER(fd));
	else
		close(fd);
	return still;
}

/* True if a new member was found. */
static bool gather(int head, GHashTable *family)
{
	bool found = false;
	g_autoptr(GDir) proc = g_dir_open("/proc", 0, NULL);
	for (const char *name; proc != NULL && (name = g_dir_read_name(proc)) != NULL;)
		if (g_ascii_isdigit(*name))
			found = hold(atoi(name), head, family) || found;
	return found;
}

static void close_value(gpointer fd)
{
	close(GPOINTER_TO_INT(fd));
}

void process_end_family(int pid, int pidfd)
{
	g_autoptr(GHashTable) family = g_hash_table_new_full(NULL, NULL, NULL, close_value);
	GHashTableIter each;
	gpointer fd;
	if (pidfd_send_signal(pidfd, SIGSTOP, NULL, 0) < 0)
		return;
	g_hash_table_insert(family, GINT_TO_POINTER(pid), GINT_TO_POINTER(dup(pidfd)));
	for (int i = 0; i < ROUNDS && gather(pid, family); i++)
		;
	g_hash_table_iter_init(&each, family);
	while (g_hash_table_iter_next(&each, NULL, &fd))
		pidfd_send_signal(GPOINTER_TO_INT(fd), SIGKILL, NULL, 0);
}
