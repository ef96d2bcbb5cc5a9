/* What follows from what: a start that fails, an end, a restart, an automatic removal; and what the engine finds of its containers
 * when it begins. Above the rooms, which call none of it. */
#pragma once
#include "engine/shim/shim.h"

/* Restart and removal as the container's own policy says it. */
bool container_start(Container *container, GError **error); /* NOT_MODIFIED if it runs */
bool container_restart(Container *container, const char *signal, int timeout, GError **error);
/* The automatic restart after its wait: nothing happens if the container was stopped or removed meanwhile. */
void container_restart_later(Container *container);
/* --rm: removes it, with its anonymous volumes; failures are logged. */
void container_remove_now(Container *container);
void container_exited(
	Container *container, int exit_code, bool oom, gint64 time, const char *message);
extern const ShimEvents container_shim_events;

/* container_restore.c: after a restart of the engine. */
void container_restore_all(Engine *engine);
