/* Containers are stopped and removed, a step for each service. */
#pragma once
#include "compose/compose.h"

typedef struct {
	const Project *project;
	const json_t *containers;
	int timeout;
	bool volumes, stop;
	Teller *teller;
} ContainersEnd;
/* A step for each service that the containers name, at once: without a model there is no order. */
bool containers_end(ContainersEnd *work, Client *client, GError **error);
