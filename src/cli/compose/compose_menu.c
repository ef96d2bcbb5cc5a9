#include "cli/compose/compose_menu.h"
#include "cli/common/flags.h"
#include "cli/common/table.h"
#include "cli/compose/compose.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { FAULT_US = 10 * G_USEC_PER_SEC, HEIGHT = 24 };

struct ComposeMenu {
	struct termios before;
	bool colored, watching;
	char *fault;
	gint64 fault_until;
};

static bool is_wanted(const Cli *cli)
{
	const char *env = g_getenv("COMPOSE_MENU");
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
		strcmp(flag_text(cli->outer, "progress"), "plain") == 0)
		return false;
	/* A reader in the background would be stopped. */
	if (tcgetpgrp(STDIN_FILENO) != getpgrp())
		return false;
	return flag_given(cli, "menu") ? flag_bool(cli, "menu", false)
				       : env == NULL || variable_is_true(env);
}

ComposeMenu *compose_menu_new(const Cli *cli, bool colored)
{
	struct termios settings;
	if (!is_wanted(cli) || tcgetattr(STDIN_FILENO, &settings) < 0)
		return NULL;
	ComposeMenu *menu = g_new0(ComposeMenu, 1);
	menu->before = settings;
	menu->colored = colored;
	settings.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	settings.c_cc[VMIN] = 1;
	settings.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &settings);
	return menu;
}

void compose_menu_free(ComposeMenu *menu)
{
	compose_menu_hide(menu);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSANOW, &menu->before);
	g_free(menu->fault);
	g_free(menu);
}

char compose_menu_key(void)
{
	char key = 0;
	return read(STDIN_FILENO, &key, 1) == 1 ? key : 0;
}

static void add_key(const ComposeMenu *menu, GString *line, const char *key, const char *text)
{
	g_string_append_printf(line,
		menu->colored ? "%s\033[1;38;2;0;0;0;48;2;255;255;255m%s\033[0m\033[2m %s\033[0m"
			      : "%s%s %s",
		line->len > 0 ? "   " : "", key, text);
}

void compose_menu_hide(const ComposeMenu *menu)
{
	if (menu != NULL)
		fputs("\r\033[J", stdout);
}

/* A line is made free below the cursor, which stays where it is, so that what is written next does not meet the menu. */
void compose_menu_show(const ComposeMenu *menu)
{
	struct winsize size = {.ws_row = HEIGHT};
	if (menu == NULL)
		return;
	bool faulty = menu->fault != NULL && g_get_monotonic_time() < menu->fault_until;
	g_autoptr(GString) line = g_string_new("");
	add_key(menu, line, "w", menu->watching ? "Disable Watch" : "Enable Watch");
	add_key(menu, line, "d", "Detach");
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row < 3)
		size.ws_row = HEIGHT;
	printf(faulty ? "\n\n\033[2A" : "\n\033[1A");
	fputs("\r\0337", stdout);
	if (faulty)
		printf("\033[%d;1H\033[2K%s", size.ws_row - 1, menu->fault);
	printf("\033[%d;1H\033[2K%s\0338", size.ws_row, line->str);
	fflush(stdout);
}

void compose_menu_watching(ComposeMenu *menu, bool watching)
{
	if (menu != NULL)
		menu->watching = watching;
}

void compose_menu_fault(ComposeMenu *menu, const char *what, const char *fault)
{
	g_free(menu->fault);
	menu->fault = g_strdup_printf(
		menu->colored ? "\033[1;36m%s \342\206\222\033[0m  %s" : "%s \342\206\222  %s",
		what, fault);
	menu->fault_until = g_get_monotonic_time() + FAULT_US;
}
