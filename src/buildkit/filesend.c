/* The sending side of fsutil's transfer: a result's files for the client. */
#include "buildkit/internal.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { CHUNK = 32 << 10, MAX_DEPTH = 1000 };

typedef struct {
	GrpcCall *call;
	const SentTree *trees;
	size_t count;
	GPtrArray *paths;   /* of char *, by their number */
	GHashTable *inodes; /* "device:number" -> the first path of it; borrowed from paths */
} Sender;

static bool send_stat(Sender *sender, Bk__Stat *stat, GError **error)
{
	Bk__Packet packet = BK__PACKET__INIT;
	packet.type = BK__PACKET__TYPE__STAT;
	packet.stat = stat;
	return grpc_send(sender->call, &packet, error);
}

/* A hard link to a file that was sent refers to its first path. */
static const char *first_name(Sender *sender, const struct stat *there, char *path)
{
	if (!S_ISREG(there->st_mode) || there->st_nlink < 2)
		return "";
	char *key = g_strdup_printf("%ju:%ju", (uintmax_t)there->st_dev, (uintmax_t)there->st_ino);
	const char *first = g_hash_table_lookup(sender->inodes, key);
	if (first == NULL)
		g_hash_table_insert(sender->inodes, key, path);
	else
		g_free(key);
	return first != NULL ? first : "";
}

static bool send_node(Sender *sender, int dir, const char *name, char *path,
	const struct stat *there, GError **error)
{
	char target[PATH_MAX];
	Bk__Stat stat = BK__STAT__INIT;
	stat.path = path;
	stat.mode = filesync_mode(there->st_mode);
	stat.uid = there->st_uid;
	stat.gid = there->st_gid;
	stat.mod_time =
		there->st_mtim.tv_sec * G_GINT64_CONSTANT(1000000000) + there->st_mtim.tv_nsec;
	stat.size = S_ISDIR(there->st_mode) ? 0 : there->st_size;
	stat.linkname = (char *)first_name(sender, there, path);
	if (S_ISLNK(there->st_mode)) {
		ssize_t n = readlinkat(dir, name, target, sizeof target - 1);
		if (n < 0)
			return fail_errno(error, "cannot read %s", path);
		target[n] = '\0';
		stat.linkname = target;
	}
	return send_stat(sender, &stat, error);
}

static bool walk(Sender *sender, int dir, const char *prefix, int depth, GError **error);

static bool send_entry(
	Sender *sender, int dir, const char *prefix, const char *name, int depth, GError **error)
{
	struct stat there;
	if (fstatat(dir, name, &there, AT_SYMLINK_NOFOLLOW) < 0)
		return fail_errno(error, "cannot read %s%s", prefix, name);
	/* Other kinds of files have no content. */
	if (S_ISSOCK(there.st_mode) || S_ISCHR(there.st_mode) || S_ISBLK(there.st_mode))
		return true;
	char *path = g_strconcat(prefix, name, NULL);
	g_ptr_array_add(sender->paths, path);
	if (!send_node(sender, dir, name, path, &there, error))
		return false;
	if (!S_ISDIR(there.st_mode))
		return true;
	if (depth >= MAX_DEPTH)
		return fail(error, BERTH_ERROR_INVALID, "%s is too deep", path);
	autofd inner = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	g_autofree char *below = g_strconcat(path, "/", NULL);
	return inner >= 0 ? walk(sender, inner, below, depth + 1, error)
			  : fail_errno(error, "cannot read %s", path);
}

/* In order of names, each folder before its contents, which receivers require. */
static bool walk(Sender *sender, int dir, const char *prefix, int depth, GError **error)
{
	g_autoptr(GPtrArray) names = folder_names(dir);
	for (guint i = 0; i < names->len; i++)
		if (!send_entry(sender, dir, prefix, names->pdata[i], depth, error))
			return false;
	return true;
}

static bool send_data(Sender *sender, guint32 id, guint8 *data, size_t length, GError **error)
{
	Bk__Packet packet = BK__PACKET__INIT;
	packet.type = BK__PACKET__TYPE__DATA;
	packet.id = id;
	packet.data = (ProtobufCBinaryData){length, data};
	return grpc_send(sender->call, &packet, error);
}

/* The tree that contains a path; *inner: its path in the tree. */
static const SentTree *tree_of(const Sender *sender, const char *path, const char **inner)
{
	for (size_t i = 0; i < sender->count; i++) {
		const char *name = sender->trees[i].name;
		size_t length = strlen(name);
		if (length == 0 || (strncmp(path, name, length) == 0 && path[length] == '/')) {
			*inner = path + (length == 0 ? 0 : length + 1);
			return &sender->trees[i];
		}
	}
	return NULL;
}

/* Sends a file's content; an empty part marks its end. */
static bool send_content(Sender *sender, guint32 id, GError **error)
{
	if (id >= sender->paths->len)
		return fail(error, BERTH_ERROR_INVALID, "invalid file id %u", id);
	const char *path = sender->paths->pdata[id], *inner = NULL;
	const SentTree *tree = tree_of(sender, path, &inner);
	autofd fd = tree != NULL ? path_open_regular(tree->root_fd, inner) : -1;
	g_autofree guint8 *block = g_malloc(CHUNK);
	if (fd < 0)
		return fail_errno(error, "cannot read %s", path);
	for (;;) {
		ssize_t n = read(fd, block, CHUNK);
		if (n < 0)
			return fail_errno(error, "cannot read %s", path);
		if (!send_data(sender, id, block, (size_t)n, error))
			return false;
		if (n == 0)
			return true;
	}
}

static bool answer_requests(Sender *sender, GError **error)
{
	for (;;) {
		g_autoptr(Bk__Packet) packet =
			grpc_receive(sender->call, &bk__packet__descriptor, error);
		if (packet == NULL)
			return false;
		if (packet->type == BK__PACKET__TYPE__ERR)
			return fail(error, BERTH_ERROR_INVALID, "error from receiver: %.*s",
				(int)MIN(packet->data.len, 4096), packet->data.data);
		if (packet->type == BK__PACKET__TYPE__FIN)
			break;
		if (packet->type == BK__PACKET__TYPE__REQ &&
			!send_content(sender, packet->id, error))
			return false;
	}
	Bk__Packet end = BK__PACKET__INIT;
	end.type = BK__PACKET__TYPE__FIN;
	return grpc_send(sender->call, &end, error);
}

static bool send_tree(Sender *sender, const SentTree *tree, GError **error)
{
	struct stat there;
	if (*tree->name == '\0')
		return walk(sender, tree->root_fd, "", 0, error);
	if (fstat(tree->root_fd, &there) < 0)
		return fail_errno(error, "cannot read %s", tree->name);
	char *path = g_strdup(tree->name);
	g_ptr_array_add(sender->paths, path);
	g_autofree char *below = g_strconcat(tree->name, "/", NULL);
	return send_node(sender, tree->root_fd, "", path, &there, error) &&
	       walk(sender, tree->root_fd, below, 1, error);
}

bool filesync_send(GrpcCall *call, const SentTree *trees, size_t count, GError **error)
{
	Sender sender = {.call = call,
		.trees = trees,
		.count = count,
		.paths = g_ptr_array_new_with_free_func(g_free),
		.inodes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
	bool ok = true;
	for (size_t i = 0; ok && i < count; i++)
		ok = send_tree(&sender, &trees[i], error);
	ok = ok && send_stat(&sender, NULL, error) && answer_requests(&sender, error);
	g_hash_table_unref(sender.inodes);
	g_ptr_array_unref(sender.paths);
	return ok;
}
