/* A session of `top`: known data, display, and pending actions. Main thread only; the feed's threads do not know it. */
#pragma once
#include "cli/top/feed.h"
#include "cli/top/model.h"
#include "cli/top/pane.h"

typedef enum { MODE_LIST, MODE_FILTER, MODE_CONFIRM, MODE_HELP } TopMode;
typedef enum { SHOW_NONE, SHOW_LOG, SHOW_INSPECT } TopShow;

typedef struct {
	Feed *feed;
	Model model;
	GHashTable *watched; /* id -> FeedStream of samples */
	GHashTable *pending; /* number of a call -> message for its success */

	TopMode mode;
	char *message;	/* at the bottom; NULL: the keys */
	char *doomed;	/* MODE_CONFIRM: the id of what is to be removed */
	char *shell_id; /* container to open a shell in, or NULL */
	bool ended;

	TopShow show; /* in the pane, of pane_id */
	Pane pane;
	char *pane_id;
	FeedStream *log;
	guint64 inspecting; /* number of the pending call */

	bool list_due, list_asked;
	bool ascii, colours;
	int rows, columns;
	int list_top; /* the first line of the list that is shown */
} Top;

/* How many lines there are for the list and for the pane; 0: none. */
static inline int list_height(const Top *top)
{
	int room = MAX(top->rows - 3, 0);
	return top->show == SHOW_NONE ? room : MIN(room, MAX(4, room / 3));
}

static inline int pane_height(const Top *top)
{
	return top->show == SHOW_NONE ? 0 : MAX(top->rows - 3 - list_height(top) - 1, 0);
}
