#include "cli/common/hint.h"

#include "cli/common/disk_usage.h"
#include "cli/common/hint_sentence.h"
#include "cli/common/port_owner.h"

#include "base/nearest.h"
#include "base/shown.h"
#include "base/size.h"
#include "base/timefmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *program = "berth";
static const char *image_asked, *container_asked; /* NULL: not known */
static const char *one_dash;			  /* NULL: no flag is written so */
static char **contexts;				  /* NULL: not known */
static char *engine_end;			  /* NULL: none was started, or it runs */
static Client *client;

void hints_use(const char *name, Client *engine)
{
	program = name;
	client = engine;
}

void hints_image(const char *reference)
{
	image_asked = reference;
}

void hints_container(const char *reference)
{
	container_asked = reference;
}

void hints_flag(const char *name)
{
	one_dash = name;
}

void hints_contexts(char **names)
{
	g_strfreev(contexts);
	contexts = names;
}

void hints_engine_ended(const char *line)
{
	g_free(engine_end);
	engine_end = g_strdup(line);
}

static json_t *ask(const char *path)
{
	return client != NULL ? client_call(client, "GET", path, NULL, NULL) : NULL;
}

static void no_engine(const char *message)
{
	g_autofree char *host = between(message, "daemon at ", ". Is the");
	if (engine_end != NULL)
		print_to(stderr,
			"hint: an engine was started, and ended with '%s' (/run/berthd.log)\n",
			engine_end);
	else if (host != NULL && g_str_has_prefix(host, "unix://") &&
		 access(host + strlen("unix://"), F_OK) != 0)
		print_to(stderr,
			"hint: nothing is at that socket: start the engine with 'systemctl start "
			"berthd', or run berthd as root\n");
	else if (host != NULL && g_str_has_prefix(host, "unix://"))
		print_to(stderr, "hint: no engine listens at that socket: 'systemctl restart "
				 "berthd'; its log "
				 "is shown by 'journalctl -u berthd'\n");
	else
		print_to(stderr,
			"hint: is the address right, and is that engine told to listen there "
			"(berthd -H tcp://ADDRESS:PORT --tlsverify)?\n");
}

/* The name in the list that is meant by a misspelt one; NULL for none. */
static const char *meant(const char *const *names, const char *wrong)
{
	enum { SHORTEST = 3 }; /* with two letters, one is half of the name */
	return strlen(wrong) >= SHORTEST ? words_nearest(wrong, names) : NULL;
}

/* names: NULL-terminated behind what was added. */
static void suggest(GPtrArray *names, const char *wrong)
{
	g_ptr_array_add(names, NULL);
	const char *near = meant((const char *const *)names->pdata, wrong);
	if (near != NULL)
		print_to(stderr, "hint: did you mean '%s'?\n", near);
}

/* Adds copies of the names of containers. */
static void add_containers(GPtrArray *names)
{
	g_autoptr(json_t) list = ask("/containers/json?all=1");
	size_t i;
	json_t *container;
	json_array_foreach (list, i, container) {
		const char *name = json_elem(json_object_get(container, "Names"), 0);
		g_ptr_array_add(names, g_strdup(name + (*name == '/')));
	}
}

/* Adds copies of the names of networks or volumes. */
static void add_named(GPtrArray *names, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		g_ptr_array_add(names, g_strdup(json_str(json_array_get(list, i), "Name")));
}

static void add_networks(GPtrArray *names)
{
	g_autoptr(json_t) list = ask("/networks");
	add_named(names, list);
}

static void add_volumes(GPtrArray *names)
{
	g_autoptr(json_t) answer = ask("/volumes");
	add_named(names, json_object_get(answer, "Volumes"));
}

static void no_container(const char *message)
{
	g_autofree char *wrong = between(message, "No such container: ", "");
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	add_containers(names);
	suggest(names, wrong != NULL ? wrong : "");
}

