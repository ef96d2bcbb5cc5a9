#include "cli/build/build_ssh.h"
#include "cli/build/build_keys.h"
#include "cli/common/flags.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/thread.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum { BLOCK = 16 * 1024, RETRY_US = 50 * 1000 };

/* An agent: a thread that keeps one idle connection to the engine. When it is used, it is forwarded to the agent, and
 * another one is opened. */
typedef struct {
	BuildSsh *ssh;
	char *id, *socket;
	BuildKeys *keys; /* or NULL: an agent that was there */
	GThread *thread;
} Agent;

struct BuildSsh {
	const char *host;
	char *build_id;
	GPtrArray *agents; /* of Agent */
	int stop[2];	   /* the reading end hangs up at the end */
};

/* "default", "id" or "id=PATH,PATH". paths: to be freed; one that may be empty at least. */
static char **split(const char *text, char **id)
{
	g_auto(GStrv) parts = g_strsplit(text, "=", 2);
	const char *own = getenv("SSH_AUTH_SOCK"),
		   *paths = parts[0] != NULL && parts[1] != NULL ? parts[1] : "";
	*id = g_strdup(parts[0] != NULL && *parts[0] != '\0' ? parts[0] : "default");
	return g_strsplit(*paths != '\0'		? paths
			  : own != NULL && *own != '\0' ? own
							: " ",
		",", -1);
}

json_t *build_ssh_ids(Cli *cli)
{
	g_autoptr(json_t) given = flag_list(cli, "ssh");
	json_t *ids = json_array();
	for (size_t i = 0; i < json_array_size(given); i++) {
		g_autofree char *id = NULL;
		g_auto(GStrv) paths G_GNUC_UNUSED = split(json_elem(given, i), &id);
		json_array_append_new(ids, json_string(id));
	}
	return ids;
}

static bool pass(int from, int to)
{
	char block[BLOCK];
	ssize_t n = read(from, block, sizeof block);
	return n > 0 && fd_write_all(to, block, (size_t)n);
}

/* Both ways until one of them ends. */
static void carry(const Agent *agent, int engine)
{
	autofd local = unix_connect(agent->socket, SOCK_STREAM);
	while (local >= 0) {
		struct pollfd polls[] = {{.fd = engine, .events = POLLIN},
			{.fd = local, .events = POLLIN}, {.fd = agent->ssh->stop[0]}};
		if (poll(polls, G_N_ELEMENTS(polls), -1) < 0)
			continue;
		if (polls[2].revents != 0 || (polls[0].revents != 0 && !pass(engine, local)) ||
			(polls[1].revents != 0 && !pass(local, engine)))
			return;
	}
}

/* False once it is over. */
static bool offer(const Agent *agent, Client *client)
{
	g_autofree char *path =
		g_strdup_printf("/build/ssh?buildid=%s&id=%s", agent->ssh->build_id, agent->id);
	autofd fd = client_hijack(client, path, NULL, NULL);
	struct pollfd polls[] = {{.fd = fd, .events = POLLIN}, {.fd = agent->ssh->stop[0]}};
	/* The build has not begun yet: retried. */
	if (fd < 0) {
		g_usleep(RETRY_US);
		return poll(polls + 1, 1, 0) == 0;
	}
	if (poll(polls, G_N_ELEMENTS(polls), -1) > 0 && polls[1].revents == 0)
		carry(agent, fd);
	return poll(polls + 1, 1, 0) == 0;
}

static gpointer run(gpointer data)
{
	Agent *agent = data;
	g_autoptr(Client) client = client_new(agent->ssh->host);
	while (offer(agent, client))
		;
	return NULL;
}

static void agent_free(gpointer data)
{
	Agent *agent = data;
	if (agent->thread != NULL)
		g_thread_join(agent->thread);
	build_keys_free(agent->keys);
	g_free(agent->id);
	g_free(agent->socket);
	g_free(agent);
}

/* Of a socket there is one, without keys. */
static bool find_agent(Agent *agent, char **paths, GError **error)
{
	struct stat facts;
	size_t sockets = 0, files = 0;
	for (size_t i = 0; paths[i] != NULL; i++)
		if (stat(paths[i], &facts) == 0 && !S_ISSOCK(facts.st_mode))
			files++;
		else
			sockets++;
	if (sockets > 0 && files > 0)
		return fail(error, BERTH_ERROR_INVALID,
			"ssh %s: invalid combination of keys and sockets", agent->id);
	if (sockets > 1)
		return fail(error, BERTH_ERROR_INVALID, "ssh %s: only single socket allowed",
			agent->id);
	if (files == 0) {
		agent->socket = g_strdup(g_strstrip(paths[0]));
	} else {
		agent->keys = build_keys_new(paths, error);
		if (agent->keys == NULL) {
			g_prefix_error(error, "ssh %s: ", agent->id);
			return false;
		}
		agent->socket = g_strdup(build_keys_socket(agent->keys));
	}
	autofd probe = unix_connect(agent->socket, SOCK_STREAM);
	return probe >= 0 ||
	       fail(error, BERTH_ERROR_UNAVAILABLE,
		       "ssh %s: no agent listens at \"%s\": start one, or name its socket "
		       "(--ssh %s=SOCKET)",
		       agent->id, agent->socket, agent->id);
}

static bool add_agent(BuildSsh *ssh, const char *text, GError **error)
{
	Agent *agent = g_new0(Agent, 1);
	agent->ssh = ssh;
	g_auto(GStrv) paths = split(text, &agent->id);
	bool twice = false;
	for (size_t i = 0; i < ssh->agents->len; i++)
		twice = twice || strcmp(((Agent *)ssh->agents->pdata[i])->id, agent->id) == 0;
	g_ptr_array_add(ssh->agents, agent);
	if (twice)
		return fail(error, BERTH_ERROR_INVALID, "invalid duplicate ID %s", agent->id);
	if (!find_agent(agent, paths, error))
		return false;
	agent->thread = thread_or_end("ssh", run, agent);
	return true;
}

BuildSsh *build_ssh_start(Cli *cli, const char *build_id, GError **error)
{
	g_autoptr(json_t) given = flag_list(cli, "ssh");
	BuildSsh *ssh = g_new0(BuildSsh, 1);
	*ssh = (BuildSsh){.host = client_host(cli->client),
		.build_id = g_strdup(build_id),
		.agents = g_ptr_array_new_with_free_func(agent_free),
		.stop = {-1, -1}};
	bool ok = pipe2(ssh->stop, O_CLOEXEC) == 0 || fail_errno(error, "cannot make a pipe");
	for (size_t i = 0; ok && i < json_array_size(given); i++)
		ok = add_agent(ssh, json_elem(given, i), error);
	if (ok)
		return ssh;
	build_ssh_stop(ssh);
	return NULL;
}

void build_ssh_stop(BuildSsh *ssh)
{
	fd_clear(&ssh->stop[1]);
	g_ptr_array_unref(ssh->agents);
	fd_clear(&ssh->stop[0]);
	g_free(ssh->build_id);
	g_free(ssh);
}
