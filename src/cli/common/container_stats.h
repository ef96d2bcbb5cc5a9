/* What the engine's samples of a container say (GET /containers/{id}/stats), as docker's client computes it. */
#pragma once
#include "base/json.h"

/* Two samples that were asked for one by one (one-shot) belong together: now gets what before said, as in a stream. */
void stats_follow(json_t *now, const json_t *before);
/* Of one CPU (so 200 is two of them), since the sample before. */
double stats_cpu_percent(const json_t *stats);
/* Bytes, without what the kernel could take back at once. */
double stats_memory(const json_t *stats);
/* Bytes over all links: "rx_bytes" or "tx_bytes". */
double stats_network(const json_t *stats, const char *member);
/* Bytes of all block devices: "read" or "write". */
double stats_block(const json_t *stats, const char *op);
