/* What containers write, side by side: lines with the name of their service in front. */
#include "cli/common/flags.h"
#include "cli/common/table.h"
#include "cli/compose/compose.h"

#include "base/error.h"
#include "base/timefmt.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAME = 8, BLOCK = 16 * 1024, MAX_LINE = 1 << 20, POLL_US = 100000 };

typedef struct {
	LogShow *show;
	json_t *container;
	char *title;
	int color;
	GString *lines[3]; /* what is there of the last line; by stream */
	GThread *thread;
} Follower;

struct LogShow {
	LogOptions options;
	char *host;
	GPtrArray *followers;
	int width;
	bool colored, gone;
	GMutex lock; /* of standard output */
};

/* "web-1" of "project-web-1". */
static char *title_of(const Project *project, const json_t *container)
{
	const char *name = container_name(container);
	size_t length = strlen(project->name);
	if (strncmp(name, project->name, length) == 0 && strchr("-_", name[length]) != NULL)
		name += length + 1;
	return text_shown(name, false);
}

/* Called with the lock held. Whoever is attached to containers stops them where nobody reads any more, as by a signal. */
static void flush(LogShow *show)
{
	if (show->options.exited == NULL) {
		cli_flush();
	} else if (fflush(stdout) != 0 && errno == EPIPE && !show->gone) {
		show->gone = true;
		kill(getpid(), SIGTERM);
	}
}

static void print_line(Follower *follower, const char *text, size_t length)
{
	static const int colors[] = {36, 33, 32, 35, 34, 96, 93, 92, 95, 94};
	LogShow *show = follower->show;
	int color = colors[follower->color % (int)G_N_ELEMENTS(colors)];
	g_mutex_lock(&show->lock);
	if (!show->options.no_prefix && show->colored)
		printf("\033[%dm%-*s  |\033[0m ", color, show->width, follower->title);
	else if (!show->options.no_prefix)
		print_to(stdout, "%-*s  | ", show->width, follower->title);
	fwrite(text, 1, length, stdout);
	putchar('\n');
	flush(show);
	g_mutex_unlock(&show->lock);
}

static void take(Follower *follower, int stream, const char *bytes, size_t length)
{
	GString *line = follower->lines[stream];
	g_string_append_len(line, bytes, (gssize)length);
	for (char *end; (end = memchr(line->str, '\n', line->len)) != NULL;) {
		size_t n = (size_t)(end - line->str);
		print_line(follower, line->str, n > 0 && line->str[n - 1] == '\r' ? n - 1 : n);
		g_string_erase(line, 0, (gssize)n + 1);
	}
	if (line->len > MAX_LINE) {
		print_line(follower, line->str, line->len);
		g_string_truncate(line, 0);
	}
}

static void finish_lines(Follower *follower)
{
	for (int i = 0; i < 3; i++)
		if (follower->lines[i]->len > 0) {
			print_line(follower, follower->lines[i]->str, follower->lines[i]->len);
			g_string_truncate(follower->lines[i], 0);
		}
}

static bool read_exactly(HttpBody *body, char *bytes, size_t length)
{
	for (size_t used = 0; used < length;) {
		ssize_t n = http_body_read(body, bytes + used, length - used, NULL);
		if (n <= 0)
			return false;
		used += (size_t)n;
	}
	return true;
}

static void read_frames(Follower *follower, HttpBody *body)
{
	g_autofree char *block = g_malloc(BLOCK);
	guint8 head[FRAME];
	while (read_exactly(body, (char *)head, FRAME)) {
		size_t left = (size_t)head[4] << 24 | (size_t)head[5] << 16 | (size_t)head[6] << 8 |
			      head[7];
		while (left > 0) {
			size_t part = MIN(left, BLOCK);
			if (!read_exactly(body, block, part))
				return;
			take(follower, head[0] == 2 ? 2 : 1, block, part);
			left -= part;
		}
	}
}

static void read_plain(Follower *follower, HttpBody *body)
{
	g_autofree char *block = g_malloc(BLOCK);
	ssize_t n;
	while ((n = http_body_read(body, block, BLOCK, NULL)) > 0)
		take(follower, 1, block, (size_t)n);
}

/* From since on, until the container ends or, without follow, all is told. */
static void read_logs(Follower *follower, Client *client, bool tty, const char *since)
{
	const LogOptions *options = &follower->show->options;
	g_auto(Response) response = {.fd = -1};
	g_autofree char *tail = client_escape(*options->tail != '\0' ? options->tail : "all");
	g_autofree char *path = g_strdup_printf(
		"/containers/%s/"
		"logs?stdout=1&stderr=1&follow=%d&timestamps=%d&tail=%s&since=%s&until=%s",
		json_str(follower->container, "Id"), options->follow, options->timestamps, tail,
		since, options->until);
	if (!client_send(client, "GET", path, NULL, &response, NULL))
		return;
	if (tty)
		read_plain(follower, &response.body);
	else
		read_frames(follower, &response.body);
	finish_lines(follower);
}

static json_t *inspect(Follower *follower, Client *client)
{
	return engine_call(client, NULL, "GET", NULL, "/containers/%s/json",
		json_str(follower->container, "Id"));
}

