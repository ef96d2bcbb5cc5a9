/* What containers write, side by side: lines with the name of their service in front. */
#include "cli/common/flags.h"
#include "cli/common/table.h"
#include "cli/compose/compose.h"
#include "cli/compose/compose_menu.h"

#include "base/error.h"
#include "base/lock.h"
#include "base/thread.h"
#include "base/timefmt.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FRAME = 8, BLOCK = 16 * 1024, MAX_LINE = 1 << 20, POLL_US = 100000 };

typedef struct {
	LogShow *show;
	json_t *container;
	char *title;
	int color;
	GString *lines[3]; /* what is there of the last line; by stream */
	int fd;		   /* where its output comes from, or -1; guarded by the show's lock */
	GThread *thread;
} Follower;

struct LogShow {
	LogOptions options;
	char *host, *filter;
	const Project *project;
	GPtrArray *followers; /* it and the next three: guarded by lock */
	GPtrArray *hooks;     /* of Follower: what hooks write in containers */
	bool staying;	      /* more may come when all have ended */
	int width;
	int events_fd; /* containers that are started later; -1: nobody looks for them */
	GThread *events;
	const ComposeMenu *menu; /* kept below what is written; or NULL */
	bool colored, gone, left;
	GMutex lock; /* also of standard output */
	GCond changed;
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

/* Called with the lock of show held. Whoever is attached to containers stops them where nobody reads any more, as by a signal. */
static void flush(LogShow *show)
{
	lock_held(&show->lock);
	if (show->options.exited == NULL) {
		cli_flush();
	} else if (fflush(stdout) != 0 && errno == EPIPE && !show->gone) {
		show->gone = true;
		kill(getpid(), SIGTERM);
	}
}

static void print_line(Follower *follower, int stream, const char *text, size_t length)
{
	static const int colors[] = {36, 33, 32, 35, 34, 96, 93, 92, 95, 94};
	LogShow *show = follower->show;
	int color = colors[follower->color % (int)G_N_ELEMENTS(colors)];
	FILE *to = stream == 2 && show->options.split ? stderr : stdout;
	g_mutex_lock(&show->lock);
	compose_menu_hide(show->menu);
	if (!show->options.no_prefix && show->colored)
		fprintf(to, "\033[%dm%-*s  |\033[0m ", color, show->width, follower->title);
	else if (!show->options.no_prefix)
		print_to(to, "%-*s  | ", show->width, follower->title);
	fwrite(text, 1, length, to);
	putc('\n', to);
	compose_menu_show(show->menu);
	flush(show);
	g_mutex_unlock(&show->lock);
}

static void take(Follower *follower, int stream, const char *bytes, size_t length)
{
	GString *line = follower->lines[stream];
	g_string_append_len(line, bytes, (gssize)length);
	for (char *end; (end = memchr(line->str, '\n', line->len)) != NULL;) {
		size_t n = (size_t)(end - line->str);
		print_line(
			follower, stream, line->str, n > 0 && line->str[n - 1] == '\r' ? n - 1 : n);
		g_string_erase(line, 0, (gssize)n + 1);
	}
	if (line->len > MAX_LINE) {
		print_line(follower, stream, line->str, line->len);
		g_string_truncate(line, 0);
	}
}

static void finish_lines(Follower *follower)
{
	for (int i = 0; i < 3; i++)
		if (follower->lines[i]->len > 0) {
			print_line(follower, i, follower->lines[i]->str, follower->lines[i]->len);
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

/* Whether there is somebody who reads from there. */
static bool note_source(Follower *follower, int fd)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&follower->show->lock);
	follower->fd = fd;
	return !follower->show->left;
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
	if (!client_send(client, "GET", path, NULL, &response, NULL) ||
		!note_source(follower, response.fd))
		return;
	if (tty)
		read_plain(follower, &response.body);
	else
		read_frames(follower, &response.body);
	finish_lines(follower);
	note_source(follower, -1);
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
	bool left = show->left;
	if (!left) {
		compose_menu_hide(show->menu);
		print_to(stdout, "%s exited with code %d\n", follower->title, code);
		compose_menu_show(show->menu);
		flush(show);
	}
	g_mutex_unlock(&show->lock);
	if (!left && show->options.exited != NULL)
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
		if (!follower->show->options.follow || !goes_on(now) || !note_source(follower, -1))
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
		.fd = -1,
		.color = number};
	for (int i = 0; i < 3; i++)
		follower->lines[i] = g_string_new("");
	show->width = MAX(show->width, (int)strlen(follower->title));
	return follower;
}

/* Called with the lock of show held. */
static bool is_followed(const LogShow *show, const char *id)
{
	lock_held(&show->lock);
	for (guint i = 0; i < show->followers->len; i++)
		if (strcmp(json_str(((Follower *)show->followers->pdata[i])->container, "Id"),
			    id) == 0)
			return true;
	return false;
}

