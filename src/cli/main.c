/* berth, docker: finds the command, its flags and the engine, and runs it. */
#include "cli/command_find.h"
#include "cli/common/flags.h"
#include "cli/common/hint.h"
#include "cli/compose/compose.h"
#include "cli/config/config_file.h"
#include "cli/complete.h"
#include "cli/config/contexts.h"
#include "cli/help.h"

#include "base/error.h"
#include "base/fd.h"
#include "version.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { START_ROUNDS = 200, START_ROUND_US = 20000 };

/* Where an engine is to be started by us: only the system's own socket, and only by root. */
static bool start_engine(const char *host)
{
	const char *wish = getenv("BERTH_AUTOSTART");
	if (strcmp(host, cli_default_host) != 0 || getuid() != 0 || g_strcmp0(wish, "0") == 0)
		return false;
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL),
			*folder = g_path_get_dirname(program != NULL ? program : "/");
	g_autofree char *engine = g_build_filename(folder, "berthd", NULL);
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR),
		    log = open("/run/berthd.log", O_WRONLY | O_CREAT | O_APPEND, 0600);
		setsid();
		dup2(null, 0);
		dup2(null, 1);
		dup2(log >= 0 ? log : null, 2);
		execl(engine, engine, NULL);
		_exit(127);
	}
	for (int i = 0; pid > 0 && i < START_ROUNDS; i++) {
		int fd = unix_connect(host + 7, SOCK_STREAM);
		if (fd >= 0) {
			close(fd);
			return true;
		}
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return false;
		g_usleep(START_ROUND_US);
	}
	return false;
}

/* What is said before the command. */
typedef struct {
	const char *host, *context, *config, *tls_ca, *tls_cert, *tls_key;
	int tls, tls_verify; /* -1: nothing is said */
} Globals;

/* A file that was named, or the one in folder if it is there or has to be. */
static char *tls_file(const char *named, const char *folder, const char *name, bool needed)
{
	if (named != NULL)
		return g_strdup(named);
	g_autofree char *path = g_build_filename(folder, name, NULL);
	return needed || g_file_test(path, G_FILE_TEST_EXISTS) ? g_steal_pointer(&path) : NULL;
}

/* With the files of folder, but those that were named. */
static bool use_tls_of(
	const Globals *named, const char *folder, bool verify, bool needs_ca, GError **error)
{
	TlsFiles files = {.verify = verify,
		.ca = tls_file(named->tls_ca, folder, "ca.pem", needs_ca),
		.cert = tls_file(named->tls_cert, folder, "cert.pem", false),
		.key = tls_file(named->tls_key, folder, "key.pem", false)};
	bool ok = client_use_tls(&files, error);
	tls_files_clear(&files);
	return ok;
}

/* The endpoint of a context, and its own TLS files, where it has some. */
static char *context_host(Cli *cli, const char *name, GError **error)
{
	g_autoptr(json_t) meta = context_read(cli, name, error);
	g_autofree char *folder = context_tls_folder(cli, name);
	bool skip = json_bool(meta, "Endpoints.docker.SkipTLSVerify");
	if (meta == NULL || (g_file_test(folder, G_FILE_TEST_IS_DIR) &&
				    !use_tls_of(&(Globals){0}, folder, !skip, false, error)))
		return NULL;
	return g_strdup(json_str(meta, "Endpoints.docker.Host"));
}

/* -H, or what the current context says; "default": DOCKER_HOST, or this host's own engine. */
static char *choose_host(Cli *cli, const char *host, GError **error)
{
	const char *from_env = getenv("DOCKER_HOST"), *context = context_current(cli);
	if (host != NULL)
		return strstr(host, "://") != NULL ? g_strdup(host)
						   : g_strconcat("tcp://", host, NULL);
	if (strcmp(context, "default") != 0)
		return context_host(cli, context, error);
	return g_strdup(from_env != NULL && *from_env != '\0' ? from_env : cli_default_host);
}

/* "--tls", "--tls=false": true if arg is the flag of that name. */
static bool global_switch(const char *arg, const char *name, int *value)
{
	size_t length = strlen(name);
	if (strncmp(arg, name, length) != 0 || (arg[length] != '\0' && arg[length] != '='))
		return false;
	*value = arg[length] == '\0' || strcmp(arg + length, "=true") == 0 ||
		 strcmp(arg + length, "=1") == 0;
	return true;
}

