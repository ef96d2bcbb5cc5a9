#include "cli/top/top.h"

#include "cli/common/stream.h"
#include "cli/common/table.h"
#include "cli/top/keys.h"
#include "cli/top/view.h"

#include "base/error.h"
#include "base/fd.h"

#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>

/* Minimum time between redraws for data from the engine. */
enum { ROUND_MS = 50, ESCAPE_MS = 25, WHEEL = 3 };

typedef struct {
	Top top;
	Cli *cli;
	TopShell shell;
	SCREEN *screen;
	WINDOW *window;
	sigset_t mask; /* signals that are read from a descriptor */
	int signals;
	char *lost; /* why the engine disconnected */
} Session;

static void read_size(Session *session)
{
	int rows, columns;
	terminal_size(&rows, &columns);
	if (rows > 0 && columns > 0)
		curses.resizeterm(rows, columns);
	/* The window was made for the old size. */
	if (session->window != NULL)
		curses.delwin(session->window);
	session->window = curses.newwin(0, 0, 0, 0);
	curses.keypad(session->window, TRUE);
	curses.nodelay(session->window, TRUE);
	curses.clearok(session->window, TRUE);
	session->top.rows = curses.getmaxy(session->window);
	session->top.columns = curses.getmaxx(session->window);
}

static bool screen_open(Session *session, GError **error)
{
	const char *term = getenv("TERM");
	setlocale(LC_CTYPE, "");
	session->top.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	if (!curses_load(error))
		return false;
	session->screen = g_strcmp0(term, "dumb") != 0 ? curses.newterm(NULL, stdout, stdin) : NULL;
	if (session->screen == NULL)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"the terminal (TERM=%s) is not known, or can show no full screen",
			term != NULL ? term : "");
	curses.cbreak();
	curses.noecho();
	curses.curs_set(0);
	curses.set_escdelay(ESCAPE_MS);
	curses.mouseinterval(0);
	curses.mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
	session->top.colours = colours_wanted() && curses.has_colors();
	if (session->top.colours) {
		curses.start_color();
		curses.use_default_colors();
		view_colours();
	}
	read_size(session);
	return true;
}

static void screen_close(Session *session)
{
	if (session->window != NULL)
		curses.delwin(session->window);
	if (session->screen == NULL)
		return;
	curses.endwin();
	curses.delscreen(session->screen);
}

static void take_mouse(Top *top)
{
	MEVENT event;
	int sort;
	if (curses.getmouse(&event) != OK || top->mode != MODE_LIST)
		return;
	bool in_list = event.y < 2 + list_height(top);
	int line = view_line_at(top, event.y), by = event.bstate & BUTTON4_PRESSED   ? -1
						    : event.bstate & BUTTON5_PRESSED ? 1
										     : 0;
	if (by != 0 && in_list)
		act_move(top, by);
	else if (by != 0)
		act_scroll(top, by * WHEEL);
	else if (!(event.bstate & BUTTON1_PRESSED))
		return;
	else if (view_sort_at(top, event.y, event.x, &sort))
		act_sort(top, sort);
	else if (line >= 0 && line == (int)model_selected_line(&top->model))
		act_show(top, SHOW_LOG);
	else if (line >= 0)
		model_select_line(&top->model, (guint)line);
}

static void take_keys(Session *session)
{
	for (int key; !session->top.ended && (key = curses.wgetch(session->window)) != ERR;) {
		if (key == KEY_MOUSE)
			take_mouse(&session->top);
		else
			key_press(&session->top, key);
		/* The next key's meaning may depend on this one. */
		settle(&session->top);
	}
}

static void show_again(Session *session)
{
	curses.clearok(session->window, TRUE);
	read_size(session);
}

static void stop_here(Session *session)
{
	curses.endwin();
	kill(getpid(), SIGSTOP);
	show_again(session);
}

static void take_signal(Session *session)
{
	struct signalfd_siginfo info;
	if (read(session->signals, &info, sizeof info) != sizeof info)
		return;
	if (info.ssi_signo == SIGWINCH)
		read_size(session);
	else if (info.ssi_signo == SIGTSTP)
		stop_here(session);
	else
		session->top.ended = true;
}

