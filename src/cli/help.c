#include "cli/help.h"

#include "base/nearest.h"
#include "cli/commands/commands.h"
#include "cli/common/flags.h"

#include <stdio.h>
#include <string.h>

static const HelpWord groups[] = {{"builder", "Manage the build cache"},
	{"buildx", "The same, as Docker's plugin calls it"},
	{"compose", "Define and run applications of several containers"},
	{"container", "Manage containers"}, {"context", "Manage the engines that commands are for"},
	{"image", "Manage images"}, {"manifest", "Look at manifests of images in registries"},
	{"network", "Manage networks"}, {"system", "Manage the engine"},
	{"volume", "Manage volumes"}};

/* Groups within groups, by both words. */
static const HelpWord nested[] = {{"buildx imagetools", "Work on images in registries"}};

/* What is often wanted of a group. */
static const HelpWord examples[] = {{"builder", "builder prune --filter until=24h"},
	{"buildx", "buildx build -t web --load ."},
	{"buildx imagetools", "buildx imagetools inspect debian:bookworm"},
	{"container", "container ls -a"},
	{"context", "context create far --docker host=ssh://me@far"},
	{"image", "image ls --filter dangling=true"},
	{"manifest", "manifest inspect debian:bookworm"},
	{"network", "network create --subnet 10.9.0.0/24 backend"}, {"system", "system df"},
	{"volume", "volume create data"}};

/* Common commands, in docker's order. */
static const char *const common[] = {"run", "exec", "ps", "build", "pull", "push", "images",
	"login", "logout", "search", "version", "info", NULL};

static const Flag top_flags[] = {{"version", 'v', BOOL, "print the version and end"}, {0}};
const Command help_top = {.names = "",
	.usage = "[OPTIONS] COMMAND [ARG...]",
	.flags = top_flags,
	.max_args = -1,
	.stop_at_argument = true};

/* Docker's commands that Berth lacks. */
static const HelpWord elsewhere[] = {
	{"swarm", "this engine is no member of a cluster; use 'compose' "
		  "on one host, or Kubernetes on several"},
	{"node", "there are no nodes, as this engine is in no cluster; 'info' tells of this one"},
	{"service", "there are no services of a cluster; use 'compose' or 'run --restart'"},
	{"stack", "there are no stacks of a cluster; use 'compose up' with the same file"},
	{"secret", "there are no secrets of a cluster; use 'secrets' in a compose file, or 'build "
		   "--secret'"},
	{"config", "there are no configs of a cluster; use 'configs' in a compose file"},
	{"plugin", "there are no managed plugins; volumes, networks and logs are built in"},
	{"trust", "Docker Content Trust has ended; pull by digest (NAME@sha256:...), and verify "
		  "signatures with cosign"},
	{"checkpoint",
		"checkpoints are experimental in Docker, and left out; use 'pause', or 'commit'"},
	{"scout", "is Docker's paid service; scan what 'save' writes with trivy or grype"},
	{"sbom", "is Docker's plugin; scan what 'save' writes with syft"},
	{"scan", "has ended; scan what 'save' writes with trivy or grype"},
	{"init", "is Docker Desktop's plugin; write a Dockerfile and a compose file by hand"},
	{"model", "is Docker Desktop's plugin; run a model's server as a container"},
	{"debug", "is Docker Desktop's plugin; use 'exec', or 'run --pid container:NAME --network "
		  "container:NAME'"},
	{"desktop", "is Docker Desktop's; the engine is a service of the system: systemctl status "
		    "berthd"},
	{"extension", "is Docker Desktop's, and left out"},
	{"mcp", "is Docker Desktop's, and left out"}, {"ai", "is Docker Desktop's, and left out"},
	{"offload", "is Docker Desktop's, and left out"}};

static const HelpWord *find(const HelpWord *list, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].name, word) == 0)
			return &list[i];
	return NULL;
}

static const HelpWord *find_group(const char *words)
{
	const HelpWord *group = find(groups, G_N_ELEMENTS(groups), words);
	return group != NULL ? group : find(nested, G_N_ELEMENTS(nested), words);
}

char *help_group_of(int argc, char **argv)
{
	g_autofree char *both = argc > 1 ? g_strconcat(argv[0], " ", argv[1], NULL) : NULL;
	return g_strdup(both != NULL && find_group(both) != NULL ? both : argv[0]);
}

bool help_is_group(const char *word)
{
	return strcmp(word, "compose") != 0 && find_group(word) != NULL;
}

/* The first of a command's names in the group ("" for none), without the group's; NULL if it has none there. */
static char *name_in(const Command *command, const char *group)
{
	g_auto(GStrv) names = g_strsplit(command->names, "|", -1);
	size_t length = strlen(group);
	for (int i = 0; names[i] != NULL; i++) {
		const char *blank = strchr(names[i], ' ');
		if (length == 0 ? blank == NULL
				: strncmp(names[i], group, length) == 0 && names[i][length] == ' ')
			return g_strdup(length == 0 ? names[i] : names[i] + length + 1);
	}
	return NULL;
}

