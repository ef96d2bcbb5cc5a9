/* A step of a build: a process in a container that nobody lists. */
#pragma once
#include "engine/object/container.h"

/* It leaves no row, and ends with
 * the engine. */
typedef struct {
	GPtrArray *layers;     /* of Layer, lowest first; stays the caller's */
	const json_t *request; /* Config and HostConfig as in a request for a container */
	const json_t
		*mounts; /* as mount_points_make, and those of types "tree" and "file" (launch.c) */
} StepSpec;
Container *step_new(Engine *engine, const StepSpec *spec, GError **error);
/* Runs it to its end; output gets what it writes. mounts: as mount_points_make, and those of types "tree" and
 * "file" (launch.c). False with error if it could not start, or cancel_fd
 * hung up. */
typedef void (*StepOutput)(gpointer data, int stream, const char *bytes, size_t length);
bool step_run(Container *step, const GPtrArray *mounts, StepOutput output, gpointer data,
	int cancel_fd, int *exit_code, GError **error);
/* What it has written, as a folder below the store's tmp/ that the caller owns; mount points taken out. */
char *step_take_upper(Container *step, int below_fd, const GPtrArray *mounts, GError **error);
void step_free(Container *step);
