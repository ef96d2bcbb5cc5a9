/* login and logout. */
#include "cli/common/flags.h"
#include "cli/registry/credentials.h"

#include "base/error.h"
#include "base/fd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { MAX_SECRET = 64 * 1024 };

static const Flag flags[] = {
	{"password", 'p', STRING, "password or token"},
	{"password-stdin", 0, BOOL, "read the password from standard input"},
	{"username", 'u', STRING, "account"},
	{0},
};

/* A line from the terminal, without echo if it is a secret. The caller frees it; NULL at the end. */
static char *ask(const char *prompt, bool secret)
{
	struct termios saved, silent;
	char *line = NULL;
	size_t room = 0;
	bool quiet = secret && tcgetattr(STDIN_FILENO, &saved) == 0;
	print_to(stdout, "%s: ", prompt);
	fflush(stdout);
	if (quiet) {
		silent = saved;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	}
	ssize_t n = getline(&line, &room, stdin);
	if (quiet) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved);
		putchar('\n');
	}
	char *answer = n > 0 ? g_strndup(line, strcspn(line, "\r\n")) : NULL;
	free(line);
	return answer;
}

static bool read_secret(Cli *cli, char **secret, GError **error)
{
	if (flag_given(cli, "password") && flag_given(cli, "password-stdin"))
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"conflicting options: cannot specify both --password and --password-stdin");
	if (flag_given(cli, "password")) {
		print_to(stderr, "WARNING! Using --password via the CLI is insecure. Use "
				 "--password-stdin.\n");
		*secret = g_strdup(flag_text(cli, "password"));
	} else if (flag_bool(cli, "password-stdin", false)) {
		if (!flag_given(cli, "username"))
			return fail(error, BERTH_ERROR_UNAVAILABLE,
				"the --password-stdin option requires --username to be set");
		*secret = fd_read_all(STDIN_FILENO, MAX_SECRET, NULL);
		if (*secret != NULL)
			(*secret)[strcspn(*secret, "\r\n")] = '\0';
	}
	return true;
}

/* What was given, what is kept, or what a person types. */
static json_t *gather(Cli *cli, const char *registry, GError **error)
{
	g_autofree char *secret = NULL, *user = g_strdup(flag_text(cli, "username"));
	if (!read_secret(cli, &secret, error))
		return NULL;
	g_autoptr(json_t) kept = *user == '\0' ? credentials_get(cli, registry, NULL) : NULL;
	if (kept != NULL && secret == NULL) {
		print_to(stdout, "%s\n", "Authenticating with existing credentials...");
		return g_steal_pointer(&kept);
	}
	if ((*user == '\0' || secret == NULL) && !isatty(STDIN_FILENO)) {
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"Error: Cannot perform an interactive login from a non TTY device");
		return NULL;
	}
	if (*user == '\0') {
		g_free(user);
		user = ask("Username", false);
	}
	if (secret == NULL)
		secret = ask("Password", true);
	if (user == NULL || *user == '\0' || secret == NULL || *secret == '\0') {
		fail(error, BERTH_ERROR_UNAVAILABLE, "Error: %s is required",
			user == NULL || *user == '\0' ? "username" : "password");
		return NULL;
	}
	return json_pack(
		"{s:s, s:s, s:s}", "username", user, "password", secret, "serveraddress", registry);
}

static int run_login(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *registry = registry_normal(cli->arg_count > 0 ? cli->args[0] : "");
	g_autoptr(json_t) credentials = gather(cli, registry, &error);
	g_autoptr(json_t) answer =
		credentials != NULL ? client_call(cli->client, "POST", "/auth", credentials, &error)
				    : NULL;
	bool plain = false;
	if (answer == NULL)
		return cli_fail(cli, error);
	if (*json_str(answer, "IdentityToken") != '\0')
		json_object_set(
			credentials, "identitytoken", json_object_get(answer, "IdentityToken"));
	if (!credentials_store(cli, credentials, &plain, &error))
		return cli_fail(cli, error);
	if (plain)
		print_to(stderr,
			"\nWARNING! Your credentials are stored unencrypted in '%s/config.json'.\n"
			"Configure a credential helper to remove this warning. See\n"
			"https://docs.docker.com/go/credential-store/\n\n",
			cli->config_folder);
	print_to(stdout, "%s\n", "Login Succeeded");
	return EXIT_SUCCESS;
}

static int run_logout(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *registry = registry_normal(cli->arg_count > 0 ? cli->args[0] : "");
	if (credentials_erase(cli, registry, &error))
		print_to(stdout, "Removing login credentials for %s\n", registry);
	else if (error == NULL)
		print_to(stdout, "Not logged in to %s\n", registry);
	return error == NULL ? EXIT_SUCCESS : cli_fail(cli, error);
}

const Command command_login = {
	.names = "login",
	.usage = "[OPTIONS] [SERVER]",
	.summary = "Log in to a registry",
	.example = "login -u ann --password-stdin registry.example",
	.flags = flags,
	.min_args = 0,
	.max_args = 1,
	.run = run_login,
};

const Command command_logout = {
	.names = "logout",
	.usage = "[SERVER]",
	.summary = "Log out from a registry",
	.example = "logout registry.example",
	.min_args = 0,
	.max_args = 1,
	.run = run_logout,
};
