/* Running and ended builds, for `buildx history`. Each ended build has two files below caches/builds, its record and its progress log: they survive the engine, and need no memory. */
#include "buildkit/internal.h"

#include "base/digest.h"
#include "base/timefmt.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* Limits as in BuildKit. LOG_LIMIT: bytes of progress kept of one build; BUFFER: the part of it that is kept in memory. */
enum {
	KEEP_MOST = 50,
	KEEP_HOURS = 48,
	BUFFER = 32 << 10,
	LOG_LIMIT = 16 << 20,
	RECORD_LIMIT = 1 << 20,
	REF_LIMIT = 64,
	LOOK_US = 200 * 1000
};
enum { STEP_DONE = 1, STEP_CACHED = 2 };

struct History {
	char *ref;
	const Bk__ControlSolveRequest *solve; /* borrowed until the end */
	gint64 begun;
	int folder_fd, log_fd;
	GString *pending; /* progress that is not in the log file yet */
	gsize written;
	GHashTable *steps; /* digest -> STEP_... */
	int warnings;
	char *stated; /* digest of its provenance, or NULL */
	gint64 stated_size;
};

static struct {
	GMutex lock;
	GHashTable *table; /* ref -> History that runs, borrowed */
} running;

static bool is_ref(const char *ref)
{
	size_t length = strlen(ref);
	return length > 0 && length <= REF_LIMIT &&
	       strspn(ref, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") ==
		       length;
}

int history_folder(Engine *engine)
{
	mkdirat(engine->store->caches_fd, "builds", 0700);
	return openat(engine->store->caches_fd, "builds", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static char *log_name(const char *ref)
{
	return g_strconcat(ref, ".told", NULL);
}

static int open_log(int folder_fd, const char *ref, int flags)
{
	g_autofree char *name = log_name(ref);
	return openat(folder_fd, name, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* Checks and questions of clients are not recorded as builds. */
History *history_begin(Engine *engine, const Bk__ControlSolveRequest *solve)
{
	if (solve->internal || !is_ref(solve->ref))
		return NULL;
	History *history = g_new0(History, 1);
	history->ref = g_strdup(solve->ref);
	history->solve = solve;
	history->begun = time_now();
	history->pending = g_string_new("");
	history->steps = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	history->folder_fd = history_folder(engine);
	history->log_fd =
		open_log(history->folder_fd, history->ref, O_RDWR | O_CREAT | O_TRUNC | O_APPEND);
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&running.lock);
	if (running.table == NULL)
		running.table = g_hash_table_new(g_str_hash, g_str_equal);
	g_hash_table_insert(running.table, history->ref, history);
	return history;
}

/* A write error only leaves the history incomplete; the build continues. */
static void flush(History *history)
{
	fd_write_all(history->log_fd, history->pending->str, history->pending->len);
	history->written += history->pending->len;
	g_string_truncate(history->pending, 0);
}

static void count(History *history, const json_t *lists)
{
	size_t i;
	json_t *vertex;
	json_array_foreach (json_object_get(lists, "vertexes"), i, vertex) {
		const char *digest = json_str(vertex, "digest");
		int state = GPOINTER_TO_INT(g_hash_table_lookup(history->steps, digest));
		if (*json_str(vertex, "completed") != '\0' && *json_str(vertex, "error") == '\0')
			state |= STEP_DONE;
		if (json_bool(vertex, "cached"))
			state |= STEP_CACHED;
		g_hash_table_insert(history->steps, g_strdup(digest), GINT_TO_POINTER(state));
	}
	history->warnings += (int)json_array_size(json_object_get(lists, "warnings"));
}

void history_note(History *history, const json_t *line, GBytes *message)
{
	gsize length;
	const void *bytes = g_bytes_get_data(message, &length);
	guint32 head = (guint32)length;
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&running.lock);
	count(history, json_object_get(line, "build"));
	if (history->written + history->pending->len + length > LOG_LIMIT)
		return;
	g_string_append_len(history->pending, (const char *)&head, sizeof head);
	g_string_append_len(history->pending, bytes, (gssize)length);
	if (history->pending->len > BUFFER)
		flush(history);
}

static bool write_file(int folder_fd, const char *name, const void *data, gsize length)
{
	g_autofree char *part = g_strconcat(name, ".part", NULL);
	autofd fd = openat(
		folder_fd, part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd >= 0 && fd_write_all(fd, data, length) &&
	       renameat(folder_fd, part, folder_fd, name) == 0;
}

/* Stored in a file named by the build's ref and the digest. */
void history_state(History *history, const char *text)
{
	size_t length = strlen(text);
	if (history == NULL || length > HISTORY_STATED_LIMIT)
		return;
	g_autofree char *digest = digest_of(text, length),
			*name = g_strconcat(history->ref, ".", digest + strlen("sha256:"), NULL);
	if (!write_file(history->folder_fd, name, text, length))
		return;
	g_free(history->stated);
	history->stated = g_steal_pointer(&digest);
	history->stated_size = (gint64)length;
}

static int count_steps(const History *history, int state)
{
	GHashTableIter each;
	gpointer value;
	int found = 0;
	g_hash_table_iter_init(&each, history->steps);
	while (g_hash_table_iter_next(&each, NULL, &value))
		found += (GPOINTER_TO_INT(value) & state) == state;
	return found;
}

/* Its lists are borrowed from the request. */
static void fill(Bk__BuildHistoryRecord *record, const History *history)
{
	const Bk__ControlSolveRequest *solve = history->solve;
	bk__build_history_record__init(record);
	record->ref = history->ref;
	record->frontend = solve->frontend;
	record->frontend_attrs = solve->frontend_attrs;
	record->n_frontend_attrs = solve->n_frontend_attrs;
	record->exporters = solve->exporters;
	record->n_exporters = solve->n_exporters;
	record->created_at = timestamp_new(history->begun);
	record->num_total_steps = count_steps(history, 0);
	record->num_completed_steps = count_steps(history, STEP_DONE);
	record->num_cached_steps = count_steps(history, STEP_CACHED);
	record->num_warnings = history->warnings;
}

static GBytes *pack_ended(const History *history, const HistoryEnd *end)
{
	Bk__BuildHistoryRecord record;
	Bk__Status failure = BK__STATUS__INIT;
	fill(&record, history);
	size_t size = json_object_size(end->response);
	g_autofree Bk__Pair *pairs = g_new(Bk__Pair, size + 1),
			    **list = g_new(Bk__Pair *, size + 1);
	record.exporter_response = list;
	record.n_exporter_response = response_pairs(end->response, pairs, list);
	record.completed_at = timestamp_new(time_now());
	failure.code = end->cancelled ? GRPC_CANCELLED : GRPC_UNKNOWN;
	failure.message = end->cancelled ? (char *)"context canceled" : (char *)end->message;
	if (end->message != NULL)
		record.error = &failure;
	Bk__Pair type = BK__PAIR__INIT, *annotations[] = {&type};
	Bk__Descriptor stated = BK__DESCRIPTOR__INIT, *attestations[] = {&stated};
	Bk__BuildResultInfo result = BK__BUILD_RESULT_INFO__INIT;
	type.key = (char *)"in-toto.io/predicate-type";
	type.value = (char *)"https://slsa.dev/provenance/v0.2";
	stated.media_type = (char *)"application/vnd.in-toto+json";
	stated.digest = history->stated;
	stated.size = history->stated_size;
	stated.annotations = annotations;
	stated.n_annotations = 1;
	result.attestations = attestations;
	result.n_attestations = 1;
	if (history->stated != NULL)
		record.result = &result;
	GBytes *bytes = grpc_message_pack(&record);
	g_free(record.created_at);
	g_free(record.completed_at);
	return bytes;
}

static bool write_record(int folder_fd, const char *ref, GBytes *bytes)
{
	gsize length;
	const void *data = g_bytes_get_data(bytes, &length);
	return write_file(folder_fd, ref, data, length);
}

static Bk__BuildHistoryRecord *read_record(int folder_fd, const char *ref)
{
	gsize length = 0;
	autofd fd = file_open_regular(folder_fd, ref);
	char *text = fd >= 0 ? fd_read_all(fd, RECORD_LIMIT, &length) : NULL;
	if (text == NULL)
		return NULL;
	g_autoptr(GBytes) bytes = g_bytes_new_take(text, length);
	return grpc_message_unpack(&bk__build_history_record__descriptor, bytes, NULL);
}

static bool remove_record(int folder_fd, const char *ref)
{
	g_autofree char *prefix = g_strconcat(ref, ".", NULL);
	g_autoptr(GPtrArray) names = folder_names(folder_fd);
	for (guint i = 0; i < names->len; i++)
		if (g_str_has_prefix(names->pdata[i], prefix))
			unlinkat(folder_fd, names->pdata[i], 0);
	return unlinkat(folder_fd, ref, 0) == 0;
}

static gint newest_first(gconstpointer one, gconstpointer other)
{
	const Bk__BuildHistoryRecord *a = *(Bk__BuildHistoryRecord *const *)one,
				     *b = *(Bk__BuildHistoryRecord *const *)other;
	gint64 first = a->created_at->seconds, second = b->created_at->seconds;
	return first != second ? (first < second) - (first > second)
			       : b->created_at->nanos - a->created_at->nanos;
}

/* A list of Bk__BuildHistoryRecord. ref: only this build; "": all. */
static GPtrArray *read_records(int folder_fd, const char *ref)
{
	GPtrArray *records = g_ptr_array_new_with_free_func(grpc_message_free);
	g_autoptr(GPtrArray) names = folder_names(folder_fd);
	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		if (!is_ref(name) || (*ref != '\0' && strcmp(ref, name) != 0))
			continue;
		Bk__BuildHistoryRecord *record = read_record(folder_fd, name);
		if (record != NULL && record->created_at != NULL)
			g_ptr_array_add(records, record);
		else
			grpc_message_free(record);
	}
	g_ptr_array_sort(records, newest_first);
	return records;
}

/* Whether it runs; its progress is then flushed to its file. */
static bool catch_up(const char *ref)
{
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&running.lock);
	History *history = running.table != NULL ? g_hash_table_lookup(running.table, ref) : NULL;
	if (history != NULL)
		flush(history);
	return history != NULL;
}

/* Removes files of builds that a crash interrupted. */
static void sweep(int folder_fd)
{
	g_autoptr(GPtrArray) names = folder_names(folder_fd);
	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		g_autofree char *ref = g_strndup(name, strcspn(name, "."));
		if (!is_ref(name) && !catch_up(ref) && faccessat(folder_fd, ref, F_OK, 0) < 0)
			unlinkat(folder_fd, name, 0);
	}
}

/* Removes builds that are too old or too many, unless they are pinned. */
static void collect(int folder_fd)
{
	sweep(folder_fd);
	g_autoptr(GPtrArray) records = read_records(folder_fd, "");
	gint64 oldest = time_now() / 1000000000 - KEEP_HOURS * 3600;
	guint kept = 0;
	for (guint i = 0; i < records->len; i++) {
		const Bk__BuildHistoryRecord *record = records->pdata[i];
		if (!record->pinned && (record->created_at->seconds < oldest || kept == KEEP_MOST))
			remove_record(folder_fd, record->ref);
		else
			kept += !record->pinned;
	}
}

void history_end(History *history, const HistoryEnd *end)
{
	if (history == NULL)
		return;
	g_mutex_lock(&running.lock);
	flush(history);
	g_autoptr(GBytes) record = pack_ended(history, end);
	write_record(history->folder_fd, history->ref, record);
	g_hash_table_remove(running.table, history->ref);
	g_mutex_unlock(&running.lock);
	collect(history->folder_fd);
	fd_clear(&history->folder_fd);
	fd_clear(&history->log_fd);
	g_string_free(history->pending, TRUE);
	g_hash_table_unref(history->steps);
	g_free(history->ref);
	g_free(history->stated);
	g_free(history);
}

bool history_has(Engine *engine, const char *ref)
{
	autofd folder = history_folder(engine);
	return is_ref(ref) && (catch_up(ref) || faccessat(folder, ref, F_OK, 0) == 0);
}

/* Reads the next message of the file; *end: there is none yet. */
static bool send_next(int fd, GrpcCall *call, bool *end, GError **error)
{
	guint32 length;
	off_t at = lseek(fd, 0, SEEK_CUR);
	*end = read(fd, &length, sizeof length) != sizeof length || length > LOG_LIMIT;
	g_autofree char *bytes = *end ? NULL : g_malloc(length);
	*end = *end || read(fd, bytes, length) != (gssize)length;
	if (*end) {
		lseek(fd, at, SEEK_SET);
		return true;
	}
	return grpc_call_send(call, bytes, length, error);
}

bool history_send(Engine *engine, const char *ref, GrpcCall *call, GError **error)
{
	autofd folder = history_folder(engine);
	autofd fd = open_log(folder, ref, O_RDONLY);
	if (fd < 0)
		return fail(error, BERTH_ERROR_NOT_FOUND, "no such build %s", ref);
	for (;;) {
		bool goes_on = catch_up(ref), end = false;
		while (!end)
			if (!send_next(fd, call, &end, error))
				return false;
		if (!goes_on || grpc_call_is_over(call))
			return true;
		g_usleep(LOOK_US);
	}
}

static GBytes *pack_event(Bk__BuildHistoryRecord *record)
{
	Bk__BuildHistoryEvent event = BK__BUILD_HISTORY_EVENT__INIT;
	event.type = record->completed_at != NULL ? BK__BUILD_HISTORY_EVENT_TYPE__COMPLETE
						  : BK__BUILD_HISTORY_EVENT_TYPE__STARTED;
	event.record = record;
	return grpc_message_pack(&event);
}

static void add_running(GPtrArray *events, const char *ref)
{
	GHashTableIter each;
	gpointer value;
	g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&running.lock);
	if (running.table == NULL)
		return;
	g_hash_table_iter_init(&each, running.table);
	while (g_hash_table_iter_next(&each, NULL, &value)) {
		const History *history = value;
		Bk__BuildHistoryRecord record;
		if (*ref != '\0' && strcmp(ref, history->ref) != 0)
			continue;
		fill(&record, history);
		g_ptr_array_add(events, pack_event(&record));
		g_free(record.created_at);
	}
}

