#include "cli/compose/compose_attached.h"
#include "cli/common/flags.h"
#include "cli/common/table.h"
#include "cli/compose/compose_menu.h"

#include "base/error.h"
#include "base/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* develop.watch is followed in a thread of its own, until its pipe is closed. */
typedef struct {
	Cli cli;
	Watch *watch;
	int pipe[2];
	GThread *thread;
} Watching;

struct Attached {
	Cli *cli;
	Project *project;
	const json_t *containers;
	bool abort_on_exit, abort_on_failure;
	const char *code_from;
	bool decided; /* whose exit code it is */
	LogShow *logs;
	ComposeMenu *menu;  /* or NULL */
	Watching *watching; /* NULL: files are not followed */
	char *since;
	int wake[2]; /* a byte: an end that is to end all; "q": all have ended */
	int code;
	GMutex lock;
};

static gpointer watch_files(gpointer data)
{
	Watching *watching = data;
	compose_watch_follow(watching->watch, &watching->cli, watching->pipe[0]);
	return NULL;
}

/* It owns the watch from now on; NULL where there are no pipes any more. */
static Watching *watching_new(const Cli *cli, Watch *watch)
{
	Watching *watching = g_new0(Watching, 1);
	watching->watch = watch;
	if (pipe(watching->pipe) < 0) {
		compose_watch_free(watch);
		g_free(watching);
		return NULL;
	}
	watching->cli = *cli;
	watching->cli.client = client_new(client_host(cli->client));
	watching->thread = thread_or_end("watch", watch_files, watching);
	return watching;
}

static void watching_free(Watching *watching)
{
	close(watching->pipe[1]);
	g_thread_join(watching->thread);
	close(watching->pipe[0]);
	client_free(watching->cli.client);
	compose_watch_free(watching->watch);
	g_free(watching);
}

static void exited(gpointer data, const json_t *container, int code)
{
	Attached *attached = data;
	const char *service = container_label(container, "service");
	g_mutex_lock(&attached->lock);
	bool from = *attached->code_from != '\0' && strcmp(attached->code_from, service) == 0;
	bool ends = attached->abort_on_exit || (attached->abort_on_failure && code != 0);
	if (from || (*attached->code_from == '\0' && ends && !attached->decided)) {
		attached->code = code;
		attached->decided = true;
	}
	if (from || ends)
		(void)!write(attached->wake[1], "x", 1);
	g_mutex_unlock(&attached->lock);
}

/* Whose containers were shown at first, is shown also when it gets others. */
static bool is_shown(gpointer data, const json_t *container)
{
	const Attached *attached = data;
	size_t i;
	json_t *other;
	json_array_foreach (attached->containers, i, other)
		if (strcmp(container_label(other, "service"),
			    container_label(container, "service")) == 0)
			return true;
	return false;
}

/* What there is of them by now. New reference. */
static json_t *shown_containers(Attached *attached, Client *client)
{
	g_autoptr(json_t) all =
		project_containers(client, attached->project->name, true, false, NULL);
	json_t *list = json_array(), *container;
	size_t i;
	json_array_foreach (all, i, container)
		if (is_shown(attached, container))
			json_array_append(list, container);
	return list;
}

static void end_all(Attached *attached, bool kill_them)
{
	g_autoptr(GError) error = NULL;
	Teller teller;
	g_autoptr(ComposeShow) show G_GNUC_UNUSED =
		compose_show_new(attached->cli, "Running", &teller);
	g_autoptr(Client) client = client_new(client_host(attached->cli->client));
	attached_hear(attached, &teller);
	size_t i;
	json_t *container;
	g_autoptr(json_t) now = shown_containers(attached, client);
	if (!kill_them) {
		project_stop(attached->project, client, now,
			(int)flag_int(attached->cli, "timeout", -1), &teller, &error);
		return;
	}
	json_array_foreach (now, i, container)
		json_decref(engine_call(client, NULL, "POST", NULL, "/containers/%s/kill",
			json_str(container, "Id")));
}

static gpointer stop_gently(gpointer data)
{
	Attached *attached = data;
	end_all(attached, false);
	log_show_release(attached->logs);
	return NULL;
}

static void toggle_watch(Attached *attached)
{
	g_autoptr(GError) error = NULL;
	if (attached->watching != NULL) {
		g_clear_pointer(&attached->watching, watching_free);
		print_to(stderr, "Watch disabled\n");
	} else {
		Watch *watch = compose_watch_new(attached->cli, attached->project, true, &error);
		if (watch == NULL)
			compose_menu_fault(attached->menu, "Watch",
				"watch is not yet configured. Learn more: "
				"https://docs.docker.com/compose/file-watch/");
		else
			attached->watching = watching_new(attached->cli, watch);
	}
	compose_menu_watching(attached->menu, attached->watching != NULL);
}

/* True: nobody looks at the output any more, and the containers go on. */
static bool take_key(Attached *attached)
{
	char key = compose_menu_key();
	if (key == 'd') {
		log_show_leave(attached->logs);
		return true;
	}
	log_show_menu(attached->logs, NULL);
	if (key == 'w')
		toggle_watch(attached);
	else if (key == '\n' || key == '\r')
		print_to(stdout, "\n");
	log_show_menu(attached->logs, attached->menu);
	return false;
}

