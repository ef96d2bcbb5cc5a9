#include "api/websocket.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* PENDING: bytes of a client that may wait for a container that does not read, before reading from the client stops. */
enum { BLOCK = 32 * 1024, PENDING = 256 * 1024, MAX_HEAD = 14, MAX_CONTROL = 125 };
enum { FINAL = 0x80, RESERVED = 0x70, MASKED = 0x80, OPCODE = 0x0f };
enum { TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };
enum { NORMAL = 1000, PROTOCOL_ERROR = 1002 };

/* A frame of the client's that is being received. */
typedef struct {
	int client, plain;
	guint8 head[MAX_HEAD];
	size_t head_length; /* bytes of the header received */
	guint64 left;	    /* of its payload, once the header is complete */
	guint64 at;	    /* position in the payload, and so in the mask */
	bool in_payload;
	GByteArray *control; /* payload of a control frame */
	GByteArray *pending; /* bytes for the plain stream */
} Carrier;

bool websocket_asked(const Request *request, GError **error)
{
	return (g_ascii_strcasecmp(http_header(request->head, "Upgrade"), "websocket") == 0 &&
		       *http_header(request->head, "Sec-WebSocket-Key") != '\0' &&
		       strcmp(http_header(request->head, "Sec-WebSocket-Version"), "13") == 0) ||
	       fail(error, BERTH_ERROR_INVALID, "not websocket protocol");
}

int websocket_accept(Request *request, const char *protocol)
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	enum { SHA1_LENGTH = 20 };
	guint8 digest[SHA1_LENGTH];
	gsize length = sizeof(digest);
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA1);
	const char *key = http_header(request->head, "Sec-WebSocket-Key");
	g_checksum_update(sum, (const guchar *)key, (gssize)strlen(key));
	g_checksum_update(sum, (const guchar *)guid, (gssize)strlen(guid));
	g_checksum_get_digest(sum, digest, &length);
	g_checksum_free(sum);
	g_autofree char *accept = g_base64_encode(digest, length);
	g_free(request->headers);
	request->headers = g_strdup_printf("Sec-WebSocket-Accept: %s\r\n%s%s%s", accept,
		protocol != NULL ? "Sec-WebSocket-Protocol: " : "",
		protocol != NULL ? protocol : "", protocol != NULL ? "\r\n" : "");
	return reply_upgrade(request, "websocket");
}

static bool send_frame(int client, int opcode, const void *data, size_t length)
{
	guint8 head[10] = {(guint8)(FINAL | opcode)};
	size_t size = 2;
	if (length <= MAX_CONTROL) {
		head[1] = (guint8)length;
	} else if (length <= G_MAXUINT16) {
		head[1] = MAX_CONTROL + 1;
		for (int i = 0; i < 2; i++)
			head[size++] = (guint8)(length >> (8 * (1 - i)));
	} else {
		head[1] = MAX_CONTROL + 2;
		for (int i = 0; i < 8; i++)
			head[size++] = (guint8)((guint64)length >> (8 * (7 - i)));
	}
	return fd_write_all(client, head, size) && fd_write_all(client, data, length);
}

static bool send_close(int client, int code)
{
	guint8 payload[2] = {(guint8)(code >> 8), (guint8)code};
	return send_frame(client, CLOSE, payload, sizeof(payload));
}

/* The length of the header that begins with these two bytes. */
static size_t head_size(const guint8 *head)
{
	int length = head[1] & ~MASKED;
	return 2 + (length == MAX_CONTROL + 1 ? 2 : length == MAX_CONTROL + 2 ? 8 : 0) + 4;
}

static guint64 payload_size(const guint8 *head)
{
	int length = head[1] & ~MASKED, bytes = length == MAX_CONTROL + 1 ? 2 : 8;
	guint64 size = 0;
	if (length <= MAX_CONTROL)
		return (guint64)length;
	for (int i = 0; i < bytes; i++)
		size = size << 8 | head[2 + i];
	return size;
}

/* Handles a complete control frame. False: it closes the connection. */
static bool obey(Carrier *carrier, int opcode)
{
	if (opcode == PING)
		return send_frame(
			carrier->client, PONG, carrier->control->data, carrier->control->len);
	if (opcode != CLOSE)
		return true;
	send_close(carrier->client, NORMAL);
	return false;
}

