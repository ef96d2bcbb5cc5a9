/* Questions about a Dockerfile: `build --check` and `--call` (moby/buildkit, frontend/subrequests). Answers are JSON, which clients print,
 * and text for those that do not know it. */
#include "builder/internal.h"

#include "dockerfile/dockerfile.h"

#include <string.h>

typedef struct {
	Build *build;
	const Dockerfile *dockerfile;
	const char *name; /* of the Dockerfile */
	int target;	  /* a stage's number */
	json_t *answer;
	GString *text;
} Question;

static json_t *range_json(int first, int last)
{
	return json_pack("{s:{s:i}, s:{s:i}}", "start", "line", first, "end", "line", last);
}

static json_t *location_json(const Instruction *at)
{
	return json_pack("{s:[o]}", "ranges", range_json(at->line, at->last_line));
}

static char *source_base64(const Question *question)
{
	g_autofree char *text = g_strjoinv("\n", question->dockerfile->lines);
	return g_base64_encode((const guchar *)text, strlen(text));
}

/* What a comment right above says of a stage or an argument: "# name what it is for". "": nothing. */
static char *description_of(const Question *question, int line, const char *name)
{
	size_t length = strlen(name);
	for (int at = line - 1; at > question->dockerfile->directives && length > 0; at--) {
		const char *text = question->dockerfile->lines[at - 1];
		text += strspn(text, " \t");
		if (*text != '#')
			break;
		text += 1 + strspn(text + 1, " \t");
		if (strncmp(text, name, length) == 0 && text[length] == ' ')
			return g_strstrip(g_strdup(text + length));
	}
	return g_strdup("");
}

static void set_text(json_t *object, const char *key, const char *value)
{
	if (*value != '\0')
		json_object_set_new(object, key, json_lenient(value));
}

/* Beside what is found: what a build would fail by. */
static void add_build_error(Question *question)
{
	const Build *build = question->build;
	const Instruction *at = NULL;
	g_autoptr(GError) problem = NULL;
	if (build->mistake == NULL && build_check_sources(question->build, &at, &problem))
		return;
	json_t *failure = json_pack("{s:o}", "message",
		json_lenient(build->mistake != NULL ? build->mistake : problem->message));
	if (build->mistake != NULL)
		json_object_set_new(failure, "location",
			json_pack("{s:[o]}", "ranges",
				range_json(build->mistake_line, build->mistake_line)));
	else if (at != NULL)
		json_object_set_new(failure, "location", location_json(at));
	json_object_set_new(question->answer, "buildError", failure);
}

static bool ask_lint(Question *question, GError **error)
{
	bool targeted =
		question->build->mistake == NULL && *question->build->request->target != '\0';
	if (targeted && !(lanes_make(question->build, error) && lanes_need(question->build, error)))
		return false;
	g_autoptr(GArray) findings = build_findings(question->build);
	json_t *warnings = json_array();
	for (guint i = 0; i < findings->len; i++) {
		const Finding *finding = &g_array_index(findings, Finding, i);
		g_autofree char *url = build_rule_url(finding->rule);
		json_array_append_new(warnings,
			json_pack("{s:s, s:s, s:s, s:o, s:{s:[o]}}", "ruleName", finding->rule,
				"description", build_rule_description(finding->rule), "url", url,
				"detail", json_lenient(finding->text), "location", "ranges",
				range_json(finding->line, finding->last_line)));
		g_string_append_printf(question->text, "WARNING: %s - %s\n%s\n", finding->rule, url,
			finding->text);
	}
	g_autofree char *data = source_base64(question);
	bool any = json_array_size(warnings) > 0;
	if (!any) {
		json_decref(warnings);
		warnings = json_null();
	}
	question->answer = json_pack("{s:o, s:[{s:s, s:s, s:s}]}", "warnings", warnings, "sources",
		"filename", question->name, "data", data, "language", "Dockerfile");
	add_build_error(question);
	return true;
}

static bool is_stage(const Instruction *instruction)
{
	return instruction->kind == DF_FROM;
}

static const char *stage_name(const Instruction *from)
{
	return from->words[1] != NULL ? from->words[2] : "";
}

static json_t *row_json(const char *one, const char *other)
{
	json_t *row = json_array();
	json_array_append_new(row, json_lenient(one));
	json_array_append_new(row, json_lenient(other));
	return row;
}

