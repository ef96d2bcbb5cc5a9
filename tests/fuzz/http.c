/* Any bytes as a request, or an answer, and its body: as they come from a socket. */
#include "base/http.h"
#include "base/fd.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int pair[2];
	size_t length = http_head_length((const char *)data, size), body_length = 0;
	g_auto(HttpHead) head = {0};
	if (length == 0 || !http_head_parse(&head, (const char *)data, length))
		return 0;
	g_autofree char *decoded = http_decode(head.start[1], -1, true);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	/* The first half of the body came with the head, the rest comes later. */
	size_t half = (size - length) / 2;
	HttpBody body = {0};
	if (send(pair[1], data + length + half, size - length - half, 0) < 0)
		abort();
	close(pair[1]);
	bool ok = http_body_init(
		&body, pair[0], &head, (const char *)data + length, half, size & 1, NULL);
	g_autofree char *text = ok ? http_body_read_all(&body, 4096, &body_length, NULL) : NULL;
	if (text != NULL && body_length > 4096)
		abort();
	http_body_clear(&body);
	close(pair[0]);
	return 0;
}
