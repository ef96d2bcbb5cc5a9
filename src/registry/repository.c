#include "registry/internal.h"

#include "base/address.h"
#include "base/error.h"
#include "base/work.h"

#include <string.h>

enum { MAX_ATTEMPTS = 5, MAX_RETRY_AFTER = 60 };
static const char hub[] = "docker.io", hub_host[] = "registry-1.docker.io";

/* "[::1]:5000" and "localhost:5000" without port and brackets. */
static char *host_of(const char *domain)
{
	bool bracket = *domain == '[';
	return g_strndup(domain + bracket, strcspn(domain + bracket, bracket ? "]" : ":"));
}

/* Only a literal address is matched with a network: the owner of a DNS name could resolve it there, and so disable
 * TLS (CVE-2026-92543). */
static bool is_in(const char *domain, const Address *network)
{
	g_autofree char *host = host_of(domain);
	Address address;
	return address_parse(host, &address) && address_contains(network, &address);
}

/* "localhost", or an address of this host: a name that only looks like one (127.evil.example) may belong to anybody. */
static bool is_this_host(const char *domain)
{
	g_autofree char *host = host_of(domain);
	Address ipv4, ipv6;
	return strcmp(host, "localhost") == 0 ||
	       (address_parse("127.0.0.0/8", &ipv4) && is_in(domain, &ipv4)) ||
	       (address_parse("::1/128", &ipv6) && is_in(domain, &ipv6));
}

/* Docker's rule: this host itself, listed registries, and addresses in listed networks. */
static bool insecure(const RegistryOptions *options, const char *domain)
{
	if (is_this_host(domain))
		return true;
	for (int i = 0; options->insecure != NULL && options->insecure[i] != NULL; i++) {
		const char *one = options->insecure[i];
		Address network;
		if (strcmp(one, domain) == 0 ||
			(strchr(one, '/') != NULL && address_parse(one, &network) &&
				is_in(domain, &network)))
			return true;
	}
	return false;
}

static void add(GPtrArray *list, const RegistryOptions *options, const char *base, bool verify,
	const char *path, const Credentials *credentials, bool push, bool mirror)
{
	Repository *repository = g_new0(Repository, 1);
	repository->host = host_new(options, base, verify);
	repository->path = g_strdup(path);
	repository->credentials = credentials;
	repository->push = push;
	repository->mirror = mirror;
	g_mutex_init(&repository->lock);
	g_ptr_array_add(list, repository);
}

GPtrArray *repository_candidates(const RegistryOptions *options, const char *domain,
	const char *path, const Credentials *credentials, bool push)
{
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)repository_free);
	bool is_hub = strcmp(domain, hub) == 0, open = insecure(options, domain);
	for (int i = 0; is_hub && !push && options->mirrors != NULL && options->mirrors[i] != NULL;
		i++) {
		g_autofree char *base = g_strdup(options->mirrors[i]);
		const char *name = strstr(base, "://");
		if (name == NULL)
			continue;
		while (g_str_has_suffix(base, "/"))
			base[strlen(base) - 1] = '\0';
		add(list, options, base, !insecure(options, name + 3), path, NULL, false, true);
	}
	g_autofree char *tls = g_strconcat("https://", is_hub ? hub_host : domain, NULL),
			*plain = g_strconcat("http://", domain, NULL);
	add(list, options, tls, !open, path, credentials, push, false);
	if (open)
		add(list, options, plain, false, path, credentials, push, false);
	return list;
}

void repository_free(Repository *repository)
{
	host_free(repository->host);
	g_mutex_clear(&repository->lock);
	g_free(repository->path);
	g_free(repository->authorization);
	g_free(repository);
}

bool repository_is_mirror(const Repository *repository)
{
	return repository->mirror;
}

