#include "cli/complete.h"

#include "cli/command_find.h"
#include "cli/common/flags.h"
#include "cli/compose/compose.h"
#include "cli/config/contexts.h"
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

/* The state of one completion. */
typedef struct {
	Cli *cli;
	const Command *command; /* once its name is whole */
	const char *word;	/* at the cursor */
	const char *before;	/* what stays in front of a candidate: "--network=", or "" */
} Completion;

/* The values of flags, by name, for all commands: a kind (kinds below), or the words themselves. */
static const struct {
	const char *flag, *values;
} flag_values[] = {{"network", "networks"}, {"net", "networks"}, {"volumes-from", "containers"},
	{"link", "containers"}, {"restart", "no always on-failure unless-stopped"},
	{"pull", "always missing never"}, {"log-driver", "json-file local none"},
	{"signal", "signals"}, {"stop-signal", "signals"},
	{"ipc", "host none private shareable container:"}, {"pid", "host container:"},
	{"uts", "host"}, {"userns", "host"}, {"cgroupns", "host private"},
	{"format", "table json {{"}, {"progress", "auto plain tty quiet rawjson"},
	{"env-file", "files"}, {"label-file", "files"}, {"cidfile", "files"}, {"iidfile", "files"},
	{"metadata-file", "files"}, {"file", "files"}, {"input", "files"}, {"tlscacert", "files"},
	{"tlscert", "files"}, {"tlskey", "files"}, {"config", "folders"},
	{"project-directory", "folders"}, {"volume", "volumes"}, {"cap-add", "capabilities"},
	{"cap-drop", "capabilities"},
	{"security-opt", "no-new-privileges seccomp= apparmor= label= systempaths=unconfined"},
	{"mount", "type="},
	{"platform", "linux/amd64 linux/arm64 linux/arm/v7 linux/386 linux/ppc64le linux/riscv64 "
		     "linux/s390x"},
	{"context", "contexts"}, {"driver", "bridge ipvlan macvlan"},
	{"attach", "stdin stdout stderr"}, {"filter", "filters"},
	{"type", "container image network volume"}};

/* Of --filter, by the command. */
static const struct {
	const char *command, *words;
} filters[] = {{"ps", "ancestor= before= exited= expose= health= id= label= name= network= "
		      "publish= since= status= volume="},
	{"images", "before= dangling= label= reference= since= until="},
	{"network ls", "driver= dangling= id= label= name= scope= type="},
	{"volume ls", "dangling= driver= label= name="},
	{"events", "container= daemon= event= image= label= network= type= volume="},
	{"container prune", "label= label!= until="},
	{"image prune", "dangling= label= label!= until="},
	{"network prune", "label= label!= until="}, {"volume prune", "all= label= label!="},
	{"search", "is-official= stars="}};

static void offer(const Completion *completion, const char *word, const char *about)
{
	if (!g_str_has_prefix(word, completion->word))
		return;
	g_autofree char *shown = text_shown(word, false), *said = text_shown(about, false);
	printf("%s%s%s%s\n", completion->before, shown, *said != '\0' ? "\t" : "", said);
}

static void offer_words(const Completion *completion, const char *words)
{
	g_auto(GStrv) list = g_strsplit(words, " ", -1);
	for (int i = 0; list[i] != NULL; i++)
		offer(completion, list[i], "");
}

static json_t *ask(const Completion *completion, const char *path)
{
	Client *client = completion->cli->client;
	return client != NULL ? client_call(client, "GET", path, NULL, NULL) : NULL;
}

/* Names, and ids if one is being typed. filter: of the API, escaped. */
static void offer_containers(const Completion *completion, const char *query)
{
	g_autofree char *path = g_strconcat("/containers/json", query, NULL);
	g_autoptr(json_t) list = ask(completion, path);
	size_t i;
	json_t *container;
	json_array_foreach (list, i, container) {
		const char *name = json_elem(json_object_get(container, "Names"), 0);
		const char *image = json_str(container, "Image");
		offer(completion, name + (*name == '/'), image);
		if (*completion->word != '\0')
			offer(completion, json_str(container, "Id"), image);
	}
}

