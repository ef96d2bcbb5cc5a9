/* A step of a build: a process in a container that nobody lists. */
#pragma once
#include "engine/object/container.h"
#include "engine/object/step_host.h"

/* All of it stays the caller's. */
typedef struct {
	GPtrArray *layers;	     /* of Layer, lowest first */
	const json_t *command, *env; /* lists of texts */
	const char *user, *folder;   /* whose it is, and where it begins; "": root, and / */
	const char *hostname;	     /* unless it is in another container's network */
	const char *network;	     /* NULL: what host says */
	bool privileged;
	const StepHost *host;
} StepSpec;
/* It leaves no row, and ends with the engine. */
Container *step_new(Engine *engine, const StepSpec *spec, GError **error);
/* Runs it to its end; output gets what it writes. mounts: of MountPoint. False with error if it could not start, or
 * cancel_fd hung up. */
typedef void (*StepOutput)(gpointer data, int stream, const char *bytes, size_t length);
bool step_run(Container *step, const GPtrArray *mounts, StepOutput output, gpointer data,
	int cancel_fd, int *exit_code, GError **error);
/* What it has written, as a folder below the store's tmp/ that the caller owns; mount points taken out. */
char *step_take_upper(Container *step, int below_fd, const GPtrArray *mounts, GError **error);
void step_free(Container *step);
