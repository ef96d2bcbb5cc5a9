/* An exec: a process that joins a container. */
#pragma once
#include "engine/object/container.h"

typedef struct {
	gatomicrefcount references;
	char *id, *container_id;
	char **argv, **env;
	char *user, *workdir, *detach_keys;
	bool tty, privileged, open_stdin, open_stdout, open_stderr;
	bool started, running;
	int exit_code, pid, rows, columns;
	char *error;
	ShimLink *
		link; /* to its own shim, while that is alive; NULL: the container's shim runs it */
	Notify changed;
} Exec;

Exec *exec_ref(Exec *exec);
void exec_unref(Exec *exec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Exec, exec_unref)
Exec *exec_find(Engine *engine, const char *id, GError **error); /* new reference */
/* A consistent copy of the fields that change. exit_code: -1 while it is unknown. */
typedef struct {
	bool started, running, failed;
	int pid, exit_code;
} ExecState;
ExecState exec_state(Engine *engine, const Exec *exec);
