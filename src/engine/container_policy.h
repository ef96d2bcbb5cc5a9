/* Policy above the rooms, which call none of it: what follows a failed start, an end, a restart, an automatic
 * removal; and what becomes of containers when the engine starts. */
#pragma once
#include "engine/shim/shim.h"

/* Applies the container's restart policy and AutoRemove. */
bool container_start(Container *container, GError **error); /* NOT_MODIFIED if it runs */
bool container_restart(Container *container, const char *signal, int timeout, GError **error);
/* The automatic restart, once its wait is over: does nothing if the container was stopped or removed meanwhile. */
void container_restart_later(Container *container);
/* --rm: removes it, with its anonymous volumes; failures are logged. */
void container_remove_now(Container *container);
void container_exited(
	Container *container, int exit_code, bool oom, gint64 time, const char *message);
extern const ShimEvents container_shim_events;

/* container_restore.c: at the start of the engine. */
void container_restore_all(Engine *engine);
