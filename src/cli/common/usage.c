/* A command's --help: usage, aliases, an example, and its flags. */
#include "cli/common/flags.h"

#include <stdio.h>
#include <string.h>

/* WIDTH: of a line; INDENT: of what flags mean. */
enum { WIDTH = 100, INDENT = 35 };

/* Prints words from a column on, and goes on in the next line at indent where they do not fit. */
static void print_wrapped(FILE *out, int column, int indent, const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	for (int i = 0; words[i] != NULL; i++) {
		int length = (int)g_utf8_strlen(words[i], -1);
		if (i > 0 && column + 1 + length > WIDTH) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
		} else if (i > 0) {
			fputc(' ', out);
			column++;
		}
		fputs(words[i], out);
		column += length;
	}
	fputc('\n', out);
}

/* All its names, those of a group first, as docker lists them; nothing if it has one only. */
static void print_aliases(const Cli *cli)
{
	g_auto(GStrv) names = g_strsplit(cli->command->names, "|", -1);
	const char *before = cli->outer != NULL ? "compose " : "";
	g_autoptr(GString) all = g_string_new(NULL);
	if (names[1] == NULL)
		return;
	for (int grouped = 1; grouped >= 0; grouped--)
		for (int i = 0; names[i] != NULL; i++)
			if ((strchr(names[i], ' ') != NULL) == grouped)
				g_string_append_printf(all, "%s%s %s%s", all->len > 0 ? ", " : "",
					cli->program, before, names[i]);
	printf("\nAliases:\n  ");
	print_wrapped(stdout, 2, 2, all->str);
}

static void print_flag(const Flag *flag)
{
	static const char *const kinds[] = {[BOOL] = "",
		[STRING] = " string",
		[LIST] = " list",
		[SLICE] = " strings",
		[INT] = " int",
		[UINT16] = " uint16",
		[BYTES] = " bytes",
		[DECIMAL] = " decimal",
		[DURATION] = " duration"};
	g_autofree char *label = g_strconcat(flag->name, kinds[flag->type], NULL);
	char letter[8] = "    ";
	if (flag->letter != 0)
		snprintf(letter, sizeof letter, "-%c, ", flag->letter);
	int column = printf("  %s--%-26s ", letter, label);
	print_wrapped(stdout, column, INDENT, flag->help);
}

void flags_print(const Flag *flags)
{
	for (const Flag *flag = flags; flag != NULL && flag->name != NULL; flag++)
		print_flag(flag);
}

void flags_usage(const Cli *cli, bool whole)
{
	const Command *command = cli->command;
	FILE *out = whole ? stdout : stderr;
	/* A second line is another form of the arguments. */
	const char *more = strchr(command->usage, '\n');
	g_autofree char *first = g_strndup(command->usage, strcspn(command->usage, "\n"));
	int column = fprintf(out, "Usage:  %s %s ", cli->program, cli->called);
	print_wrapped(out, column, 8, first);
	if (more != NULL) {
		column = fprintf(out, "\t%s %s ", cli->program, cli->called);
		print_wrapped(out, column, 8, more + 1);
	}
	if (!whole)
		return;
	printf("\n%s\n", command->summary);
	print_aliases(cli);
	if (command->example != NULL)
		printf("\nExample:\n  %s %s%s\n", cli->program,
			cli->outer != NULL ? "compose " : "", command->example);
	if (command->flags != NULL)
		printf("\nOptions:\n");
	flags_print(command->flags);
}
