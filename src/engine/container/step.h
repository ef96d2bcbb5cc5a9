/* A build step: a process in a container that no list shows. */
#pragma once
#include "engine/object/container.h"
#include "engine/object/step_host.h"

/* All fields are borrowed. */
typedef struct {
	GPtrArray *layers; /* of Layer, lowest first */
	char *const *argv, *const *env;
	const char *user, *folder; /* user and working directory; "": root, and "/" */
	const char *hostname;	   /* unless network is another container's */
	const char *network;	   /* NULL: what host says */
	bool privileged;
	const StepHost *host;
} StepSpec;
/* step_spec.c: the facts of a step's container, checked as those of any other; it copies the texts. */
Spec *step_specify(Engine *engine, const StepSpec *step, GError **error);
/* A step leaves no row, and ends with the engine. */
Container *step_new(Engine *engine, const StepSpec *spec, GError **error);
/* Runs it to its end; output gets what it writes. mounts: of MountPoint. False with error if it could not start, or
 * cancel_fd hung up. */
typedef void (*StepOutput)(gpointer data, int stream, const char *bytes, size_t length);
bool step_run(Container *step, const GPtrArray *mounts, StepOutput output, gpointer data,
	int cancel_fd, int *exit_code, GError **error);
/* Its changes, as a folder below the store's tmp/ that the caller owns; without mount points. */
char *step_take_upper(Container *step, int below_fd, const GPtrArray *mounts, GError **error);
void step_free(Container *step);