/* The last part of an image's name, without what is behind it: "nginx" of "reg.example/x/nginx:1". */
static char *image_word(const char *reference)
{
	const char *slash = strrchr(reference, '/');
	const char *word = slash != NULL ? slash + 1 : reference;
	return g_strndup(word, strcspn(word, ":@"));
}

/* A local image with a similar name, as a new text; NULL for none. The last parts are compared, so that tags and
 * registries do not matter. */
static char *near_image(const char *reference)
{
	g_autofree char *wrong = image_word(reference);
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
			return g_strdup(json_elem(tags, i));
	return NULL;
}

static void no_image(const char *message)
{
	g_autofree char *asked = between(message, "No such image: ", ""),
			*near = near_image(asked != NULL ? asked : "");
	if (near != NULL)
		print_to(stderr, "hint: did you mean '%s'?\n", near);
}

/* Of inspect, which asks for objects of every kind. */
static void no_object(const char *message)
{
	g_autofree char *wrong = between(message, "No such object: ", "");
	g_autofree char *image = near_image(wrong != NULL ? wrong : "");
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	add_containers(names);
	add_volumes(names);
	add_networks(names);
	g_ptr_array_add(names, NULL);
	const char *near = meant((const char *const *)names->pdata, wrong != NULL ? wrong : "");
	if (near != NULL || image != NULL)
		print_to(stderr, "hint: did you mean '%s'?\n", near != NULL ? near : image);
}

