#include "cli/migrate/bolt.h"

#include "base/error.h"
#include "base/fd.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

/* Sizes of pages and their elements, in bytes; DEPTH and KEYS: limits beyond any of Docker's trees. */
enum {
	PAGE_HEAD = 16,
	META = 64,
	ELEMENT = 16,
	BUCKET = 16,
	DEPTH = 32,
	KEYS = 8,
	LIMIT = 1 << 30
};
enum { BRANCH_PAGE = 0x01, LEAF_PAGE = 0x02, IS_BUCKET = 0x01 };
static const guint32 magic = 0xED0CDAED, version = 2;

typedef struct {
	const char *bytes;
	size_t length, page_size;
	size_t seen; /* bytes that were read: pages of a valid file do not overlap, so more than its size means a circle */
	const char *const *path; /* remaining path to the bucket */
	const char *keys[KEYS + 1];
	size_t key_count;
	BoltPair each;
	gpointer data;
} Bolt;

/* A part of the file. */
typedef struct {
	const char *bytes;
	size_t length;
} Span;

static guint64 number(const char *bytes, size_t size)
{
	guint64 value = 0;
	memcpy(&value, bytes, size);
	return GUINT64_FROM_LE(value);
}

/* Whether a meta page is valid: its checksum is FNV-1a of the bytes before it. */
static bool meta_is_valid(const Bolt *bolt, size_t offset)
{
	const char *meta = bolt->bytes + offset + PAGE_HEAD;
	guint64 sum = 14695981039346656037u;
	if (offset + PAGE_HEAD + META > bolt->length || number(meta, 4) != magic ||
		number(meta + 4, 4) != version)
		return false;
	for (int i = 0; i < META - 8; i++)
		sum = (sum ^ (guint8)meta[i]) * 1099511628211u;
	return number(meta + META - 8, 8) == sum;
}

/* Reads the newer valid one of the two meta pages, which has the tree's root. False if there is none. */
static bool find_root(Bolt *bolt, guint64 *root)
{
	guint64 newest = 0;
	bool found = false;
	/* The second page's place depends on the page size: the first page's, or this machine's. */
	bolt->page_size = meta_is_valid(bolt, 0) ? number(bolt->bytes + PAGE_HEAD + 8, 4)
						 : (size_t)sysconf(_SC_PAGESIZE);
	if (bolt->page_size < PAGE_HEAD + META || bolt->page_size > (1 << 20))
		return false;
	for (size_t i = 0; i < 2; i++) {
		const char *meta = bolt->bytes + i * bolt->page_size + PAGE_HEAD;
		if (!meta_is_valid(bolt, i * bolt->page_size) ||
			(found && number(meta + 48, 8) <= newest))
			continue;
		newest = number(meta + 48, 8);
		*root = number(meta + 16, 8);
		found = true;
	}
	return found;
}

/* length bytes at an element's position, within its page. */
static bool span_in(Span page, size_t from, guint64 length, Span *span)
{
	if (from > page.length || length > page.length - from)
		return false;
	*span = (Span){page.bytes + from, (size_t)length};
	return true;
}

/* Counts bytes that are read; false if they exceed the file's size. */
static bool count_seen(Bolt *bolt, size_t bytes)
{
	bolt->seen += bytes;
	return bolt->seen <= bolt->length;
}

static bool walk_page(Bolt *bolt, guint64 id, int depth);

static bool walk_pages(Bolt *bolt, Span page, size_t count, int depth)
{
	for (size_t i = 0; i < count; i++)
		if (!walk_page(
			    bolt, number(page.bytes + PAGE_HEAD + i * ELEMENT + 8, 8), depth + 1))
			return false;
	return true;
}

static bool walk(Bolt *bolt, Span page, int depth);

/* Reads a bucket, whose pairs are in pages of their own, or inline in its value. */
static bool walk_bucket(Bolt *bolt, Span value, int depth)
{
	if (value.length < BUCKET)
		return false;
	guint64 root = number(value.bytes, 8);
	return root != 0
		       ? walk_page(bolt, root, depth + 1)
		       : walk(bolt, (Span){value.bytes + BUCKET, value.length - BUCKET}, depth + 1);
}

