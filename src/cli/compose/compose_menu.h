/* The keys of an attached `up`, and the line at the foot of the terminal that tells of them. Private to this room. */
#pragma once
#include "cli/common/cli.h"

typedef struct ComposeMenu ComposeMenu;

/* NULL: there is none, as nobody sits at a terminal or it is not wanted (--menu, COMPOSE_MENU). Keys come one by one, and are not
 * echoed, until it is freed. */
ComposeMenu *compose_menu_new(const Cli *cli, bool colored);
void compose_menu_free(ComposeMenu *menu);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ComposeMenu, compose_menu_free)
/* The key that was pressed, or 0. */
char compose_menu_key(void);
/* Before and after something is written; menu may be NULL. Whoever calls them sees to it that nobody else writes. */
void compose_menu_hide(const ComposeMenu *menu);
void compose_menu_show(const ComposeMenu *menu);
void compose_menu_watching(ComposeMenu *menu, bool watching);
/* Told above the line for some seconds. */
void compose_menu_fault(ComposeMenu *menu, const char *what, const char *fault);
