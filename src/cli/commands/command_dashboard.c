#include "cli/common/flags.h"
#include "cli/common/stream.h"

#include "base/error.h"
#include "base/fd.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const Flag flags[] = {
	{"expires", 0, DURATION, "how long the link can be used (default 5m)"},
	{"listen", 0, STRING,
		"an address of the engine's host, loopback unless --tls (default 127.0.0.1:0)"},
	{"no-open", 0, BOOL, "show the link, and open no browser"},
	{"read-only", 0, BOOL, "allow only requests that change nothing"},
	{"tls", 0, BOOL, "let in browsers with a certificate of the engine's CA, from anywhere"},
	{0},
};

/* A page that redirects to the link; "": none. Arguments of processes are public, this file is not. */
static char page[256];

static void remove_page(void)
{
	if (*page != '\0')
		unlink(page);
	*page = '\0';
}

static void interrupted(int number)
{
	remove_page();
	signal(number, SIG_DFL);
	raise(number);
}

/* False: no terminal, or no way to start a browser. */
static bool open_browser(const char *link)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
	g_autofree char *program = g_find_program_in_path("xdg-open");
	bool seen = g_getenv("DISPLAY") != NULL || g_getenv("WAYLAND_DISPLAY") != NULL;
	if (program == NULL || !seen || !isatty(STDOUT_FILENO))
		return false;
	g_snprintf(page, sizeof page, "%s/berth-dashboard-XXXXXX.html", g_get_user_runtime_dir());
	autofd fd = g_mkstemp_full(page, O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0) {
		*page = '\0';
		return false;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
		signal(ends[i], interrupted);
	g_autofree char *text = g_strdup_printf("<!doctype html><meta http-equiv=\"refresh\" "
						"content=\"0;url=%s\"><meta name=\"referrer\" "
						"content=\"no-referrer\"><title>Berth</title>\n",
		link);
	char *const argv[] = {program, page, NULL};
	return fd_write_all(fd, text, strlen(text)) &&
	       g_spawn_async(NULL, (char **)argv, NULL,
		       G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
		       NULL);
}

static bool is_local(const Cli *cli)
{
	return g_str_has_prefix(client_host(cli->client), "unix://");
}

/* What a browser is given: an address of all interfaces leads nowhere, but the name of the engine's host does. */
static char *link_of(const Cli *cli, const json_t *opened)
{
	const char *address = json_str(opened, "Address"), *token = json_str(opened, "Token"),
		   *port = strrchr(address, ':');
	bool everywhere =
		g_str_has_prefix(address, "0.0.0.0:") || g_str_has_prefix(address, "[::]:");
	g_autofree char *named =
		everywhere && port != NULL
			? g_strconcat(is_local(cli) ? g_get_host_name() : "HOST", port, NULL)
			: g_strdup(address);
	return g_strdup_printf("%s://%s/%s%s", json_str(opened, "Scheme"), named,
		*token != '\0' ? "#" : "", token);
}

static void show_end(void)
{
	print_to(stdout, "Ctrl-C ends the dashboard.\n");
	cli_flush();
}

static void show_certified(const json_t *opened)
{
	print_to(stdout,
		"Open it in a browser that has a certificate of the engine's CA (\"berth system "
		"certs "
		"--client NAME\").%s\n",
		json_bool(opened, "ReadOnly") ? " The dashboard is read-only." : "");
	show_end();
}

static void show_link(const Cli *cli, const json_t *opened, gint64 seconds)
{
	const char *address = json_str(opened, "Address");
	g_autofree char *link = link_of(cli, opened);
	print_to(stdout, "%s\n\n", link);
	if (strcmp(json_str(opened, "Scheme"), "https") == 0) {
		show_certified(opened);
		return;
	}
	if (!is_local(cli))
		print_to(stdout,
			"That is an address of the engine's host. To reach it from here:\n"
			"  ssh -N -L %s:%s HOST\n\n",
			strrchr(address, ':') + 1, address);
	bool shown = is_local(cli) && !flag_bool(cli, "no-open", false) && open_browser(link);
	print_to(stdout, "%s The link works once, within %" G_GINT64_FORMAT " seconds.%s\n",
		shown ? "A browser opens it." : "Open it in a browser.", seconds,
		json_bool(opened, "ReadOnly") ? " The dashboard is read-only." : "");
	show_end();
}

typedef struct {
	Cli *cli;
	gint64 seconds;
	GError **error;
} Follow;

/* The first line says where the dashboard is, the next that a browser has opened it. */
static bool take_line(gpointer data, const char *line, size_t length)
{
	Follow *follow = data;
	g_autoptr(json_t) news = json_parse(line, length, follow->error);
	if (news == NULL)
		return false;
	if (!json_bool(news, "Opened")) {
		show_link(follow->cli, news, follow->seconds);
		return true;
	}
	remove_page();
	print_to(stdout, "A browser has opened the dashboard.\n");
	cli_flush();
	return true;
}

static int run(Cli *cli)
{
	enum { SECOND = 1000000000, LIFE_S = 300 };
	g_autoptr(GError) error = NULL;
	g_auto(Response) response = {.fd = -1};
	gint64 seconds = flag_int(cli, "expires", (gint64)LIFE_S * SECOND) / SECOND;
	g_autofree char *listen = client_escape(flag_text(cli, "listen"));
	g_autofree char *path = g_strdup_printf(
		"/dashboard?listen=%s&readonly=%d&tls=%d&expires=%" G_GINT64_FORMAT, listen,
		flag_bool(cli, "read-only", false), flag_bool(cli, "tls", false), seconds);
	Follow follow = {cli, seconds, &error};
	if (!client_send(cli->client, "POST", path, NULL, &response, &error))
		return cli_fail(cli, error);
	bool whole = stream_lines(&response.body, take_line, &follow, &error);
	remove_page();
	if (!whole || error != NULL)
		return cli_fail(cli, error);
	print_to(stderr, "The engine has ended the dashboard.\n");
	return EXIT_FAILURE;
}

const Command command_dashboard = {
	.names = "dashboard",
	.usage = "[OPTIONS]",
	.summary = "Show containers, images, volumes and networks in a browser",
	.example = "dashboard --read-only",
	.flags = flags,
	.min_args = 0,
	.max_args = 0,
	.run = run,
};
