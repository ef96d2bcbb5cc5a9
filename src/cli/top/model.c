#include "cli/top/model.h"

#include "base/shown.h"
#include "cli/common/container_stats.h"

#include <string.h>

static void row_free(gpointer data)
{
	ModelRow *row = data;
	char *texts[] = {row->id, row->name, row->project, row->image, row->state};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	g_free(row);
}

void model_init(Model *model)
{
	*model = (Model){.rows = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, row_free),
		.lines = g_array_new(FALSE, FALSE, sizeof(ModelLine)),
		.filter = g_strdup(""),
		.sort = SORT_NAME};
}

void model_clear(Model *model)
{
	g_hash_table_destroy(model->rows);
	g_array_free(model->lines, TRUE);
	g_free(model->filter);
	g_free(model->selected);
}

static void set_shown(char **place, const char *text)
{
	g_free(*place);
	*place = text_shown(text, false);
}

/* Samples of an earlier run do not count for the next one. */
static void forget_samples(ModelRow *row)
{
	row->samples = 0;
	row->processes = 0;
	row->received = row->sent = row->read = row->written = row->limit = 0;
	memset(row->history, 0, sizeof row->history);
}

static void row_set(ModelRow *row, const json_t *item)
{
	const char *name = json_elem(json_object_get(item, "Names"), 0),
		   *state = json_str(item, "State");
	json_t *labels = json_object_get(item, "Labels");
	set_shown(&row->name, name + (*name == '/'));
	/* Its name has dots, so it is no path. */
	const char *project =
		json_string_value(json_object_get(labels, "com.docker.compose.project"));
	set_shown(&row->project, project != NULL ? project : "");
	set_shown(&row->image, json_str(item, "Image"));
	set_shown(&row->state, state);
	row->running = strcmp(state, "running") == 0;
	row->unhealthy = strstr(json_str(item, "Status"), "(unhealthy)") != NULL;
	if (!row->running)
		forget_samples(row);
}

void model_set_list(Model *model, const json_t *list)
{
	GHashTable *rows = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, row_free);
	model->running = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		const char *id = json_str(item, "Id");
		gpointer key, known = NULL;
		if (*id == '\0' || g_hash_table_contains(rows, id))
			continue;
		if (!g_hash_table_steal_extended(model->rows, id, &key, &known)) {
			ModelRow *made = g_new0(ModelRow, 1);
			made->id = g_strdup(id);
			known = made;
		}
		ModelRow *row = known;
		row_set(row, item);
		g_hash_table_insert(rows, row->id, row);
		model->running += row->running;
	}
	g_hash_table_destroy(model->rows);
	model->rows = rows;
	model_arrange(model);
}

static void add_sample(ModelRow *row, Measure measure, double value)
{
	double *history = row->history[measure];
	memmove(history, history + 1, (MODEL_HISTORY - 1) * sizeof *history);
	history[MODEL_HISTORY - 1] = value;
}

/* Bytes per second; 0 if the counter has decreased, as after leaving a network. */
static double rate(double before, double now, double seconds)
{
	return now > before && seconds > 0 ? (now - before) / seconds : 0;
}

void model_take_stats(Model *model, const char *id, const json_t *stats, gint64 now)
{
	ModelRow *row = g_hash_table_lookup(model->rows, id);
	if (row == NULL || !row->running)
		return;
	double received = stats_network(stats, "rx_bytes"), sent = stats_network(stats, "tx_bytes"),
	       read = stats_block(stats, "read"), written = stats_block(stats, "write"),
	       seconds = row->samples > 0 ? (double)(now - row->taken) / 1e6 : 0;
	/* Without a previous sample, the value would cover its whole run. */
	bool pair = json_int(stats, "precpu_stats.system_cpu_usage") > 0;
	add_sample(row, MEASURE_CPU, pair ? stats_cpu_percent(stats) : 0);
	add_sample(row, MEASURE_MEMORY, stats_memory(stats));
	add_sample(row, MEASURE_NETWORK, rate(row->received + row->sent, received + sent, seconds));
	add_sample(row, MEASURE_BLOCK, rate(row->read + row->written, read + written, seconds));
	row->received = received;
	row->sent = sent;
	row->read = read;
	row->written = written;
	row->limit = (double)json_int(stats, "memory_stats.limit");
	row->processes = json_int(stats, "pids_stats.current");
	row->taken = now;
	row->samples++;
	if (model->sort != SORT_NAME)
		model_arrange(model);
}

double model_value(const ModelRow *row, Measure measure)
{
	return row->samples > 0 ? row->history[measure][MODEL_HISTORY - 1] : -1;
}

void model_set_filter(Model *model, const char *filter)
{
	char *copy = g_strdup(filter);
	g_free(model->filter);
	model->filter = copy;
	model_arrange(model);
}

void model_sort(Model *model, int sort)
{
	model->reverse = model->sort == sort && !model->reverse;
	model->sort = sort;
	model_arrange(model);
}

static bool has_word(const ModelRow *row, const char *word)
{
	const char *const texts[] = {row->name, row->project, row->image, row->state};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		if (strcasestr(texts[i], word) != NULL)
			return true;
	return g_str_has_prefix(row->id, word);
}

static bool fits(const Model *model, const ModelRow *row, char *const *words)
{
	if (model->running_only && !row->running)
		return false;
	for (; *words != NULL; words++)
		if (!has_word(row, *words))
			return false;
	return true;
}

