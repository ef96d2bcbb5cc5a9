/* --device and --gpus of run and create: devices of the host, and requests to device drivers. */
#include "cli/common/flags.h"
#include "cli/container/request.h"

#include "base/cdi_name.h"
#include "base/error.h"
#include "base/number.h"

#include <string.h>

static void set(json_t *json, const char *key, json_t *value)
{
	json_object_set_new(json, key, value);
}

/* "all", or how many. */
static char *read_count(json_t *request, const char *text)
{
	gint64 count = -1;
	const char *why = strcmp(text, "all") == 0 ? NULL : number_parse(text, 10, &count);
	set(request, "Count", json_integer(count));
	return why == NULL ? NULL
			   : g_strdup_printf("invalid count (%s): value must be either \"all\" or "
					     "an integer: %s",
				     text, why);
}

static char *read_driver(json_t *request, const char *text)
{
	set(request, "Driver", json_lenient(text));
	return NULL;
}

static json_t *words(const char *text)
{
	json_t *list = json_array();
	g_auto(GStrv) parts = g_strsplit(text, ",", -1);
	for (int i = 0; parts[i] != NULL; i++)
		json_array_append_new(list, json_lenient(parts[i]));
	if (json_array_size(list) == 0)
		json_array_append_new(list, json_string(""));
	return list;
}

static char *read_devices(json_t *request, const char *text)
{
	set(request, "DeviceIDs", words(text));
	return NULL;
}

static char *read_capabilities(json_t *request, const char *text)
{
	json_t *list = words(text);
	json_array_append_new(list, json_string("gpu"));
	set(request, "Capabilities", json_pack("[o]", list));
	return NULL;
}

static char *read_options(json_t *request, const char *text)
{
	g_autofree char *wrong = NULL;
	g_auto(GStrv) fields = csv_split(text, &wrong);
	if (wrong != NULL)
		return g_strdup_printf("failed to read gpu options: %s", wrong);
	g_autoptr(json_t) list = json_array();
	for (int i = 0; fields[i] != NULL; i++)
		json_array_append_new(list, json_lenient(fields[i]));
	set(request, "Options", pairs_of(list));
	return NULL;
}

/* The fields of a request; each may be said once. */
static const struct {
	const char *key;
	char *(*read)(json_t *request, const char *value);
} gpu_fields[] = {{"driver", read_driver}, {"count", read_count}, {"device", read_devices},
	{"capabilities", read_capabilities}, {"options", read_options}};

static char *read_gpu_field(json_t *request, const char *field, GHashTable *seen)
{
	const char *equals = strchr(field, '=');
	g_autofree char *key =
		g_strndup(field, equals != NULL ? (gsize)(equals - field) : strlen(field));
	if (g_hash_table_contains(seen, key))
		return g_strdup_printf("gpu request key '%s' can be specified only once", key);
	g_hash_table_add(seen, g_strdup(key));
	if (equals == NULL) {
		g_hash_table_add(seen, g_strdup("count"));
		return read_count(request, field);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(gpu_fields); i++)
		if (strcmp(key, gpu_fields[i].key) == 0)
			return gpu_fields[i].read(request, equals + 1);
	return g_strdup_printf("unexpected key '%s' in '%s'", key, field);
}

/* [count][,key=value...]: docker/cli, opts/gpus.go. What is wrong with it, or NULL. */
static char *read_gpus(const char *text, json_t *request)
{
	g_autofree char *wrong = NULL;
	g_auto(GStrv) fields = csv_split(text, &wrong);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (int i = 0; wrong == NULL && fields[i] != NULL; i++)
		wrong = read_gpu_field(request, fields[i], seen);
	/* A request that names neither devices nor how many is for one. */
	if (!g_hash_table_contains(seen, "count") && json_object_get(request, "DeviceIDs") == NULL)
		set(request, "Count", json_integer(1));
	if (json_object_get(request, "Capabilities") == NULL)
		set(request, "Capabilities", json_pack("[[s]]", "gpu"));
	return g_steal_pointer(&wrong);
}

/* "rwm", in any order, each once at most. */
static bool is_mode(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if (strchr("rwm", *p) == NULL || strchr(p + 1, *p) != NULL)
			return false;
	return *text != '\0';
}

/* path[:path in the container][:mode] */
typedef struct {
	char **parts;
	const char *host, *container, *mode;
} Device;

static void device_clear(Device *device)
{
	g_strfreev(device->parts);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Device, device_clear)

/* What is wrong with it, or NULL. */
static char *device_read(const char *text, Device *device)
{
	device->parts = g_strsplit(text, ":", -1);
	guint count = g_strv_length(device->parts);
	if (count == 0 || count > 3 || *device->parts[0] == '\0')
		return g_strdup_printf("bad format for path: %s", text);
	bool only_mode = count == 2 && is_mode(device->parts[1]);
	device->host = device->parts[0];
	device->container = count > 1 && !only_mode ? device->parts[1] : device->host;
	device->mode = only_mode ? device->parts[1] : count > 2 ? device->parts[2] : "rwm";
	if (!is_mode(device->mode))
		return g_strdup_printf("bad mode specified: %s", device->mode);
	return *device->container == '/'
		       ? NULL
		       : g_strdup_printf("%s is not an absolute path", device->container);
}

static json_t *requests_of(json_t *host)
{
	if (!json_is_array(json_object_get(host, "DeviceRequests")))
		set(host, "DeviceRequests", json_array());
	return json_object_get(host, "DeviceRequests");
}

bool container_device_flags(Cli *cli, json_t *host, GError **error)
{
	g_autoptr(json_t) given = flag_list(cli, "device"), gpus = flag_list(cli, "gpus"),
			  names = json_array();
	json_t *list = json_array();
	set(host, "Devices", list);
	for (size_t i = 0; i < json_array_size(gpus); i++) {
		json_t *request = json_pack("{s:{}}", "Options");
		g_autofree char *wrong = read_gpus(json_elem(gpus, i), request);
		json_array_append_new(requests_of(host), request);
		if (wrong != NULL)
			return flag_refuse(
				container_flag("gpus"), json_elem(gpus, i), wrong, error);
	}
	for (size_t i = 0; i < json_array_size(given); i++) {
		g_auto(Device) device = {0};
		/* Paths are Devices; names as the Container Device Interface has them, a request to its driver. */
		if (cdi_name_valid(json_elem(given, i))) {
			json_array_append(names, json_array_get(given, i));
			continue;
		}
		g_autofree char *wrong = device_read(json_elem(given, i), &device);
		if (wrong != NULL)
			return fail(error, BERTH_ERROR_UNAVAILABLE, "%s", wrong);
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s}", "PathOnHost", device.host, "PathInContainer",
				device.container, "CgroupPermissions", device.mode));
	}
	if (json_array_size(names) > 0)
		json_array_append_new(requests_of(host),
			json_pack("{s:s, s:O}", "Driver", "cdi", "DeviceIDs", names));
	return true;
}