static void add_ended(GPtrArray *events, Engine *engine, const Bk__BuildHistoryRequest *request)
{
	autofd folder = history_folder(engine);
	g_autoptr(GPtrArray) records = read_records(folder, request->ref);
	guint most = request->limit > 0 ? (guint)request->limit : records->len;
	for (guint i = 0; i < MIN(most, records->len); i++)
		g_ptr_array_add(events, pack_event(records->pdata[i]));
}

/* Filters are not applied here: clients apply them themselves, for builders that do not. */
static bool list(GrpcCall *call, gpointer engine, GError **error)
{
	g_autofree char *now = time_format(time_now());
	const char *const metadata[] = {"buildkit-current-timestamp", now, NULL};
	g_autoptr(Bk__BuildHistoryRequest) request =
		grpc_receive(call, &bk__build_history_request__descriptor, error);
	if (request == NULL)
		return false;
	if (!request->early_exit)
		return fail(error, BERTH_ERROR_NOT_IMPLEMENTED,
			"builds can be listed, and not be listened for (EarlyExit)");
	grpc_call_send_headers(call, metadata);
	g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	add_running(events, request->ref);
	if (!request->active_only)
		add_ended(events, engine, request);
	bool ok = true;
	for (guint i = 0; ok && i < events->len; i++) {
		gsize length;
		const void *bytes = g_bytes_get_data(events->pdata[i], &length);
		ok = grpc_call_send(call, bytes, length, error);
	}
	return ok;
}