/* Of a column of names. */
enum { NARROWEST = 11 };

static int by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(((const HelpWord *)a)->name, ((const HelpWord *)b)->name);
}

GArray *help_names(const char *group)
{
	GArray *words = g_array_new(FALSE, FALSE, sizeof(HelpWord));
	for (int i = 0; commands[i] != NULL; i++) {
		char *name = name_in(commands[i], group);
		if (name != NULL)
			g_array_append_val(words, ((HelpWord){name, commands[i]->summary}));
	}
	g_array_sort(words, by_name);
	return words;
}

void help_names_free(GArray *words)
{
	for (guint i = 0; i < words->len; i++)
		g_free((char *)g_array_index(words, HelpWord, i).name);
	g_array_free(words, TRUE);
}

static void print_words(const char *heading, const HelpWord *words, size_t count)
{
	int width = NARROWEST;
	for (size_t i = 0; i < count; i++)
		width = MAX(width, (int)strlen(words[i].name) + 1);
	printf("\n%s:\n", heading);
	for (size_t i = 0; i < count; i++)
		printf("  %-*s %s\n", width, words[i].name, words[i].text);
}

static void print_common(const GArray *words)
{
	printf("\nCommon Commands:\n");
	for (int i = 0; common[i] != NULL; i++) {
		const HelpWord *word =
			find((const HelpWord *)(void *)words->data, words->len, common[i]);
		if (word != NULL)
			printf("  %-11s %s\n", word->name, word->text);
	}
}

void help_all(const char *program)
{
	GArray *words = help_names("");
	printf("Usage:  %s [OPTIONS] COMMAND\n\nA small container engine, with Docker's commands\n",
		program);
	print_common(words);
	print_words("Management Commands", groups, G_N_ELEMENTS(groups));
	printf("\nCommands:\n");
	for (guint i = 0; i < words->len; i++) {
		const HelpWord *word = &g_array_index(words, HelpWord, i);
		if (!g_strv_contains(common, word->name))
			printf("  %-11s %s\n", word->name, word->text);
	}
	printf("\nGlobal Options:\n");
	flags_print(global_flags);
	flags_print(top_flags);
	printf("\nRun '%s COMMAND --help' for more information on a command.\n", program);
	help_names_free(words);
}

void help_group(const char *program, const char *group)
{
	GArray *words = help_names(group);
	printf("Usage:  %s %s COMMAND\n\n%s\n", program, group, find_group(group)->text);
	const HelpWord *example = find(examples, G_N_ELEMENTS(examples), group);
	if (example != NULL)
		printf("\nExample:\n  %s %s\n", program, example->text);
	print_words("Commands", (const HelpWord *)(void *)words->data, words->len);
	printf("\nRun '%s %s COMMAND --help' for more information on a command.\n", program, group);
	help_names_free(words);
}

/* Prints which command of the group, or which of all words, may be meant. */
static void suggest(const char *program, const char *group, const char *word)
{
	GArray *words = help_names(group);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (guint i = 0; i < words->len; i++)
		g_ptr_array_add(names, (char *)g_array_index(words, HelpWord, i).name);
	for (size_t i = 0; *group == '\0' && i < G_N_ELEMENTS(groups); i++)
		g_ptr_array_add(names, (char *)groups[i].name);
	g_ptr_array_add(names, NULL);
	const char *near = words_nearest(word, (const char *const *)names->pdata);
	if (near != NULL)
		fprintf(stderr, "\nDid you mean '%s %s%s%s'?\n", program, group,
			*group != '\0' ? " " : "", near);
	help_names_free(words);
}

const HelpWord *help_groups(size_t *count)
{
	*count = G_N_ELEMENTS(groups);
	return groups;
}

void help_unknown(const char *program, const char *word, const char *second)
{
	bool in_group = help_is_group(word);
	const HelpWord *other = find(elsewhere, G_N_ELEMENTS(elsewhere), word);
	g_autofree char *shown = text_shown(in_group ? second : word, false);
	if (other != NULL) {
		fprintf(stderr, "%s: '%s %s' is not available: %s\n", program, program, word,
			other->text);
		return;
	}
	if (in_group)
		fprintf(stderr, "%s: unknown command: %s %s %s\n\nUsage:  %s %s\n", program,
			program, word, shown, program, word);
	else
		fprintf(stderr, "%s: unknown command: %s %s\n", program, program, shown);
	suggest(program, in_group ? word : "", in_group ? second : word);
	fprintf(stderr, "\nRun '%s %s%s--help' for more information\n", program,
		in_group ? word : "", in_group ? " " : "");
}
