/* Figures from the engine's samples (GET /containers/{id}/stats), computed as in docker's client. */
#pragma once
#include "base/json.h"

/* Links two samples that were requested separately (one-shot): now gets before's values, as in a stream. */
void stats_follow(json_t *now, const json_t *before);
/* Percent of one CPU (200 is two of them), since the previous sample. */
double stats_cpu_percent(const json_t *stats);
/* Bytes, without reclaimable cache. */
double stats_memory(const json_t *stats);
/* Bytes over all links: "rx_bytes" or "tx_bytes". */
double stats_network(const json_t *stats, const char *member);
/* Bytes of all block devices: "read" or "write". */
double stats_block(const json_t *stats, const char *op);
