/* The filters parameter of lists, prunes and events. */
#pragma once
#include "base/json.h"

#include <stdbool.h>

typedef json_t Filters; /* {"label": ["a", "b=c"], ...} */
typedef enum {
	FILTER_CONTAINERS,
	FILTER_CONTAINERS_PRUNE,
	FILTER_IMAGES,
	FILTER_IMAGES_PRUNE,
	FILTER_IMAGES_SEARCH,
	FILTER_VOLUMES,
	FILTER_VOLUMES_PRUNE,
	FILTER_NETWORKS,
	FILTER_NETWORKS_PRUNE,
	FILTER_EVENTS,
	FILTER_BUILDS_PRUNE,
} FilterSet;
/* Parses either of Docker's forms ("" and {} are no filter). INVALID for a filter that the endpoint does not accept,
 * and for an invalid value. */
Filters *filters_parse(const char *text, FilterSet set, GError **error);
bool filters_have(const Filters *filters, const char *key);
/* True if the filter is not given, or one of its values is value. */
bool filters_match(const Filters *filters, const char *key, const char *value);
/* Variants in which each value is a prefix, a regular expression (names) or a pattern (references). */
bool filters_match_flag(const Filters *filters, const char *key, bool value); /* "true" or "1" */
bool filters_match_prefix(const Filters *filters, const char *key, const char *value);
bool filters_match_name(const Filters *filters, const char *key, const char *value);
bool filters_match_glob(const Filters *filters, const char *key, const char *value);
/* True if all of "label" are there ("label" or "label=value"), and not all of "label!". */
bool filters_match_labels(const Filters *filters, const json_t *labels);
/* Whether a boolean filter is given, and true. */
bool filters_is_on(const Filters *filters, const char *key);
/* The first time that a filter gives; a duration counts back from now. G_MAXINT64 where the filter is not given. */
gint64 filters_time(const Filters *filters, const char *key);
/* "80", "80-90/udp" */
typedef struct {
	int first, last;
	char protocol[8];
} FilterPorts;
bool filter_ports_parse(const char *text, FilterPorts *ports, GError **error);
const char *filters_value(
	const Filters *filters, const char *key, size_t index); /* ended by NULL */
