/* The record of a driver that sends lines away: resolved addresses, the tag, and the attributes of each line. */
#include "engine/process/log.h"

#include "base/error.h"
#include "base/size.h"
#include "base/timefmt.h"
#include "template/template.h"

#include <netdb.h>
#include <string.h>

enum { DEFAULT_BUFFER = 1 << 20 };

/* The methods and fields that a tag's template has (moby, daemon/logger/loginfo.go). */
static const GoField info_fields[] = {{"ID", "ID", &go_string, false, false, false},
	{"FullID", "FullID", &go_string, false, false, false},
	{"Name", "Name", &go_string, false, false, false},
	{"ImageID", "ImageID", &go_string, false, false, false},
	{"ImageFullID", "ImageFullID", &go_string, false, false, false},
	{"ImageName", "ImageName", &go_string, false, false, false},
	{"Command", "Command", &go_string, false, false, false},
	{"Hostname", "Hostname", &go_string, false, false, false},
	{"DaemonName", "DaemonName", &go_string, false, false, false},
	{"ContainerID", "FullID", &go_string, false, false, false},
	{"ContainerName", "ContainerName", &go_string, false, false, false},
	{"ContainerImageID", "ImageFullID", &go_string, false, false, false},
	{"ContainerImageName", "ImageName", &go_string, false, false, false},
	{"ContainerLabels", "ContainerLabels", &go_map_string, false, false, false},
	{"ContainerEnv", "ContainerEnv", &go_list_string, false, false, false}, {0}};
static const GoType info_type = {.kind = GO_STRUCT, .name = "*logger.Info", .fields = info_fields};

static json_t *info_of(Container *container, const Spec *spec)
{
	const json_t *config = spec->config;
	ContainerRow row = container_snapshot(container);
	const char *image =
		g_str_has_prefix(row.image_id, "sha256:") ? row.image_id + 7 : row.image_id;
	g_autofree char *id = g_strndup(row.id, 12), *image_id = g_strndup(image, 12),
			*slashed = g_strconcat("/", row.name, NULL),
			*command = g_strjoinv(" ", spec->program.argv);
	json_t *labels = json_object_get(config, "Labels"), *env = json_object_get(config, "Env");
	json_t *info = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s}", "ID", id,
		"FullID", row.id, "Name", row.name, "ImageID", image_id, "ImageFullID",
		row.image_id, "ImageName", json_lenient(row.image), "Command",
		json_lenient(command), "Hostname", g_get_host_name(), "DaemonName", "docker",
		"ContainerName", slashed);
	json_object_set(info, "ContainerLabels", json_is_object(labels) ? labels : json_null());
	json_object_set(info, "ContainerEnv", json_is_array(env) ? env : json_null());
	container_row_clear(&row);
	return info;
}

static char *tag_of(const json_t *info, const char *text, GError **error)
{
	g_autoptr(GString) tag = g_string_new("");
	g_autoptr(Template) template = template_parse("log-tag", text, error);
	GoValue value = {&info_type, (json_t *)info};
	return template != NULL && template_run(template, TEMPLATE_PLAIN, value, tag, error)
		       ? g_string_free(g_steal_pointer(&tag), FALSE)
		       : NULL;
}

/* Members of names, "a,b". */
static void pick_names(json_t *into, const json_t *from, const char *names)
{
	g_auto(GStrv) list = g_strsplit(names, ",", -1);
	for (int i = 0; list[i] != NULL; i++)
		if (json_object_get(from, g_strstrip(list[i])) != NULL)
			json_object_set(into, list[i], json_object_get(from, list[i]));
}

static bool pick_matching(json_t *into, const json_t *from, const char *pattern, GError **error)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(GRegex) regex = *pattern != '\0' ? g_regex_new(pattern, 0, 0, &problem) : NULL;
	const char *key;
	json_t *value;
	if (problem != NULL)
		return fail(
			error, BERTH_ERROR_INVALID, "error parsing regexp: %s", problem->message);
	json_object_foreach ((json_t *)from, key, value)
		if (regex != NULL && g_regex_match(regex, key, 0, NULL))
			json_object_set(into, key, value);
	return true;
}

static json_t *environment_of(char *const *env)
{
	json_t *map = json_object();
	for (int i = 0; env[i] != NULL; i++) {
		g_auto(GStrv) parts = g_strsplit(env[i], "=", 2);
		if (parts[0] != NULL && parts[1] != NULL)
			json_object_set_new(map, parts[0], json_lenient(parts[1]));
	}
	return map;
}

json_t *log_attributes(Container *container, const Spec *spec, bool with_tag, GError **error)
{
	const json_t *config = spec->config, *options = json_at(spec->host, "LogConfig.Config"),
		     *labels = json_object_get(config, "Labels");
	g_autoptr(json_t) attributes = json_object(), env = environment_of(spec->program.env);
	pick_names(attributes, labels, json_str(options, "labels"));
	pick_names(attributes, env, json_str(options, "env"));
	if (!pick_matching(attributes, labels, json_str(options, "labels-regex"), error) ||
		!pick_matching(attributes, env, json_str(options, "env-regex"), error))
		return NULL;
	if (with_tag && *json_str(options, "tag") != '\0') {
		g_autoptr(json_t) info = info_of(container, spec);
		g_autofree char *tag = tag_of(info, json_str(options, "tag"), error);
		if (tag == NULL)
			return NULL;
		json_object_set_new(attributes, "tag", json_lenient(tag));
	}
	return g_steal_pointer(&attributes);
}