/* Handles a limited number at a time, so that keys are not delayed. */
static void take_items(Session *session)
{
	for (int i = 0; i < 256 && session->lost == NULL; i++) {
		g_autoptr(FeedItem) item = feed_take(session->top.feed);
		if (item == NULL)
			return;
		if (item->kind == FEED_LOST)
			session->lost = g_strdup(item->text);
		else
			take_item(&session->top, item);
	}
}

/* The message stays until a key is pressed. */
static void run_shell(Session *session)
{
	g_autofree char *id = g_steal_pointer(&session->top.shell_id);
	curses.endwin();
	pthread_sigmask(SIG_UNBLOCK, &session->mask, NULL);
	int code = session->shell(session->cli, id);
	pthread_sigmask(SIG_BLOCK, &session->mask, NULL);
	if (code >= 126 || code == EXIT_FAILURE) {
		printf("\nThe shell ended with %d. Enter: back to the list.", code);
		fflush(stdout);
		for (int c; (c = getchar()) != EOF && c != '\n';)
			;
	}
	show_again(session);
}

/* Keys and signals, the first two descriptors, are handled at once; data from the engine once a round. */
static void await(struct pollfd *polls, nfds_t count)
{
	if (poll(polls, 2, ROUND_MS) == 0)
		poll(polls, count, -1);
}

static void loop(Session *session)
{
	Top *top = &session->top;
	struct pollfd polls[] = {{STDIN_FILENO, POLLIN, 0}, {session->signals, POLLIN, 0},
		{feed_fd(top->feed), POLLIN, 0}};
	while (!top->ended && session->lost == NULL) {
		settle(top);
		view_draw(top, session->window);
		await(polls, G_N_ELEMENTS(polls));
		top->ended = (polls[0].revents & (POLLHUP | POLLERR)) != 0;
		take_signal(session);
		take_items(session);
		take_keys(session);
		if (top->shell_id != NULL)
			run_shell(session);
	}
}

static void top_init(Top *top, Feed *feed, const json_t *list)
{
	top->feed = feed;
	top->watched = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, (GDestroyNotify)feed_stream_end);
	top->pending = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
	pane_init(&top->pane);
	model_init(&top->model);
	model_set_list(&top->model, list);
}

static void top_clear(Top *top)
{
	act_close(top, 0);
	feed_stream_end(top->log);
	g_hash_table_destroy(top->watched);
	g_hash_table_destroy(top->pending);
	pane_clear(&top->pane);
	model_clear(&top->model);
	g_free(top->pane_id);
	g_free(top->message);
	g_free(top->doomed);
	g_free(top->shell_id);
}

/* Set before any thread is made, as threads inherit the mask. */
static bool signals_open(Session *session, GError **error)
{
	static const int read[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH};
	sigemptyset(&session->mask);
	for (size_t i = 0; i < G_N_ELEMENTS(read); i++)
		sigaddset(&session->mask, read[i]);
	pthread_sigmask(SIG_BLOCK, &session->mask, NULL);
	session->signals = signalfd(-1, &session->mask, SFD_CLOEXEC | SFD_NONBLOCK);
	return session->signals >= 0 || fail_errno(error, "signalfd");
}

static bool session_run(Session *session, GError **error)
{
	g_autoptr(json_t) list =
		client_call(session->cli->client, "GET", "/containers/json?all=1", NULL, error);
	Feed *feed = list != NULL && signals_open(session, error)
			     ? feed_new(client_host(session->cli->client), error)
			     : NULL;
	if (feed == NULL)
		return false;
	top_init(&session->top, feed, list);
	bool ok = screen_open(session, error);
	if (ok) {
		feed_events(feed);
		loop(session);
	}
	screen_close(session);
	top_clear(&session->top);
	if (session->lost != NULL)
		return fail(error, BERTH_ERROR_UNAVAILABLE, "the engine at %s was lost: %s",
			client_host(session->cli->client), session->lost);
	return ok;
}

int top_run(Cli *cli, TopShell shell)
{
	g_autoptr(GError) error = NULL;
	Session session = {.cli = cli, .shell = shell, .signals = -1};
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		fail(&error, BERTH_ERROR_UNAVAILABLE,
			"the full screen needs a terminal; name a container, or use \"%s stats "
			"--no-stream\"",
			cli->program);
		return cli_fail(cli, error);
	}
	bool ok = session_run(&session, &error);
	fd_clear(&session.signals);
	g_free(session.lost);
	return ok ? EXIT_SUCCESS : cli_fail(cli, error);
}
