/* `import` from a URL: the archive is downloaded completely before it is unpacked. */
#include "engine/image/images.h"

#include "base/error.h"
#include "base/fd.h"
#include "registry/curl_load.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

typedef struct {
	int fd, peer_fd;
} Fetch;

static size_t take(char *bytes, size_t size, size_t count, void *data)
{
	const Fetch *fetch = data;
	return fd_write_all(fetch->fd, bytes, size * count) ? size * count : 0;
}

/* The download ends with its client. */
static int is_over(void *data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	(void)a, (void)b, (void)c, (void)d;
	struct pollfd peer = {.fd = ((Fetch *)data)->peer_fd, .events = POLLRDHUP};
	return poll(&peer, 1, 0) > 0 && (peer.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

static bool perform(Fetch *fetch, const char *url, GError **error)
{
	CURL *handle = curl_handle_of(url, take, is_over, fetch);
	long status = 0;
	CURLcode code = curl.easy_perform(handle);
	curl.easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
	g_autofree char *why = transport_reason(handle, url, code, "");
	curl.easy_cleanup(handle);
	if (code == CURLE_HTTP_RETURNED_ERROR)
		return fail(
			error, BERTH_ERROR_SYSTEM, "failed to GET %s with status %ld", url, status);
	return code == CURLE_OK || fail(error, BERTH_ERROR_SYSTEM, "Get \"%s\": %s", url, why);
}

static ssize_t read_file(gpointer fd, void *buffer, size_t size, GError **error)
{
	ssize_t n = read(GPOINTER_TO_INT(fd), buffer, size);
	if (n < 0)
		fail_errno(error, "cannot read the fetched content");
	return n;
}

/* As in dockerd, http is the default scheme. */
static char *whole_url(const char *url, GError **error)
{
	const char *end = strstr(url, "://");
	g_autofree char *scheme = end != NULL ? g_ascii_strdown(url, end - url) : g_strdup("http");
	if (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0)
		return end != NULL ? g_strdup(url) : g_strconcat("http://", url, NULL);
	fail(error, BERTH_ERROR_SYSTEM, "Get \"%s\": unsupported protocol scheme \"%s\"", url,
		scheme);
	return NULL;
}

char *image_import_url(
	Engine *engine, const char *url, const ImportRequest *request, int peer_fd, GError **error)
{
	g_autofree char *whole = whole_url(url, error),
			*message = g_strconcat("Imported from ", whole, NULL);
	if (whole == NULL || !curl_load(error))
		return NULL;
	autofd file = openat(engine->store->tmp_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	Fetch fetch = {file, peer_fd};
	if (file < 0) {
		fail_errno(error, "cannot store the fetched content");
		return NULL;
	}
	if (!perform(&fetch, whole, error))
		return NULL;
	ImportRequest named = *request;
	if (*named.message == '\0')
		named.message = message;
	lseek(file, 0, SEEK_SET);
	return image_import(engine, read_file, GINT_TO_POINTER(file), &named, error);
}
