/* Numbers and JSON as Go's standard library writes them. Private to this room. */
#pragma once
#include "base/json.h"

/* A number of 64 bits as fmt and yaml.v3 print it: "1.5", "1e+06". The caller frees it. */
char *go_float(double value);
/* What a number of 32 bits is when its shortest text is read as one of 64. */
double go_single(double value);
/* As encoding/json writes it, with <, > and & escaped; indent 0: all in one line. Members stay in their order. The caller
 * frees it. */
char *go_json(const json_t *value, int indent);
