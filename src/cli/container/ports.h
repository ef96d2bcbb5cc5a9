/* Published ports, as they are written and shown. */
#pragma once
#include "base/json.h"
#include <stdbool.h>

/* A list of -p texts as PortBindings and ExposedPorts; false with error. */
bool ports_parse(const json_t *list, json_t *ports, json_t *bindings, GError **error);
const char *ip_bracket(const char *ip, bool left); /* "[" or "]" around IPv6; "" around IPv4 */
char *ports_shown(const json_t *ports); /* "0.0.0.0:80->80/tcp, 81/udp"; the caller frees it */
