/* Registry operations other than pull and push: options, login, search, distribution. */
#include "engine/transfer/transfer.h"

#include "base/error.h"
#include "base/thread.h"
#include "image/image.h"

#include <string.h>

static void run_task(gpointer task, gpointer unused)
{
	(void)unused;
	PoolTask *pool_task = task;
	pool_task->run(pool_task);
}

Registries *registries_new(Engine *engine)
{
	const Config *config = engine->config;
	Registries *registries = g_new0(Registries, 1);
	registries->options = (RegistryOptions){.mirrors = config->registry_mirrors,
		.insecure = config->insecure_registries,
		.certs = {config->certs, "/etc/docker/certs.d"},
		.http_proxy = config->http_proxy,
		.https_proxy = config->https_proxy,
		.no_proxy = config->no_proxy};
	g_mutex_init(&registries->lock);
	g_cond_init(&registries->fetched);
	registries->transfers = g_hash_table_new(g_str_hash, g_str_equal);
	registries->fetching = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	registries->downloads = thread_pool_new(run_task, NULL, config->max_downloads, false);
	registries->uploads = thread_pool_new(run_task, NULL, config->max_uploads, false);
	return registries;
}

void registries_reload(Engine *engine)
{
	Registries *registries = engine->registries;
	g_atomic_pointer_set(&registries->options.mirrors, engine->config->registry_mirrors);
	g_atomic_pointer_set(&registries->options.insecure, engine->config->insecure_registries);
	g_thread_pool_set_max_threads(registries->downloads, engine->config->max_downloads, NULL);
	g_thread_pool_set_max_threads(registries->uploads, engine->config->max_uploads, NULL);
}

GPtrArray *candidates_of(
	Engine *engine, const Reference *reference, const Credentials *credentials, bool push)
{
	return repository_candidates(&engine->registries->options, reference->domain,
		reference->path, credentials, push);
}

bool repository_open(
	GPtrArray *candidates, RepositoryUse use, gpointer data, Stop *stop, GError **error)
{
	for (guint i = 0;; i++) {
		Repository *repository = candidates->pdata[i];
		g_autoptr(GError) problem = NULL;
		bool last = i + 1 == candidates->len;
		/* An insecure registry is tried with TLS first, and then without. */
		if (!last && !repository_is_mirror(repository) &&
			!repository_reachable(repository, stop))
			continue;
		if (use(repository, data, stop, &problem))
			return true;
		/* A mirror may lack an image; the registry's answer is authoritative. */
		if (last || !repository_is_mirror(repository) || g_atomic_int_get(stop)) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return false;
		}
	}
}

/* "https://index.docker.io/v1/", "registry.example:5000", "" for Docker Hub */
static char *domain_of(const char *address)
{
	const char *name = strstr(address, "://");
	name = name != NULL ? name + 3 : address;
	g_autofree char *domain = g_strndup(name, strcspn(name, "/"));
	bool hub = *domain == '\0' || strcmp(domain, "docker.io") == 0 ||
		   strcmp(domain, "index.docker.io") == 0;
	return g_strdup(hub ? "docker.io" : domain);
}

bool registry_check(Engine *engine, const json_t *body, GError **error)
{
	g_autofree char *domain = domain_of(json_str(body, "serveraddress"));
	g_autoptr(Credentials) credentials = credentials_read(body);
	return registry_login(&engine->registries->options, domain, credentials, error);
}

typedef struct {
	const char *reference;
	json_t *answer;
} Look;

static json_t *platforms_of(
	Repository *repository, const json_t *manifest, const char *media_type, Stop *stop)
{
	json_t *platforms = json_array(), *entry;
	size_t i;
	if (manifest_is_index(manifest, media_type)) {
		json_array_foreach (json_object_get(manifest, "manifests"), i, entry)
			if (json_is_object(json_object_get(entry, "platform")))
				json_array_append(platforms, json_object_get(entry, "platform"));
		return platforms;
	}
	g_autofree char *text = config_fetch(repository, manifest, stop, NULL);
	g_autoptr(json_t) config = text != NULL ? json_parse(text, strlen(text), NULL) : NULL;
	if (config != NULL)
		json_array_append_new(platforms,
			json_pack("{s:s, s:s}", "architecture", json_str(config, "architecture"),
				"os", json_str(config, "os")));
	return platforms;
}

static bool look(Repository *repository, gpointer data, Stop *stop, GError **error)
{
	Look *wanted = data;
	g_auto(ManifestText) text = {0};
	if (!repository_get_manifest(repository, wanted->reference, &text, stop, error))
		return false;
	g_autoptr(json_t) manifest = json_parse(text.text, text.length, error);
	if (manifest == NULL)
		return false;
	wanted->answer = json_pack("{s:{s:s, s:s, s:I}, s:o, s:O, s:s}", "Descriptor", "mediaType",
		text.media_type, "digest", text.digest, "size", (json_int_t)text.length,
		"Platforms", platforms_of(repository, manifest, text.media_type, stop), "Manifest",
		manifest, "Raw", text.text);
	return true;
}

json_t *image_distribution(Engine *engine, const char *name, const char *auth, GError **error)
{
	g_autoptr(Reference) reference = reference_parse(name, error);
	g_autoptr(Credentials) credentials =
		reference != NULL ? credentials_parse(auth, error) : NULL;
	Stop stop = 0;
	if (credentials == NULL)
		return NULL;
	g_autoptr(GPtrArray) candidates = candidates_of(engine, reference, credentials, false);
	Look wanted = {.reference = reference->digest != NULL ? reference->digest : reference->tag};
	return repository_open(candidates, look, &wanted, &stop, error) ? wanted.answer : NULL;
}

static bool found(const json_t *result, const Filters *filters)
{
	const char *stars = filters_value(filters, "stars", 0);
	return filters_match_flag(filters, "is-official", json_bool(result, "is_official")) &&
	       filters_match_flag(filters, "is-automated", json_bool(result, "is_automated")) &&
	       (stars == NULL ||
		       json_int(result, "star_count") >= g_ascii_strtoll(stars, NULL, 10));
}

json_t *image_search(Engine *engine, const char *term, int limit, const Filters *filters,
	const char *auth, GError **error)
{
	g_autoptr(Credentials) credentials = credentials_parse(auth, error);
	/* "localhost:5000/thing" searches that registry for "thing". */
	const char *slash = strchr(term, '/');
	g_autofree char *first = slash != NULL ? g_strndup(term, (gsize)(slash - term)) : NULL;
	bool other =
		first != NULL && (strpbrk(first, ".:") != NULL || strcmp(first, "localhost") == 0);
	if (credentials == NULL)
		return NULL;
	if (limit < 1 || limit > 100) {
		fail(error, BERTH_ERROR_INVALID, "Limit %d is outside the range of [1, 100]",
			limit);
		return NULL;
	}
	g_autoptr(json_t) results = registry_search(&engine->registries->options,
		other ? first : "docker.io", other ? slash + 1 : term, limit, credentials, error);
	if (results == NULL)
		return NULL;
	json_t *list = json_array(), *result;
	size_t i;
	json_array_foreach (results, i, result)
		if (found(result, filters))
			json_array_append(list, result);
	return list;
}