bool repository_reachable(Repository *repository, Stop *stop)
{
	enum { SMALL_ANSWER = 64 * 1024 };
	if (repository->reachable != UNKNOWN)
		return repository->reachable == REACHABLE;
	g_autofree char *url = g_strconcat(repository->host->base, "/v2/", NULL);
	g_auto(Answer) answer = {0};
	Exchange exchange = {
		.method = "GET", .url = url, .upload_fd = -1, .limit = SMALL_ANSWER, .stop = stop};
	bool there = host_exchange(repository->host, &exchange, &answer, NULL);
	repository->reachable = there ? REACHABLE : UNREACHABLE;
	return there;
}

static char *scope_of(const Repository *repository)
{
	return g_strdup_printf(
		"repository:%s:pull%s", repository->path, repository->push ? ",push" : "");
}

static char *known_authorization(Repository *repository)
{
	g_mutex_lock(&repository->lock);
	bool fresh = repository->expires > g_get_monotonic_time();
	char *known = fresh ? g_strdup(repository->authorization) : NULL;
	g_mutex_unlock(&repository->lock);
	return known;
}

static char *new_authorization(
	Repository *repository, const char *challenge, Stop *stop, GError **error)
{
	enum { EARLY = 10 }; /* seconds before its end at which a token is renewed */
	g_autofree char *scope = scope_of(repository);
	gint64 lifetime;
	char *fresh = auth_answer(repository->host, challenge, repository->credentials, scope,
		&lifetime, stop, error);
	if (fresh == NULL)
		return NULL;
	g_mutex_lock(&repository->lock);
	g_free(repository->authorization);
	repository->authorization = g_strdup(fresh);
	repository->expires = g_get_monotonic_time() + (lifetime - EARLY) * G_USEC_PER_SEC;
	g_mutex_unlock(&repository->lock);
	return fresh;
}

/* Whether a URL belongs to the registry itself: no other host gets credentials. */
static bool own(const Repository *repository, const char *url)
{
	size_t length = strlen(repository->host->base);
	return strncmp(url, repository->host->base, length) == 0 && url[length] == '/';
}

bool repository_exchange(Repository *repository, const char *path, Exchange *exchange,
	Answer *answer, GError **error)
{
	g_autofree char *url = strstr(path, "://") != NULL
				       ? g_strdup(path)
				       : g_strdup_printf("%s/v2/%s/%s", repository->host->base,
						 repository->path, path);
	bool is_own = own(repository, url);
	g_autofree char *authorization = is_own ? known_authorization(repository) : NULL;
	exchange->url = url;
	exchange->authorization = authorization;
	bool ok = host_exchange(repository->host, exchange, answer, error);
	if (ok && answer->status == 401 && is_own) {
		g_autofree char *challenge = g_strdup(answer_header(answer, "www-authenticate"));
		g_free(authorization);
		authorization = new_authorization(repository, challenge, exchange->stop, error);
		exchange->authorization = authorization;
		ok = authorization != NULL &&
		     host_exchange(repository->host, exchange, answer, error);
	}
	exchange->url = NULL;
	exchange->authorization = NULL;
	return ok;
}

bool registry_said_no(const GError *error)
{
	return g_error_matches(error, BERTH_ERROR, BERTH_ERROR_UNAUTHORIZED) ||
	       g_error_matches(error, BERTH_ERROR, BERTH_ERROR_FORBIDDEN) ||
	       g_error_matches(error, BERTH_ERROR, BERTH_ERROR_NOT_FOUND);
}

bool retry_wait(const Answer *answer, int attempt, void (*retrying)(gpointer data, int seconds),
	gpointer data, Stop *stop)
{
	enum { SLICE = G_USEC_PER_SEC / 20 };
	bool temporary = answer->transport_error || answer->status == 429 || answer->status >= 500;
	if (!temporary || answer->refused || attempt >= MAX_ATTEMPTS)
		return false;
	int seconds =
		(int)MIN(answer->retry_after > 0 ? answer->retry_after : (gint64)1 << (attempt - 1),
			MAX_RETRY_AFTER);
	if (retrying != NULL)
		retrying(data, seconds);
	gint64 end = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
	while (g_get_monotonic_time() < end) {
		if (!work_going() || (stop != NULL && g_atomic_int_get(stop)))
			return false;
		g_usleep(SLICE);
	}
	return true;
}
