/* Execs begin, and end. */
#pragma once
#include "engine/object/exec.h"
#include "shim/protocol.h"

/* called: how the request calls the container. */
Exec *exec_create(Container *container, const char *called, const json_t *request, GError **error);
void exec_lost(Engine *engine,
	const Exec *exec); /* its shim has gone: it has ended, if it did not say so before */
/* Whether its container can have it run now. */
bool exec_can_start(Engine *engine, const Exec *exec, GError **error);
/* Takes fd (-1: detached) over, which is told why it failed, too. framed: output comes as with SHIM_ATTACH_FRAMED. */
bool exec_start(Engine *engine, Exec *exec, int fd, bool framed, GError **error);
/* Waits for its start, as long as dockerd does. */
bool exec_resize(Engine *engine, Exec *exec, int rows, int columns, GError **error);
void exec_changed(Engine *engine, const struct shim_message *message);
void exec_forget_all(Container *container);
