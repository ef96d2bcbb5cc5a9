#include "daemon/reload.h"

#include "base/log.h"
#include "daemon/config.h"
#include "engine/object/event.h"
#include "engine/transfer/pull_push.h"

#include <string.h>
#include <unistd.h>

/* The keys that dockerd reloads, as far as this engine has them, and Berth's own, which are read at each use. */
static const char *const live_keys[] = {"debug", "log-level", "labels", "registry-mirrors",
	"insecure-registries", "max-concurrent-downloads", "max-concurrent-uploads", "api-access",
	"builder", "shutdown-timeout", "live-restore", NULL};

/* Logs keys that have changed and need a restart. */
static void tell_waiting(const json_t *before, const json_t *now)
{
	const char *key;
	json_t *value;
	g_autoptr(json_t) all = json_copy((json_t *)now);
	json_object_update_missing(all, (json_t *)before);
	json_object_foreach (all, key, value) {
		json_t *old = json_object_get(before, key), *new = json_object_get(now, key);
		bool same = old != NULL && new != NULL &&json_equal(old, new);
		if (!same && !g_strv_contains(live_keys, key))
			log_warn("%s has changed in daemon.json: it takes effect when berthd is "
				 "started again",
				key);
	}
}

static void swap(gpointer *ours, gpointer *fresh)
{
	gpointer before = *ours;
	g_atomic_pointer_set(ours, *fresh);
	*fresh = before;
}

void config_reload(Engine *engine, Config *config, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	Config *fresh = config_load(argc, argv, &error);
	if (fresh == NULL) {
		log_error("the configuration is not reloaded: %s", error->message);
		return;
	}
	tell_waiting(config->file, fresh->file);
	swap((gpointer *)&config->file, (gpointer *)&fresh->file);
	swap((gpointer *)&config->labels, (gpointer *)&fresh->labels);
	swap((gpointer *)&config->registry_mirrors, (gpointer *)&fresh->registry_mirrors);
	swap((gpointer *)&config->insecure_registries, (gpointer *)&fresh->insecure_registries);
	config->debug = fresh->debug;
	config->max_downloads = fresh->max_downloads;
	config->max_uploads = fresh->max_uploads;
	registries_reload(engine);
	fresh->replaced = config->replaced;
	config->replaced = fresh;
	log_info("the configuration is reloaded");
	char name[HOST_NAME_MAX + 1] = "";
	gethostname(name, sizeof name - 1);
	event_publish(engine, "daemon", "reload", engine->id, json_pack("{s:s}", "name", name));
}