/* A project's rows, and their sum of the measure that is sorted by. */
typedef struct {
	const char *project;
	GPtrArray *rows;
	double sum;
} Group;

static void group_free(gpointer data)
{
	Group *group = data;
	g_ptr_array_unref(group->rows);
	g_free(group);
}

/* Containers without a project come last. */
static int compare_projects(const Group *a, const Group *b)
{
	if ((*a->project == '\0') != (*b->project == '\0'))
		return *a->project == '\0' ? 1 : -1;
	return strcmp(a->project, b->project);
}

static int compare_groups(gconstpointer left, gconstpointer right, gpointer data)
{
	const Group *a = *(Group *const *)left, *b = *(Group *const *)right;
	const Model *model = data;
	int order = model->sort == SORT_NAME ? 0 : (a->sum < b->sum) - (a->sum > b->sum);
	order = model->reverse ? -order : order;
	return order != 0 ? order : compare_projects(a, b);
}

static int compare_rows(gconstpointer left, gconstpointer right, gpointer data)
{
	const ModelRow *a = *(ModelRow *const *)left, *b = *(ModelRow *const *)right;
	const Model *model = data;
	int order = strcmp(a->name, b->name), named = order != 0 ? order : strcmp(a->id, b->id);
	if (model->sort != SORT_NAME) {
		double x = model_value(a, (Measure)model->sort),
		       y = model_value(b, (Measure)model->sort);
		order = (x < y) - (x > y);
	}
	order = model->reverse ? -order : order;
	return order != 0 ? order : named;
}

/* The rows that match the filter, by project. */
static GPtrArray *groups_of(Model *model)
{
	g_auto(GStrv) words = g_strsplit_set(model->filter, " ", -1);
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
	GPtrArray *groups = g_ptr_array_new_with_free_func(group_free);
	GHashTableIter iter;
	gpointer value;
	g_hash_table_iter_init(&iter, model->rows);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		ModelRow *row = value;
		if (!fits(model, row, words))
			continue;
		Group *group = g_hash_table_lookup(known, row->project);
		if (group == NULL) {
			group = g_new0(Group, 1);
			*group = (Group){row->project, g_ptr_array_new(), 0};
			g_ptr_array_add(groups, group);
			g_hash_table_insert(known, row->project, group);
		}
		g_ptr_array_add(group->rows, row);
		group->sum += model->sort != SORT_NAME
				      ? MAX(model_value(row, (Measure)model->sort), 0)
				      : 0;
	}
	g_ptr_array_sort_with_data(groups, compare_groups, model);
	return groups;
}

static void add_group(Model *model, const Group *group, bool headed)
{
	ModelLine heading = {.heading = *group->project != '\0' ? group->project : "(no project)"};
	g_ptr_array_sort_with_data(group->rows, compare_rows, model);
	if (headed)
		g_array_append_val(model->lines, heading);
	for (guint i = 0; i < group->rows->len; i++) {
		ModelLine line = {.row = group->rows->pdata[i]};
		g_array_append_val(model->lines, line);
	}
}

static ModelLine *line_at(const Model *model, guint line)
{
	return line < model->lines->len ? &g_array_index(model->lines, ModelLine, line) : NULL;
}

static void select_row(Model *model, const ModelRow *row)
{
	char *id = row != NULL ? g_strdup(row->id) : NULL;
	g_free(model->selected);
	model->selected = id;
}

/* The container at a place in lines, or else the nearest below, or above. */
static ModelRow *row_near(const Model *model, guint place)
{
	for (guint i = place; i < model->lines->len; i++)
		if (line_at(model, i)->row != NULL)
			return line_at(model, i)->row;
	for (guint i = MIN(place, model->lines->len); i > 0; i--)
		if (line_at(model, i - 1)->row != NULL)
			return line_at(model, i - 1)->row;
	return NULL;
}

void model_arrange(Model *model)
{
	/* lines may contain freed rows: only its length and the selected id are read. */
	g_autoptr(GPtrArray) groups = groups_of(model);
	const Group *first = groups->len > 0 ? groups->pdata[0] : NULL;
	bool headed = groups->len > 1 || (first != NULL && *first->project != '\0');
	guint place = model->place;
	g_array_set_size(model->lines, 0);
	for (guint i = 0; i < groups->len; i++)
		add_group(model, groups->pdata[i], headed);
	if (model_selected(model) == NULL)
		select_row(model, row_near(model, place));
	model->place = model_selected_line(model);
}

ModelRow *model_selected(const Model *model)
{
	ModelLine *line = line_at(model, model_selected_line(model));
	return line != NULL && line->row != NULL && g_strcmp0(line->row->id, model->selected) == 0
		       ? line->row
		       : NULL;
}

guint model_selected_line(const Model *model)
{
	for (guint i = 0; i < model->lines->len; i++) {
		const ModelRow *row = line_at(model, i)->row;
		if (row != NULL && g_strcmp0(row->id, model->selected) == 0)
			return i;
	}
	return 0;
}

void model_move(Model *model, int by)
{
	int step = by < 0 ? -1 : 1;
	for (int i = (int)model_selected_line(model) + step;
		by != 0 && i >= 0 && i < (int)model->lines->len; i += step) {
		if (!model_select_line(model, (guint)i))
			continue;
		by -= step;
	}
}

bool model_select_line(Model *model, guint place)
{
	const ModelLine *line = line_at(model, place);
	if (line == NULL || line->row == NULL)
		return false;
	select_row(model, line->row);
	model->place = place;
	return true;
}
