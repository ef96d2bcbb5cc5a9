/* Git repositories, fetched by Debian's git. No part of a URL becomes an option or a command (CVE-2019-13139): parts
 * are validated, and passed after "--end-of-options" or as values; git runs without the host's configuration, hooks,
 * submodule commands and other transports. Submodules are fetched one level after the other, within a bound: a few
 * repositories that name each other twice would be millions. */
#include "builder/internal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { MAX_SAID = 2000, MAX_OUT = 64 << 10, MAX_MODULES_FILE = 64 << 10, MAX_SUBMODULES = 256 };
/* What git and its own git processes do not do, whatever a repository holds; in .git, where no tree reaches. */
static const char settings_file[] = ".git/berth",
		  settings[] = "[core]\n\thooksPath = /dev/null\n\tfsmonitor = false\n"
			       "[advice]\n\tdetachedHead = false\n";

/* A process group of its own, so that its children are killed with it. */
static void lead_group(gpointer data)
{
	(void)data;
	setpgid(0, 0);
}

/* Output beyond the limit is read and dropped. False at the end. */
static bool hear(int fd, GString *said, gsize limit)
{
	char block[4096];
	ssize_t n = read(fd, block, sizeof block);
	if (n > 0 && said->len < limit)
		g_string_append_len(said, block, MIN(n, (ssize_t)(limit - said->len)));
	return n > 0 || (n < 0 && errno == EINTR);
}

/* Reads both streams to their ends. False if the build is cancelled before: git is killed then. */
static bool follow(Build *build, GPid pid, int out_fd, GString *out, int said_fd, GString *said)
{
	struct pollfd polls[] = {{.fd = out_fd, .events = POLLIN},
		{.fd = said_fd, .events = POLLIN}, {.fd = build->cancel[0]}};
	GString *const texts[] = {out, said};
	while (polls[0].fd >= 0 || polls[1].fd >= 0) {
		if (poll(polls, G_N_ELEMENTS(polls), -1) < 0)
			continue;
		if (polls[2].revents != 0) {
			kill(-pid, SIGKILL);
			return false;
		}
		for (int i = 0; i < 2; i++)
			if (polls[i].revents != 0 &&
				!hear(polls[i].fd, texts[i], i == 0 ? MAX_OUT : MAX_SAID))
				polls[i].fd = -1;
	}
	return true;
}

static char *run(Build *build, const char *folder, char **argv, char **environment, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(GString) out = g_string_new(""), said = g_string_new("");
	GPid pid;
	int out_fd = -1, said_fd = -1, status = 0;
	if (!g_spawn_async_with_pipes(folder, argv, environment,
		    G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, lead_group, NULL, &pid, NULL,
		    &out_fd, &said_fd, &problem)) {
		fail(error, BERTH_ERROR_SYSTEM, "git cannot be run (%s): install git",
			problem->message);
		return NULL;
	}
	autofd out_owned = out_fd, said_owned = said_fd;
	bool whole = follow(build, pid, out_owned, out, said_owned, said);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!whole)
		fail(error, BERTH_ERROR_SYSTEM, "the build was cancelled");
	else if (g_spawn_check_wait_status(status, NULL))
		return g_strdup(out->str);
	else
		fail(error, BERTH_ERROR_INVALID, "git failed: %s", g_strstrip(said->str));
	return NULL;
}

/* Git's working directory, and the socket of the client's ssh agent ("": none). */
typedef struct {
	Build *build;
	const char *folder, *agent;
	const char *settings; /* the file of settings */
} Git;

/* Runs git with these arguments; its standard output, or NULL with its standard error. */
static char *git(const Git *git, GError **error, ...)
{
	g_autofree char *agent = g_strconcat("SSH_AUTH_SOCK=", git->agent, NULL);
	g_autofree char *global = g_strconcat("GIT_CONFIG_GLOBAL=", git->settings, NULL);
	const char *const environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/nonexistent",
		"GIT_CONFIG_NOSYSTEM=1", global, "GIT_TEMPLATE_DIR=", "GIT_TERMINAL_PROMPT=0",
		"GIT_ALLOW_PROTOCOL=http:https:git:ssh", "GIT_LFS_SKIP_SMUDGE=1", "LC_ALL=C",
		"GIT_SSH_COMMAND=ssh -F /dev/null -oBatchMode=yes -oIdentityFile=none "
		"-oStrictHostKeyChecking=accept-new",
		agent, NULL};
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	va_list args;
	static const char *const first[] = {"git", "-c", "core.hooksPath=/dev/null", "-c",
		"core.fsmonitor=false", "-c", "protocol.ext.allow=never", "-c",
		"advice.detachedHead=false"};
	for (size_t i = 0; i < G_N_ELEMENTS(first); i++)
		g_ptr_array_add(argv, (gpointer)first[i]);
	va_start(args, error);
	for (char *word; (word = va_arg(args, char *)) != NULL;)
		g_ptr_array_add(argv, word);
	va_end(args);
	g_ptr_array_add(argv, NULL);
	return run(git->build, git->folder, (char **)argv->pdata, (char **)environment, error);
}