static bool pin(int folder_fd, const char *ref, bool pinned)
{
	g_autoptr(Bk__BuildHistoryRecord) record = read_record(folder_fd, ref);
	if (record == NULL)
		return false;
	record->pinned = pinned;
	g_autoptr(GBytes) bytes = grpc_message_pack(record);
	return write_record(folder_fd, ref, bytes);
}

static bool update(GrpcCall *call, gpointer engine, GError **error)
{
	Bk__Empty answer = BK__EMPTY__INIT;
	g_autoptr(Bk__UpdateBuildHistoryRequest) request =
		grpc_receive(call, &bk__update_build_history_request__descriptor, error);
	if (request == NULL)
		return false;
	autofd folder = history_folder(engine);
	bool done = is_ref(request->ref) && !catch_up(request->ref) &&
		    (request->finalize	       ? history_has(engine, request->ref)
			    : request->delete_ ? remove_record(folder, request->ref)
					       : pin(folder, request->ref, request->pinned));
	if (!done)
		return fail(error, BERTH_ERROR_NOT_FOUND,
			"no build %s that has ended: file does not exist", request->ref);
	return grpc_send(call, &answer, error);
}

const GrpcMethod history_methods[] = {
	{"/moby.buildkit.v1.Control/ListenBuildHistory", list},
	{"/moby.buildkit.v1.Control/UpdateBuildHistory", update},
	{0},
};
