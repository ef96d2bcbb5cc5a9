/* Execs: processes that join a container. */
#pragma once
#include "engine/object/container.h"
#include "shim/protocol.h"

typedef struct {
	gatomicrefcount references;
	char *id, *container_id;
	char **argv, **env;
	char *user, *workdir, *detach_keys;
	bool tty, privileged, open_stdin, open_stdout, open_stderr;
	bool started, running;
	int exit_code, pid, rows, columns;
	char *error;
	ShimLink *link; /* to a shim of its own, while that lives; NULL: the container's has it */
	Notify changed;
} Exec;

/* called: how the request calls the container. */
Exec *exec_create(
	Container *container, const char *called, const json_t *request, GError **error);
Exec *exec_find(Engine *engine, const char *id, GError **error); /* new reference */
Exec *exec_ref(Exec *exec);
void exec_lost(Engine *engine,
	const Exec *exec); /* its shim has gone: it has ended, if it did not say so before */
void exec_unref(Exec *exec);
/* What of it changes, as it is at one moment. exit_code: -1 while it is not known. */
typedef struct {
	bool started, running, failed;
	int pid, exit_code;
} ExecState;
ExecState exec_state(Engine *engine, const Exec *exec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Exec, exec_unref)
/* Whether its container can have it run now. */
bool exec_can_start(Engine *engine, const Exec *exec, GError **error);
/* Takes fd (-1: detached) over, which is told why it failed, too. framed: output comes as with SHIM_ATTACH_FRAMED. */
bool exec_start(Engine *engine, Exec *exec, int fd, bool framed, GError **error);
/* Waits for its start, as long as dockerd does. */
bool exec_resize(Engine *engine, Exec *exec, int rows, int columns, GError **error);
void exec_changed(Engine *engine, const struct shim_message *message);
void exec_forget_all(Container *container);
