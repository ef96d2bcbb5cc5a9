/* Differences between answers in the versions of the Engine API (its version history; dockerd 28.5.2 up to 1.51). */
#include "api/form.h"

#include <string.h>

typedef enum {
	ONLY = 1,      /* the fields do not exist in other versions */
	FILL = 2,      /* in these versions an absent field has a default value */
	NOT_EMPTY = 4, /* in these versions empty fields are omitted */
} Rule;

typedef struct {
	const char *route; /* the path of the route */
	const char *
		place; /* path to objects in the answer: "" itself, ".Key" a member, ".*" every member, "[]" every element */
	const char *keys; /* fields of these objects, separated by blanks */
	Rule rules;
	int since, until; /* minor versions; 0: from the first, to the newest */
	const char
		*value; /* for FILL: JSON, or "@KEY" for the value of that key in the same object */
} Form;

#define OCI_FIELDS "Cmd Entrypoint Env Labels OnBuild User Volumes WorkingDir"
#define CONTAINER_FLAGS "AttachStderr AttachStdin AttachStdout OpenStdin StdinOnce Tty"
#define OLD_ADDRESSES                                                                              \
	"Bridge HairpinMode LinkLocalIPv6Address LinkLocalIPv6PrefixLen SecondaryIPAddresses "     \
	"SecondaryIPv6Addresses EndpointID Gateway GlobalIPv6Address GlobalIPv6PrefixLen "         \
	"IPAddress IPPrefixLen IPv6Gateway MacAddress"

static const Form forms[] = {
	{"/info", "", "KernelMemory", ONLY | FILL, 0, 41, "false"},
	{"/info", "", "BridgeNfIptables BridgeNfIp6tables", ONLY | FILL, 0, 49, "false"},
	{"/info", "", "KernelMemoryTCP", ONLY, 0, 51},
	{"/info", "", "Containerd", ONLY, 46, 0},
	{"/info", "", "FirewallBackend", ONLY, 49, 0},
	{"/info", "", "DiscoveredDevices", ONLY, 50, 0},
	{"/info", "", "NRI", ONLY, 53, 0},
	{"/info", ".Runtimes.*", "status", ONLY, 44, 0},
	{"/info", ".RegistryConfig",
		"AllowNondistributableArtifactsCIDRs AllowNondistributableArtifactsHostnames",
		ONLY | FILL, 0, 46, "null"},

	{"/containers/json", "[].HostConfig", "Annotations", ONLY, 46, 0},
	{"/containers/json", "[]", "ImageManifestDescriptor", ONLY, 48, 0},
	{"/containers/json", "[]", "Health", ONLY, 52, 0},
	{"/containers/{}/json", "", "ImageManifestDescriptor", ONLY, 48, 0},
	{"/containers/{}/json", "", "Storage", ONLY, 52, 0},
	{"/containers/{}/json", ".Config", "OnBuild", NOT_EMPTY, 52, 0},
	{"/containers/{}/json", ".Config", "MacAddress", ONLY, 0, 51},
	{"/containers/{}/json", ".HostConfig", "KernelMemoryTCP", ONLY, 0, 51},
	{"/containers/{}/json", ".NetworkSettings", OLD_ADDRESSES, ONLY, 0, 51},
	{"/containers/{}/stats", "", "os_type", ONLY, 52, 0},

	{"/images/json", "[]", "VirtualSize", ONLY | FILL, 0, 43, "@Size"},
	{"/images/json", "[]", "Manifests", ONLY, 47, 0},
	{"/images/json", "[]", "Descriptor", ONLY, 48, 0},
	{"/images/json", "[].Manifests[].ImageData", "Identity", ONLY, 54, 0},
	{"/images/{}/json", "", "VirtualSize", ONLY | FILL, 0, 43, "@Size"},
	{"/images/{}/json", "", "Created", FILL, 0, 43, "\"0001-01-01T00:00:00Z\""},
	{"/images/{}/json", "", "Container", ONLY, 0, 44},
	{"/images/{}/json", ".Config", CONTAINER_FLAGS, ONLY | FILL, 0, 49, "false"},
	{"/images/{}/json", ".Config", "Domainname Hostname Image", ONLY | FILL, 0, 49, "\"\""},
	{"/images/{}/json", ".Config", "MacAddress NetworkDisabled StopTimeout", ONLY, 0, 49},
	{"/images/{}/json", ".Config", "User WorkingDir", FILL, 0, 51, "\"\""},
	{"/images/{}/json", ".Config", OCI_FIELDS, FILL, 0, 51, "null"},
	{"/images/{}/json", ".Config", OCI_FIELDS, NOT_EMPTY, 52, 0},
	{"/images/{}/json", "", "ContainerConfig", ONLY | FILL, 0, 44, "@Config"},
	{"/images/{}/json", "", "Descriptor Manifests", ONLY, 48, 0},
	{"/images/{}/json", "", "Parent Comment DockerVersion Author", NOT_EMPTY, 52, 0},
	{"/images/{}/json", "", "Identity", ONLY, 53, 0},

	{"/networks/{}", "", "Status", ONLY, 52, 0},
	{"/system/df", ".Images[]", "VirtualSize", ONLY | FILL, 0, 43, "@Size"},
	{"/system/df", ".BuildCache[]", "Parent", ONLY | FILL, 0, 41, "\"\""},
	{"/events", "", "status id from", ONLY, 0, 51},
};

static bool says_nothing(const json_t *value)
{
	return !json_filled(value) && !json_is_true(value) && !json_is_number(value);
}

static json_t *value_of(const Form *form, const json_t *object)
{
	return *form->value == '@' ? json_incref(json_object_get(object, form->value + 1))
				   : json_loads(form->value, JSON_DECODE_ANY, NULL);
}

static void apply_to(const Form *form, int version, json_t *object)
{
	bool inside = version >= form->since && (form->until == 0 || version <= form->until);
	g_auto(GStrv) keys = g_strsplit(form->keys, " ", -1);
	for (int i = 0; keys[i] != NULL; i++) {
		const json_t *value = json_object_get(object, keys[i]);
		if (inside ? (form->rules & NOT_EMPTY) && says_nothing(value) : form->rules & ONLY)
			json_object_del(object, keys[i]);
		else if (inside && (form->rules & FILL) && value == NULL)
			json_object_set_new(object, keys[i], value_of(form, object));
	}
}

static void apply_at(const Form *form, int version, const char *place, json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;
	void *next;
	if (*place == '\0') {
		if (json_is_object(value))
			apply_to(form, version, value);
	} else if (g_str_has_prefix(place, "[]")) {
		json_array_foreach (value, i, member)
			apply_at(form, version, place + strlen("[]"), member);
	} else if (g_str_has_prefix(place, ".*")) {
		json_object_foreach_safe (value, next, key, member)
			apply_at(form, version, place + strlen(".*"), member);
	} else {
		size_t length = strcspn(place + 1, ".[");
		g_autofree char *name = g_strndup(place + 1, length);
		apply_at(form, version, place + 1 + length, json_object_get(value, name));
	}
}

void answer_form(const Route *route, int version, json_t *answer)
{
	for (size_t i = 0; route != NULL && i < G_N_ELEMENTS(forms); i++)
		if (strcmp(forms[i].route, route->path) == 0)
			apply_at(&forms[i], version, forms[i].place, answer);
}