/* A container that came later, from its beginning on; with NULL, all that run. */
static void add_started(LogShow *show, Client *client, const char *id)
{
	g_autoptr(json_t) all = project_containers(client, show->project->name, true, false, NULL);
	size_t i;
	json_t *container;
	json_array_foreach (all, i, container) {
		g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&show->lock);
		const char *its = json_str(container, "Id");
		bool started = id != NULL ? strcmp(its, id) == 0
					  : strcmp(json_str(container, "State"), "running") == 0;
		if (!started || is_followed(show, its) ||
			!show->options.wants(show->options.data, container))
			continue;
		Follower *follower =
			follower_new(show, show->project, container, (int)show->followers->len);
		g_ptr_array_add(show->followers, follower);
		follower->thread = thread_or_end("logs", follow, follower);
		g_cond_broadcast(&show->changed);
	}
}

static gpointer await_started(gpointer data)
{
	LogShow *show = data;
	g_autoptr(Client) client = client_new(show->host), other = client_new(show->host);
	g_auto(Response) response = {.fd = -1};
	g_autoptr(GString) text = g_string_new("");
	char block[4096];
	ssize_t n;
	if (!client_send(client, "GET", show->filter, NULL, &response, NULL))
		return NULL;
	g_mutex_lock(&show->lock);
	bool over = show->events_fd == -1;
	show->events_fd = response.fd;
	g_mutex_unlock(&show->lock);
	/* Between the list and this answer others may have started: no event tells of them. */
	if (!over)
		add_started(show, other, NULL);
	while (!over && (n = http_body_read(&response.body, block, sizeof block, NULL)) > 0) {
		g_string_append_len(text, block, n);
		for (char *end; (end = memchr(text->str, '\n', text->len)) != NULL;) {
			g_autoptr(json_t) event =
				json_parse(text->str, (size_t)(end - text->str), NULL);
			g_string_erase(text, 0, end - text->str + 1);
			if (*json_str(event, "Actor.ID") != '\0')
				add_started(show, other, json_str(event, "Actor.ID"));
		}
	}
	g_mutex_lock(&show->lock);
	show->events_fd = -1;
	g_mutex_unlock(&show->lock);
	return NULL;
}

/* Engine events of this project's containers that start. The caller frees it. */
static char *started_path(const Project *project)
{
	g_autofree char *label = g_strconcat("com.docker.compose.project=", project->name, NULL);
	g_autoptr(json_t) filters = json_pack(
		"{s:[s], s:[s], s:[s]}", "type", "container", "event", "start", "label", label);
	g_autofree char *text = json_text(filters), *escaped = client_escape(text);
	return g_strconcat("/events?filters=", escaped, NULL);
}

void log_show_hook(gpointer data, const json_t *container, const char *bytes, size_t length)
{
	LogShow *show = data;
	Follower *found = NULL;
	g_mutex_lock(&show->lock);
	for (guint i = 0; found == NULL && i < show->hooks->len; i++) {
		Follower *follower = show->hooks->pdata[i];
		if (strcmp(json_str(follower->container, "Id"), json_str(container, "Id")) == 0)
			found = follower;
	}
	if (found == NULL) {
		found = follower_new(show, show->project, (json_t *)container, 0);
		char *title = g_strconcat(found->title, " ->", NULL);
		g_free(found->title);
		found->title = title;
		show->width = MAX(show->width, (int)strlen(title));
		g_ptr_array_add(show->hooks, found);
	}
	g_mutex_unlock(&show->lock);
	take(found, 1, bytes, length);
}

void log_show_release(LogShow *show)
{
	g_mutex_lock(&show->lock);
	show->staying = false;
	g_cond_broadcast(&show->changed);
	g_mutex_unlock(&show->lock);
}

void log_show_leave(LogShow *show)
{
	log_show_release(show);
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&show->lock);
	show->left = true;
	for (guint i = 0; i < show->followers->len; i++) {
		const Follower *follower = show->followers->pdata[i];
		if (follower->fd >= 0)
			shutdown(follower->fd, SHUT_RDWR);
	}
}

void log_show_menu(LogShow *show, const ComposeMenu *menu)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&show->lock);
	compose_menu_hide(show->menu);
	show->menu = menu;
	compose_menu_show(menu);
	fflush(stdout);
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
	show->project = project;
	show->filter = started_path(project);
	show->staying = options->stays;
	show->events_fd = -2;
	show->followers = g_ptr_array_new_with_free_func(follower_free);
	show->hooks = g_ptr_array_new_with_free_func(follower_free);
	g_cond_init(&show->changed);
	show->colored = !options->no_color && !colours_refused() && strcmp(ansi, "never") != 0 &&
			(strcmp(ansi, "always") == 0 || isatty(STDOUT_FILENO));
	g_mutex_init(&show->lock);
	json_array_foreach (containers, i, container)
		g_ptr_array_add(show->followers, follower_new(show, project, container, (int)i));
	return show;
}

