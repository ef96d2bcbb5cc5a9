/* What the shim is told of a driver that sends lines away: resolved addresses, the tag, and what each line carries. */
#include "engine/process/log_driver.h"

#include "base/error.h"
#include "base/size.h"
#include "base/timefmt.h"
#include "template/template.h"

#include <netdb.h>
#include <string.h>

enum { DEFAULT_BUFFER = 1 << 20 };

/* What a tag's template sees (moby, daemon/logger/loginfo.go): its methods and its fields. */
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

static char *command_of(const json_t *config)
{
	g_auto(GStrv) entrypoint = json_strv(json_object_get(config, "Entrypoint")),
		      cmd = json_strv(json_object_get(config, "Cmd"));
	g_autofree char *first = g_strjoinv(" ", entrypoint), *second = g_strjoinv(" ", cmd);
	return g_strconcat(first, *first != '\0' && *second != '\0' ? " " : "", second, NULL);
}

static json_t *info_of(Container *container, const json_t *config)
{
	ContainerRow row = container_snapshot(container);
	const char *image =
		g_str_has_prefix(row.image_id, "sha256:") ? row.image_id + 7 : row.image_id;
	g_autofree char *id = g_strndup(row.id, 12), *image_id = g_strndup(image, 12),
			*slashed = g_strconcat("/", row.name, NULL), *command = command_of(config);
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

static json_t *environment_of(const json_t *config)
{
	g_auto(GStrv) env = json_strv(json_object_get(config, "Env"));
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
	g_autoptr(json_t) attributes = json_object(), env = environment_of(config);
	pick_names(attributes, labels, json_str(options, "labels"));
	pick_names(attributes, env, json_str(options, "env"));
	if (!pick_matching(attributes, labels, json_str(options, "labels-regex"), error) ||
		!pick_matching(attributes, env, json_str(options, "env-regex"), error))
		return NULL;
	if (with_tag && *json_str(options, "tag") != '\0') {
		g_autoptr(json_t) info = info_of(container, config);
		g_autofree char *tag = tag_of(info, json_str(options, "tag"), error);
		if (tag == NULL)
			return NULL;
		json_object_set_new(attributes, "tag", json_lenient(tag));
	}
	return g_steal_pointer(&attributes);
}

/* --- the record --- */

typedef struct {
	const LogDriver *driver;
	const json_t *options, *info, *attributes;
	char *tag, *form, *address; /* address: numeric, or a path */
	GPtrArray *fields;	    /* of char *, owned: name, value, ... */
	gint64 numbers[PLAN_SEND_NUMBERS];
} Sending;

static void add_field(Sending *sending, const char *name, const char *value)
{
	g_ptr_array_add(sending->fields, g_strdup(name));
	g_ptr_array_add(sending->fields, g_strdup(value));
}

/* journald's names: capitals, digits and "_", which none begins with. */
static char *journal_name(const char *name)
{
	char *upper = g_ascii_strup(name + strspn(name, "_"), -1);
	for (char *c = upper; *c != '\0'; c++)
		if (!g_ascii_isalnum(*c))
			*c = '_';
	return upper;
}

static void journald_fields(Sending *sending)
{
	static const char *const names[][2] = {{"CONTAINER_ID", "ID"},
		{"CONTAINER_ID_FULL", "FullID"}, {"CONTAINER_NAME", "Name"},
		{"IMAGE_NAME", "ImageName"}};
	const char *key;
	json_t *value;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		add_field(sending, names[i][0], json_str(sending->info, names[i][1]));
	add_field(sending, "CONTAINER_TAG", sending->tag);
	add_field(sending, "SYSLOG_IDENTIFIER", sending->tag);
	json_object_foreach ((json_t *)sending->attributes, key, value) {
		g_autofree char *name = journal_name(key);
		if (*name != '\0' && json_is_string(value))
			add_field(sending, name, json_string_value(value));
	}
}

static void fluentd_fields(Sending *sending)
{
	const char *key;
	json_t *value;
	add_field(sending, "container_id", json_str(sending->info, "FullID"));
	add_field(sending, "container_name", json_str(sending->info, "ContainerName"));
	json_object_foreach ((json_t *)sending->attributes, key, value)
		if (json_is_string(value))
			add_field(sending, key, json_string_value(value));
}

/* The members that each message has, without their braces. */
static void gelf_form(Sending *sending, gint64 created)
{
	static const char *const names[][2] = {{"host", "Hostname"}, {"_container_id", "FullID"},
		{"_container_name", "Name"}, {"_image_id", "ImageFullID"},
		{"_image_name", "ImageName"}, {"_command", "Command"}};
	g_autoptr(json_t) members = json_object();
	g_autofree char *time = time_format(created);
	const char *key;
	json_t *value;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		json_object_set(members, names[i][0], json_object_get(sending->info, names[i][1]));
	json_object_set_new(members, "_tag", json_lenient(sending->tag));
	json_object_set_new(members, "_created", json_string(time));
	json_object_foreach ((json_t *)sending->attributes, key, value) {
		g_autofree char *name = g_strconcat(*key == '_' ? "" : "_", key, NULL);
		json_object_set(members, name, value);
	}
	g_autofree char *text = json_text(members);
	g_free(sending->form);
	sending->form = g_strndup(text + 1, strlen(text) - 2);
}

static void syslog_form(Sending *sending)
{
	/* What is said of no format is the short one of local sockets, over the network too (dockerd's). */
	const char *form = json_str(sending->options, "syslog-format");
	g_free(sending->form);
	sending->form = g_strdup(*form != '\0' ? form : "unix");
}

/* The first address of a name, as a number. */
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

static bool set_address(Sending *sending, GError **error)
{
	static const struct {
		const char *scheme;
		enum plan_socket socket;
	} sockets[] = {{"udp", PLAN_SOCKET_UDP}, {"tcp", PLAN_SOCKET_TCP},
		{"unix", PLAN_SOCKET_UNIX}, {"unixgram", PLAN_SOCKET_UNIXGRAM}};
	g_auto(LogAddress) address = {0};
	if (!sending->driver->address(sending->options, &address, error))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(sockets); i++)
		if (strcmp(sockets[i].scheme, address.scheme) == 0)
			sending->numbers[PLAN_SEND_SOCKET] = sockets[i].socket;
	sending->numbers[PLAN_SEND_PORT] = address.port;
	sending->address =
		*address.path == '/' && g_str_has_prefix(address.scheme, "unix")
			? g_strdup(address.path)
			: resolve(&address, sending->numbers[PLAN_SEND_SOCKET] == PLAN_SOCKET_UDP,
				  error);
	return sending->address != NULL;
}

