/* Volumes as lists of them have them. */
#pragma once
#include "cli/common/format.h"

/* format: as format_list has it. False with error if it is no template. */
bool volume_list_print(const char *format, const json_t *volumes, GError **error);

/* What docker's formatter gives: labels joined, and columns that no local volume fills. A new reference. */
json_t *volume_row(const json_t *volume);
/* What such rows are made of. */
extern const Column volume_columns[];