static void containers_all(const Completion *completion)
{
	offer_containers(completion, "?all=1");
}

static void containers_running(const Completion *completion)
{
	offer_containers(completion, "");
}

static void containers_stopped(const Completion *completion)
{
	offer_containers(
		completion, "?filters=%7B%22status%22%3A%5B%22created%22%2C%22exited%22%5D%7D");
}

static void containers_paused(const Completion *completion)
{
	offer_containers(completion, "?filters=%7B%22status%22%3A%5B%22paused%22%5D%7D");
}

static void images(const Completion *completion)
{
	g_autoptr(json_t) list = ask(completion, "/images/json");
	size_t i, k;
	json_t *image, *tag;
	json_array_foreach (list, i, image) {
		json_array_foreach (json_object_get(image, "RepoTags"), k, tag)
			offer(completion, json_string_value(tag), "");
		const char *id = json_str(image, "Id");
		if (*completion->word != '\0' && g_str_has_prefix(id, "sha256:"))
			offer(completion, id + strlen("sha256:"), "");
	}
}

static void networks(const Completion *completion)
{
	g_autoptr(json_t) list = ask(completion, "/networks");
	size_t i;
	json_t *network;
	json_array_foreach (list, i, network)
		offer(completion, json_str(network, "Name"), json_str(network, "Driver"));
	offer(completion, "container:", "");
}

static void volumes(const Completion *completion)
{
	g_autoptr(json_t) answer = ask(completion, "/volumes");
	size_t i;
	json_t *volume;
	json_array_foreach (json_object_get(answer, "Volumes"), i, volume)
		offer(completion, json_str(volume, "Name"), "");
}

static void contexts(const Completion *completion)
{
	g_autoptr(json_t) list = context_all(completion->cli);
	size_t i;
	json_t *context;
	offer(completion, "default", "");
	json_array_foreach (list, i, context)
		offer(completion, json_str(context, "Name"), "");
}

static void everything(const Completion *completion)
{
	containers_all(completion);
	images(completion);
	volumes(completion);
	networks(completion);
}

static void services(const Completion *completion)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Project) project = compose_project_here(completion->cli, &error);
	const char *name;
	json_t *service;
	if (project == NULL)
		return;
	json_object_foreach (project_services(project), name, service)
		offer(completion, name, json_str(service, "image"));
}

static void signals(const Completion *completion)
{
	offer_words(completion, "ABRT ALRM CONT HUP INT KILL QUIT STOP TERM TSTP USR1 USR2 WINCH");
}

static void capabilities(const Completion *completion)
{
	offer_words(completion,
		"ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE "
		"CHOWN "
		"DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE "
		"LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE "
		"NET_BROADCAST "
		"NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT "
		"SYS_CHROOT "
		"SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME "
		"SYS_TTY_CONFIG WAKE_ALARM");
}

static void shells(const Completion *completion)
{
	offer_words(completion, "bash zsh fish");
}

static void files(const Completion *completion)
{
	(void)completion;
	puts(":files");
}

static void folders(const Completion *completion)
{
	(void)completion;
	puts(":folders");
}

static void filter_words(const Completion *completion)
{
	for (size_t i = 0; i < G_N_ELEMENTS(filters); i++)
		if (g_str_has_prefix(completion->command->names, filters[i].command))
			offer_words(completion, filters[i].words);
}

/* A container's file, or one here. */
static void copied(const Completion *completion)
{
	g_autoptr(json_t) list = *completion->word != '/' && *completion->word != '.'
					 ? ask(completion, "/containers/json?all=1")
					 : NULL;
	size_t i;
	json_t *container;
	json_array_foreach (list, i, container) {
		const char *name = json_elem(json_object_get(container, "Names"), 0);
		g_autofree char *place = g_strconcat(name + (*name == '/'), ":", NULL);
		offer(completion, place, "");
	}
	if (json_array_size(list) == 0)
		puts(":files");
}

