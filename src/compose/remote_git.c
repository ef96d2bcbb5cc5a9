/* Compose files of git repositories, fetched by the user's git with the user's own configuration. No part of a URL
 * becomes an option or another transport (base/git_url.h), and no link of a repository leads out of it. */
#include "compose/remote.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/git_url.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { COMMIT_LENGTH = 40 };

/* One repository at one commit. */
typedef struct {
	const GitUrl *url;
	char commit[COMMIT_LENGTH + 1];
} Checkout;

/* No password prompts, and only network transports. */
static char **environment(void)
{
	char **all = g_get_environ();
	const char *ssh = g_environ_getenv(all, "GIT_SSH");
	bool own_ssh = ssh != NULL && *ssh != '\0';
	all = g_environ_setenv(all, "GIT_TERMINAL_PROMPT", "0", FALSE);
	all = g_environ_setenv(all, "GIT_ALLOW_PROTOCOL", "http:https:git:ssh", FALSE);
	if (!own_ssh)
		all = g_environ_setenv(
			all, "GIT_SSH_COMMAND", "ssh -o ControlMaster=no -o BatchMode=yes", FALSE);
	return all;
}

/* Runs git in a folder (NULL: the current one) with these arguments, ended by NULL; *out: its output. Its exit code,
 * or -1. */
static int git(const char *folder, char **out, ...)
{
	g_auto(GStrv) all = environment();
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autofree char *said = NULL, *complaint = NULL;
	static const char *const first[] = {
		"git", "-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false"};
	va_list args;
	int status = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(first); i++)
		g_ptr_array_add(argv, (gpointer)first[i]);
	va_start(args, out);
	for (char *word; (word = va_arg(args, char *)) != NULL;)
		g_ptr_array_add(argv, word);
	va_end(args);
	g_ptr_array_add(argv, NULL);
	bool ran = g_spawn_sync(folder, (char **)argv->pdata, all, G_SPAWN_SEARCH_PATH, NULL, NULL,
		&said, &complaint, &status, NULL);
	*out = g_strconcat(said != NULL ? said : "", complaint, NULL);
	return !ran ? -1 : WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static bool git_failed(GError **error, int code, const char *what, const char *said)
{
	return code < 0 ? fail(error, BERTH_ERROR_UNAVAILABLE, "git cannot be run: install git")
			: fail(error, BERTH_ERROR_UNAVAILABLE, "%s:\n %s", what, said);
}

static bool is_commit(const char *text)
{
	return strspn(text, "0123456789abcdef") >= COMMIT_LENGTH;
}

/* Resolves a branch or tag to a commit, so that each commit is fetched once. */
static bool resolve(const char *text, Checkout *checkout, GError **error)
{
	const GitUrl *url = checkout->url;
	const char *ref = *url->ref != '\0' ? url->ref : "HEAD";
	g_autofree char *said = NULL, *what = g_strdup_printf(
					      "failed to access repository at %s", url->repository);
	if (strlen(ref) == COMMIT_LENGTH && is_commit(ref)) {
		g_strlcpy(checkout->commit, ref, sizeof checkout->commit);
		return true;
	}
	int code = git(NULL, &said, "ls-remote", "--exit-code", "--end-of-options", url->repository,
		ref, NULL);
	if (code == 2)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"repository does not contain ref %s, output: \"%s\"", text, said);
	if (code != 0)
		return git_failed(error, code, what, said);
	if (!is_commit(said))
		return fail(error, BERTH_ERROR_UNAVAILABLE, "unexpected git command output: \"%s\"",
			said);
	g_strlcpy(checkout->commit, said, sizeof checkout->commit);
	return true;
}

static bool check_out(gpointer data, const char *folder, int folder_fd, GError **error)
{
	const Checkout *checkout = data;
	const char *repository = checkout->url->repository, *commit = checkout->commit;
	g_autofree char *made = NULL, *named = NULL, *fetched = NULL, *done = NULL;
	(void)folder_fd;
	int code = git(folder, &made, "init", "--quiet", "--template=", NULL);
	if (code != 0)
		return git_failed(error, code, "git init failed", made);
	code = git(folder, &named, "remote", "add", "--", "origin", repository, NULL);
	if (code == 0)
		code = git(folder, &fetched, "fetch", "--depth=1", "--end-of-options", "origin",
			commit, NULL);
	if (code != 0)
		return git_failed(
			error, code, "git fetch failed", fetched != NULL ? fetched : named);
	code = git(folder, &done, "checkout", "--quiet", commit, "--", NULL);
	return code == 0 || git_failed(error, code, "git checkout failed", done);
}

/* The file itself, or the one with a default name in a folder. Its path, or NULL. */
static char *find_file(int root_fd, const char *path)
{
	static const char *const names[] = {
		"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"};
	autofd whole = path_open_regular(root_fd, path);
	if (whole >= 0)
		return g_strdup(path);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *file = g_build_filename(path, names[i], NULL);
		autofd fd = path_open_regular(root_fd, file);
		if (fd >= 0)
			return g_steal_pointer(&file);
	}
	return NULL;
}

RemoteCopy *git_copy(const char *text, GError **error)
{
	g_auto(GitUrl) url = {0};
	Checkout checkout = {.url = &url};
	g_autoptr(GError) problem = NULL;
	if (!git_url_parse(text, &url, &problem)) {
		fail(error, BERTH_ERROR_UNAVAILABLE, "%s", problem->message);
		return NULL;
	}
	if (!resolve(text, &checkout, error))
		return NULL;
	if (!g_str_has_prefix(checkout.commit, url.checksum)) {
		fail(error, BERTH_ERROR_UNAVAILABLE, "expected checksum to match %s, got %s",
			url.checksum, checkout.commit);
		return NULL;
	}
	g_autofree char *folder = cache_folder(checkout.commit, check_out, &checkout, error);
	if (folder == NULL)
		return NULL;
	autofd root_fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* The resolved target of a link within the repository is read; other code would follow the link itself. */
	g_autofree char *file =
		root_fd >= 0 ? find_file(root_fd, *url.folder != '\0' ? url.folder : ".") : NULL;
	g_autofree char *real = file != NULL ? path_resolve_in_root(root_fd, file) : NULL;
	if (real == NULL) {
		fail(error, BERTH_ERROR_UNAVAILABLE, "no configuration file in %s: not found",
			text);
		return NULL;
	}
	RemoteCopy *copy = g_new0(RemoteCopy, 1);
	copy->file = path_normal(real, folder);
	copy->folder = g_steal_pointer(&folder);
	return copy;
}