/* Reads a bucket that is on the path, or below its end. */
static bool walk_inner(Bolt *bolt, const char *name, Span value, int depth)
{
	const char *const *path = bolt->path;
	bool on_path = *path != NULL, ok;
	if (on_path ? strcmp(name, *path) != 0 : bolt->key_count == KEYS - 1)
		return on_path;
	if (on_path)
		bolt->path++;
	else
		bolt->keys[bolt->key_count++] = name;
	ok = walk_bucket(bolt, value, depth);
	bolt->path = path;
	bolt->key_count -= !on_path;
	return ok;
}

static bool walk_pair(Bolt *bolt, const char *name, Span value)
{
	if (*bolt->path != NULL)
		return true;
	bolt->keys[bolt->key_count] = name;
	bolt->keys[bolt->key_count + 1] = NULL;
	bolt->each(bolt->keys, value.bytes, value.length, bolt->data);
	return count_seen(bolt, value.length);
}

static bool walk_leaf(Bolt *bolt, Span page, size_t count, int depth)
{
	for (size_t i = 0; i < count; i++) {
		size_t at = PAGE_HEAD + i * ELEMENT;
		guint64 flags = number(page.bytes + at, 4), place = number(page.bytes + at + 4, 4),
			key_size = number(page.bytes + at + 8, 4);
		Span key, value;
		if (!span_in(page, at + place, key_size, &key) ||
			!span_in(page, at + place + key_size, number(page.bytes + at + 12, 4),
				&value) ||
			!count_seen(bolt, key.length))
			return false;
		g_autofree char *name = g_strndup(key.bytes, key.length);
		if (!((flags & IS_BUCKET) != 0 ? walk_inner(bolt, name, value, depth)
					       : walk_pair(bolt, name, value)))
			return false;
	}
	return true;
}

static bool walk(Bolt *bolt, Span page, int depth)
{
	if (depth > DEPTH || page.length < PAGE_HEAD)
		return false;
	guint64 flags = number(page.bytes + 8, 2), count = number(page.bytes + 10, 2);
	if (count > (page.length - PAGE_HEAD) / ELEMENT ||
		!count_seen(bolt, PAGE_HEAD + (size_t)count * ELEMENT))
		return false;
	return flags == BRANCH_PAGE ? walk_pages(bolt, page, count, depth)
	       : flags == LEAF_PAGE ? walk_leaf(bolt, page, count, depth)
				    : false;
}

static bool walk_page(Bolt *bolt, guint64 id, int depth)
{
	size_t pages = bolt->length / bolt->page_size;
	if (id >= pages)
		return false;
	const char *page = bolt->bytes + id * bolt->page_size;
	guint64 more = number(page + 12, 4); /* overflow pages */
	if (more > pages - id - 1)
		return false;
	return walk(bolt, (Span){page, (size_t)(more + 1) * bolt->page_size}, depth);
}

bool bolt_each(
	const char *path, const char *const *buckets, BoltPair each, gpointer data, GError **error)
{
	guint64 root = 0;
	size_t length;
	autofd fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	/* A process that has it open for writing holds a lock. */
	if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0)
		return fail(error, BERTH_ERROR_UNAVAILABLE,
			"%s is in use: stop Docker first (systemctl stop docker.socket "
			"docker.service containerd.service)",
			path);
	g_autofree char *bytes = fd >= 0 ? fd_read_all(fd, LIMIT, &length) : NULL;
	if (bytes == NULL)
		return fail_errno(error, "cannot read %s", path);
	Bolt bolt = {.bytes = bytes, .length = length, .path = buckets, .each = each, .data = data};
	return (find_root(&bolt, &root) && walk_page(&bolt, root, 0)) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "%s is no database of bbolt, or is damaged",
		       path);
}
