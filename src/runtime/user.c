/* Resolves "user:group" with the image's passwd and group files. A numeric word is an id, whatever names the files
 * contain (CVE-2016-3697, CVE-2026-46680). Each file is read once from beginning to end (CVE-2026-47262). */
#include "runtime/runtime.h"

#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* MAX_GROUPS: the kernel's NGROUPS_MAX. The last field of a line may be missing. */
enum { MAX_FIELDS = 7, PASSWD_LEAST = 4, GROUP_LEAST = 3, MAX_GROUPS = 65536, FILE_MB = 16 };

static const char passwd_path[] = "etc/passwd", group_path[] = "etc/group";
static const char out_of_range[] = "uids and gids must be in range 0-2147483647";

/* A part of a text, not copied. */
typedef struct {
	const char *text;
	size_t length;
} Slice;

typedef struct {
	Slice fields[MAX_FIELDS];
	int count;
} Line;

void user_clear(User *user)
{
	g_clear_pointer(&user->groups, g_array_unref);
	g_clear_pointer(&user->home, g_free);
}

/* A file removed by an overlay's upper layer (a whiteout), or /dev/null in its place, counts as empty. */
static bool is_empty_device(int fd)
{
	struct stat st;
	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	       (st.st_rdev == 0 || st.st_rdev == makedev(1, 3));
}

bool user_file_read(int fd, const char *path, char **text, GError **error)
{
	if ((fd < 0 && (errno == ENOENT || errno == ENOTDIR)) || (fd >= 0 && is_empty_device(fd))) {
		*text = g_strdup("");
		return true;
	}
	autofd readable = fd_open_regular(fd);
	*text = readable < 0 ? NULL : fd_read_all(readable, (size_t)FILE_MB << 20, NULL);
	if (*text != NULL)
		return true;
	if (errno == ESTALE)
		return fail(error, BERTH_ERROR_INVALID, "/%s is not a regular file", path);
	if (errno == EFBIG)
		return fail(error, BERTH_ERROR_INVALID, "/%s is larger than %d MB", path, FILE_MB);
	return fail_errno(error, "cannot read /%s", path);
}

bool user_files_read(int root_fd, char **passwd, char **group, GError **error)
{
	autofd passwd_fd = path_open_in_root(root_fd, passwd_path, O_PATH, 0);
	if (!user_file_read(passwd_fd, passwd_path, passwd, error))
		return false;
	autofd group_fd = path_open_in_root(root_fd, group_path, O_PATH, 0);
	return user_file_read(group_fd, group_path, group, error);
}