static const struct {
	const char *name;
	void (*offer)(const Completion *completion);
} kinds[] = {{"containers", containers_all}, {"running", containers_running},
	{"stopped", containers_stopped}, {"paused", containers_paused}, {"images", images},
	{"networks", networks}, {"volumes", volumes}, {"contexts", contexts},
	{"everything", everything}, {"services", services}, {"signals", signals},
	{"capabilities", capabilities}, {"files", files}, {"folders", folders},
	{"filters", filter_words}, {"copied", copied}, {"shells", shells}};

/* values: the name of a kind, or the words themselves. */
static void offer_values(const Completion *completion, const char *values)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (strcmp(kinds[i].name, values) == 0) {
			kinds[i].offer(completion);
			return;
		}
	offer_words(completion, values);
}

static void offer_flag_value(const Completion *completion, const Flag *flag)
{
	for (size_t i = 0; i < G_N_ELEMENTS(flag_values); i++)
		if (strcmp(flag_values[i].flag, flag->name) == 0) {
			offer_values(completion, flag_values[i].values);
			return;
		}
}

static void offer_flags_of(const Completion *completion, const Flag *flags)
{
	for (const Flag *flag = flags; flag != NULL && flag->name != NULL; flag++) {
		g_autofree char *name = g_strconcat("--", flag->name, NULL);
		offer(completion, name, flag->help);
	}
}

static void offer_flags(const Completion *completion)
{
	offer_flags_of(completion, completion->command->flags);
	if (completion->command == &help_top)
		offer_flags_of(completion, global_flags);
	offer(completion, "--help", "");
}

/* The command's "completes": a kind for each argument; "*" after the last one repeats it. */
static void offer_argument(const Completion *completion, int number)
{
	const char *text = completion->command->completes;
	g_auto(GStrv) list = g_strsplit(text != NULL ? text : "", " ", -1);
	int count = (int)g_strv_length(list);
	if (count == 0)
		return;
	char *last = list[count - 1];
	bool repeats = g_str_has_suffix(last, "*");
	if (repeats)
		last[strlen(last) - 1] = '\0';
	if (number < count || repeats)
		offer_values(completion, list[MIN(number, count - 1)]);
}

/* The flag of a table that a word is; NULL if there is none. */
static const Flag *flag_in(const Flag *flags, const char *name, size_t length, bool is_long)
{
	for (const Flag *flag = flags; flag != NULL && flag->name != NULL; flag++)
		if (is_long ? strlen(flag->name) == length && strncmp(flag->name, name, length) == 0
			    : length > 0 && flag->letter == name[length - 1])
			return flag;
	return NULL;
}

/* The flag that a word is, of the command or of all, and whether its value is the next word. */
static const Flag *flag_of(const Command *command, const char *word, bool *value_follows)
{
	bool is_long = g_str_has_prefix(word, "--");
	const char *name = word + (is_long ? 2 : 1);
	size_t length = is_long ? strcspn(name, "=") : strlen(name);
	const Flag *flag = flag_in(command->flags, name, length, is_long);
	if (flag == NULL)
		flag = flag_in(global_flags, name, length, is_long);
	*value_follows = flag != NULL && flag->type != BOOL && (!is_long || name[length] == '\0');
	return flag;
}

/* Handles the words after the command's name, of which the last is at the cursor. Returns the index of the first
 * argument that belongs to another command, for a command that stops at its first argument; -1: the cursor is
 * before. */
static int complete_words(Completion *completion, int count, char **words)
{
	const Command *command = completion->command;
	int arguments = 0;
	bool only_arguments = false;
	for (int i = 0; i < count - 1; i++) {
		bool value_follows = false;
		if (!only_arguments && words[i][0] == '-' && words[i][1] != '\0') {
			const Flag *flag = flag_of(command, words[i], &value_follows);
			only_arguments = strcmp(words[i], "--") == 0;
			if (value_follows && i + 1 == count - 1) {
				offer_flag_value(completion, flag);
				return -1;
			}
			i += value_follows;
			continue;
		}
		arguments++;
		if (command->stop_at_argument && command->completes == NULL)
			return i;
		only_arguments = only_arguments || command->stop_at_argument;
	}
	const char *equals = strchr(completion->word, '=');
	if (!only_arguments && g_str_has_prefix(completion->word, "--") && equals != NULL) {
		bool unused;
		const Flag *flag = flag_of(command, completion->word, &unused);
		g_autofree char *before =
			g_strndup(completion->word, (size_t)(equals + 1 - completion->word));
		completion->before = before;
		completion->word = equals + 1;
		if (flag != NULL)
			offer_flag_value(completion, flag);
	} else if (!only_arguments && *completion->word == '-') {
		offer_flags(completion);
	} else {
		offer_argument(completion, arguments);
	}
	return -1;
}