void log_show_begin(LogShow *show)
{
	for (guint n = 0; n < show->followers->len; n++) {
		Follower *follower = show->followers->pdata[n];
		follower->thread = thread_or_end("logs", follow, follower);
	}
	if (show->options.follow && show->options.wants != NULL)
		show->events = thread_or_end("started", await_started, show);
}

/* The next that has to come to its end; NULL: there are no more. */
static Follower *next_follower(LogShow *show, guint number)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&show->lock);
	while (number >= show->followers->len && show->staying)
		g_cond_wait(&show->changed, &show->lock);
	return number < show->followers->len ? show->followers->pdata[number] : NULL;
}

static void end_events(LogShow *show)
{
	if (show->events == NULL)
		return;
	g_mutex_lock(&show->lock);
	if (show->events_fd >= 0)
		shutdown(show->events_fd, SHUT_RDWR);
	else
		show->events_fd = -1;
	g_mutex_unlock(&show->lock);
	g_thread_join(show->events);
}

void log_show_end(LogShow *show)
{
	Follower *follower;
	for (guint i = 0; (follower = next_follower(show, i)) != NULL; i++)
		g_thread_join(follower->thread);
	end_events(show);
}

void log_show_free(LogShow *show)
{
	g_ptr_array_unref(show->followers);
	g_ptr_array_unref(show->hooks);
	g_mutex_clear(&show->lock);
	g_cond_clear(&show->changed);
	g_free(show->filter);
	g_free(show->host);
	g_free(show);
}

static const Flag flags[] = {
	{"follow", 'f', BOOL, "follow new output"},
	{"index", 0, INT, "number of the service's container"},
	{"no-color", 0, BOOL, "no colours"},
	{"no-log-prefix", 0, BOOL, "no names in front"},
	{"since", 0, STRING, "from this time on, or since a duration ago (10m)"},
	{"tail", 'n', STRING, "number of lines from the end of each"},
	{"timestamps", 't', BOOL, "show times"},
	{"until", 0, STRING, "up to this time"},
	{0},
};

typedef struct {
	const Cli *cli;
	const Project *project;
} Wanted;

/* Those of the services that were named, or of those that are enabled. */
static bool is_wanted(gpointer data, const json_t *container)
{
	const Wanted *wanted = data;
	const char *service = container_label(container, "service");
	return wanted->cli->arg_count > 0
		       ? g_strv_contains((const char *const *)wanted->cli->args, service)
		       : *wanted->project->files == NULL ||
				 json_object_get(project_services(wanted->project), service) !=
					 NULL;
}

static int run(Cli *cli)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = NULL;
	if (flag_given(cli, "index") && cli->arg_count != 1) {
		fail(&error, BERTH_ERROR_UNAVAILABLE,
			"--index requires one service to be selected");
		return compose_fail(error);
	}
	g_autoptr(json_t) containers = compose_chosen(cli, true, &project, &error),
			  chosen = json_array();
	g_autofree char *since = containers != NULL ? flag_time(cli, "since", &error) : NULL,
			*until = since != NULL ? flag_time(cli, "until", &error) : NULL;
	int index = (int)flag_int(cli, "index", 0);
	size_t i;
	json_t *container;
	if (containers == NULL || since == NULL || until == NULL)
		return compose_fail(error);
	if (index > 0 && container_at(containers, cli->args[0], index, &error) == NULL)
		return compose_fail(error);
	Wanted wanted = {cli, project};
	json_array_foreach (containers, i, container)
		if (is_wanted(&wanted, container) &&
			(index == 0 || container_number(container) == index))
			json_array_append(chosen, container);
	LogOptions options = {.follow = flag_bool(cli, "follow", false),
		.no_color = flag_bool(cli, "no-color", false),
		.no_prefix = flag_bool(cli, "no-log-prefix", false),
		.timestamps = flag_bool(cli, "timestamps", false),
		.tail = flag_text(cli, "tail"),
		.since = since,
		.until = until,
		.wants = index == 0 ? is_wanted : NULL,
		.data = &wanted};
	LogShow *show = log_show_new(cli, project, chosen, &options);
	log_show_begin(show);
	log_show_end(show);
	log_show_free(show);
	return EXIT_SUCCESS;
}

const Command compose_logs_command = {
	.names = "logs",
	.usage = "[OPTIONS] [SERVICE...]",
	.summary = "Show the logs of services",
	.example = "logs -f --tail 20 web",
	.completes = "services*",
	.flags = flags,
	.max_args = -1,
	.run = run,
};