static bool is_commit(const char *ref)
{
	return strlen(ref) >= 7 && strspn(ref, "0123456789abcdef") == strlen(ref);
}

/* Fetches only the tip of a ref if the server supports that; else its history or, for a commit that the server does
 * not serve by id, all branches. */
static bool fetch(const Git *in, const GitUrl *url, GError **error)
{
	const char *ref = *url->ref != '\0' ? url->ref : "HEAD";
	g_autofree char *shallow = git(in, NULL, "fetch", "--depth=1", "--no-tags",
		"--end-of-options", url->repository, ref, NULL);
	if (shallow != NULL)
		return true;
	if (!build_going(in->build))
		return fail(error, BERTH_ERROR_SYSTEM, "the build was cancelled");
	g_autofree char *whole = git(in, is_commit(ref) ? NULL : error, "fetch", "--end-of-options",
		url->repository, ref, NULL);
	if (whole != NULL || !is_commit(ref))
		return whole != NULL;
	g_autofree char *all = git(in, error, "fetch", "--tags", "--end-of-options",
		url->repository, "+refs/heads/*:refs/remotes/origin/*", NULL);
	return all != NULL;
}

static bool check_out(const Git *in, const GitUrl *url, GError **error)
{
	g_autofree char *fetched = git(in, NULL, "checkout", "--quiet", "FETCH_HEAD", "--", NULL);
	if (!is_commit(url->ref))
		return fetched != NULL ||
		       fail(error, BERTH_ERROR_INVALID, "git cannot check out \"%s\"", url->ref);
	g_autofree char *exact = git(in, error, "checkout", "--quiet", url->ref, "--", NULL);
	return exact != NULL;
}

static bool too_many(GError **error)
{
	return fail(error, BERTH_ERROR_INVALID, "the repository has more than %d submodules",
		MAX_SUBMODULES);
}

static guint count(const char *text, const char *what)
{
	guint found = 0;
	while ((text = strstr(text, what)) != NULL) {
		text += strlen(what);
		found++;
	}
	return found;
}

/* The tips alone, if the server supports that. */
static bool update_submodules(const Git *in, GError **error)
{
	g_autofree char *shallow =
		git(in, NULL, "submodule", "update", "--init", "--checkout", "--depth=1", NULL);
	if (shallow != NULL)
		return true;
	if (!build_going(in->build))
		return fail(error, BERTH_ERROR_SYSTEM, "the build was cancelled");
	g_autofree char *whole =
		git(in, error, "submodule", "update", "--init", "--checkout", NULL);
	return whole != NULL;
}

/* One repository's submodules, which are added to the list of folders. Their URLs are those of .gitmodules, also such as
 * "../other.git": git resolves them, with the transports of GIT_ALLOW_PROTOCOL, and refuses paths that leave the tree. */
static bool add_level(
	const Git *in, int root_fd, const char *folder, GPtrArray *folders, GError **error)
{
	g_autofree char *file = g_build_filename(folder, ".gitmodules", NULL),
			*path = g_build_filename(in->folder, folder, NULL),
			*text = path_read_regular(root_fd, file, MAX_MODULES_FILE);
	const Git there = {in->build, path, in->agent, in->settings};
	if (text == NULL)
		return errno != EFBIG ||
		       fail(error, BERTH_ERROR_INVALID, "%s of the repository is too large", file);
	if (folders->len - 1 + count(text, "[submodule") > MAX_SUBMODULES)
		return too_many(error);
	g_autofree char *listed = update_submodules(&there, error)
					  ? git(&there, error, "submodule", "--quiet", "foreach",
						    "printf '%s\\n' \"$sm_path\"", NULL)
					  : NULL;
	if (listed == NULL)
		return false;
	g_auto(GStrv) paths = g_strsplit(listed, "\n", -1);
	for (int i = 0; paths[i] != NULL; i++)
		if (*paths[i] != '\0')
			g_ptr_array_add(folders, g_build_filename(folder, paths[i], NULL));
	return folders->len - 1 <= MAX_SUBMODULES || too_many(error);
}

