#include "cli/connect.h"

#include "cli/common/flags.h"
#include "cli/common/hint.h"
#include "cli/config/config_file.h"
#include "cli/config/contexts.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/trace.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { START_ROUNDS = 200, START_ROUND_US = 20000 };

/* Keeps the last line of what an engine that has ended wrote to its log from this offset on, for the hint. */
static void keep_last_line(int log, off_t from)
{
	char text[4096];
	off_t end = lseek(log, 0, SEEK_END), begin = MAX(from, end - (off_t)sizeof text + 1);
	ssize_t length = end > begin ? pread(log, text, (size_t)(end - begin), begin) : 0;
	text[MAX(length, 0)] = '\0';
	g_strchomp(text);
	const char *last = strrchr(text, '\n');
	if (*text != '\0')
		hints_engine_ended(last != NULL ? last + 1 : text);
}

/* Where the client may start an engine: only at the system's socket, and only as root. */
static bool start_engine(const char *host)
{
	const char *autostart = getenv("BERTH_AUTOSTART");
	if (strcmp(host, cli_default_host) != 0 || getuid() != 0 || g_strcmp0(autostart, "0") == 0)
		return false;
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL),
			*folder = g_path_get_dirname(program != NULL ? program : "/");
	g_autofree char *engine = g_build_filename(folder, "berthd", NULL);
	autofd log = open("/run/berthd.log", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	off_t from = lseek(log, 0, SEEK_END);
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);
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
		if (waitpid(pid, NULL, WNOHANG) == pid) {
			keep_last_line(log, from);
			return false;
		}
		g_usleep(START_ROUND_US);
	}
	return false;
}

/* The named file, or the default one in folder if it exists or is required. */
static char *tls_file(const char *named, const char *folder, const char *name, bool needed)
{
	if (named != NULL)
		return g_strdup(named);
	g_autofree char *path = g_build_filename(folder, name, NULL);
	return needed || g_file_test(path, G_FILE_TEST_EXISTS) ? g_steal_pointer(&path) : NULL;
}

/* The files of folder, overridden by named ones. */
static bool use_tls_of(
	const Cli *named, const char *folder, bool verify, bool needs_ca, GError **error)
{
	TlsFiles files = {.verify = verify,
		.ca = tls_file(global_text(named, "tlscacert"), folder, "ca.pem", needs_ca),
		.cert = tls_file(global_text(named, "tlscert"), folder, "cert.pem", false),
		.key = tls_file(global_text(named, "tlskey"), folder, "key.pem", false)};
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
				    !use_tls_of(&(Cli){0}, folder, !skip, false, error)))
		return NULL;
	return g_strdup(json_str(meta, "Endpoints.docker.Host"));
}

/* -H, or the current context; "default": DOCKER_HOST, or this host's engine. */
static char *choose_host(Cli *cli, GError **error)
{
	const char *host = global_text(cli, "host"), *from_env = getenv("DOCKER_HOST"),
		   *context = context_current(cli);
	if (host != NULL && global_text(cli, "context") != NULL) {
		fail(error, BERTH_ERROR_UNAVAILABLE,
			"conflicting options: cannot specify both --host and --context");
		return NULL;
	}
	if (host == NULL && strcmp(context, "default") != 0) {
		g_autofree char *endpoint = context_host(cli, context, error);
		return endpoint != NULL ? client_host_parse(endpoint, cli_default_host, error)
					: NULL;
	}
	host = host != NULL ? host : from_env;
	return client_host_parse(host != NULL ? host : "", cli_default_host, error);
}

/* --tls and --tlsverify, or DOCKER_TLS and DOCKER_TLS_VERIFY; the files are in DOCKER_CERT_PATH or beside config.json. */
static bool use_tls(Cli *cli, GError **error)
{
	const char *verify_env = getenv("DOCKER_TLS_VERIFY"), *tls_env = getenv("DOCKER_TLS"),
		   *folder = getenv("DOCKER_CERT_PATH");
	bool verify = global_bool(cli, "tlsverify", verify_env != NULL && *verify_env != '\0'),
	     tls = verify || global_bool(cli, "tls", tls_env != NULL && *tls_env != '\0');
	if (!tls)
		return true;
	if (folder == NULL || *folder == '\0')
		folder = cli->config_folder;
	return use_tls_of(cli, folder, verify, verify, error);
}

/* logrus' level names; only debug has an effect. */
static bool set_log_level(const Cli *cli, GError **error)
{
	static const char *const quiet[] = {
		"panic", "fatal", "error", "warn", "warning", "info", NULL};
	const char *level = global_text(cli, "log-level");
	g_autofree char *lower = g_ascii_strdown(level != NULL ? level : "info", -1);
	bool verbose = strcmp(lower, "debug") == 0 || strcmp(lower, "trace") == 0;
	if (!trace_select(getenv("BERTH_TRACE"), error))
		return false;
	client_set_debug(verbose || global_bool(cli, "debug", false) || trace_on(TRACE_API));
	return verbose || g_strv_contains(quiet, lower) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "Unable to parse logging level: %s", level);
}

bool connect_engine(Cli *cli, GError **error)
{
	if (!set_log_level(cli, error))
		return false;
	cli_load_config(cli, global_text(cli, "config"));
	if (cli->command->local)
		return true;
	g_autofree char *chosen = choose_host(cli, error);
	if (chosen == NULL || (g_str_has_prefix(chosen, "tcp://") && !use_tls(cli, error)))
		return false;
	client_set_starter(start_engine);
	cli->client = client_new(chosen);
	hints_use(cli->program, cli->client);
	return true;
}
