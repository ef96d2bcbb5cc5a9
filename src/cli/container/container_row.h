/* A container as lists show it. */
#pragma once
#include "base/json.h"
#include <stdbool.h>

/* New reference. */
json_t *container_row(const json_t *container, bool whole, bool with_size);
