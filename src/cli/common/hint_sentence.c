/* Hints that are sentences: what a message says is all that they need. */
#include "cli/common/hint_sentence.h"

#include "cli/common/cli.h"

#include <stdio.h>
#include <string.h>

char *between(const char *message, const char *before, const char *after)
{
	const char *begin = strstr(message, before);
	begin = begin != NULL ? begin + strlen(before) : NULL;
	const char *end = begin == NULL	   ? NULL
			  : *after != '\0' ? strstr(begin, after)
					   : begin + strlen(begin);
	return end != NULL ? g_strndup(begin, (size_t)(end - begin)) : NULL;
}

#define NOT_REACHED                                                                                \
	"{it} cannot be reached from this host: look at its network, its DNS, and whether it "     \
	"needs a proxy (\"proxies\" in "                                                           \
	"/etc/berth/daemon.json)"
#define NOT_RUNNING "'{program} logs {id}' shows its output, '{program} start {id}' starts it"

/* {program} is ours, {it} the text between before and after, {id} its first 12 letters; otherwise: what stands for it if
 * the message has none; NULL: then the row is none. */
static const struct {
	const char *words, *text, *before, *after, *otherwise;
} sentences[] = {
	{"failed to initialize logging driver",
		"nothing receives the log at {it}: start the receiver first, or name another with "
		"--log-opt",
		"dial ", ": connect", NULL},
	{"permission denied while trying to connect",
		"use sudo, or join the socket's group and log in again: sudo usermod -aG berth "
		"$USER (its members are as good as root)",
		NULL, NULL, NULL},
	{" is not running", NOT_RUNNING, "container ", " is not running", NULL},
	{" is not running", NOT_RUNNING, "Container ", " is not running", NULL},
	{"no such host", NOT_REACHED, "Get \"https://", "/", NULL},
	{"no such host", NOT_REACHED, "Get \"http://", "/", "the registry"},
	{"connection refused", NOT_REACHED, "Get \"https://", "/", NULL},
	{"connection refused", NOT_REACHED, "Get \"http://", "/", "the registry"},
	{"i/o timeout", NOT_REACHED, "Get \"https://", "/", NULL},
	{"i/o timeout", NOT_REACHED, "Get \"http://", "/", "the registry"},
	{"build' requires 1 argument, 0",
		"the folder with the Dockerfile is missing: '.' is this one ('{program} build -t "
		"NAME .')",
		NULL, NULL, NULL},
	{"build' requires 1 argument, ",
		"the folder with the Dockerfile is one word behind the options: '{program} build "
		"-t NAME .'",
		NULL, NULL, NULL},
	{"context must be a directory: ",
		"name the folder, and the file by -f: '{program} build -f {it} .'",
		"context must be a directory: ", "", NULL},
	{"bind source path does not exist: ",
		"'mkdir -p {it}' makes it; -v makes a folder that is not there by itself",
		"bind source path does not exist: ", "", NULL},
	{"container is running: stop",
		"'{program} stop {it}' ends it first, '{program} rm -f {it}' does both",
		"cannot remove container \"", "\"", NULL},
	{"invalid reference format",
		"a name of an image is NAME[:TAG] in one word of small letters, digits, '.', '_' "
		"and '-', with '/' between its parts",
		NULL, NULL, NULL},
	{"run' requires at least 1 argument",
		"the image is missing: it goes behind the options ('{program} run --name NAME "
		"IMAGE')",
		NULL, NULL, NULL},
	{"exec: \"",
		"{it} is there, but no program: 'chmod +x' makes it one, or name the program that "
		"reads it",
		"exec: \"", "\": permission denied", NULL},
	{"failed to calculate checksum of ref",
		"'{it}' is not below the context's folder, or its .dockerignore leaves it out",
		"build-context: \"", "\": not found", NULL},
	{"no configuration file provided",
		"go to the folder that has the compose.yaml, or name the file with -f", NULL, NULL,
		NULL},
	/* What is copied from a page often has the name of the language in front of it. */
	{"mapping values are not allowed",
		"does a line above have a word without ':', or another indentation?", NULL, NULL,
		NULL},
	{"found character that cannot start any token",
		"YAML is indented by blanks: is there a tab?", NULL, NULL, NULL},
	{": must be a list", "each item of a list begins with '- '", NULL, NULL, NULL},
	{"the input device is not a TTY",
		"leave -t out where there is no terminal, as in scripts and pipes", NULL, NULL,
		NULL},
	{"must specify at least one container source",
		"a path in a container has its name in front: CONTAINER:/path", NULL, NULL, NULL},
	{"Invalid ip address: ",
		"ports are HOST:CONTAINER ('-p 8080:80'), with an address of this host in front of "
		"them if need be ('-p 127.0.0.1:8080:80')",
		NULL, NULL, NULL}};

static char *fill(const char *text, const char *it, const char *program)
{
	GString *filled = g_string_new(text);
	g_autofree char *id = g_strndup(it, 12);
	g_string_replace(filled, "{program}", program, 0);
	g_string_replace(filled, "{id}", id, 0);
	g_string_replace(filled, "{it}", it, 0);
	return g_string_free(filled, FALSE);
}

/* Whether the row says something about this message. */
static bool print_sentence(size_t row, const char *message, const char *program)
{
	if (strstr(message, sentences[row].words) == NULL)
		return false;
	g_autofree char *found =
		sentences[row].before != NULL
			? between(message, sentences[row].before, sentences[row].after)
			: g_strdup("");
	const char *it = found != NULL ? found : sentences[row].otherwise;
	g_autofree char *text = it != NULL ? fill(sentences[row].text, it, program) : NULL;
	if (text != NULL)
		print_to(stderr, "hint: %s\n", text);
	return text != NULL;
}

bool hint_sentence(const char *message, const char *program)
{
	for (size_t i = 0; i < G_N_ELEMENTS(sentences); i++)
		if (print_sentence(i, message, program))
			return true;
	return false;
}

bool hint_step(const char *line)
{
	static const char *const no_name[] = {"bad address '", "Temporary failure resolving",
		"Temporary failure in name resolution", "Could not resolve host", "no such host"};
	for (size_t i = 0; i < G_N_ELEMENTS(no_name); i++)
		if (strstr(line, no_name[i]) != NULL) {
			print_to(stderr,
				"hint: the step found no address of that name: is this host's DNS "
				"right (/etc/resolv.conf, or \"dns\" in /etc/berth/daemon.json), "
				"and "
				"has the step a network (--network)?\n");
			return true;
		}
	return false;
}
