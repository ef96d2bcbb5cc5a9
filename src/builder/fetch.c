/* HTTP downloads: contexts and sources of ADD. */
#include "builder/internal.h"

#include "registry/curl_load.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { MODE = 0600 };

bool url_is_http(const char *url)
{
	return g_str_has_prefix(url, "http://") || g_str_has_prefix(url, "https://");
}

typedef struct {
	Build *build;
	int fd;
	struct sha256_ctx hash;
} Fetch;

static size_t take(char *bytes, size_t size, size_t count, void *data)
{
	Fetch *fetch = data;
	sha256_update(&fetch->hash, size * count, (guint8 *)bytes);
	return fd_write_all(fetch->fd, bytes, size * count) ? size * count : 0;
}

static int going(void *data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	(void)a, (void)b, (void)c, (void)d;
	return !build_going(((Fetch *)data)->build);
}

/* The last component of the path; "download" if it has none. */
static char *name_of(const char *url)
{
	g_autofree char *path = g_strndup(url, strcspn(url, "?#"));
	const char *host = strstr(path, "://"), *slash = strrchr(path, '/');
	g_autofree char *name =
		host != NULL && slash > host + 2 ? g_uri_unescape_string(slash + 1, "/") : NULL;
	return name != NULL && *name != '\0' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
			       strchr(name, '/') == NULL && strlen(name) <= NAME_MAX
		       ? g_steal_pointer(&name)
		       : g_strdup("download");
}

static bool not_fetched(CURL *handle, const char *url, CURLcode code, long status, GError **error)
{
	if (code == CURLE_HTTP_RETURNED_ERROR)
		return fail(error, BERTH_ERROR_INVALID,
			"failed to load cache key: invalid response status %ld", status);
	g_autofree char *why = transport_reason(handle, url, code, "");
	return fail(
		error, BERTH_ERROR_SYSTEM, "failed to load cache key: Get \"%s\": %s", url, why);
}

static bool perform(Fetch *fetch, const char *url, gint64 *modified, GError **error)
{
	CURL *handle = curl_handle_of(url, take, going, fetch);
	long status = 0;
	curl_off_t time = -1;
	curl.easy_setopt(handle, CURLOPT_FILETIME, 1L);
	CURLcode code = curl.easy_perform(handle);
	curl.easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
	curl.easy_getinfo(handle, CURLINFO_FILETIME_T, &time);
	*modified = time > 0 ? (gint64)time : 0;
	bool ok = code == CURLE_OK || not_fetched(handle, url, code, status, error);
	curl.easy_cleanup(handle);
	return ok;
}

static bool check(Fetch *fetch, const char *url, const char *checksum, GError **error)
{
	g_autofree char *digest = digest_end(&fetch->hash);
	return *checksum == '\0' || strcmp(checksum, digest) == 0 ||
	       fail(error, BERTH_ERROR_INVALID, "digest mismatch of %s: expected %s, got %s", url,
		       checksum, digest);
}

/* In the words of Go's digests, which look at the algorithm, then the length, then the digits. */
static const char *wrong_digest(const char *checksum)
{
	static const struct {
		const char *kind;
		size_t digits;
	} known[] = {{"sha256:", 64}, {"sha384:", 96}, {"sha512:", 128}};
	if (strchr(checksum, ':') == NULL)
		return "invalid checksum digest format";
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (g_str_has_prefix(checksum, known[i].kind) &&
			strlen(checksum + strlen(known[i].kind)) != known[i].digits)
			return "invalid checksum digest length";
		else if (g_str_has_prefix(checksum, known[i].kind))
			return "invalid checksum digest format";
	return "unsupported digest algorithm";
}

char *url_fetch(Build *build, const char *url, const char *checksum, char **name, GError **error)
{
	gint64 modified = 0;
	Store *store = build->engine->store;
	int dir;
	if (*checksum != '\0' && !digest_is_valid(checksum)) {
		fail(error, BERTH_ERROR_INVALID, "%s", wrong_digest(checksum));
		return NULL;
	}
	g_autofree char *folder = curl_load(error) ? layer_begin(store, &dir, error) : NULL;
	if (folder == NULL)
		return NULL;
	autofd dir_fd = dir;
	g_autofree char *file = name_of(url);
	autofd fd =
		openat(dir_fd, file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, MODE);
	Fetch fetch = {.build = build, .fd = fd};
	sha256_init(&fetch.hash);
	bool ok = fd >= 0 ? perform(&fetch, url, &modified, error) &&
				    check(&fetch, url, checksum, error)
			  : fail_errno(error, "cannot write %s", file);
	if (!ok) {
		store_discard(store, store->tmp_fd, folder);
		return NULL;
	}
	struct timespec times[2] = {{.tv_sec = modified}, {.tv_sec = modified}};
	futimens(fd, times);
	*name = g_steal_pointer(&file);
	return g_steal_pointer(&folder);
}
