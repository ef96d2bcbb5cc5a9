/* Actions of keys and mouse, and reactions to data from the engine. */
#pragma once
#include "cli/top/state.h"

/* Actions of keys; the argument is from the table of keys. */
typedef void TopAction(Top *top, int argument);
TopAction act_quit, act_help, act_filter, act_running_only, act_sort, act_move, act_page, act_end,
	act_scroll, act_sideways, act_show, act_close, act_request, act_remove, act_shell;

/* Arguments of act_request. */
typedef enum {
	REQUEST_START,
	REQUEST_STOP,
	REQUEST_RESTART,
	REQUEST_PAUSE,
	REQUEST_REMOVE
} TopRequest;

/* Carries out or drops the request of MODE_CONFIRM. */
void confirm(Top *top, bool yes);
/* Handles data from the engine. */
void take_item(Top *top, const FeedItem *item);
/* Opens and closes streams, and requests the list, as the display needs it. */
void settle(Top *top);
