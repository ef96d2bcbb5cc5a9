/* The build cache as a whole: its size, and pruning. */
#include "builder/internal.h"
#include "engine/object/event.h"

#include "base/size.h"
#include "base/timefmt.h"

#include <string.h>
#include <sys/statvfs.h>

enum { KEEP_DAYS = 30, DISK_PART = 10 };
static const gint64 keep_most = 10LL << 30, second = 1000000000;

typedef enum { STEPS, MOUNTS, CONTEXTS, KINDS } Kind;
static const char *const types[KINDS] = {"regular", "exec.cachemount", "source.local"};

/* Steps, caches of RUN --mount=type=cache, and clients' contexts, least recently used first. Records without a size
 * of their own, such as changes of the configuration only, are not listed: they are removed along with others. */
static GPtrArray *records(Engine *engine, Kind kind)
{
	GPtrArray *list = kind == MOUNTS     ? cache_mount_list(engine->store)
			  : kind == CONTEXTS ? context_list(engine->store)
					     : cache_store_list(engine->store);
	for (guint i = 0; kind != STEPS && i < list->len; i++) {
		CacheRow *row = list->pdata[i];
		row->size = tree_size(engine->store->caches_fd, row->id);
		row->in_use = kind == MOUNTS && cache_mount_in_use(row->key);
	}
	return list;
}

static json_t *row_json(const CacheRow *row, Kind kind)
{
	g_autofree char *created = time_format(row->created), *used = time_format(row->used);
	g_autofree char *title = kind == MOUNTS ? g_strconcat("cached mount ", row->key, NULL)
						: g_strdup(row->description);
	return json_pack("{s:s, s:s, s:o, s:b, s:b, s:I, s:s, s:s, s:I}", "ID", row->id, "Type",
		types[kind], "Description", json_lenient(title), "InUse", row->in_use, "Shared",
		row->shared, "Size", (json_int_t)row->size, "CreatedAt", created, "LastUsedAt",
		used, "UsageCount", (json_int_t)row->uses);
}

static bool remove_row(Engine *engine, const CacheRow *row, Kind kind)
{
	if (row->in_use)
		return false;
	return kind == MOUNTS	  ? cache_mount_remove(engine->store, row->key, NULL)
	       : kind == CONTEXTS ? context_keep_remove(engine->store, row->id)
				  : cache_store_remove(engine->store, row->key, NULL);
}

/* A boolean filter without a value means true. */
static bool flag_matches(const Filters *filters, const char *key, bool value)
{
	return filters_have(filters, key) ? filters_match_flag(filters, key, value)
					  : value || json_object_get(filters, key) == NULL;
}

static bool matches(const CacheRow *row, Kind kind, const BuildPrune *prune)
{
	const Filters *filters = prune->filters;
	/* Records have no parents, children and labels here. */
	return (prune->all || !row->shared) && filters_match_prefix(filters, "id", row->id) &&
	       filters_match(filters, "parent", "") &&
	       filters_match_name(filters, "description", row->description) &&
	       filters_match(filters, "type", types[kind]) &&
	       flag_matches(filters, "inuse", row->in_use) &&
	       flag_matches(filters, "shared", row->shared) &&
	       flag_matches(filters, "private", !row->shared) &&
	       filters_match_labels(filters, NULL);
}

json_t *build_cache_json(Engine *engine, const Filters *filters)
{
	json_t *list = json_array();
	BuildPrune wanted = {.all = true, .filters = filters};
	for (Kind kind = 0; kind < KINDS; kind++) {
		g_autoptr(GPtrArray) rows = records(engine, kind);
		for (guint i = 0; i < rows->len; i++) {
			const CacheRow *row = rows->pdata[i];
			if (*row->description != '\0' && matches(row, kind, &wanted))
				json_array_append_new(list, row_json(row, kind));
		}
	}
	return list;
}

json_t *build_prune(Engine *engine, const BuildPrune *prune)
{
	gint64 total = 0, space = 0,
	       until = MIN(filters_time(prune->filters, "until"),
		       filters_time(prune->filters, "unused-for"));
	json_t *deleted = json_array();
	for (Kind kind = 0; kind < KINDS; kind++) {
		g_autoptr(GPtrArray) rows = records(engine, kind);
		for (guint i = 0; i < rows->len; i++)
			total += ((CacheRow *)rows->pdata[i])->size;
	}
	for (Kind kind = 0; kind < KINDS; kind++) {
		g_autoptr(GPtrArray) rows = records(engine, kind);
		for (guint i = 0; i < rows->len; i++) {
			const CacheRow *row = rows->pdata[i];
			if ((prune->keep > 0 && total <= prune->keep) || row->used > until ||
				!matches(row, kind, prune) || !remove_row(engine, row, kind))
				continue;
			total -= row->size;
			space += row->shared ? 0 : row->size;
			if (*row->description != '\0')
				json_array_append_new(deleted, json_string(row->id));
		}
	}
	layer_store_sweep(engine->store);
	event_pruned(engine, "builder", space);
	return json_pack("{s:o, s:I}", "CachesDeleted",
		json_array_size(deleted) > 0 ? deleted : (json_decref(deleted), json_null()),
		"SpaceReclaimed", (json_int_t)space);
}

/* builder.gc.defaultKeepStorage of daemon.json; else a tenth of the disk, at most 10 GB. */
static gint64 keep_size(const Engine *engine)
{
	const char *asked = json_str(engine->config->file, "builder.gc.defaultKeepStorage");
	struct statvfs fs;
	gint64 size;
	if (*asked != '\0' && size_parse(asked, &size))
		return size;
	if (statvfs(engine->store->root, &fs) < 0)
		return keep_most;
	return MIN(keep_most, (gint64)(fs.f_blocks * fs.f_frsize) / DISK_PART);
}

void build_cache_collect(Engine *engine)
{
	json_t *enabled = json_at(engine->config->file, "builder.gc.enabled");
	if (json_is_false(enabled))
		return;
	context_collect(engine->store);
	gint64 keep = keep_size(engine), oldest = time_now() - KEEP_DAYS * 86400 * second, first,
	       total = cache_store_total(engine->store, &first);
	bool removed = false;
	/* The usual case after a build. */
	if (first >= oldest && total <= keep)
		return;
	g_autoptr(GPtrArray) rows = cache_store_list(engine->store);
	for (guint i = 0; i < rows->len; i++) {
		const CacheRow *row = rows->pdata[i];
		if (row->used >= oldest && total <= keep)
			break;
		removed = remove_row(engine, row, STEPS) || removed;
		total -= row->size;
	}
	if (removed)
		layer_store_sweep(engine->store);
}
