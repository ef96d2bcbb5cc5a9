#include "runtime/namespace_mode.h"

#include "base/error.h"

#include <string.h>

static const char container_prefix[] = "container:";

static const struct {
	const char *word;
	NamespaceShare share;
} words[] = {{"", SHARE_DEFAULT}, {"private", SHARE_PRIVATE}, {"shareable", SHARE_SHAREABLE},
	{"none", SHARE_NONE}, {"host", SHARE_HOST}};

/* Which modes each namespace accepts, as bits. */
enum {
	DEFAULT = 1 << SHARE_DEFAULT,
	PRIVATE = 1 << SHARE_PRIVATE,
	SHAREABLE = 1 << SHARE_SHAREABLE,
	NONE = 1 << SHARE_NONE,
	HOST = 1 << SHARE_HOST,
	CONTAINER = 1 << SHARE_CONTAINER,
};

static const struct {
	const char *key, *what;
	size_t offset;
	guint may;
	bool named; /* "container:" without a name is refused */
} kinds[] = {
	{"IpcMode", "IPC", offsetof(NamespaceModes, ipc),
		DEFAULT | PRIVATE | SHAREABLE | NONE | HOST | CONTAINER, false},
	{"PidMode", "PID", offsetof(NamespaceModes, pid), DEFAULT | HOST | CONTAINER, true},
	{"UTSMode", "UTS", offsetof(NamespaceModes, uts), DEFAULT | HOST, false},
	{"UsernsMode", "userns", offsetof(NamespaceModes, user), DEFAULT | HOST, false},
	{"CgroupnsMode", "cgroup namespace", offsetof(NamespaceModes, cgroup),
		DEFAULT | PRIVATE | HOST, false},
};

static bool read_container(const char *text, NamespaceMode *mode)
{
	if (!g_str_has_prefix(text, container_prefix))
		return false;
	*mode = (NamespaceMode){SHARE_CONTAINER, text + strlen(container_prefix)};
	return true;
}

static bool read_mode(const char *text, NamespaceMode *mode)
{
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(words[i].word, text) == 0) {
			*mode = (NamespaceMode){words[i].share, ""};
			return true;
		}
	return read_container(text, mode);
}

/* Any other word is the name of a network. */
bool network_mode_parse(const char *text, NamespaceMode *mode, GError **error)
{
	*mode = (NamespaceMode){SHARE_NETWORK, "bridge"};
	if (strcmp(text, "container") == 0 || strcmp(text, container_prefix) == 0)
		return fail(error, BERTH_ERROR_INVALID,
			"invalid network mode: invalid container format container:<name|id>");
	if (*text == '\0' || strcmp(text, "default") == 0 || read_container(text, mode))
		return true;
	mode->target = text;
	if (strcmp(text, "host") == 0)
		mode->share = SHARE_HOST;
	else if (strcmp(text, "none") == 0)
		mode->share = SHARE_NONE;
	return true;
}

bool namespace_modes_parse(const json_t *host, NamespaceModes *modes, GError **error)
{
	bool ok = network_mode_parse(json_str(host, "NetworkMode"), &modes->network, error);
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		const char *text = json_str(host, kinds[i].key);
		NamespaceMode *mode = (void *)((char *)modes + kinds[i].offset);
		bool known = read_mode(text, mode) && (kinds[i].may & 1u << mode->share) != 0 &&
			     (mode->share != SHARE_CONTAINER || *mode->target != '\0' ||
				     !kinds[i].named);
		if (known)
			continue;
		*mode = (NamespaceMode){SHARE_DEFAULT, ""};
		ok = ok &&
		     fail(error, BERTH_ERROR_INVALID, "invalid %s mode: %s", kinds[i].what, text);
	}
	return ok;
}
