/* A container's life: create, start, stop, update, remove. */
#pragma once
#include "engine/object/container.h"
#include "engine/object/filter.h"

bool container_make_folder(Engine *engine, const char *id, GError **error); /* container_create.c */

/* container_create.c */
char *container_create(Engine *engine, const char *name, const char *platform,
	const json_t *request, json_t **warnings, GError **error);
/* CONFLICT with Docker's words if a container has that name. */
bool container_name_free(Engine *engine, const char *name, GError **error);

/* container_start.c, container_stop.c, ... */
/* The part of container_start after its checks, with these mounts. */
bool container_launch(
	Container *container, const Spec *spec, const GPtrArray *mounts, GError **error);
/* NOT_MODIFIED if it runs. automatic: by its restart policy, if a restart is still due. *failed: the start was
 * attempted. Others call container_start (container_policy.h). */
bool container_start_once(Container *container, bool automatic, bool *failed, GError **error);
bool container_restart_due(Container *container); /* nobody has stopped or removed it meanwhile */
/* Ends its wait for an automatic restart; false if it is not waiting. */
bool container_end_restart(Container *container);
/* timeout: seconds, negative: no limit, G_MININT: the container's own. */
bool container_stop(Container *container, const char *signal, int timeout, GError **error);
/* The first half of a restart. */
bool container_stop_for_restart(
	Container *container, const char *signal, int timeout, GError **error);
/* Whether text names a signal; "" is the default signal. */
bool container_signal_check(const char *signal, GError **error);
bool container_kill(Container *container, const char *signal, GError **error);
bool container_pause(Container *container, GError **error);
bool container_unpause(Container *container, GError **error);
bool container_rename(Container *container, const char *name, GError **error);
bool container_resize(Container *container, int rows, int columns, GError **error);
/* called: how the client named it, for errors; NULL: its name. */
bool container_remove(
	Container *container, const char *called, bool force, bool volumes, GError **error);
bool container_update(
	Container *container, const json_t *changes, json_t *warnings, GError **error);
/* Attaches fd, which is taken over. Before the start the client waits for it; the caller holds operation to keep off
 * a start that must find it. */
bool container_attach(
	Container *container, int fd, int flags, const char *detach_keys, GError **error);

json_t *container_prune(Engine *engine, const Filters *filters);
/* The number of its ends so far: read before a client is told that its wait has begun, so that no end is missed. */
gint64 container_ends(Container *container);
/* Waits for condition ("not-running", "next-exit", "removed") after so many ends; an end counts although the policy
 * restarts the container. False if peer_fd hung up. */
bool container_wait(Container *container, const char *condition, gint64 ends, int peer_fd,
	int *exit_code, char **message);
