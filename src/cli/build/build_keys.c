#include "cli/build/build_keys.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_KEY = 100 * 1024, MAX_WORDS = 4096 };

struct BuildKeys {
	char *folder, *socket;
	GPid pid;
	int lifeline; /* the agent ends when it is closed */
};

/* Of a session of its own: neither the terminal's signals nor its questions reach it. */
static void leave_terminal(gpointer data G_GNUC_UNUSED)
{
	setsid();
}

/* Starts a program of OpenSSH. */
static bool start(
	char **words, char **environment, GPid *pid, int *in, int *out, int *said, GError **error)
{
	g_autoptr(GError) problem = NULL;
	if (g_spawn_async_with_pipes(NULL, words, environment,
		    G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, leave_terminal, NULL, pid, in,
		    out, said, &problem))
		return true;
	return fail(error, BERTH_ERROR_UNAVAILABLE,
		"keys of files are held by OpenSSH's ssh-agent and ssh-add: %s", problem->message);
}

/* ssh-agent(1) is set-group-ID, which undoes PR_SET_PDEATHSIG: a shell waits for our end of a pipe. No provider of
 * PKCS#11 (-P) is loaded for whoever uses the agent. */
static bool start_agent(BuildKeys *keys, GError **error)
{
	static const char script[] =
		"echo; exec >&-; read -r nothing; kill \"$SSH_AGENT_PID\"; rm -rf \"$0\"";
	char *words[] = {(char *)"ssh-agent", (char *)"-a", keys->socket, (char *)"-P",
		(char *)"none", (char *)"sh", (char *)"-c", (char *)script, keys->folder, NULL};
	autofd out = -1;
	char byte;
	if (!start(words, NULL, &keys->pid, &keys->lifeline, &out, NULL, error))
		return false;
	return read(out, &byte, 1) == 1 ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "ssh-agent has not started");
}

/* ssh-add(1) asks nobody for a passphrase, and then says nothing. */
static bool add(
	const BuildKeys *keys, const char *path, const char *text, size_t length, GError **error)
{
	char *words[] = {(char *)"ssh-add", (char *)"-q", (char *)"-", NULL};
	g_auto(GStrv) environment = g_environ_setenv(
		g_environ_setenv(
			g_environ_setenv(g_get_environ(), "SSH_AUTH_SOCK", keys->socket, TRUE),
			"SSH_ASKPASS_REQUIRE", "force", TRUE),
		"SSH_ASKPASS", "/bin/false", TRUE);
	autofd in = -1, said = -1;
	GPid pid;
	int status = -1;
	if (!start(words, environment, &pid, &in, NULL, &said, error))
		return false;
	fd_write_all(in, text, length);
	fd_clear(&in);
	g_autofree char *words_said = fd_read_all(said, MAX_WORDS, NULL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status == 0)
		return true;
	bool silent = words_said == NULL || *g_strstrip(words_said) == '\0';
	return fail(error, BERTH_ERROR_INVALID, "failed to parse %s: %s", path,
		silent ? "this private key is passphrase protected: add it to an agent, and name "
			 "that one's socket"
		       : words_said);
}

static bool add_file(const BuildKeys *keys, const char *path, GError **error)
{
	size_t length = 0;
	autofd fd = file_open_named(path);
	g_autofree char *text = fd >= 0 ? fd_read_all(fd, MAX_KEY, &length) : NULL;
	if (text == NULL)
		return fail_errno(error, "failed to read %s", path);
	bool ok = add(keys, path, text, length, error);
	explicit_bzero(text, length);
	return ok;
}

BuildKeys *build_keys_new(char *const *paths, GError **error)
{
	g_autoptr(BuildKeys) keys = g_new0(BuildKeys, 1);
	keys->lifeline = -1;
	keys->folder = g_dir_make_tmp("berth-ssh-XXXXXX", error);
	if (keys->folder == NULL)
		return NULL;
	keys->socket = g_build_filename(keys->folder, "agent", NULL);
	if (!start_agent(keys, error))
		return NULL;
	for (size_t i = 0; paths[i] != NULL; i++)
		if (!add_file(keys, paths[i], error))
			return NULL;
	return g_steal_pointer(&keys);
}

const char *build_keys_socket(const BuildKeys *keys)
{
	return keys->socket;
}

void build_keys_free(BuildKeys *keys)
{
	if (keys == NULL)
		return;
	fd_clear(&keys->lifeline);
	while (keys->pid > 0 && waitpid(keys->pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (keys->folder != NULL)
		rmdir(keys->folder); /* where no agent has begun */
	g_free(keys->socket);
	g_free(keys->folder);
	g_free(keys);
}