/* The flags before the command. Returns how many words they take, -1 after an error was printed. */
static int global_flags(int argc, char **argv, const char *program, Globals *globals)
{
	int i = 1;
	for (; i < argc && argv[i][0] == '-'; i++) {
		const char *arg = argv[i], *equals = strchr(arg, '=');
		size_t length = equals != NULL ? (size_t)(equals - arg) : strlen(arg);
		const struct {
			const char *name, *letter;
			const char **value;
		} with_value[] = {{"--host", "-H", &globals->host},
			{"--context", "-c", &globals->context}, {"--config", "", &globals->config},
			{"--log-level", "-l", NULL}, {"--tlscacert", "", &globals->tls_ca},
			{"--tlscert", "", &globals->tls_cert}, {"--tlskey", "", &globals->tls_key}};
		if (strcmp(arg, "--version") == 0 || strcmp(arg, "-v") == 0) {
			print_to(stdout, "%s version %s, build %s\n",
				strcmp(program, "docker") == 0 ? "Docker" : "Berth", BERTH_VERSION,
				BERTH_COMMIT);
			exit(0);
		}
		if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0) {
			help_all(program);
			exit(0);
		}
		if (strcmp(arg, "--debug") == 0 || strcmp(arg, "-D") == 0 ||
			global_switch(arg, "--tlsverify", &globals->tls_verify) ||
			global_switch(arg, "--tls", &globals->tls))
			continue;
		size_t f = 0;
		while (f < G_N_ELEMENTS(with_value) &&
			!(strlen(with_value[f].name) == length &&
				strncmp(with_value[f].name, arg, length) == 0) &&
			!(strlen(with_value[f].letter) == length &&
				strncmp(with_value[f].letter, arg, length) == 0))
			f++;
		if (f == G_N_ELEMENTS(with_value) || (equals == NULL && i + 1 >= argc)) {
			print_to(stderr, "%s: %s\n\nRun '%s --help' for more information\n",
				f == G_N_ELEMENTS(with_value) ? "unknown flag"
							      : "flag needs an argument",
				arg, program);
			return -1;
		}
		const char *value = equals != NULL ? equals + 1 : argv[++i];
		if (with_value[f].value != NULL)
			*with_value[f].value = value;
	}
	return i;
}

/* In docker's words: how many arguments there are to be. */
static char *arguments_wanted(const Command *command, int given)
{
	int least = command->min_args, most = command->max_args;
	if (most == 0)
		return g_strdup("accepts no arguments");
	int number = given < least ? least : most;
	const char *how = least == most ? "" : given < least ? "at least " : "at most ";
	return g_strdup_printf("requires %s%d argument%s", how, number, number == 1 ? "" : "s");
}

static bool check_arguments(Cli *cli)
{
	const Command *command = cli->command;
	if (cli->arg_count >= command->min_args &&
		(command->max_args < 0 || cli->arg_count <= command->max_args))
		return true;
	g_autofree char *wanted = arguments_wanted(command, cli->arg_count);
	print_to(stderr, "%s: '%s %s' %s\n\n", cli->program, cli->program, cli->called, wanted);
	flags_usage(cli, false);
	print_to(stderr, "\n%s '%s %s --help' for more information\n",
		command->max_args == 0 ? "Run" : "See", cli->program, cli->called);
	return false;
}

/* --tls and --tlsverify, or DOCKER_TLS and DOCKER_TLS_VERIFY; the files are in DOCKER_CERT_PATH or beside config.json. */
static bool use_tls(Cli *cli, const Globals *globals, GError **error)
{
	const char *verify_env = getenv("DOCKER_TLS_VERIFY"), *tls_env = getenv("DOCKER_TLS"),
		   *folder = getenv("DOCKER_CERT_PATH");
	bool verify = globals->tls_verify >= 0 ? globals->tls_verify
					       : verify_env != NULL && *verify_env != '\0',
	     tls = verify ||
		   (globals->tls >= 0 ? globals->tls : tls_env != NULL && *tls_env != '\0');
	if (!tls)
		return true;
	if (folder == NULL || *folder == '\0')
		folder = cli->config_folder;
	return use_tls_of(globals, folder, verify, verify, error);
}