/* Rows of texts in columns, as clients show them: the last one as it is, the others filled up to the widest and a gap. */
static void add_table(GString *text, const json_t *rows, int gap)
{
	size_t columns = json_array_size(json_array_get(rows, 0));
	for (size_t r = 0; r < json_array_size(rows); r++)
		for (size_t c = 0; c < columns; c++) {
			const char *cell = json_elem(json_array_get(rows, r), c);
			long width = 0;
			for (size_t i = 0; i < json_array_size(rows); i++)
				width = MAX(width,
					g_utf8_strlen(json_elem(json_array_get(rows, i), c), -1));
			g_string_append(text, cell);
			if (c + 1 < columns)
				g_string_append_printf(text, "%*s",
					(int)(width - g_utf8_strlen(cell, -1)) + gap, "");
			else
				g_string_append_c(text, '\n');
		}
}

static bool ask_targets(Question *question, GError **error)
{
	GPtrArray *all = question->dockerfile->instructions;
	json_t *list = json_array();
	int number = 0;
	(void)error;
	g_autoptr(json_t) rows = json_pack("[[s, s]]", "TARGET", "DESCRIPTION");
	for (guint i = 0; i < all->len; i++) {
		const Instruction *at = all->pdata[i];
		if (!is_stage(at))
			continue;
		bool is_default = number++ == question->target;
		const char *name = stage_name(at);
		g_autofree char *description = description_of(question, at->line, name);
		json_t *target = json_object();
		set_text(target, "name", name);
		if (is_default)
			json_object_set_new(target, "default", json_true());
		set_text(target, "description", description);
		set_text(target, "base", at->words[0]);
		json_object_set_new(target, "location", location_json(at));
		json_array_append_new(list, target);
		g_autofree char *shown = g_strconcat(name, *name != '\0' && is_default ? " " : "",
			is_default ? "(default)" : "", NULL);
		json_array_append_new(rows, row_json(shown, description));
	}
	add_table(question->text, rows, 1);
	g_autofree char *data = source_base64(question);
	question->answer = json_pack("{s:o, s:[s]}", "targets", list, "sources", data);
	return true;
}

/* ARG: what it is for, and what it is without being set. */
static void add_args(Question *question, const Instruction *at, json_t *args)
{
	bool legacy;
	g_autoptr(GArray) pairs = instruction_pairs(at, &legacy, NULL);
	for (guint i = 0; pairs != NULL && i < pairs->len; i++) {
		const Pair *pair = &g_array_index(pairs, Pair, i);
		const char *given = json_string_value(
			json_object_get(question->build->request->args, pair->key));
		const char *value = given != NULL ? given : pair->value != NULL ? pair->value : "";
		g_autofree char *description = description_of(question, at->line, pair->key);
		json_t *arg = json_object();
		json_object_set_new(arg, "name", json_lenient(pair->key));
		set_text(arg, "description", description);
		set_text(arg, "value", value);
		json_object_set_new(arg, "location", location_json(at));
		json_array_append_new(args, arg);
	}
}

/* "type=secret,id=x,required=true" */
static json_t *mount_json(const char *flag, const char *type, const Instruction *at)
{
	g_auto(GStrv) fields = g_strsplit(flag, ",", -1);
	bool matches = false, required = false;
	const char *id = strcmp(type, "ssh") == 0 ? "default" : "", *target = "";
	for (int i = 0; fields[i] != NULL; i++) {
		char *value = strchr(fields[i], '=');
		if (value != NULL)
			*value++ = '\0';
		const char *given = value != NULL ? value : "true";
		if (strcmp(fields[i], "type") == 0)
			matches = strcmp(given, type) == 0;
		else if (strcmp(fields[i], "id") == 0)
			id = given;
		else if (strcmp(fields[i], "target") == 0)
			target = given;
		else if (strcmp(fields[i], "required") == 0)
			required = strcmp(given, "true") == 0;
	}
	if (!matches)
		return NULL;
	const char *slash = strrchr(target, '/');
	json_t *mount = json_pack("{s:s}", "name",
		*id != '\0'	? id
		: slash != NULL ? slash + 1
				: target);
	if (required)
		json_object_set_new(mount, "required", json_true());
	json_object_set_new(mount, "location", location_json(at));
	return mount;
}

