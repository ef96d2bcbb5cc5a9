/* An attached `up`: the output of its containers, until they end or somebody says so. Private to this room. */
#pragma once
#include "cli/compose/compose.h"

typedef struct Attached Attached;
/* Says whose output comes. watch: of --watch, which is given to it, or NULL. SIGINT and SIGTERM are blocked by the caller. */
Attached *attached_new(Cli *cli, Project *project, const json_t *containers, Watch *watch);
void attached_free(Attached *attached);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Attached, attached_free)
/* What hooks write comes among the output. */
void attached_hear(Attached *attached, Teller *teller);
/* Shows it to its end; the exit code. */
int attached_follow(Attached *attached);
