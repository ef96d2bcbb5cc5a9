/* Questions about a Dockerfile: `build --check` and `--call` (moby/buildkit, frontend/subrequests). Answers are JSON, which clients print,
 * and text for those that do not know it. */
#include "buildkit/internal.h"

#include "dockerfile/dockerfile.h"

#include <string.h>

/* Appended to, each a line of text. */
typedef struct {
	Ref *ref;
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
	int line;
	g_autoptr(GError) problem = NULL;
	if (build_check_bases(question->ref->build, &line, &problem))
		return;
	json_t *failure = json_pack("{s:o}", "message", json_lenient(problem->message));
	if (line > 0)
		json_object_set_new(failure, "location",
			json_pack("{s:[o]}", "ranges", range_json(line, line)));
	json_object_set_new(question->answer, "buildError", failure);
}

static bool ask_lint(Question *question, GError **error)
{
	bool targeted = *question->ref->request.target != '\0';
	if (targeted && !build_choose(question->ref->build, error))
		return false;
	g_autoptr(GArray) findings = build_findings(question->ref->build);
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

static bool ask_targets(Question *question, GError **error)
{
	GPtrArray *all = question->dockerfile->instructions;
	json_t *list = json_array();
	int number = 0;
	(void)error;
	g_string_append(question->text, "TARGET\tDESCRIPTION\n");
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
		g_string_append_printf(question->text, "%s%s\t%s\n", name,
			is_default ? (*name != '\0' ? " (default)" : "(default)") : "",
			description);
	}
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
		const char *given =
			json_string_value(json_object_get(question->ref->args, pair->key));
		const char *value = given != NULL ? given : pair->value != NULL ? pair->value : "";
		g_autofree char *description = description_of(question, at->line, pair->key);
		json_t *arg = json_object();
		json_object_set_new(arg, "name", json_lenient(pair->key));
		set_text(arg, "description", description);
		set_text(arg, "value", value);
		json_object_set_new(arg, "location", location_json(at));
		json_array_append_new(args, arg);
		g_string_append_printf(
			question->text, "%s\t%s\t%s\n", pair->key, value, description);
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

/* A stage, behind the one that it stands on. */
static void add_stage(Question *question, int place, int number, json_t *args)
{
	GPtrArray *all = question->dockerfile->instructions;
	const Instruction *from = all->pdata[place];
	int base = find_stage(all, -1, from->words[0], number);
	if (base >= 0 && base < place) {
		int below = 0;
		for (int i = 0; i < base; i++)
			below += is_stage(all->pdata[i]);
		add_stage(question, base, below, args);
	}
	for (guint i = (guint)place + 1; i < all->len && !is_stage(all->pdata[i]); i++) {
		const Instruction *at = all->pdata[i];
		if (at->kind == DF_ARG)
			add_args(question, at, args);
		else if (at->kind == DF_RUN)
			add_mounts(at, question->answer);
	}
}

static bool ask_outline(Question *question, GError **error)
{
	GPtrArray *all = question->dockerfile->instructions;
	json_t *args = json_array();
	int place = find_stage(all, question->target, NULL, 0);
	(void)error;
	const Instruction *from = all->pdata[place];
	g_autofree char *description = description_of(question, from->line, stage_name(from)),
			*data = source_base64(question);
	question->answer = json_object();
	set_text(question->answer, "name", stage_name(from));
	set_text(question->answer, "description", description);
	g_string_append(question->text, "BUILD ARG\tVALUE\tDESCRIPTION\n");
	for (guint i = 0; i < all->len && !is_stage(all->pdata[i]); i++)
		add_args(question, all->pdata[i], args);
	add_stage(question, place, question->target, args);
	json_object_set_new(question->answer, "args", args);
	json_object_set_new(question->answer, "sources", json_pack("[s]", data));
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

static bool answer(Question *question, size_t kind, FrontendResult *result, GError **error)
{
	question->target = questions[kind].targeted ? build_target(question->ref->build, error) : 0;
	if (question->target < 0 || !questions[kind].ask(question, error))
		return false;
	g_autofree char *json = json_text(question->answer);
	result->metadata = json_pack("{s:s, s:o, s:s}", "result.json", json, "result.txt",
		json_lenient(question->text->str), "version", "1.0.0");
	if (questions[kind].ask == ask_lint)
		json_object_set_new(result->metadata, "result.statuscode",
			json_string(json_is_null(json_object_get(question->answer, "warnings"))
					    ? "0"
					    : "1"));
	return true;
}

bool question_answer(Ref *ref, const char *name, FrontendResult *result, GError **error)
{
	size_t kind = 0;
	while (kind < G_N_ELEMENTS(questions) && strcmp(questions[kind].name, name) != 0)
		kind++;
	if (kind == G_N_ELEMENTS(questions))
		return fail(error, BERTH_ERROR_NOT_IMPLEMENTED, "unsupported subrequest %s", name);
	g_autoptr(GString) text = g_string_new("");
	Question question = {.ref = ref, .text = text};
	if (!build_read(ref->build, error))
		return false;
	question.dockerfile = build_dockerfile(ref->build, &question.name);
	bool ok = answer(&question, kind, result, error);
	json_decref(question.answer);
	return ok;
}
