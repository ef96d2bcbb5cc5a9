/* The cache's size, and pruning (`buildx du`, `prune`). */
#include "buildkit/internal.h"

#include "base/timefmt.h"
#include "engine/object/filter.h"

#include <string.h>

/* Converts "type==regular", "id~=abc" or "shared" to an entry of the engine's filters. */
static bool add_filter(json_t *filters, const char *text, GError **error)
{
	size_t length = strcspn(text, "=~!");
	g_autofree char *key = g_strndup(text, length);
	const char *value = text + length;
	if (*value == '\0')
		value = "1";
	else if (g_str_has_prefix(value, "==") || g_str_has_prefix(value, "~="))
		value += 2;
	else
		return fail(error, BERTH_ERROR_INVALID, "filter \"%s\" is not supported", text);
	if (json_object_get(filters, key) == NULL)
		json_object_set_new(filters, key, json_array());
	return json_array_append_new(json_object_get(filters, key), json_lenient(value)) == 0;
}

/* In containerd's syntax: parts between commas are combined; several lists would be alternatives, which no client sends. */
static Filters *read_filters(char *const *lists, size_t count, gint64 older, GError **error)
{
	g_autoptr(json_t) filters = json_object();
	if (count > 1) {
		fail(error, BERTH_ERROR_INVALID, "alternative filters are not supported");
		return NULL;
	}
	g_auto(GStrv) parts = g_strsplit(count == 1 ? lists[0] : "", ",", -1);
	for (int i = 0; parts[i] != NULL; i++)
		if (*parts[i] != '\0' && !add_filter(filters, parts[i], error))
			return NULL;
	if (older > 0) {
		g_autofree char *age = duration_text(older);
		json_object_set_new(filters, "until", json_pack("[s]", age));
	}
	g_autofree char *text = json_text(filters);
	return filters_parse(text, FILTER_BUILDS_PRUNE, error);
}

static void fill(Bk__UsageRecord *record, const json_t *row)
{
	gint64 time;
	bk__usage_record__init(record);
	record->id = (char *)json_str(row, "ID");
	record->mutable_ = false;
	record->in_use = json_bool(row, "InUse");
	record->shared = json_bool(row, "Shared");
	record->size = json_int(row, "Size");
	record->usage_count = json_int(row, "UsageCount");
	record->description = (char *)json_str(row, "Description");
	record->record_type = (char *)json_str(row, "Type");
	if (time_parse(json_str(row, "CreatedAt"), &time))
		record->created_at = timestamp_new(time);
	if (time_parse(json_str(row, "LastUsedAt"), &time))
		record->last_used_at = timestamp_new(time);
}

static void clear(Bk__UsageRecord *record)
{
	g_free(record->created_at);
	g_free(record->last_used_at);
}

static bool disk_usage(GrpcCall *call, gpointer engine, GError **error)
{
	Bk__DiskUsageResponse answer = BK__DISK_USAGE_RESPONSE__INIT;
	g_autoptr(Bk__DiskUsageRequest) request =
		grpc_receive(call, &bk__disk_usage_request__descriptor, error);
	g_autoptr(json_t) filters = request != NULL
					    ? read_filters(request->filter, request->n_filter,
						      request->age_limit, error)
					    : NULL;
	if (filters == NULL)
		return false;
	g_autoptr(json_t) rows = build_cache_json(engine, filters);
	size_t count = json_array_size(rows);
	g_autofree Bk__UsageRecord *records = g_new(Bk__UsageRecord, count + 1),
				   **list = g_new(Bk__UsageRecord *, count + 1);
	for (size_t i = 0; i < count; i++) {
		fill(&records[i], json_array_get(rows, i));
		list[i] = &records[i];
	}
	answer.record = list;
	answer.n_record = count;
	bool ok = grpc_send(call, &answer, error);
	for (size_t i = 0; i < count; i++)
		clear(&records[i]);
	return ok;
}

/* The rows whose ids are in the list. */
static bool send_deleted(GrpcCall *call, const json_t *rows, const json_t *ids, GError **error)
{
	bool ok = true;
	for (size_t i = 0; ok && i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		Bk__UsageRecord record;
		bool deleted = false;
		for (size_t k = 0; k < json_array_size(ids); k++)
			deleted = deleted || strcmp(json_elem(ids, k), json_str(row, "ID")) == 0;
		if (!deleted)
			continue;
		fill(&record, row);
		ok = grpc_send(call, &record, error);
		clear(&record);
	}
	return ok;
}

static bool prune(GrpcCall *call, gpointer engine, GError **error)
{
	g_autoptr(Bk__PruneRequest) request =
		grpc_receive(call, &bk__prune_request__descriptor, error);
	if (request == NULL)
		return false;
	if (request->min_free_space > 0)
		return fail(error, BERTH_ERROR_NOT_IMPLEMENTED,
			"pruning by free space (min-free-space) is not supported");
	g_autoptr(json_t) filters =
		read_filters(request->filter, request->n_filter, request->keep_duration, error);
	if (filters == NULL)
		return false;
	BuildPrune wanted = {.all = request->all,
		.keep = MAX(request->reserved_space, request->max_used_space),
		.filters = filters};
	g_autoptr(json_t) before = build_cache_json(engine, NULL);
	g_autoptr(json_t) done = build_prune(engine, &wanted);
	grpc_call_send_headers(call, NULL);
	return send_deleted(call, before, json_object_get(done, "CachesDeleted"), error);
}

const GrpcMethod usage_methods[] = {
	{"/moby.buildkit.v1.Control/DiskUsage", disk_usage},
	{"/moby.buildkit.v1.Control/Prune", prune},
	{0},
};
