#include "cli/common/hint.h"

#include "base/nearest.h"
#include "base/shown.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *program = "berth";
static Client *client;

void hints_use(const char *name, Client *engine)
{
	program = name;
	client = engine;
}

static json_t *ask(const char *path)
{
	return client != NULL ? client_call(client, "GET", path, NULL, NULL) : NULL;
}

/* What stands between two texts of the message; NULL if they are not there. The caller frees it. */
static char *between(const char *message, const char *before, const char *after)
{
	const char *begin = strstr(message, before);
	begin = begin != NULL ? begin + strlen(before) : NULL;
	const char *end = begin == NULL	   ? NULL
			  : *after != '\0' ? strstr(begin, after)
					   : begin + strlen(begin);
	return end != NULL ? g_strndup(begin, (size_t)(end - begin)) : NULL;
}

static void no_engine(const char *message)
{
	g_autofree char *host = between(message, "daemon at ", ". Is the");
	if (host != NULL && g_str_has_prefix(host, "unix://") &&
		access(host + strlen("unix://"), F_OK) != 0)
		print_to(stderr,
			"hint: nothing is at that socket: start the engine with 'systemctl start "
			"berthd', or run berthd as root\n");
	else if (host != NULL && g_str_has_prefix(host, "unix://"))
		print_to(stderr,
			"hint: nobody listens at that socket: 'systemctl restart berthd'; its log "
			"is shown by 'journalctl -u berthd'\n");
	else
		print_to(stderr,
			"hint: is the address right, and is that engine told to listen there "
			"(berthd -H tcp://ADDRESS:PORT --tlsverify)?\n");
}

static void no_permission(const char *message)
{
	(void)message;
	print_to(stderr,
		"hint: use sudo, or join the socket's group and log in again: sudo usermod -aG "
		"berth $USER (its members are as good as root)\n");
}

/* The name in list that is meant by a misspelt one. names: NULL-terminated behind what was added. */
static void suggest(GPtrArray *names, const char *wrong)
{
	enum { SHORTEST = 3 }; /* of two letters, one is half of the name */
	g_ptr_array_add(names, NULL);
	const char *near = strlen(wrong) >= SHORTEST
				   ? words_nearest(wrong, (const char *const *)names->pdata)
				   : NULL;
	if (near != NULL)
		print_to(stderr, "hint: did you mean '%s'?\n", near);
}

static void no_container(const char *message)
{
	g_autofree char *wrong = between(message, "No such container: ", "");
	g_autoptr(json_t) list = wrong != NULL ? ask("/containers/json?all=1") : NULL;
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	size_t i;
	json_t *container;
	json_array_foreach (list, i, container) {
		const char *name = json_elem(json_object_get(container, "Names"), 0);
		g_ptr_array_add(names, (char *)name + (*name == '/'));
	}
	suggest(names, wrong != NULL ? wrong : "");
}

/* The last part of an image's name, without what is behind it: "nginx" of "reg.example/x/nginx:1". */
static char *image_word(const char *reference)
{
	const char *slash = strrchr(reference, '/');
	const char *word = slash != NULL ? slash + 1 : reference;
	return g_strndup(word, strcspn(word, ":@"));
}

/* An image of this host whose name is near. Compared are the last parts, so that tags and registries do not matter. */
static void no_image(const char *message)
{
	g_autofree char *pulled = between(message, "No such image: ", "");
	g_autofree char *wrong = image_word(pulled != NULL ? pulled : "");
	g_autoptr(json_t) list = ask("/images/json"), tags = json_array();
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	size_t i;
	json_t *image, *tag;
	json_array_foreach (list, i, image)
		json_array_extend(tags, json_object_get(image, "RepoTags"));
	json_array_foreach (tags, i, tag)
		g_ptr_array_add(words, image_word(json_string_value(tag)));
	g_ptr_array_add(words, NULL);
	const char *near = words_nearest(wrong, (const char *const *)words->pdata);
	for (i = 0; near != NULL && i + 1 < words->len; i++)
		if (words->pdata[i] == near)
			print_to(stderr, "hint: did you mean '%s'?\n", json_elem(tags, i));
}

