/* A container as lists show it. */
#pragma once
#include "cli/common/format.h"

#include "base/json.h"
#include <stdbool.h>

/* New reference. */
json_t *container_row(const json_t *container, bool whole, bool with_size);

/* What its rows are made of; sized: raw lists show the size, too. */
extern const Column container_columns[], container_sized_columns[];
