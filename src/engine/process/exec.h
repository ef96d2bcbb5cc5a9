/* Execs: create, start, end. */
#pragma once
#include "engine/object/exec.h"
#include "shim/protocol.h"

/* called: how the request named the container. */
Exec *exec_create(Container *container, const char *called, const json_t *request, GError **error);
void exec_lost(Engine *engine,
	const Exec *
		exec); /* The exec's own shim has ended: so has the exec, if it has not reported so before. */
/* Whether its container is in a state to run it. */
bool exec_can_start(Engine *engine, const Exec *exec, GError **error);
/* Takes fd (-1: detached) over; the client gets a failure's reason there, too. framed: the output is framed
 * (SHIM_ATTACH_FRAMED). */
bool exec_start(Engine *engine, Exec *exec, int fd, bool framed, GError **error);
/* Waits for its start, as long as dockerd does. */
bool exec_resize(Engine *engine, Exec *exec, int rows, int columns, GError **error);
void exec_changed(Engine *engine, const struct shim_message *message);
void exec_forget_all(Container *container);