static void port_of_container(const char *message)
{
	g_autofree char *place = between(message, "Bind for ", " failed");
	const char *port = place != NULL ? strrchr(place, ':') : NULL;
	g_autofree char *path = g_strdup_printf(
		"/containers/json?filters=%%7B%%22publish%%22%%3A%%5B%%22%s%%22%%5D%%7D",
		port != NULL ? port + 1 : "");
	g_autoptr(json_t) list = port != NULL ? ask(path) : NULL;
	const json_t *container = json_array_get(list, 0);
	const char *name = json_elem(json_object_get(container, "Names"), 0);
	if (container != NULL)
		print_to(stderr,
			"hint: the container '%s' publishes port %s: stop it, or publish another "
			"one\n",
			name + (*name == '/'), port + 1);
}

static void port_of_host(const char *message)
{
	(void)message;
	print_to(stderr, "hint: a program of this host has that port: 'ss -lntp' shows which\n");
}

static void name_taken(const char *message)
{
	g_autofree char
		*name = between(message, "container name \"/", "\""),
		*path = g_strdup_printf(
			"/containers/"
			"json?all=1&filters=%%7B%%22name%%22%%3A%%5B%%22%%5E%%2F%s%%24%%22%%5D%%7D",
			name != NULL ? name : "");
	g_autoptr(json_t) list = name != NULL ? ask(path) : NULL;
	const json_t *container = json_array_get(list, 0);
	if (container != NULL)
		print_to(stderr,
			"hint: '%s' is of the image %s (%s): '%s rm -f %s' removes it, --name "
			"names "
			"the new one otherwise\n",
			name, json_str(container, "Image"), json_str(container, "Status"), program,
			name);
}

static void disk_full(const char *message)
{
	(void)message;
	print_to(stderr,
		"hint: '%s system df' shows what takes the space, '%s system prune' frees what "
		"nobody uses\n",
		program, program);
}

static void no_program(const char *message)
{
	g_autofree char *word = between(message, "exec: \"", "\"");
	if (word != NULL && *word == '-')
		print_to(stderr,
			"hint: '%s' stands behind the image, so it is the container's command: "
			"options "
			"go before the image\n",
			word);
	else
		print_to(stderr,
			"hint: the image has no such program in its PATH: '%s run --rm -it "
			"--entrypoint sh "
			"IMAGE' looks into it\n",
			program);
}

static void wrong_format(const char *message)
{
	(void)message;
	print_to(stderr,
		"hint: the program is for another kind of machine, or a script without '#!': '%s "
		"image "
		"inspect -f {{.Architecture}} IMAGE' tells the image's, --platform chooses "
		"another\n",
		program);
}

static void not_running(const char *message)
{
	g_autofree char *id = between(message, "container ", " is not running");
	if (id == NULL)
		id = between(message, "Container ", " is not running");
	if (id != NULL)
		print_to(stderr,
			"hint: '%s logs %.12s' shows what it said, '%s start %.12s' starts it\n",
			program, id, program, id);
}

static void no_registry(const char *message)
{
	g_autofree char *host = between(message, "Get \"https://", "/");
	print_to(stderr,
		"hint: %s cannot be reached from this host: look at its network, its DNS, and "
		"whether it "
		"needs a proxy (\"proxies\" in /etc/berth/daemon.json)\n",
		host != NULL ? host : "the registry");
}

static void denied(const char *message)
{
	(void)message;
	print_to(stderr,
		"hint: is the name right ('%s search NAME')? A private image wants '%s login "
		"REGISTRY' first\n",
		program, program);
}

static const struct {
	const char *words;
	void (*print)(const char *message);
} hints[] = {{"Cannot connect to the Docker daemon", no_engine},
	{"permission denied while trying to connect", no_permission},
	{"No such container: ", no_container}, {"No such image: ", no_image},
	{"port is already allocated", port_of_container}, {"address already in use", port_of_host},
	{"is already in use by container", name_taken}, {"no space left on device", disk_full},
	{"No space left on device", disk_full}, {"database or disk is full", disk_full},
	{"executable file not found in $PATH", no_program}, {"exec format error", wrong_format},
	{" is not running", not_running}, {"pull access denied", denied},
	{"no such host", no_registry}, {"connection refused", no_registry},
	{"i/o timeout", no_registry}};

void hint_print(const char *message)
{
	for (size_t i = 0; i < G_N_ELEMENTS(hints); i++)
		if (strstr(message, hints[i].words) != NULL) {
			hints[i].print(message);
			return;
		}
}
