/* RUN --mount=type=ssh: a socket in the step, whose connections the client forwards to its agent. The client keeps
 * one idle connection to the engine (POST /build/ssh) and offers another when that is used, so the engine never has
 * to connect to the client. */
#include "builder/internal.h"

#include "base/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum { BLOCK = 16 * 1024, WAIT_SECONDS = 10, MAX_OFFERS = 16 };

struct SshAgent {
	Build *build;
	char *id, *path;
	int listener, stop[2];
	GThread *thread;
};

bool build_has_ssh(const Build *build, const char *id)
{
	const BuildRequest *request = build->request;
	const json_t *list = json_object_get(request->more, "ssh");
	if (request->client != NULL)
		return request->client->has_ssh(request->session, id);
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_elem(list, i), id) == 0)
			return true;
	return false;
}

bool ssh_offer(Build *build, const char *id, int fd, GError **error)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&build->lock);
	GQueue *offers = g_hash_table_lookup(build->ssh_offers, id);
	if (!build_has_ssh(build, id) || (offers != NULL && offers->length >= MAX_OFFERS)) {
		close(fd);
		return fail(
			error, BERTH_ERROR_CONFLICT, "no connection to ssh agent %s is wanted", id);
	}
	if (offers == NULL)
		g_hash_table_insert(build->ssh_offers, g_strdup(id), offers = g_queue_new());
	g_queue_push_tail(offers, GINT_TO_POINTER(fd));
	g_cond_broadcast(&build->changed);
	return true;
}

void ssh_offers_free(gpointer data)
{
	GQueue *offers = data;
	while (offers->length > 0)
		close(GPOINTER_TO_INT(g_queue_pop_head(offers)));
	g_queue_free(offers);
}

/* Takes the next connection that the client has offered, waiting briefly for it. -1: none. */
static int take_offer(Build *build, const char *id)
{
	gint64 limit = g_get_monotonic_time() + WAIT_SECONDS * G_TIME_SPAN_SECOND;
	if (build->request->client != NULL)
		return build->request->client->ssh(build->request->session, id, NULL);
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&build->lock);
	for (;;) {
		GQueue *offers = g_hash_table_lookup(build->ssh_offers, id);
		if (offers != NULL && offers->length > 0)
			return GPOINTER_TO_INT(g_queue_pop_head(offers));
		if (!build_going(build) || !g_cond_wait_until(&build->changed, &build->lock, limit))
			return -1;
	}
}

static bool pass(int from, int to)
{
	char block[BLOCK];
	ssize_t n = recv(from, block, sizeof block, 0);
	return n > 0 && fd_write_all(to, block, (size_t)n);
}

/* Forwards one connection, both ways, until either end closes. */
static void carry(int a, int b, int stop)
{
	for (;;) {
		struct pollfd polls[] = {
			{.fd = a, .events = POLLIN}, {.fd = b, .events = POLLIN}, {.fd = stop}};
		if (poll(polls, G_N_ELEMENTS(polls), -1) < 0)
			continue;
		if (polls[2].revents != 0 || (polls[0].revents != 0 && !pass(a, b)) ||
			(polls[1].revents != 0 && !pass(b, a)))
			return;
	}
}

/* One at a time, as agents expect. */
static gpointer serve(gpointer data)
{
	SshAgent *agent = data;
	for (;;) {
		struct pollfd polls[] = {
			{.fd = agent->listener, .events = POLLIN}, {.fd = agent->stop[0]}};
		if (poll(polls, G_N_ELEMENTS(polls), -1) < 0)
			continue;
		if (polls[1].revents != 0)
			return NULL;
		autofd inside = accept4(agent->listener, NULL, NULL, SOCK_CLOEXEC);
		autofd outside = inside >= 0 ? take_offer(agent->build, agent->id) : -1;
		if (outside >= 0)
			carry(inside, outside, agent->stop[0]);
	}
}

const char *ssh_agent_path(const SshAgent *agent)
{
	return agent->path;
}

static bool make_private(const char *folder, GError **error)
{
	return ((mkdir(folder, 0700) == 0 || errno == EEXIST) && chmod(folder, 0700) == 0) ||
	       fail_errno(error, "cannot make %s", folder);
}

SshAgent *ssh_agent_new(
	Build *build, const char *id, gint64 mode, gint64 uid, gint64 gid, GError **error)
{
	static gint counter;
	SshAgent *agent = g_new0(SshAgent, 1);
	agent->build = build;
	agent->id = g_strdup(id);
	/* The folder is accessible to root only: the socket has the mode for the step's user, and on the host nobody
	 * else can reach it. */
	g_autofree char *folder = g_build_filename(build->engine->config->exec_root, "ssh", NULL);
	agent->path = g_strdup_printf("%s/%d.sock", folder, g_atomic_int_add(&counter, 1));
	agent->stop[0] = agent->stop[1] = agent->listener = -1;
	if (!make_private(folder, error)) {
		ssh_agent_free(agent);
		return NULL;
	}
	unlink(agent->path);
	agent->listener = unix_listen(agent->path, SOCK_STREAM, (mode_t)mode & 0777);
	if (agent->listener < 0 || chown(agent->path, (uid_t)uid, (gid_t)gid) < 0 ||
		pipe2(agent->stop, O_CLOEXEC) < 0) {
		fail_errno(error, "cannot listen at %s", agent->path);
		ssh_agent_free(agent);
		return NULL;
	}
	agent->thread = thread_start("ssh", serve, agent, error);
	if (agent->thread != NULL)
		return agent;
	ssh_agent_free(agent);
	return NULL;
}

void ssh_agent_free(gpointer data)
{
	SshAgent *agent = data;
	fd_clear(&agent->stop[1]);
	if (agent->thread != NULL)
		g_thread_join(agent->thread);
	fd_clear(&agent->stop[0]);
	fd_clear(&agent->listener);
	unlink(agent->path);
	g_free(agent->path);
	g_free(agent->id);
	g_free(agent);
}