static bool connect_engine(Cli *cli, const Globals *globals, GError **error)
{
	cli->context = globals->context;
	if (cli->command->local)
		return true;
	g_autofree char *chosen = choose_host(cli, globals->host, error);
	if (chosen == NULL || (g_str_has_prefix(chosen, "tcp://") && !use_tls(cli, globals, error)))
		return false;
	client_set_starter(start_engine);
	cli->client = client_new(chosen);
	hints_use(cli->program, cli->client);
	return true;
}

static int run_command(Cli *cli, int argc, char **argv, const Globals *globals)
{
	g_autoptr(GError) error = NULL;
	if (!flags_parse(cli, argc, argv, &error))
		return cli_usage_error(cli, error);
	if (flag_given(cli, "help")) {
		flags_usage(cli, true);
		return EXIT_SUCCESS;
	}
	if (!check_arguments(cli))
		return EXIT_FAILURE;
	return connect_engine(cli, globals, &error) ? cli->command->run(cli) : cli_fail(cli, error);
}

/* Called as docker-compose, all words are Compose's. */
static bool is_compose(const char *program)
{
	return g_str_has_suffix(program, "docker-compose") || strcmp(program, "berth-compose") == 0;
}

static int run_compose(Cli *cli, int argc, char **argv, const Globals *globals)
{
	static const Command compose = {.names = "compose"};
	g_autoptr(GError) error = NULL;
	cli->command = &compose;
	cli->called = "compose";
	return connect_engine(cli, globals, &error) ? compose_main(cli, argc, argv)
						    : cli_fail(cli, error);
}

/* "help run": as "run --help"; the words are the caller's to free. */
static char **help_words(char **words, int count)
{
	char **argv = g_new0(char *, (gsize)count + 2);
	for (int i = 0; i < count; i++)
		argv[i] = words[i];
	argv[count] = (char *)"--help";
	return argv;
}

/* argv: the command's name and what follows. */
static int run_words(Cli *cli, int argc, char **argv, const Globals *globals)
{
	int used = 0;
	if (strcmp(argv[0], "help") == 0 && argc > 1) {
		g_autofree char **asked = help_words(argv + 1, argc - 1);
		return run_words(cli, argc, asked, globals);
	}
	if (strcmp(argv[0], "help") == 0) {
		help_all(cli->program);
		return EXIT_SUCCESS;
	}
	if (strcmp(argv[0], "compose") == 0) {
		cli_load_config(cli, globals->config);
		return run_compose(cli, argc - 1, argv + 1, globals);
	}
	if (strcmp(argv[0], command_complete.names) == 0) {
		cli->command = &command_complete;
		cli->called = command_complete.names;
		used = 1;
	} else {
		cli->command = command_find(argc, argv, &used, &cli->called);
	}
	if (cli->command == NULL && help_is_group(argv[0]) &&
		(argc == 1 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		help_group(cli->program, argv[0]);
		return EXIT_SUCCESS;
	}
	if (cli->command == NULL) {
		help_unknown(cli->program, argv[0], argc > 1 ? argv[1] : "");
		return EXIT_FAILURE;
	}
	cli_load_config(cli, globals->config);
	return run_command(cli, argc - used, argv + used, globals);
}

int main(int argc, char **argv)
{
	Globals globals = {.tls = -1, .tls_verify = -1};
	g_autofree char *name = g_path_get_basename(argv[0]);
	Cli cli = {.program = name};
	signal(SIGPIPE, SIG_IGN);
	if (is_compose(name)) {
		cli_load_config(&cli, NULL);
		return run_compose(&cli, argc - 1, argv + 1, &globals);
	}
	int first = global_flags(argc, argv, name, &globals);
	if (first < 0)
		return 125;
	if (first == argc) {
		help_all(name);
		return EXIT_SUCCESS;
	}
	int code = run_words(&cli, argc - first, argv + first, &globals);
	fflush(stdout);
	return code;
}