bool user_is_number(const char *text)
{
	text += *text == '+' || *text == '-';
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* Parses a valid id. False for any other number, and for a word that is no number. */
static bool parse_id(Slice slice, guint32 *id)
{
	guint64 value = 0;
	size_t i = slice.length > 1 && *slice.text == '+';
	if (slice.length == 0)
		return false;
	for (; i < slice.length; i++) {
		if (!g_ascii_isdigit(slice.text[i]))
			return false;
		value = MIN(value * 10 + (guint64)(slice.text[i] - '0'), G_MAXUINT32);
	}
	*id = (guint32)value;
	return value <= G_MAXINT32;
}

/* CVE-2024-40635: a number that is too large is refused, and never truncated. */
static bool parse_number(const char *text, guint32 *id, GError **error)
{
	return parse_id((Slice){text, strlen(text)}, id) ||
	       fail(error, BERTH_ERROR_INVALID, out_of_range);
}

static bool is_text(Slice slice, const char *text)
{
	return strlen(text) == slice.length && memcmp(slice.text, text, slice.length) == 0;
}

/* The field before the next separator, after which *rest points. False at the end. */
static bool next_part(Slice *rest, char mark, Slice *part)
{
	if (rest->text == NULL)
		return false;
	const char *end = memchr(rest->text, mark, rest->length);
	*part = (Slice){rest->text, end != NULL ? (size_t)(end - rest->text) : rest->length};
	*rest = end != NULL ? (Slice){end + 1, rest->length - part->length - 1} : (Slice){0};
	return true;
}

static Slice strip(Slice slice)
{
	for (; slice.length > 0 && g_ascii_isspace(*slice.text); slice.length--)
		slice.text++;
	while (slice.length > 0 && g_ascii_isspace(slice.text[slice.length - 1]))
		slice.length--;
	return slice;
}

static bool next_line(Slice *rest, Line *line)
{
	Slice whole;
	line->count = 0;
	if (!next_part(rest, '\n', &whole))
		return false;
	whole = strip(whole);
	while (line->count < MAX_FIELDS && next_part(&whole, ':', &line->fields[line->count]))
		line->count++;
	return true;
}

/* The first line with that name or, where name is NULL, with that uid. */
static bool find_user(const char *passwd, const char *name, guint32 uid, Line *line)
{
	Slice rest = {passwd, strlen(passwd)};
	guint32 id;
	while (next_line(&rest, line))
		if (line->count >= PASSWD_LEAST &&
			(name != NULL ? is_text(line->fields[0], name)
				      : parse_id(line->fields[2], &id) && id == uid))
			return true;
	return false;
}

/* What is searched for in the group file: groups with this member, and groups by name. */
typedef struct {
	const char *member; /* or NULL */
	GHashTable *names;  /* name -> gid + 1; DAMAGED, or 0 while it is not found */
	GHashTable *seen;   /* gid + 1: those already in user->groups */
	User *user;
} Search;

static const gpointer damaged = GSIZE_TO_POINTER(G_MAXSIZE);

static bool add_group(Search *search, gid_t gid, GError **error)
{
	GArray *groups = search->user->groups;
	if (!g_hash_table_add(search->seen, GSIZE_TO_POINTER((gsize)gid + 1)))
		return true;
	g_array_append_val(groups, gid);
	return groups->len <= MAX_GROUPS ||
	       fail(error, BERTH_ERROR_INVALID, "the user is in more than %d groups", MAX_GROUPS);
}

static bool is_member(const Line *line, const char *name)
{
	Slice rest = line->fields[GROUP_LEAST], member;
	while (line->count > GROUP_LEAST && next_part(&rest, ',', &member))
		if (is_text(member, name))
			return true;
	return false;
}

static void note_name(Search *search, const Line *line, gpointer gid)
{
	g_autofree char *name = g_strndup(line->fields[0].text, line->fields[0].length);
	gpointer known, key;
	/* The first line of a name counts. */
	if (g_hash_table_lookup_extended(search->names, name, &key, &known) && known == NULL)
		g_hash_table_insert(search->names, key, gid);
}

static bool read_groups(Search *search, const char *group, GError **error)
{
	Slice rest = {group, strlen(group)};
	Line line;
	while (next_line(&rest, &line)) {
		guint32 gid;
		if (line.count < GROUP_LEAST)
			continue;
		bool whole = parse_id(line.fields[2], &gid);
		if (g_hash_table_size(search->names) > 0)
			note_name(
				search, &line, whole ? GSIZE_TO_POINTER((gsize)gid + 1) : damaged);
		if (whole && search->member != NULL && is_member(&line, search->member) &&
			!add_group(search, gid, error))
			return false;
	}
	return true;
}

static bool group_id(const Search *search, const char *word, gid_t *gid, GError **error)
{
	if (user_is_number(word))
		return parse_number(word, gid, error);
	gpointer found = g_hash_table_lookup(search->names, word);
	if (found == damaged)
		return fail(error, BERTH_ERROR_INVALID, out_of_range);
	*gid = (gid_t)(GPOINTER_TO_SIZE(found) - 1);
	return found != NULL ||
	       fail(error, BERTH_ERROR_INVALID,
		       "unable to find group %s: no matching entries in group file", word);
}

static void want_group(Search *search, const char *word)
{
	if (!user_is_number(word))
		g_hash_table_insert(search->names, (gpointer)word, NULL);
}

/* uid, gid and name of the requested user; the name is NULL where passwd lacks it. */
static bool read_user(
	User *user, const char *wanted, const char *passwd, char **name, GError **error)
{
	Line line;
	bool number = user_is_number(wanted);
	if (number && !parse_number(wanted, &user->uid, error))
		return false;
	if (!find_user(passwd, number ? NULL : wanted, user->uid, &line))
		return number ||
		       fail(error, BERTH_ERROR_INVALID,
			       "unable to find user %s: no matching entries in passwd file",
			       wanted);
	if (!parse_id(line.fields[2], &user->uid) || !parse_id(line.fields[3], &user->gid))
		return fail(error, BERTH_ERROR_INVALID, out_of_range);
	*name = g_strndup(line.fields[0].text, line.fields[0].length);
	return true;
}

/* From the first line with the uid, as in runc. */
static char *home_of(const char *passwd, uid_t uid)
{
	Line line;
	return find_user(passwd, NULL, uid, &line) && line.count > 5 && line.fields[5].length > 0
		       ? g_strndup(line.fields[5].text, line.fields[5].length)
		       : g_strdup("/");
}

static bool resolve(Search *search, char *const *words, const char *passwd, const char *group,
	char *const *extra, GError **error)
{
	User *user = search->user;
	g_autofree char *name = NULL;
	const char *own = words[1] != NULL && *words[1] != '\0' ? words[1] : NULL;
	gid_t gid;
	if (!read_user(user, *words[0] != '\0' ? words[0] : "0", passwd, &name, error))
		return false;
	user->home = home_of(passwd, user->uid);
	/* An explicit group replaces the groups that list the user (as in runc). */
	search->member = own == NULL ? name : NULL;
	if (own != NULL)
		want_group(search, own);
	for (int i = 0; extra != NULL && extra[i] != NULL; i++)
		want_group(search, extra[i]);
	if (!read_groups(search, group, error) ||
		(own != NULL && !group_id(search, own, &user->gid, error)) ||
		!add_group(search, user->gid, error))
		return false;
	for (int i = 0; extra != NULL && extra[i] != NULL; i++)
		if (!group_id(search, extra[i], &gid, error) || !add_group(search, gid, error))
			return false;
	return true;
}

bool user_resolve(User *user, const char *wanted, const char *passwd, const char *group,
	char *const *extra, GError **error)
{
	g_auto(GStrv) words = g_strsplit(*wanted != '\0' ? wanted : "0", ":", 2);
	*user = (User){.groups = g_array_new(FALSE, FALSE, sizeof(gid_t))};
	Search search = {.user = user,
		.names = g_hash_table_new(g_str_hash, g_str_equal),
		.seen = g_hash_table_new(NULL, NULL)};
	bool ok = resolve(&search, words, passwd, group, extra, error);
	g_hash_table_unref(search.names);
	g_hash_table_unref(search.seen);
	return ok;
}