static bool remove_pointer(int root_fd, const char *folder, GError **error)
{
	autofd fd = path_open_beneath(root_fd, folder, O_PATH | O_DIRECTORY);
	return (fd >= 0 && (unlinkat(fd, ".git", 0) == 0 || errno == ENOENT)) ||
	       fail_errno(error, "cannot remove .git of the submodule %s", folder);
}

/* The submodules of the repository and theirs; without their .git, where that is not kept. */
static bool add_submodules(
	const Git *in, int root_fd, const char *repository, bool keep_git, GError **error)
{
	g_autoptr(GPtrArray) folders = g_ptr_array_new_with_free_func(g_free);
	autofd modules = path_open_regular(root_fd, ".gitmodules");
	if (modules < 0)
		return true;
	/* Relative URLs begin here. */
	g_autofree char *origin =
		git(in, error, "config", "--local", "remote.origin.url", repository, NULL);
	bool ok = origin != NULL;
	g_ptr_array_add(folders, g_strdup("."));
	for (guint i = 0; ok && i < folders->len; i++)
		ok = add_level(in, root_fd, folders->pdata[i], folders, error);
	for (guint i = 1; ok && !keep_git && i < folders->len; i++)
		ok = remove_pointer(root_fd, folders->pdata[i], error);
	g_autofree char *gone =
		ok ? git(in, error, "config", "--local", "--remove-section", "remote.origin", NULL)
		   : NULL;
	return gone != NULL;
}

static bool put_settings(int root_fd, GError **error)
{
	autofd fd = openat(
		root_fd, settings_file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return (fd >= 0 && fd_write_all(fd, settings, strlen(settings))) ||
	       fail_errno(error, "cannot write %s", settings_file);
}

static bool is_ssh(const char *repository)
{
	return strstr(repository, "://") == NULL || g_str_has_prefix(repository, "ssh://");
}

/* Keys come from the client's agent (--ssh default), never from the engine. */
static SshAgent *agent_of(Build *build, GError **error)
{
	if (build_has_ssh(build, "default"))
		return ssh_agent_new(build, "default", 0600, 0, 0, error);
	fail(error, BERTH_ERROR_INVALID, "unset ssh forward key default");
	return NULL;
}

char *git_fetch(Build *build, const char *text, bool keep_git, const char *checksum,
	char **subfolder, GError **error)
{
	Store *store = build->engine->store;
	g_auto(GitUrl) url = {0};
	int dir;
	if (!git_url_parse(text, &url, error))
		return NULL;
	g_autofree char *name = layer_begin(store, &dir, error);
	if (name == NULL)
		return NULL;
	autofd dir_fd = dir;
	g_autofree char *folder = g_build_filename(store->root, "tmp", name, NULL);
	g_autoptr(SshAgent) agent = NULL;
	bool ok = !is_ssh(url.repository) || (agent = agent_of(build, error)) != NULL;
	g_autofree char *settings_path = g_build_filename(folder, settings_file, NULL);
	const Git there = {build, folder, agent != NULL ? ssh_agent_path(agent) : "",
			  settings_path},
		  *const in = &there;
	g_autofree char *made = ok ? git(in, error, "init", "--quiet", NULL) : NULL;
	ok = made != NULL && put_settings(dir_fd, error) && fetch(in, &url, error) &&
	     check_out(in, &url, error);
	g_autofree char *head = ok ? git(in, error, "rev-parse", "HEAD", NULL) : NULL;
	ok = head != NULL;
	const char *const wanted[] = {checksum, url.checksum};
	for (size_t i = 0; ok && i < G_N_ELEMENTS(wanted); i++)
		ok = g_str_has_prefix(g_strstrip(head), wanted[i]) ||
		     fail(error, BERTH_ERROR_INVALID, "expected checksum to match %s, got %s",
			     wanted[i], head);
	ok = ok && add_submodules(in, dir_fd, url.repository, keep_git, error);
	if (ok && keep_git)
		ok = unlinkat(dir_fd, settings_file, 0) == 0 ||
		     fail_errno(error, "cannot remove %s", settings_file);
	else if (ok)
		ok = tree_remove(dir_fd, ".git") || fail_errno(error, "cannot remove .git");
	if (!ok) {
		store_discard(store, store->tmp_fd, name);
		return NULL;
	}
	*subfolder = g_strdup(*url.folder != '\0' ? url.folder : ".");
	return g_steal_pointer(&name);
}
