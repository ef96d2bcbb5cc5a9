#include "cli/top/keys.h"

#include "cli/top/curses.h"

enum { ESCAPE = 27, DELETE = 127, ENTER = '\n', SIDE = 16 };

const TopKey top_keys[] = {
	{{KEY_UP, 'k'}, "Up k", "the container above", NULL, act_move, -1},
	{{KEY_DOWN, 'j'}, "Down j", "the container below", NULL, act_move, 1},
	{{KEY_PPAGE}, "PgUp", "a page up (of the text below)", NULL, act_page, -1},
	{{KEY_NPAGE, ' '}, "PgDn Space", "a page down", NULL, act_page, 1},
	{{KEY_HOME, 'g'}, "Home g", "to the beginning", NULL, act_end, -1},
	{{KEY_END, 'G'}, "End G", "to the end; follow a log", NULL, act_end, 1},
	{{'K'}, "K", "a line up in the text below", NULL, act_scroll, -1},
	{{'J'}, "J", "a line down in it", NULL, act_scroll, 1},
	{{KEY_LEFT}, "Left", "to the left in it", NULL, act_sideways, -SIDE},
	{{KEY_RIGHT}, "Right", "to the right in it", NULL, act_sideways, SIDE},
	{{'l', ENTER, KEY_ENTER}, "l Enter", "its log; again: away", "log", act_show, SHOW_LOG},
	{{'i'}, "i", "inspect; again: away", "inspect", act_show, SHOW_INSPECT},
	{{'e'}, "e", "a shell (sh) in it", "exec", act_shell, 0},
	{{'s'}, "s", "start", "start", act_request, REQUEST_START},
	{{'t'}, "t", "stop", "stop", act_request, REQUEST_STOP},
	{{'r'}, "r", "restart", NULL, act_request, REQUEST_RESTART},
	{{'p'}, "p", "pause, or go on", NULL, act_request, REQUEST_PAUSE},
	{{'d', KEY_DC}, "d Del", "remove; asks first", "rm", act_remove, 0},
	{{'/'}, "/", "filter by name, project, ...", "filter", act_filter, 0},
	{{'a'}, "a", "running containers only, or all", NULL, act_running_only, 0},
	{{'n'}, "n", "sort by name; again: reversed", NULL, act_sort, SORT_NAME},
	{{'c'}, "c", "by CPU", NULL, act_sort, MEASURE_CPU},
	{{'m'}, "m", "by memory", NULL, act_sort, MEASURE_MEMORY},
	{{'w'}, "w", "by network", NULL, act_sort, MEASURE_NETWORK},
	{{'b'}, "b", "by block I/O", NULL, act_sort, MEASURE_BLOCK},
	{{ESCAPE}, "Esc", "without text below or filter", NULL, act_close, 0},
	{{'?', 'h', KEY_F(1)}, "? h", "these keys", "keys", act_help, 0},
	{{'q'}, "q", "end", "end", act_quit, 0},
	{{0}},
};

static void type_filter(Top *top, int key)
{
	g_autoptr(GString) text = g_string_new(top->model.filter);
	if (key == ENTER || key == KEY_ENTER || key == ESCAPE)
		top->mode = MODE_LIST;
	if (key == ESCAPE)
		g_string_truncate(text, 0);
	else if ((key == KEY_BACKSPACE || key == DELETE || key == '\b') && text->len > 0)
		g_string_truncate(text, text->len - 1);
	else if (key >= ' ' && key < DELETE)
		g_string_append_c(text, (gchar)key);
	model_set_filter(&top->model, text->str);
}

static void act_on(Top *top, int key)
{
	g_clear_pointer(&top->message, g_free);
	for (const TopKey *one = top_keys; one->name != NULL; one++)
		for (size_t i = 0; i < G_N_ELEMENTS(one->keys) && one->keys[i] != 0; i++)
			if (one->keys[i] == key) {
				one->act(top, one->argument);
				return;
			}
}

void key_press(Top *top, int key)
{
	switch (top->mode) {
	case MODE_LIST:
		act_on(top, key);
		break;
	case MODE_FILTER:
		type_filter(top, key);
		break;
	case MODE_CONFIRM:
		confirm(top, key == 'y' || key == 'Y');
		break;
	case MODE_HELP:
		top->mode = MODE_LIST;
		break;
	}
}
