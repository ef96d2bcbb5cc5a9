/* Any bytes as a Dockerfile: instructions, words, variables, pairs, checks. */
#include "dockerfile/dockerfile.h"

#include <stdint.h>

static const char *get(gpointer data, const char *name)
{
	(void)data;
	return *name == 'a' ? "value of a" : NULL;
}

static void use(const Instruction *instruction)
{
	Variables variables = {.get = get, .escape = '\\'};
	bool legacy;
	for (int i = 0; instruction->words[i] != NULL; i++) {
		g_autofree char *one = word_expand(instruction->words[i], &variables, NULL);
		g_auto(GStrv) split = word_expand_split(instruction->words[i], &variables, NULL);
	}
	g_autoptr(GArray) pairs = instruction_pairs(instruction, &legacy, NULL);
	g_autoptr(json_t) config = json_object();
	g_autofree char *history = NULL;
	config_apply(config, instruction, &variables, &history, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(Dockerfile) dockerfile = dockerfile_parse(text, size, NULL, NULL);
	if (dockerfile != NULL) {
		for (guint i = 0; i < dockerfile->instructions->len; i++)
			use(dockerfile->instructions->pdata[i]);
		g_autoptr(GArray) findings = dockerfile_check(dockerfile, &(CheckWorld){0});
	}
	g_autoptr(Patterns) patterns = patterns_parse(text, NULL);
	if (patterns != NULL) {
		patterns_match(patterns, "a/b/c.txt");
		patterns_may_return(patterns, "a/b");
	}
	return 0;
}