static void offer_compose(const Completion *completion)
{
	for (int i = 0; compose_commands[i] != NULL; i++) {
		g_auto(GStrv) names = g_strsplit(compose_commands[i]->names, "|", -1);
		if (strchr(names[0], ' ') == NULL)
			offer(completion, names[0], compose_commands[i]->summary);
	}
}

/* "compose [OPTIONS] COMMAND ...". */
static void complete_compose(Completion *completion, int count, char **words)
{
	Cli *cli = completion->cli;
	completion->command = compose_itself;
	int at = complete_words(completion, count, words);
	if (at < 0 && *completion->word != '-' && (count == 1 || words[count - 2][0] != '-'))
		offer_compose(completion);
	completion->command = at >= 0 ? compose_find(words[at]) : NULL;
	if (completion->command == NULL)
		return;
	Cli outer = *cli;
	outer.command = compose_itself;
	char *end = words[at];
	words[at] = NULL;
	bool known = flags_parse(&outer, at, words, NULL);
	words[at] = end;
	cli->outer = &outer;
	if (known)
		complete_words(completion, count - at - 1, words + at + 1);
}

static void offer_names(const Completion *completion, const char *group)
{
	GArray *words = help_names(group);
	for (guint i = 0; i < words->len; i++) {
		const HelpWord *word = &g_array_index(words, HelpWord, i);
		offer(completion, word->name, word->text);
	}
	help_names_free(words);
}

static void offer_top(const Completion *completion)
{
	size_t count;
	const HelpWord *groups = help_groups(&count);
	offer_names(completion, "");
	for (size_t i = 0; i < count; i++)
		offer(completion, groups[i].name, groups[i].text);
}

/* The engine of a -H before the command, instead of this process's own. */
static void use_host(Cli *cli, const Command *top, int count, char **words)
{
	Cli front = *cli;
	front.command = top;
	const char *host =
		flags_parse(&front, count, words, NULL) ? global_text(&front, "host") : NULL;
	g_autofree char *parsed =
		host != NULL ? client_host_parse(host, cli_default_host, NULL) : NULL;
	if (parsed != NULL)
		cli->client = client_new(parsed);
}

static int complete_print(Cli *cli, int count, char **words)
{
	if (count == 0)
		return 0;
	Completion completion = {
		.cli = cli, .command = &help_top, .word = words[count - 1], .before = ""};
	const char *called;
	int at = complete_words(&completion, count, words), used = 0;
	if (at < 0) {
		bool of_flag = count > 1 && words[count - 2][0] == '-' &&
			       (flag_of(&help_top, words[count - 2], &(bool){false}) != NULL);
		if (*completion.word != '-' && !of_flag)
			offer_top(&completion);
		return 0;
	}
	use_host(cli, &help_top, at, words);
	if (strcmp(words[at], "compose") == 0) {
		complete_compose(&completion, count - at - 1, words + at + 1);
		return 0;
	}
	completion.command = command_find(count - at - 1, words + at, &used, &called);
	if (completion.command != NULL)
		complete_words(&completion, count - at - used, words + at + used);
	else if (help_is_group(words[at]) && count == at + 2)
		offer_names(&completion, words[at]);
	return 0;
}

static int run(Cli *cli)
{
	client_set_starter(NULL);
	return complete_print(cli, cli->arg_count, cli->args);
}

const Command command_complete = {.names = "__complete",
	.usage = "-- [WORD...]",
	.summary = "What a shell may offer for the last of these words",
	.max_args = -1,
	.run = run};
