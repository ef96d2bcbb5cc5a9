/* The repository of a registry that holds Compose artifacts. */
#include "compose/remote.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static const char *proxy(const char *lower, const char *upper)
{
	const char *value = getenv(lower) != NULL ? getenv(lower) : getenv(upper);
	return value != NULL && *value != '\0' ? value : NULL;
}

bool artifact_place_init(ArtifactPlace *place, const RemoteAccess *access, const char *reference,
	bool push, GError **error)
{
	g_autoptr(GError) problem = NULL;
	place->reference = reference_parse(reference, error);
	if (place->reference == NULL)
		return false;
	g_autoptr(json_t) known = access->credentials(access->data, reference, &problem);
	if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	place->credentials = credentials_read(known);
	place->options = (RegistryOptions){.certs = {"/etc/docker/certs.d", NULL},
		.http_proxy = proxy("http_proxy", "HTTP_PROXY"),
		.https_proxy = proxy("https_proxy", "HTTPS_PROXY"),
		.no_proxy = proxy("no_proxy", "NO_PROXY")};
	place->candidates = repository_candidates(&place->options, place->reference->domain,
		place->reference->path, place->credentials, push);
	/* TLS first; plain HTTP only where that is allowed (repository.c). */
	for (guint i = 0; i < place->candidates->len && place->repository == NULL; i++)
		if (i + 1 == place->candidates->len ||
			repository_reachable(place->candidates->pdata[i], NULL))
			place->repository = place->candidates->pdata[i];
	return true;
}

void artifact_place_clear(ArtifactPlace *place)
{
	g_clear_pointer(&place->candidates, g_ptr_array_unref);
	g_clear_pointer(&place->credentials, credentials_free);
	g_clear_pointer(&place->reference, reference_free);
}