static bool is_on(const json_t *options, const char *name)
{
	bool value = false;
	return bool_parse(json_str(options, name), &value) && value;
}

static void set_numbers(Sending *sending)
{
	const json_t *options = sending->options;
	bool waits = strcmp(json_str(options, "mode"), "non-blocking") != 0;
	const char *limit = json_str(options, waits ? "fluentd-buffer-limit" : "max-buffer-size");
	gint64 buffer = DEFAULT_BUFFER, seconds;
	size_parse(limit, &buffer);
	sending->numbers[PLAN_SEND_DRIVER] = sending->driver->send;
	sending->numbers[PLAN_SEND_BUFFER] = buffer;
	sending->numbers[PLAN_SEND_FLAGS] = (waits ? 0 : PLAN_SEND_NONBLOCKING) |
					    (is_on(options, "fluentd-async") ? PLAN_SEND_ASYNC : 0);
	if (sending->driver->option != NULL)
		sending->numbers[PLAN_SEND_OPTION] = sending->driver->option(options);
	if (duration_parse(json_str(options, "fluentd-retry-wait"), &seconds))
		sending->numbers[PLAN_SEND_RETRY_MS] = seconds / 1000000;
	else
		sending->numbers[PLAN_SEND_RETRY_MS] =
			g_ascii_strtoll(json_str(options, "gelf-tcp-reconnect-delay"), NULL, 10) *
			1000;
	const char *tries = json_str(options, "fluentd-max-retries");
	sending->numbers[PLAN_SEND_TRIES] = g_ascii_strtoll(
		*tries != '\0' ? tries : json_str(options, "gelf-tcp-max-reconnect"), NULL, 10);
}

static void set_form(Sending *sending, Container *container)
{
	sending->form = g_strdup("");
	switch (sending->driver->send) {
	case PLAN_LOG_SYSLOG:
		syslog_form(sending);
		break;
	case PLAN_LOG_JOURNALD:
		journald_fields(sending);
		break;
	case PLAN_LOG_FLUENTD:
		fluentd_fields(sending);
		break;
	default:
		gelf_form(sending, container->row.created);
	}
}

static void sending_clear(Sending *sending)
{
	g_free(sending->tag);
	g_free(sending->form);
	g_free(sending->address);
	g_ptr_array_unref(sending->fields);
}

static void put(const Sending *sending, Plan *plan)
{
	g_autoptr(GPtrArray) strings = g_ptr_array_new();
	const char *const fixed[PLAN_SEND_FIELDS] = {[PLAN_SEND_ADDRESS] = sending->address,
		[PLAN_SEND_TAG] = sending->tag,
		[PLAN_SEND_HOST] = g_get_host_name(),
		[PLAN_SEND_FORM] = sending->form};
	for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++)
		g_ptr_array_add(strings, (char *)fixed[i]);
	for (guint i = 0; i < sending->fields->len; i++)
		g_ptr_array_add(strings, sending->fields->pdata[i]);
	g_ptr_array_add(strings, NULL);
	plan_add(plan, PLAN_LOG_SEND, sending->numbers, PLAN_SEND_NUMBERS,
		(char *const *)strings->pdata);
}

bool log_send_plan(Container *container, const Spec *spec, Plan *plan, GError **error)
{
	g_autoptr(GError) problem = NULL;
	const json_t *config = spec->config, *log = json_at(spec->host, "LogConfig"),
		     *options = json_object_get(log, "Config");
	const LogDriver *driver = log_driver_find(json_str(log, "Type"), error);
	if (driver == NULL || driver->send < 0)
		return driver != NULL;
	const char *tag = json_str(options, "tag");
	g_autoptr(json_t) info = info_of(container, config);
	g_autoptr(json_t) attributes = log_attributes(container, spec, false, &problem);
	Sending sending = {.driver = driver,
		.options = options,
		.info = info,
		.attributes = attributes,
		.fields = g_ptr_array_new_with_free_func(g_free)};
	bool ok = attributes != NULL &&
		  (sending.tag = tag_of(info, *tag != '\0' ? tag : "{{.ID}}", &problem)) != NULL &&
		  set_address(&sending, &problem);
	if (ok) {
		set_numbers(&sending);
		set_form(&sending, container);
		put(&sending, plan);
	}
	sending_clear(&sending);
	return ok || fail(error, BERTH_ERROR_SYSTEM,
			     "failed to create task for container: failed to initialize logging "
			     "driver: %s",
			     problem->message);
}