static void add_mounts(const Instruction *at, json_t *answer)
{
	static const struct {
		const char *type, *key;
	} kinds[] = {{"secret", "secrets"}, {"ssh", "ssh"}};
	g_auto(GStrv) flags = instruction_flags(at, "mount");
	for (int i = 0; flags[i] != NULL; i++)
		for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
			json_t *mount = mount_json(flags[i], kinds[k].type, at);
			if (mount == NULL)
				continue;
			if (json_object_get(answer, kinds[k].key) == NULL)
				json_object_set_new(answer, kinds[k].key, json_array());
			json_array_append_new(json_object_get(answer, kinds[k].key), mount);
		}
}

/* The place of a stage's FROM among the instructions, by number or name; -1: none before that number. */
static int find_stage(const GPtrArray *all, int number, const char *name, int before)
{
	int count = 0, found = -1;
	for (guint i = 0; i < all->len; i++) {
		const Instruction *at = all->pdata[i];
		if (!is_stage(at))
			continue;
		if (count == number || (name != NULL && count < before &&
					       g_ascii_strcasecmp(stage_name(at), name) == 0))
			found = (int)i;
		count++;
	}
	return found;
}

/* The stage that another one stands on, as its number; -1: none. *place: its FROM. */
static int stage_below(const GPtrArray *all, int place, int number, int *base)
{
	const Instruction *from = all->pdata[place];
	int below = 0;
	*base = find_stage(all, -1, from->words[0], number);
	for (int i = 0; i < *base; i++)
		below += is_stage(all->pdata[i]);
	return *base >= 0 && *base < place ? below : -1;
}

/* A stage, behind the one that it stands on. */
static void add_stage(Question *question, int place, int number, json_t *args)
{
	GPtrArray *all = question->dockerfile->instructions;
	int base, below = stage_below(all, place, number, &base);
	if (below >= 0)
		add_stage(question, base, below, args);
	for (guint i = (guint)place + 1; i < all->len && !is_stage(all->pdata[i]); i++) {
		const Instruction *at = all->pdata[i];
		if (at->kind == DF_ARG)
			add_args(question, at, args);
		else if (at->kind == DF_RUN)
			add_mounts(at, question->answer);
	}
}

/* "$NAME", "${NAME}", "${NAME:-x}" */
static bool uses(const char *text, const char *name)
{
	size_t length = strlen(name);
	for (; (text = strchr(text, '$')) != NULL; text++) {
		const char *at = text + 1 + (text[1] == '{');
		if (strncmp(at, name, length) == 0 && !g_ascii_isalnum(at[length]) &&
			at[length] != '_')
			return true;
	}
	return false;
}

/* Whether a FROM of the stage, or of one below, uses an argument. */
static bool is_used(const GPtrArray *all, int place, int number, const char *name)
{
	for (int base; number >= 0; place = base) {
		const Instruction *from = all->pdata[place];
		const char *platform = instruction_flag(from, "platform");
		if (uses(from->words[0], name) || (platform != NULL && uses(platform, name)))
			return true;
		number = stage_below(all, place, number, &base);
	}
	return false;
}

/* Arguments before the first FROM that concern the target. */
static void add_global_args(Question *question, int place, json_t *args)
{
	GPtrArray *all = question->dockerfile->instructions;
	g_autoptr(json_t) every = json_array();
	size_t i;
	json_t *arg;
	for (guint at = 0; at < all->len && !is_stage(all->pdata[at]); at++)
		add_args(question, all->pdata[at], every);
	json_array_foreach (every, i, arg)
		if (is_used(all, place, question->target, json_str(arg, "name")))
			json_array_append(args, arg);
}

static const char *required_text(const json_t *mount)
{
	return json_is_true(json_object_get(mount, "required")) ? "true" : "";
}

