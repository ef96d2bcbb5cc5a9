#include "cli/top/model.h"
#include "cli/top/pane.h"
#include "cli/top/screen_text.h"

static json_t *container(const char *name, const char *project, const char *state)
{
	return json_pack("{s:s, s:[s], s:s, s:s, s:s, s:{s:s}}", "Id", name, "Names", name, "Image",
		"busybox", "State", state, "Status", "Up 1 second (unhealthy)", "Labels",
		"com.docker.compose.project", project);
}

/* web and db of shop, solo of none. */
static void fill(Model *model)
{
	model_init(model);
	g_autoptr(json_t) list = json_pack("[o, o, o]", container("web", "shop", "running"),
		container("solo", "", "running"), container("db", "shop", "exited"));
	model_set_list(model, list);
}

static char *lines_of(const Model *model)
{
	g_autoptr(GString) out = g_string_new("");
	for (guint i = 0; i < model->lines->len; i++) {
		const ModelLine *line = &g_array_index(model->lines, ModelLine, i);
		g_string_append_printf(out, "%s%s", i > 0 ? " " : "",
			line->heading != NULL ? "*" : line->row->name);
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

static void assert_lines(const Model *model, const char *wanted)
{
	g_autofree char *lines = lines_of(model);
	g_assert_cmpstr(lines, ==, wanted);
}

static void take(Model *model, const char *id, gint64 cpu, gint64 received, gint64 now)
{
	g_autoptr(json_t) stats = json_pack(
		"{s:{s:{s:I}, s:I, s:i}, s:{s:{s:i}, s:i}, s:{s:I}, s:{s:{s:I}}}", "cpu_stats",
		"cpu_usage", "total_usage", (json_int_t)cpu, "system_cpu_usage", (json_int_t)200,
		"online_cpus", 2, "precpu_stats", "cpu_usage", "total_usage", 0, "system_cpu_usage",
		100, "memory_stats", "usage", (json_int_t)(1 << 20), "networks", "eth0", "rx_bytes",
		(json_int_t)received);
	model_take_stats(model, id, stats, now);
}

static void test_order(void)
{
	Model model;
	fill(&model);
	assert_lines(&model, "* db web * solo");
	g_assert_cmpuint(model.running, ==, 2);
	g_assert_true(model_selected(&model)->unhealthy);
	take(&model, "solo", 50, 0, 0);
	model_sort(&model, MEASURE_CPU);
	assert_lines(&model, "* solo * db web");
	/* A sample changes the order by itself. */
	take(&model, "web", 100, 0, 0);
	assert_lines(&model, "* web db * solo");
	model_sort(&model, MEASURE_CPU);
	assert_lines(&model, "* solo * db web");
	model_sort(&model, SORT_NAME);
	g_assert_false(model.reverse);
	model_clear(&model);
}

static void test_filter(void)
{
	static const struct {
		const char *filter, *lines;
	} cases[] = {{"SHOP", "* db web"}, {"shop run", "* web"}, {"busy", "* db web * solo"},
		{"nothing", ""}, {"so", "solo"}, {"  ", "* db web * solo"}};
	Model model;
	fill(&model);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		model_set_filter(&model, cases[i].filter);
		assert_lines(&model, cases[i].lines);
	}
	model_set_filter(&model, "");
	model.running_only = true;
	model_arrange(&model);
	assert_lines(&model, "* web * solo");
	model_clear(&model);
}

static void test_selection(void)
{
	Model model;
	fill(&model);
	g_assert_cmpstr(model.selected, ==, "db");
	model_move(&model, 2);
	g_assert_cmpstr(model.selected, ==, "solo");
	model_move(&model, 5);
	g_assert_cmpstr(model.selected, ==, "solo");
	model_move(&model, -1);
	g_assert_cmpstr(model.selected, ==, "web");
	g_assert_false(model_select_line(&model, 0));
	g_assert_false(model_select_line(&model, 99));
	/* What was selected is gone: its neighbour is. */
	g_autoptr(json_t) rest = json_pack(
		"[o, o]", container("solo", "", "running"), container("db", "shop", "exited"));
	model_set_list(&model, rest);
	assert_lines(&model, "* db * solo");
	g_assert_cmpstr(model.selected, ==, "solo");
	g_autoptr(json_t) none = json_array();
	model_set_list(&model, none);
	g_assert_null(model_selected(&model));
	model_move(&model, 1);
	model_clear(&model);
}

static void test_samples(void)
{
	Model model;
	fill(&model);
	ModelRow *row = g_hash_table_lookup(model.rows, "web");
	g_assert_cmpfloat(model_value(row, MEASURE_CPU), ==, -1);
	take(&model, "web", 50, 1000, 1000000);
	g_assert_cmpfloat(model_value(row, MEASURE_CPU), ==, 100);
	g_assert_cmpfloat(model_value(row, MEASURE_NETWORK), ==, 0);
	take(&model, "web", 50, 5000, 3000000);
	g_assert_cmpfloat(model_value(row, MEASURE_NETWORK), ==, 2000);
	/* A counter that went back is none. */
	take(&model, "web", 50, 10, 4000000);
	g_assert_cmpfloat(model_value(row, MEASURE_NETWORK), ==, 0);
	/* Of what does not run, or is not known, nothing is kept. */
	take(&model, "db", 50, 0, 0);
	take(&model, "nobody", 50, 0, 0);
	g_assert_cmpfloat(model_value(g_hash_table_lookup(model.rows, "db"), MEASURE_CPU), ==, -1);
	model_clear(&model);
}

static void test_hostile_list(void)
{
	Model model;
	model_init(&model);
	g_autoptr(json_t) list = json_pack("[{}, i, {s:s}, {s:s}, {s:s, s:s, s:[s], s:{s:s}}]", 3,
		"Id", "a", "Id", "a", "Id", "b", "State", "x\033[2J", "Names", "/n\033]0;t\a",
		"Labels", "com.docker.compose.project", "p\n\033c");
	model_set_list(&model, list);
	const ModelRow *row = g_hash_table_lookup(model.rows, "b");
	g_assert_cmpuint(g_hash_table_size(model.rows), ==, 2);
	g_assert_cmpstr(row->name, ==, "n\\x1b]0;t\\x07");
	g_assert_cmpstr(row->project, ==, "p\\n\\x1bc");
	g_assert_cmpstr(row->state, ==, "x\\x1b[2J");
	model_set_list(&model, NULL);
	assert_lines(&model, "");
	model_clear(&model);
}

static void test_field(void)
{
	static const struct {
		const char *text;
		int from, width;
		bool ascii;
		const char *field;
	} cases[] = {{"web", 0, 5, false, "web  "}, {"website", 0, 5, false, "webs~"},
		{"website", 3, 4, false, "site"}, {"website", 9, 2, false, "  "},
		{"日本語", 0, 5, false, "日本~"}, {"日本語", 0, 4, false, "日~ "},
		{"日本", 0, 4, true, "??  "}, {"a\033[1mb", 0, 9, false, "a\\x1b[1mb"},
		{"a\xff", 0, 2, true, "a?"}, {"web", 0, 0, false, ""}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *field =
			text_field(cases[i].text, cases[i].from, cases[i].width, cases[i].ascii);
		g_assert_cmpstr(field, ==, cases[i].field);
	}
}

static void test_sparkline(void)
{
	static const double values[] = {0, 0.1, 50, 100, 400};
	g_autofree char *blocks = text_sparkline(values, 5, 6, 100, false),
			*marks = text_sparkline(values, 4, 3, 0, true),
			*flat = text_sparkline(values, 1, 2, 0, false);
	g_assert_cmpstr(blocks, ==, "  ▁▄██");
	g_assert_cmpstr(marks, ==, "_-#");
	g_assert_cmpstr(flat, ==, "  ");
}

static void test_pane(void)
{
	Pane pane;
	pane_init(&pane);
	pane_reset(&pane, true);
	pane_add(&pane, "one\r\ntw");
	pane_add(&pane, "o\nthree");
	g_assert_cmpint(pane_length(&pane), ==, 3);
	g_assert_cmpstr(pane_line(&pane, 0), ==, "one");
	g_assert_cmpstr(pane_line(&pane, 1), ==, "two");
	g_assert_cmpstr(pane_line(&pane, 2), ==, "three");
	g_assert_cmpstr(pane_line(&pane, 3), ==, "");
	g_assert_cmpint(pane_first(&pane, 2), ==, 1);
	pane_scroll(&pane, -1, 0, 2);
	pane_add(&pane, "\nfour\n");
	g_assert_cmpint(pane_first(&pane, 2), ==, 0);
	pane_scroll(&pane, 9, 0, 2);
	pane_add(&pane, "five\n");
	g_assert_cmpint(pane_first(&pane, 2), ==, 3);
	/* However much comes, so much is kept. */
	for (int i = 0; i < 5000; i++)
		pane_add(&pane, "x\n");
	g_autofree char *wide = g_strnfill(100000, 'y');
	pane_add(&pane, wide);
	g_assert_cmpint(pane_length(&pane), ==, 2001);
	g_assert_cmpuint(pane.open->len, ==, 4096);
	pane_clear(&pane);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/top/order", test_order);
	g_test_add_func("/top/filter", test_filter);
	g_test_add_func("/top/selection", test_selection);
	g_test_add_func("/top/samples", test_samples);
	g_test_add_func("/top/hostile-list", test_hostile_list);
	g_test_add_func("/top/field", test_field);
	g_test_add_func("/top/sparkline", test_sparkline);
	g_test_add_func("/top/pane", test_pane);
	return g_test_run();
}
