#include "base/log.h"
#include "base/fd.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static int journal;
static char *folder;

/* The next entry, with a line's end before it. */
static const char *heard(void)
{
	static char entry[4096];
	ssize_t n = recv(journal, entry + 1, sizeof entry - 2, MSG_DONTWAIT);
	entry[0] = '\n';
	entry[n < 0 ? 1 : n + 1] = '\0';
	return entry;
}

static void test_fields(void)
{
	char id[65];
	memset(id, 'a', 64);
	id[64] = '\0';
	log_warn("container %s: what\nCONTAINER_ID=forged", id);
	const char *entry = heard();
	g_assert_nonnull(strstr(entry, "\nPRIORITY=4\n"));
	g_assert_nonnull(strstr(entry, "\nSYSLOG_IDENTIFIER=berthd\n"));
	g_assert_nonnull(strstr(entry, "what CONTAINER_ID=forged\n"));
	g_autofree char *field = g_strdup_printf("\nCONTAINER_ID=%s\n", id);
	g_assert_nonnull(strstr(entry, field));
	g_assert_null(strstr(entry, "\nREQUEST_ID="));
	log_info("container web goes");
	g_assert_null(strstr(heard(), "\nCONTAINER_ID="));
	log_debug("not wanted");
	g_assert_cmpstr(heard(), ==, "\n");
}

static char *request_of(const char *entry)
{
	const char *at = strstr(entry, "\nREQUEST_ID=");
	g_assert_nonnull(at);
	at += strlen("\nREQUEST_ID=");
	return g_strndup(at, strcspn(at, "\n"));
}

static void test_requests(void)
{
	log_request_begin("");
	log_info("one");
	g_autofree char *one = request_of(heard());
	log_info("two");
	g_autofree char *two = request_of(heard());
	log_request_begin("line\nforged");
	log_error("three");
	g_autofree char *three = request_of(heard());
	g_assert_cmpstr(one, ==, two);
	g_assert_cmpstr(one, !=, three);
	log_request_begin("the-clients-own");
	log_error("four");
	g_autofree char *four = request_of(heard());
	g_assert_cmpstr(four, ==, "the-clients-own");
	log_request_end();
}

/* Without the journal's variable, or with that of another stream, standard error stays as it is. */
static void test_stream(void)
{
	g_unsetenv("JOURNAL_STREAM");
	g_assert_false(log_is_journal());
	g_setenv("JOURNAL_STREAM", "1:2", TRUE);
	g_assert_false(log_is_journal());
	g_assert_false(log_use_journal("/nowhere/socket"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("berth-log.XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "socket", NULL);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(bind(journal, (struct sockaddr *)&address, sizeof address), ==, 0);
	g_assert_true(log_use_journal(path));
	g_test_add_func("/log/fields", test_fields);
	g_test_add_func("/log/requests", test_requests);
	g_test_add_func("/log/stream", test_stream);
	int code = g_test_run();
	unlink(path);
	rmdir(folder);
	g_free(folder);
	return code;
}
