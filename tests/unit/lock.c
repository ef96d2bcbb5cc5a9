#include "base/lock.h"

static GMutex first, second;

static void test_held(void)
{
	g_mutex_lock(&first);
	g_autoptr(GMutexLocker) both G_GNUC_UNUSED = g_mutex_locker_new(&second);
	lock_held(&first);
	lock_held(&second);
	g_mutex_unlock(&first);
	g_assert_true(g_mutex_trylock(&first));
	lock_held(&first);
	g_mutex_unlock(&first);
}

static void test_not_held(void)
{
	if (g_test_subprocess()) {
		g_mutex_lock(&second);
		lock_held(&first);
		return;
	}
	g_test_trap_subprocess(NULL, 0, 0);
	g_test_trap_assert_failed();
	g_test_trap_assert_stderr("*test_not_held: is called without &first*");
}

static gpointer ask(gpointer data)
{
	lock_held((GMutex *)data);
	return NULL;
}

/* What another thread holds, is not held here. */
static void test_other_thread(void)
{
	if (g_test_subprocess()) {
		g_mutex_lock(&first);
		g_thread_join(g_thread_new("other", ask, &first));
		return;
	}
	g_test_trap_subprocess(NULL, 0, 0);
	g_test_trap_assert_failed();
	g_test_trap_assert_stderr("*ask: is called without*");
}

static void test_not_given(void)
{
	if (g_test_subprocess()) {
		g_mutex_unlock(&first);
		return;
	}
	g_test_trap_subprocess(NULL, 0, 0);
	g_test_trap_assert_failed();
	g_test_trap_assert_stderr("*gives back a lock that it has not*");
}

static void test_twice(void)
{
	if (g_test_subprocess()) {
		g_mutex_lock(&first);
		g_mutex_lock(&first);
		return;
	}
	g_test_trap_subprocess(NULL, 0, 0);
	g_test_trap_assert_failed();
	g_test_trap_assert_stderr("*waits for a lock that it has*");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/lock/held", test_held);
	g_test_add_func("/lock/not-held", test_not_held);
	g_test_add_func("/lock/other-thread", test_other_thread);
	g_test_add_func("/lock/not-given", test_not_given);
	g_test_add_func("/lock/twice", test_twice);
	return g_test_run();
}
