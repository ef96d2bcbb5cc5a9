#include "engine/transfer/transfer.h"
#include "base/notify.h"

#include "base/error.h"
#include "base/size.h"
#include "base/thread.h"

#include <malloc.h>
#include <string.h>

enum { PROGRESS_INTERVAL = G_USEC_PER_SEC / 10, BAR = 50 };

/* A progress line, kept for clients that join later. */
typedef struct {
	char *id, *status;
	gint64 current, total; /* total 0: no bar */
	json_t *json;	       /* replaces the fields above */
} Line;

struct Transfer {
	gatomicrefcount references;
	Engine *engine;
	char *key;
	TransferWork work;
	gpointer data;
	GDestroyNotify free_data;
	GMutex lock;
	GArray *lines;
	GHashTable *last; /* id -> time of its last line with a progress bar */
	int followers;
	bool ended;
	GError *error;
	Stop stop;
	Notify changed;
};

static void line_clear(gpointer data)
{
	Line *line = data;
	g_free(line->id);
	g_free(line->status);
	json_decref(line->json);
}

static void transfer_unref(Transfer *transfer)
{
	if (!g_atomic_ref_count_dec(&transfer->references))
		return;
	g_free(transfer->key);
	g_array_unref(transfer->lines);
	g_hash_table_unref(transfer->last);
	g_clear_error(&transfer->error);
	notify_clear(&transfer->changed);
	g_mutex_clear(&transfer->lock);
	g_free(transfer);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Transfer, transfer_unref)

Engine *transfer_engine(const Transfer *transfer)
{
	return transfer->engine;
}

Stop *transfer_stop(Transfer *transfer)
{
	return &transfer->stop;
}

static void add(Transfer *transfer, Line line)
{
	g_mutex_lock(&transfer->lock);
	g_array_append_val(transfer->lines, line);
	g_mutex_unlock(&transfer->lock);
	notify_fire(&transfer->changed);
}

void transfer_say(Transfer *transfer, const char *id, const char *status)
{
	add(transfer, (Line){.id = g_strdup(id), .status = g_strdup(status)});
}

void transfer_say_json(Transfer *transfer, json_t *line)
{
	add(transfer, (Line){.json = line});
}

void transfer_progress(
	Transfer *transfer, const char *id, const char *status, gint64 current, gint64 total)
{
	g_mutex_lock(&transfer->lock);
	gint64 now = g_get_monotonic_time(), *last = g_hash_table_lookup(transfer->last, id);
	bool due = last == NULL || now - *last >= PROGRESS_INTERVAL;
	if (last == NULL)
		g_hash_table_insert(transfer->last, g_strdup(id), last = g_new(gint64, 1));
	if (due)
		*last = now;
	g_mutex_unlock(&transfer->lock);
	if (due)
		add(transfer, (Line){.id = g_strdup(id),
				      .status = g_strdup(status),
				      .current = current,
				      .total = total});
}

static json_t *line_json(const Line *line)
{
	if (line->json != NULL)
		return json_incref(line->json);
	json_t *json = json_pack("{s:s}", "status", line->status);
	if (line->total > 0) {
		g_autofree char *text = size_bar(line->current, line->total, BAR);
		json_object_set_new(json, "progressDetail",
			json_pack("{s:I, s:I}", "current", (json_int_t)line->current, "total",
				(json_int_t)line->total));
		json_object_set_new(json, "progress", json_string(text));
	} else if (line->id != NULL) {
		json_object_set_new(json, "progressDetail", json_object());
	}
	if (line->id != NULL)
		json_object_set_new(json, "id", json_string(line->id));
	return json;
}