/* --- the record --- */

/* Resolves a name to its first address. */
static char *resolve(const LogAddress *address, bool udp, GError **error)
{
	struct addrinfo hints = {.ai_socktype = udp ? SOCK_DGRAM : SOCK_STREAM}, *list = NULL;
	char host[NI_MAXHOST] = "";
	const char *name = *address->host != '\0' ? address->host : "127.0.0.1";
	int failure = getaddrinfo(name, NULL, &hints, &list);
	if (failure == 0)
		failure = getnameinfo(list->ai_addr, list->ai_addrlen, host, sizeof host, NULL, 0,
			NI_NUMERICHOST);
	if (list != NULL)
		freeaddrinfo(list);
	if (failure == 0)
		return g_strdup(host);
	fail(error, BERTH_ERROR_SYSTEM, "dial %s: lookup %s: %s", address->scheme, name,
		gai_strerror(failure));
	return NULL;
}

/* The destination as an address or a path; the caller frees it. */
static char *address_of(const LogChoice *log, gint64 *numbers, GError **error)
{
	static const struct {
		const char *scheme;
		enum plan_socket socket;
	} sockets[] = {{"udp", PLAN_SOCKET_UDP}, {"tcp", PLAN_SOCKET_TCP},
		{"unix", PLAN_SOCKET_UNIX}, {"unixgram", PLAN_SOCKET_UNIXGRAM}};
	g_auto(LogAddress) address = {0};
	if (!log->driver->sender->address(log->options, &address, error))
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(sockets); i++)
		if (strcmp(sockets[i].scheme, address.scheme) == 0)
			numbers[PLAN_SEND_SOCKET] = sockets[i].socket;
	numbers[PLAN_SEND_PORT] = address.port;
	return *address.path == '/' && g_str_has_prefix(address.scheme, "unix")
		       ? g_strdup(address.path)
		       : resolve(&address, numbers[PLAN_SEND_SOCKET] == PLAN_SOCKET_UDP, error);
}

static void set_numbers(const LogChoice *log, gint64 *numbers)
{
	const LogSender *sender = log->driver->sender;
	bool waits = strcmp(log_option(log->options, "mode"), "non-blocking") != 0;
	numbers[PLAN_SEND_DRIVER] = sender->number;
	numbers[PLAN_SEND_BUFFER] = DEFAULT_BUFFER;
	numbers[PLAN_SEND_FLAGS] = waits ? 0 : PLAN_SEND_NONBLOCKING;
	if (!waits)
		size_parse(log_option(log->options, "max-buffer-size"), &numbers[PLAN_SEND_BUFFER]);
	if (sender->numbers != NULL)
		sender->numbers(log->options, numbers);
}

static void put(const LogLines *lines, const char *address, const gint64 *numbers, Plan *plan)
{
	g_autoptr(GPtrArray) strings = g_ptr_array_new();
	const char *const fixed[PLAN_SEND_FIELDS] = {[PLAN_SEND_ADDRESS] = address,
		[PLAN_SEND_TAG] = lines->tag,
		[PLAN_SEND_HOST] = g_get_host_name(),
		[PLAN_SEND_FORM] = lines->form != NULL ? lines->form : ""};
	for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++)
		g_ptr_array_add(strings, (char *)fixed[i]);
	for (guint i = 0; i < lines->fields->len; i++)
		g_ptr_array_add(strings, lines->fields->pdata[i]);
	g_ptr_array_add(strings, NULL);
	plan_add(plan, PLAN_LOG_SEND, numbers, PLAN_SEND_NUMBERS, (char *const *)strings->pdata);
}

static bool add_record(Container *container, const Spec *spec, Plan *plan, GError **error)
{
	const LogChoice *log = &spec->log;
	const char *tag = log_option(log->options, "tag");
	gint64 numbers[PLAN_SEND_NUMBERS] = {0};
	g_autoptr(json_t) info = info_of(container, spec);
	g_autoptr(json_t) attributes = log_attributes(container, spec, false, error);
	g_autofree char *tagged =
		attributes != NULL ? tag_of(info, *tag != '\0' ? tag : "{{.ID}}", error) : NULL;
	g_autofree char *address = tagged != NULL ? address_of(log, numbers, error) : NULL;
	if (address == NULL)
		return false;
	LogLines lines = {.options = log->options,
		.attributes = attributes,
		.info = info,
		.tag = tagged,
		.created = container->row.created,
		.fields = g_ptr_array_new_with_free_func(g_free)};
	set_numbers(log, numbers);
	log->driver->sender->attributes(&lines);
	put(&lines, address, numbers, plan);
	g_free(lines.form);
	g_ptr_array_unref(lines.fields);
	return true;
}

bool log_send_plan(Container *container, const Spec *spec, Plan *plan, GError **error)
{
	g_autoptr(GError) problem = NULL;
	return spec->log.driver->sender == NULL || add_record(container, spec, plan, &problem) ||
	       fail(error, BERTH_ERROR_SYSTEM,
		       "failed to create task for container: failed to initialize logging "
		       "driver: %s",
		       problem->message);
}
