#include "image/image.h"

#include "base/error.h"

#include <errno.h>
#include <isa-l/igzip_lib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>
#include <zstd_errors.h>

/* WINDOW_LOG: 128 MiB, what RFC 8878 (3.1.1.1.2) lets a decoder refuse to exceed; the window is in memory. */
enum { INPUT = 256 * 1024, WINDOW_LOG = 27 };
typedef enum { UNKNOWN, PLAIN, GZIP, ZSTD } Kind;

struct Inflate {
	ByteSource source;
	gpointer data;
	Kind kind;
	guint8 *input;
	size_t length, taken; /* of input */
	bool input_ended, stream_open;
	bool wrong; /* found behind what was given last */
	struct inflate_state gzip;
	struct isal_gzip_header gzip_header;
	ZSTD_DStream *zstd;
};

ssize_t byte_source_fd(gpointer fd, void *buffer, size_t size, GError **error)
{
	ssize_t n;
	while ((n = read(*(int *)fd, buffer, size)) < 0 && errno == EINTR)
		;
	if (n < 0)
		fail_errno(error, "cannot read the archive");
	return n;
}

Inflate *inflate_new(ByteSource source, gpointer data)
{
	Inflate *inflate = g_new0(Inflate, 1);
	inflate->source = source;
	inflate->data = data;
	inflate->input = g_malloc(INPUT);
	return inflate;
}

void inflate_free(Inflate *inflate)
{
	ZSTD_freeDStream(inflate->zstd);
	g_free(inflate->input);
	g_free(inflate);
}

/* Fills the input buffer; false with error set if reading failed. */
static bool refill(Inflate *inflate, GError **error)
{
	memmove(inflate->input, inflate->input + inflate->taken, inflate->length - inflate->taken);
	inflate->length -= inflate->taken;
	inflate->taken = 0;
	while (inflate->length < INPUT && !inflate->input_ended) {
		ssize_t n = inflate->source(inflate->data, inflate->input + inflate->length,
			INPUT - inflate->length, error);
		if (n < 0)
			return false;
		inflate->input_ended = n == 0;
		inflate->length += (size_t)n;
	}
	return true;
}

static void start_gzip(Inflate *inflate)
{
	isal_inflate_init(&inflate->gzip);
	inflate->gzip.crc_flag = ISAL_GZIP;
	inflate->stream_open = true;
}

static void detect(Inflate *inflate)
{
	static const guint8 zstd_magic[] = {0x28, 0xb5, 0x2f, 0xfd};
	const guint8 *p = inflate->input;
	inflate->kind = PLAIN;
	if (inflate->length > 2 && p[0] == 0x1f && p[1] == 0x8b) {
		inflate->kind = GZIP;
		start_gzip(inflate);
	} else if (inflate->length > 4 && memcmp(p, zstd_magic, sizeof zstd_magic) == 0) {
		inflate->kind = ZSTD;
		inflate->zstd = ZSTD_createDStream();
		ZSTD_DCtx_setParameter(inflate->zstd, ZSTD_d_windowLogMax, WINDOW_LOG);
	}
}

static ssize_t damaged(GError **error)
{
	fail(error, BERTH_ERROR_INVALID,
		"the archive is damaged or cut off: its compressed data ends too early");
	return -1;
}

static ssize_t zstd_problem(size_t result, GError **error)
{
	if (ZSTD_getErrorCode(result) != ZSTD_error_frameParameter_windowTooLarge)
		return damaged(error);
	fail(error, BERTH_ERROR_INVALID,
		"the archive's zstd needs more memory than %d MiB: its window is too large",
		1 << (WINDOW_LOG - 20));
	return -1;
}

static ssize_t read_plain(Inflate *inflate, void *data, size_t size)
{
	size_t n = MIN(size, inflate->length - inflate->taken);
	memcpy(data, inflate->input + inflate->taken, n);
	inflate->taken += n;
	return (ssize_t)n;
}

/* A gzip file may have several members (RFC 1952, 2.2). */
static ssize_t read_gzip(Inflate *inflate, void *data, size_t size, GError **error)
{
	struct inflate_state *state = &inflate->gzip;
	state->next_out = data;
	state->avail_out = (guint32)MIN(size, G_MAXUINT32);
	for (;;) {
		size_t had = inflate->length - inflate->taken;
		if (!inflate->stream_open) {
			if (had == 0)
				return 0;
			guint32 room = state->avail_out;
			start_gzip(inflate);
			state->next_out = data;
			state->avail_out = room;
		}
		state->next_in = inflate->input + inflate->taken;
		state->avail_in = (guint32)had;
		inflate->wrong = inflate->wrong || isal_inflate(state) != ISAL_DECOMP_OK;
		/* What comes before the damage is given first: an archive may end before it. */
		if (inflate->wrong && state->next_out == data)
			return damaged(error);
		inflate->taken = inflate->length - state->avail_in;
		if (state->block_state == ISAL_BLOCK_FINISH)
			inflate->stream_open = false;
		size_t got = (size_t)(state->next_out - (guint8 *)data);
		if (got > 0)
			return (ssize_t)got;
		if (inflate->taken == inflate->length) {
			if (inflate->input_ended)
				return inflate->stream_open ? damaged(error) : 0;
			if (!refill(inflate, error))
				return -1;
		}
	}
}

static ssize_t read_zstd(Inflate *inflate, void *data, size_t size, GError **error)
{
	for (;;) {
		ZSTD_inBuffer in = {inflate->input, inflate->length, inflate->taken};
		ZSTD_outBuffer out = {data, size, 0};
		if (in.pos == in.size && inflate->input_ended && !inflate->stream_open)
			return 0;
		size_t left = ZSTD_decompressStream(inflate->zstd, &out, &in);
		if (ZSTD_isError(left))
			return zstd_problem(left, error);
		inflate->taken = in.pos;
		inflate->stream_open = left != 0;
		if (out.pos > 0)
			return (ssize_t)out.pos;
		if (in.pos == in.size) {
			if (inflate->input_ended)
				return inflate->stream_open ? damaged(error) : 0;
			if (!refill(inflate, error))
				return -1;
		}
	}
}

ssize_t inflate_read(Inflate *inflate, void *data, size_t size, GError **error)
{
	if (inflate->taken == inflate->length && !refill(inflate, error))
		return -1;
	if (inflate->kind == UNKNOWN)
		detect(inflate);
	if (inflate->kind == GZIP)
		return read_gzip(inflate, data, size, error);
	if (inflate->kind == ZSTD)
		return read_zstd(inflate, data, size, error);
	return read_plain(inflate, data, size);
}

const char *inflate_suffix(const Inflate *inflate)
{
	return inflate->kind == GZIP ? "+gzip" : inflate->kind == ZSTD ? "+zstd" : "";
}
