/* Stopping and removing containers, a step for each service. */
#pragma once
#include "compose/compose.h"

typedef struct {
	const Project *project;
	const json_t *containers;
	int timeout;
	bool volumes, stop;
	Teller *teller;
} ContainersEnd;
/* A step for each service of the containers, all in parallel: without a model no order is known. */
bool containers_end(ContainersEnd *work, Client *client, GError **error);