/* Handles a complete header. False: it violates the protocol. */
static bool begin_frame(Carrier *carrier)
{
	int opcode = carrier->head[0] & OPCODE;
	carrier->left = payload_size(carrier->head);
	carrier->at = 0;
	carrier->in_payload = true;
	g_byte_array_set_size(carrier->control, 0);
	bool control = opcode >= CLOSE, known = opcode <= BINARY || (control && opcode <= PONG);
	if ((carrier->head[0] & RESERVED) == 0 && known &&
		(!control || (carrier->left <= MAX_CONTROL && (carrier->head[0] & FINAL) != 0)))
		return true;
	send_close(carrier->client, PROTOCOL_ERROR);
	return false;
}

/* Takes the available part of the payload; returns its length. */
static size_t take_payload(Carrier *carrier, const guint8 *bytes, size_t length)
{
	const guint8 *mask = carrier->head + head_size(carrier->head) - 4;
	GByteArray *to = (carrier->head[0] & OPCODE) >= CLOSE ? carrier->control : carrier->pending;
	size_t part = (size_t)MIN((guint64)length, carrier->left);
	for (size_t i = 0; i < part; i++) {
		guint8 byte = bytes[i] ^ mask[carrier->at++ % 4];
		g_byte_array_append(to, &byte, 1);
	}
	carrier->left -= part;
	return part;
}

/* Handles bytes of the client. False: the connection ends. */
static bool take(Carrier *carrier, const guint8 *bytes, size_t length)
{
	while (length > 0 || (carrier->in_payload && carrier->left == 0)) {
		if (carrier->in_payload) {
			size_t part = take_payload(carrier, bytes, length);
			bytes += part;
			length -= part;
			if (carrier->left > 0)
				return true;
			carrier->in_payload = false;
			carrier->head_length = 0;
			if (!obey(carrier, carrier->head[0] & OPCODE))
				return false;
			continue;
		}
		carrier->head[carrier->head_length++] = *bytes++;
		length--;
		/* A header without a mask is a protocol error: the rest need not be awaited. */
		if (carrier->head_length == 2 && (carrier->head[1] & MASKED) == 0)
			return send_close(carrier->client, PROTOCOL_ERROR) && false;
		if (carrier->head_length >= 2 && carrier->head_length == head_size(carrier->head) &&
			!begin_frame(carrier))
			return false;
	}
	return true;
}

/* Writes pending bytes to the container. False: it no longer reads. */
static bool pass_on(Carrier *carrier)
{
	ssize_t n = send(carrier->plain, carrier->pending->data, carrier->pending->len,
		MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n > 0)
		g_byte_array_remove_range(carrier->pending, 0, (guint)n);
	return n >= 0 || errno == EAGAIN || errno == EINTR;
}

static bool carry_once(Carrier *carrier, int opcode)
{
	static const short over = POLLIN | POLLHUP | POLLERR;
	guint8 block[BLOCK];
	bool room = carrier->pending->len < PENDING;
	struct pollfd fds[] = {{carrier->client, room ? POLLIN : 0, 0},
		{carrier->plain, (short)(POLLIN | (carrier->pending->len > 0 ? POLLOUT : 0)), 0}};
	if (poll(fds, G_N_ELEMENTS(fds), -1) < 0)
		return errno == EINTR;
	if ((fds[1].revents & POLLOUT) != 0 && !pass_on(carrier))
		return false;
	if ((fds[1].revents & over) != 0) {
		ssize_t n = read(carrier->plain, block, sizeof(block));
		if (n <= 0)
			return send_close(carrier->client, NORMAL) && false;
		if (!send_frame(carrier->client, opcode, block, (size_t)n))
			return false;
	}
	if ((fds[0].revents & over) == 0)
		return true;
	ssize_t n = read(carrier->client, block, sizeof(block));
	return n > 0 && take(carrier, block, (size_t)n);
}

void websocket_carry(int client, int plain, bool text)
{
	g_autoptr(GByteArray) control = g_byte_array_new(), pending = g_byte_array_new();
	Carrier carrier = {
		.client = client, .plain = plain, .control = control, .pending = pending};
	while (carry_once(&carrier, text ? TEXT : BINARY))
		continue;
	close(client);
	close(plain);
}
