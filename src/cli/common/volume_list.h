/* Volumes as lists of them have them. */
#pragma once
#include "base/json.h"

/* format: as format_list has it. False with error if it is no template. */
bool volume_list_print(const char *format, const json_t *volumes, GError **error);