static gpointer run(gpointer data)
{
	g_autoptr(Transfer) transfer = data;
	Registries *registries = transfer->engine->registries;
	g_autoptr(GError) error = NULL;
	bool ok = transfer->work(transfer, transfer->data, &error);
	transfer->free_data(transfer->data);
	g_mutex_lock(&registries->lock);
	if (g_hash_table_lookup(registries->transfers, transfer->key) == transfer)
		g_hash_table_remove(registries->transfers, transfer->key);
	g_mutex_unlock(&registries->lock);
	g_mutex_lock(&transfer->lock);
	transfer->ended = true;
	if (!ok)
		transfer->error = g_steal_pointer(&error);
	g_mutex_unlock(&transfer->lock);
	notify_fire(&transfer->changed);
	malloc_trim(0); /* buffers and certificates are not needed until the next transfer */
	return NULL;
}

/* data is taken over, also on failure. */
static Transfer *begin(Engine *engine, const char *key, TransferWork work, gpointer data,
	GDestroyNotify free_data, GError **error)
{
	Transfer *transfer = g_new0(Transfer, 1);
	g_atomic_ref_count_init(&transfer->references);
	transfer->engine = engine;
	transfer->key = g_strdup(key);
	transfer->work = work;
	transfer->data = data;
	transfer->free_data = free_data;
	transfer->lines = g_array_new(FALSE, FALSE, sizeof(Line));
	g_array_set_clear_func(transfer->lines, line_clear);
	transfer->last = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_mutex_init(&transfer->lock);
	notify_init(&transfer->changed);
	g_atomic_ref_count_inc(&transfer->references);
	if (!thread_detach("transfer", run, transfer, error)) {
		free_data(data);
		transfer_unref(transfer);
		transfer_unref(transfer);
		return NULL;
	}
	/* Replaces a cancelled transfer together with its key. */
	g_hash_table_replace(engine->registries->transfers, transfer->key, transfer);
	return transfer;
}

/* The reference is the caller's. A cancelled transfer cannot be joined. */
static Transfer *join(Engine *engine, const char *key, TransferWork work, gpointer data,
	GDestroyNotify free_data, GError **error)
{
	Registries *registries = engine->registries;
	g_mutex_lock(&registries->lock);
	Transfer *transfer = g_hash_table_lookup(registries->transfers, key);
	if (transfer != NULL && !g_atomic_int_get(&transfer->stop)) {
		g_atomic_ref_count_inc(&transfer->references);
		free_data(data);
	} else {
		transfer = begin(engine, key, work, data, free_data, error);
	}
	if (transfer != NULL)
		transfer->followers++;
	g_mutex_unlock(&registries->lock);
	return transfer;
}

static void leave(Transfer *transfer)
{
	Registries *registries = transfer->engine->registries;
	g_mutex_lock(&registries->lock);
	if (--transfer->followers == 0)
		g_atomic_int_set(&transfer->stop, 1);
	g_mutex_unlock(&registries->lock);
}

/* The next line, or NULL when there is none yet. */
static json_t *next(Transfer *transfer, guint at, bool *ended)
{
	g_mutex_lock(&transfer->lock);
	json_t *line = at < transfer->lines->len
			       ? line_json(&g_array_index(transfer->lines, Line, at))
			       : NULL;
	*ended = transfer->ended;
	g_mutex_unlock(&transfer->lock);
	return line;
}

bool transfer_follow(Engine *engine, const char *key, TransferWork work, gpointer data,
	GDestroyNotify free_data, TransferSay say, gpointer who, int peer_fd, GError **error)
{
	g_autoptr(Transfer) transfer = join(engine, key, work, data, free_data, error);
	if (transfer == NULL)
		return false;
	int waiter = notify_subscribe(&transfer->changed);
	bool there = true, ended = false;
	for (guint at = 0; there;) {
		json_t *line = next(transfer, at, &ended);
		if (line != NULL) {
			there = say(who, line);
			at++;
		} else if (ended) {
			break;
		} else {
			there = notify_wait(waiter, peer_fd, -1);
		}
	}
	notify_unsubscribe(&transfer->changed, waiter);
	leave(transfer);
	if (!there)
		return fail(error, BERTH_ERROR_SYSTEM, "the client is gone");
	if (transfer->error != NULL)
		g_propagate_error(error, g_error_copy(transfer->error));
	return transfer->error == NULL;
}