/* Each table, and a blank line behind it. */
static void show_outline(const json_t *answer, GString *text)
{
	static const char *const mounts[][2] = {{"secrets", "SECRET"}, {"ssh", "SSH"}};
	const char *name = json_str(answer, "name"), *description = json_str(answer, "description");
	g_autoptr(json_t) head = json_array(),
			  args = json_pack("[[s, s, s]]", "BUILD ARG", "VALUE", "DESCRIPTION");
	size_t i;
	json_t *one;
	if (*name != '\0')
		json_array_append_new(head, row_json("TARGET:", name));
	if (*description != '\0')
		json_array_append_new(head, row_json("DESCRIPTION:", description));
	add_table(text, head, 1);
	if (json_array_size(head) > 0)
		g_string_append_c(text, '\n');
	json_array_foreach (json_object_get(answer, "args"), i, one) {
		json_t *row = row_json(json_str(one, "name"), json_str(one, "value"));
		json_array_append_new(row, json_lenient(json_str(one, "description")));
		json_array_append_new(args, row);
	}
	if (json_array_size(args) > 1) {
		add_table(text, args, 3);
		g_string_append_c(text, '\n');
	}
	for (size_t k = 0; k < G_N_ELEMENTS(mounts); k++) {
		const json_t *list = json_object_get(answer, mounts[k][0]);
		g_autoptr(json_t) rows = json_pack("[[s, s]]", mounts[k][1], "REQUIRED");
		json_array_foreach (list, i, one)
			json_array_append_new(
				rows, row_json(json_str(one, "name"), required_text(one)));
		if (json_array_size(list) == 0)
			continue;
		add_table(text, rows, 3);
		g_string_append_c(text, '\n');
	}
}

static bool ask_outline(Question *question, GError **error)
{
	GPtrArray *all = question->dockerfile->instructions;
	g_autoptr(json_t) args = json_array();
	int place = find_stage(all, question->target, NULL, 0);
	(void)error;
	const Instruction *from = all->pdata[place];
	g_autofree char *description = description_of(question, from->line, stage_name(from)),
			*data = source_base64(question);
	question->answer = json_object();
	set_text(question->answer, "name", stage_name(from));
	set_text(question->answer, "description", description);
	add_global_args(question, place, args);
	add_stage(question, place, question->target, args);
	if (json_array_size(args) > 0)
		json_object_set(question->answer, "args", args);
	json_object_set_new(question->answer, "sources", json_pack("[s]", data));
	show_outline(question->answer, question->text);
	return true;
}

static bool ask_questions(Question *question, GError **error);

static const struct {
	const char *name, *description;
	bool (*ask)(Question *question, GError **error);
	bool targeted;
} questions[] = {
	{"frontend.lint", "Lint a Dockerfile", ask_lint, false},
	{"frontend.outline", "List all parameters current build target supports", ask_outline,
		true},
	{"frontend.targets", "List all targets current build supports", ask_targets, true},
	{"frontend.subrequests.describe", "List available subrequest types", ask_questions, false},
};

static bool ask_questions(Question *question, GError **error)
{
	(void)error;
	question->answer = json_array();
	g_string_append(question->text, "NAME\tVERSION\tDESCRIPTION\n");
	for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
		json_array_append_new(question->answer,
			json_pack(
				"{s:s, s:s, s:s, s:s, s:[], s:n, s:[{s:s, s:s}, {s:s, s:s}], s:n}",
				"name", questions[i].name, "version", "1.0.0", "type", "rpc",
				"description", questions[i].description, "opts", "inputs",
				"metadata", "name", "result.json", "description", "", "name",
				"result.txt", "description", "", "refs"));
		g_string_append_printf(question->text, "%s\t1.0.0\t%s\n",
			questions[i].name + strlen("frontend."), questions[i].description);
	}
	return true;
}

/* The number of the requested stage; -1 with error. */
static int target_of(Build *build, GError **error)
{
	return lanes_make(build, error) ? ((Lane *)build->lanes->pdata[0])->target->index : -1;
}

json_t *build_question(Build *build, const char *name, char **text, GError **error)
{
	size_t kind = 0;
	while (kind < G_N_ELEMENTS(questions) && strcmp(questions[kind].name, name) != 0)
		kind++;
	if (kind == G_N_ELEMENTS(questions)) {
		fail(error, BERTH_ERROR_NOT_IMPLEMENTED, "unsupported request %s", name);
		return NULL;
	}
	g_autoptr(GString) shown = g_string_new("");
	Question question = {.build = build, .text = shown};
	question.dockerfile = build->dockerfile;
	question.name = build->dockerfile_name;
	question.target = questions[kind].targeted ? target_of(build, error) : 0;
	if (question.target < 0 || !questions[kind].ask(&question, error)) {
		json_decref(question.answer);
		return NULL;
	}
	*text = g_strdup(shown->str);
	return question.answer;
}