static void no_context(const char *message)
{
	g_autofree char *wrong = between(message, "context \"", "\"");
	if (wrong == NULL || contexts == NULL)
		return;
	const char *near = meant((const char *const *)contexts, wrong);
	if (near != NULL)
		print_to(stderr, "hint: did you mean '%s'?\n", near);
	else
		print_to(stderr, "hint: '%s context ls' shows those that there are\n", program);
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

/* "failed to bind host port for 0.0.0.0:80:172.17.0.2:80/tcp: address already in use": the engine is on this host if
 * it is reached by a UNIX socket. */
static void port_of_host(const char *message)
{
	g_autofree char *place = between(message, "host port for ", ": address already");
	bool here = client != NULL && g_str_has_prefix(client_host(client), "unix://");
	const char *v6 = place != NULL && *place == '[' ? strchr(place, ']') : place,
		   *port = v6 != NULL ? strchr(v6, ':') : NULL;
	guint16 number = port != NULL ? (guint16)strtoul(port + 1, NULL, 10) : 0;
	g_autofree char *owner =
		here && number != 0 ? port_owner(number, g_str_has_suffix(place, "/udp")) : NULL;
	if (owner != NULL)
		print_to(stderr, "hint: %s has port %u: end it, or publish another one\n", owner,
			(unsigned)number);
	else
		print_to(stderr,
			"hint: a program of %s host has that port: 'sudo ss -lntup' shows which\n",
			here ? "this" : "the engine's");
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
	if (container == NULL)
		return;
	g_autofree char *age =
		duration_human(time_now() - json_int(container, "Created") * 1000000000);
	*age = g_ascii_tolower(*age); /* it begins no sentence here */
	print_to(stderr,
		"hint: '%s' was made of the image %s, %s ago (%s): '%s rm -f %s' removes it, "
		"--name names the new one otherwise\n",
		name, json_str(container, "Image"), age, json_str(container, "Status"), program,
		name);
}

static void disk_full(const char *message)
{
	(void)message;
	g_autoptr(json_t) answer = ask("/system/df");
	DiskUsage usage[DISK_USAGES];
	g_autoptr(GString) text = g_string_new(NULL);
	disk_usage(answer, usage);
	for (int i = 0; i < DISK_USAGES; i++) {
		g_autofree char *size = size_human((double)usage[i].reclaimable);
		if (usage[i].reclaimable > 0)
			g_string_append_printf(text, "%s'%s %s' %s", text->len > 0 ? ", " : "",
				program, usage[i].prune, size);
	}
	print_to(stderr,
		text->len > 0 ? "hint: to free unused disk space: %s\n"
			      : "hint: the engine has nothing unused; for other users of that "
				"disk see 'df' and 'du'%s\n",
		text->str);
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

static char *platform_text(const json_t *object, const char *architecture)
{
	const char *variant = json_str(object, "Variant");
	return g_strdup_printf("%s/%s%s%s", json_str(object, "Os"), json_str(object, architecture),
		*variant != '\0' ? "/" : "", variant);
}

/* The requested image, or that of the container; NULL: both are unknown, or missing. */
static json_t *image_of_error(void)
{
	g_autofree char *name = client_escape(container_asked != NULL ? container_asked : ""),
			*of_container = g_strdup_printf("/containers/%s/json", name);
	g_autoptr(json_t) container = container_asked != NULL ? ask(of_container) : NULL;
	const char *reference = container != NULL ? json_str(container, "Image") : image_asked;
	g_autofree char *escaped = client_escape(reference != NULL ? reference : ""),
			*path = g_strdup_printf("/images/%s/json", escaped);
	return reference != NULL ? ask(path) : NULL;
}

static void wrong_format(const char *message)
{
	(void)message;
	g_autoptr(json_t) image = image_of_error(), engine = image != NULL ? ask("/version") : NULL;
	g_autofree char *of_image = platform_text(image, "Architecture"),
			*of_engine = platform_text(engine, "Arch");
	if (engine == NULL)
		print_to(stderr,
			"hint: the program is for another kind of machine, or a script without "
			"'#!': '%s image inspect -f {{.Architecture}} IMAGE' tells the image's\n",
			program);
	else if (strcmp(json_str(image, "Architecture"), json_str(engine, "Arch")) != 0)
		print_to(stderr,
			"hint: the image is for %s, and this engine runs %s: '--platform %s' "
			"takes that one, if the registry has it; qemu-user-static runs the other\n",
			of_image, of_engine, of_engine);
	else
		print_to(stderr,
			"hint: the image is for this kind of machine (%s): the program is a script "
			"without '#!' in its first line, or was built for another one\n",
			of_engine);
}

/* "pull access denied for x, repository does not exist or may require 'docker login'". */
static void denied(const char *message)
{
	g_autofree char *asked = between(message, "denied for ", ","),
			*near = near_image(asked != NULL ? asked : "");
	g_autofree char *local =
		near != NULL ? g_strdup_printf("did you mean '%s', which is here? If not: ", near)
			     : g_strdup("");
	print_to(stderr,
		"hint: %sis the name right ('%s search NAME')? A private image wants '%s login "
		"REGISTRY' first\n",
		local, program, program);
}

/* "invalid reference format: repository name (library/Hello) must be lowercase". */
static void capitals(const char *message)
{
	g_autofree char *name = between(message, "repository name (", ")");
	g_autofree char *lower = g_ascii_strdown(name != NULL ? image_word(name) : "name", -1);
	print_to(stderr,
		"hint: names of images have no capitals: '%s'? '%s image ls' shows which images "
		"are here\n",
		lower, program);
}

static void no_dockerfile(const char *message)
{
	g_autofree char *path = between(message, "lstat ", ": no such");
	g_autofree char *folder = g_path_get_dirname(path != NULL ? path : ".");
	print_to(stderr,
		"hint: %s has no such file: write one, name another with -f, or name the folder "
		"that it is in\n",
		folder);
}

static void no_network(const char *message)
{
	/* "could not find a network matching network mode x: network x not found" */
	const char *last = g_strrstr(message, "network ");
	g_autofree char *wrong = between(last, "network ", " not found");
	if (wrong == NULL || strchr(wrong, ' ') != NULL)
		return;
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	add_networks(names);
	suggest(names, wrong);
	print_to(stderr,
		"hint: '%s network ls' shows those that there are, '%s network create %s' "
		"makes it\n",
		program, program, wrong);
}

static void no_volume(const char *message)
{
	g_autofree char *wrong = between(message, "get ", ": no such volume");
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	add_volumes(names);
	suggest(names, wrong != NULL ? wrong : "");
}

/* The container of a message, which has its id in front of this text; NULL: it cannot be asked for. */
static json_t *container_behind(const char *message, const char *before)
{
	g_autofree char *rest = between(message, before, "");
	g_autofree char *id = g_strndup(
		rest != NULL ? rest : "", rest != NULL ? strspn(rest, "0123456789abcdef") : 0);
	g_autofree char *path = g_strdup_printf("/containers/%s/json", id);
	return *id != '\0' ? ask(path) : NULL;
}

/* "remove data: volume is in use - [ID, ID]". */
static void volume_used(const char *message)
{
	g_autoptr(json_t) user = container_behind(message, "in use - [");
	const char *name = json_str(user, "Name");
	if (user != NULL)
		print_to(stderr,
			"hint: the container '%s' has it (%s): '%s rm -f %s' removes that one\n",
			name + (*name == '/'), json_str(user, "State.Status"), program,
			name + (*name == '/'));
}

/* "image is being used by stopped container ID", "container ID is using its referenced image ID". */
static void image_used(const char *message)
{
	g_autoptr(json_t) user = container_behind(message, "container ");
	const char *name = json_str(user, "Name");
	if (user != NULL)
		print_to(stderr,
			"hint: the container '%s' was made of it (%s): '%s rm -f %s' removes that "
			"one, and then the image can go\n",
			name + (*name == '/'), json_str(user, "State.Status"), program,
			name + (*name == '/'));
}

/* "network back has active endpoints (name:"web" id:"ID")". */
static void network_used(const char *message)
{
	const char *last = g_strrstr(message, "network ");
	g_autofree char *network = between(last, "network ", " has active"),
			*user = between(message, "(name:\"", "\"");
	if (network != NULL && user != NULL)
		print_to(stderr,
			"hint: '%s network disconnect -f %s %s' takes that container out, '%s rm "
			"-f "
			"%s' removes it\n",
			program, network, user, program, user);
}

static void short_name(const char *message)
{
	g_autofree char *name = between(message, "Invalid container name (", ")");
	if (name != NULL && strlen(name) == 1)
		print_to(stderr, "hint: a name has two letters or more\n");
}

/* In this order: the first whose words are in the message. */
static const struct {
	const char *words;
	void (*print)(const char *message);
} computed[] = {{"Cannot connect to the Docker daemon", no_engine},
	{"No such container: ", no_container}, {"No such image: ", no_image},
	{"No such object: ", no_object}, {": context not found: ", no_context},
	{"\" does not exist", no_context}, {"port is already allocated", port_of_container},
	{"address already in use", port_of_host}, {"is already in use by container", name_taken},
	{"no space left on device", disk_full}, {"No space left on device", disk_full},
	{"volume is in use - [", volume_used}, {"image is being used by ", image_used},
	{"is using its referenced image", image_used}, {"database or disk is full", disk_full},
	{"executable file not found in $PATH", no_program}, {"exec format error", wrong_format},
	{"pull access denied", denied}, {"must be lowercase", capitals},
	{"symlinks in Dockerfile path", no_dockerfile}, {"Invalid container name (", short_name},
	{": no such volume", no_volume}, {" has active endpoints", network_used},
	{"network ", no_network}};

bool hint_print(const char *message)
{
	if (one_dash != NULL) {
		print_to(stderr,
			"hint: '-%s' is read letter by letter: a long option has two dashes, "
			"'--%s'\n",
			one_dash, one_dash);
		return true;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(computed); i++)
		if (strstr(message, computed[i].words) != NULL) {
			computed[i].print(message);
			return true;
		}
	return hint_sentence(message, program);
}