/* Whether it goes on after an end, such as by its restart policy. */
static bool goes_on(const json_t *now)
{
	return now != NULL &&
	       (json_bool(now, "State.Running") || json_bool(now, "State.Restarting"));
}

static void tell_exit(Follower *follower, const json_t *now)
{
	LogShow *show = follower->show;
	int code = (int)json_int(now, "State.ExitCode");
	if (!show->options.tell_exits || now == NULL)
		return;
	g_mutex_lock(&show->lock);
	print_to(stdout, "%s exited with code %d\n", follower->title, code);
	flush(show);
	g_mutex_unlock(&show->lock);
	if (show->options.exited != NULL)
		show->options.exited(show->options.data, follower->container, code);
}

static gpointer follow(gpointer data)
{
	Follower *follower = data;
	g_autoptr(Client) client = client_new(follower->show->host);
	g_autoptr(json_t) now = inspect(follower, client);
	g_autofree char *since = g_strdup(follower->show->options.since);
	bool tty = json_bool(now, "Config.Tty");
	while (now != NULL) {
		gint64 begun = time_now();
		read_logs(follower, client, tty, since);
		json_decref(now);
		now = inspect(follower, client);
		if (!follower->show->options.follow || !goes_on(now))
			break;
		g_free(since);
		since = g_strdup_printf(
			"%" G_GINT64_FORMAT ".%09d", begun / 1000000000, (int)(begun % 1000000000));
		g_usleep(POLL_US);
	}
	tell_exit(follower, now);
	return NULL;
}

static void follower_free(gpointer data)
{
	Follower *follower = data;
	for (int i = 0; i < 3; i++)
		g_string_free(follower->lines[i], TRUE);
	json_decref(follower->container);
	g_free(follower->title);
	g_free(follower);
}

static Follower *follower_new(LogShow *show, const Project *project, json_t *container, int number)
{
	Follower *follower = g_new0(Follower, 1);
	*follower = (Follower){.show = show,
		.container = json_incref(container),
		.title = title_of(project, container),
		.color = number};
	for (int i = 0; i < 3; i++)
		follower->lines[i] = g_string_new("");
	show->width = MAX(show->width, (int)strlen(follower->title));
	return follower;
}

LogShow *log_show_new(
	Cli *cli, const Project *project, const json_t *containers, const LogOptions *options)
{
	LogShow *show = g_new0(LogShow, 1);
	const char *ansi = flag_text(cli->outer, "ansi");
	size_t i;
	json_t *container;
	show->options = *options;
	show->host = g_strdup(client_host(cli->client));
	show->followers = g_ptr_array_new_with_free_func(follower_free);
	show->colored = !options->no_color && !colours_refused() && strcmp(ansi, "never") != 0 &&
			(strcmp(ansi, "always") == 0 || isatty(STDOUT_FILENO));
	g_mutex_init(&show->lock);
	json_array_foreach (containers, i, container)
		g_ptr_array_add(show->followers, follower_new(show, project, container, (int)i));
	for (guint n = 0; n < show->followers->len; n++) {
		Follower *follower = show->followers->pdata[n];
		follower->thread = g_thread_new("logs", follow, follower);
	}
	return show;
}

void log_show_wait(LogShow *show)
{
	for (guint i = 0; i < show->followers->len; i++)
		g_thread_join(((Follower *)show->followers->pdata[i])->thread);
	g_ptr_array_unref(show->followers);
	g_mutex_clear(&show->lock);
	g_free(show->host);
	g_free(show);
}

static const Flag flags[] = {
	{"follow", 'f', BOOL, "go on with what comes"},
	{"index", 0, INT, "number of the service's container"},
	{"no-color", 0, BOOL, "no colours"},
	{"no-log-prefix", 0, BOOL, "no names in front"},
	{"since", 0, STRING, "from this time on, or for so long (10m)"},
	{"tail", 'n', STRING, "number of lines from the end of each"},
	{"timestamps", 't', BOOL, "show times"},
	{"until", 0, STRING, "up to this time"},
	{0},
};

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = NULL;
	g_autoptr(json_t) containers = compose_chosen(cli, true, &project, &error),
			  chosen = json_array();
	g_autofree char *since = flag_time(cli, "since", &error),
			*until = flag_time(cli, "until", &error);
	int index = (int)flag_int(cli, "index", 0);
	size_t i;
	json_t *container;
	if (containers == NULL || since == NULL || until == NULL)
		return compose_fail(error);
	json_array_foreach (containers, i, container)
		if (index == 0 || container_number(container) == index)
			json_array_append(chosen, container);
	LogOptions options = {.follow = flag_bool(cli, "follow", false),
		.no_color = flag_bool(cli, "no-color", false),
		.no_prefix = flag_bool(cli, "no-log-prefix", false),
		.timestamps = flag_bool(cli, "timestamps", false),
		.tail = flag_text(cli, "tail"),
		.since = since,
		.until = until};
	log_show_wait(log_show_new(cli, project, chosen, &options));
	return EXIT_SUCCESS;
}

const Command compose_logs_command = {
	.names = "logs",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "Show what the containers have written",
	.example = "logs -f --tail 20 web",
	.completes = "services*",
	.flags = flags,
	.max_args = -1,
	.run = run,
};