/* A signal, or the end of a container that is to end all. */
static void begin_end(Attached *attached, int *times, GThread **stopping)
{
	if ((*times)++ == 0)
		*stopping = thread_or_end("stop", stop_gently, attached);
	else
		end_all(attached, true);
}

/* The first signal stops, the second kills; the third is the system's own. Keys are heard until then. */
static gpointer watch(gpointer data)
{
	Attached *attached = data;
	sigset_t mask;
	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	int signals = signalfd(-1, &mask, SFD_CLOEXEC), times = 0;
	GThread *stopping = NULL;
	GPollFD polls[] = {{signals, G_IO_IN, 0}, {attached->wake[0], G_IO_IN, 0},
		{attached->menu != NULL ? STDIN_FILENO : -1, G_IO_IN, 0}};
	for (;;) {
		char byte = 0;
		struct signalfd_siginfo info;
		if (g_poll(polls, G_N_ELEMENTS(polls), -1) < 0)
			continue;
		if (polls[1].revents != 0 &&
			(read(attached->wake[0], &byte, 1) <= 0 || byte == 'q'))
			break;
		if (polls[2].revents != 0 && polls[0].revents == 0 && polls[1].revents == 0) {
			if (take_key(attached) || polls[2].revents & (G_IO_HUP | G_IO_ERR))
				polls[2].fd = -1;
			continue;
		}
		log_show_menu(attached->logs, NULL);
		polls[2].fd = -1;
		if (polls[0].revents != 0) {
			(void)!read(signals, &info, sizeof info);
			if (times == 0)
				print_to(stderr,
					"Gracefully Stopping... press Ctrl+C again to force\n");
		} else if (times > 0) {
			continue;
		}
		begin_end(attached, &times, &stopping);
	}
	if (stopping != NULL)
		g_thread_join(stopping);
	close(signals);
	return NULL;
}

static void print_attaching(const Project *project, const json_t *containers)
{
	g_autoptr(GString) names = g_string_new("");
	size_t skip = strlen(project->name) + 1;
	for (size_t i = 0; i < json_array_size(containers); i++) {
		const char *name = container_name(json_array_get(containers, i));
		bool own = g_str_has_prefix(name, project->name) && strlen(name) > skip;
		g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", own ? name + skip : name);
	}
	print_to(stdout, "Attaching to %s\n", names->str);
	fflush(stdout);
}

static LogShow *logs_of(Attached *attached)
{
	const Cli *cli = attached->cli;
	LogOptions options = {.follow = true,
		.no_color = flag_bool(cli, "no-color", false),
		.no_prefix = flag_bool(cli, "no-log-prefix", false),
		.timestamps = flag_bool(cli, "timestamps", false),
		.tail = "",
		.since = attached->since,
		.until = "",
		.tell_exits = true,
		.split = true,
		.stays = flag_bool(cli, "watch", false),
		.exited = exited,
		.wants = is_shown,
		.data = attached};
	return log_show_new(attached->cli, attached->project, attached->containers, &options);
}

Attached *attached_new(Cli *cli, Project *project, const json_t *containers, Watch *files)
{
	gint64 now = g_get_real_time();
	bool failure = flag_bool(cli, "abort-on-container-failure", false);
	Attached *attached = g_new0(Attached, 1);
	*attached = (Attached){.cli = cli,
		.project = project,
		.containers = containers,
		.abort_on_exit = flag_bool(cli, "abort-on-container-exit", false) ||
				 (flag_given(cli, "exit-code-from") && !failure),
		.abort_on_failure = failure,
		.code_from = flag_text(cli, "exit-code-from"),
		.since = g_strdup_printf("%" G_GINT64_FORMAT ".%06d000", now / G_USEC_PER_SEC,
			(int)(now % G_USEC_PER_SEC)),
		.wake = {-1, -1}};
	g_mutex_init(&attached->lock);
	print_attaching(project, containers);
	attached->logs = logs_of(attached);
	attached->watching = files != NULL ? watching_new(cli, files) : NULL;
	return attached;
}

void attached_free(Attached *attached)
{
	if (attached->watching != NULL)
		watching_free(attached->watching);
	if (attached->logs != NULL)
		log_show_free(attached->logs);
	g_clear_pointer(&attached->menu, compose_menu_free);
	g_mutex_clear(&attached->lock);
	g_free(attached->since);
	g_free(attached);
}

void attached_hear(Attached *attached, Teller *teller)
{
	teller->hook = log_show_hook;
	teller->hook_data = attached->logs;
}

int attached_follow(Attached *attached)
{
	if (pipe(attached->wake) < 0)
		return EXIT_FAILURE;
	attached->menu = compose_menu_new(attached->cli, !colours_refused());
	compose_menu_watching(attached->menu, attached->watching != NULL);
	log_show_menu(attached->logs, attached->menu);
	log_show_begin(attached->logs);
	GThread *watcher = thread_or_end("signals", watch, attached);
	log_show_end(attached->logs);
	(void)!write(attached->wake[1], "q", 1);
	g_thread_join(watcher);
	close(attached->wake[0]);
	close(attached->wake[1]);
	return attached->code;
}
