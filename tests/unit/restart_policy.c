#include "engine/object/restart_policy.h"

#include "base/error.h"

static bool parse(const char *text, RestartPolicy *policy, GError **error)
{
	g_autoptr(json_t) host = json_loads(text, 0, NULL);
	g_assert_nonnull(host);
	return restart_policy_parse(host, policy, error);
}

static void test_restarts(void)
{
	static const struct {
		const char *host;
		int exit_code;
		gint64 restarts;
		bool again, resumes, resumes_stopped;
	} cases[] = {
		{"{}", 1, 0, false, false, false},
		{"{\"RestartPolicy\":{\"Name\":\"no\"}}", 1, 0, false, false, false},
		{"{\"RestartPolicy\":{\"Name\":\"always\"}}", 0, 9, true, true, true},
		{"{\"RestartPolicy\":{\"Name\":\"unless-stopped\"}}", 0, 9, true, true, false},
		{"{\"RestartPolicy\":{\"Name\":\"on-failure\"}}", 0, 0, false, false, false},
		{"{\"RestartPolicy\":{\"Name\":\"on-failure\"}}", 1, 99, true, false, false},
		{"{\"RestartPolicy\":{\"Name\":\"on-failure\",\"MaximumRetryCount\":2}}", 1, 1,
			true, false, false},
		{"{\"RestartPolicy\":{\"Name\":\"on-failure\",\"MaximumRetryCount\":2}}", 1, 2,
			false, false, false},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		RestartPolicy policy;
		g_assert_true(parse(cases[i].host, &policy, NULL));
		g_assert_cmpint(
			restart_policy_restarts(&policy, cases[i].exit_code, cases[i].restarts), ==,
			cases[i].again);
		g_assert_cmpint(restart_policy_resumes(&policy, false), ==, cases[i].resumes);
		g_assert_cmpint(
			restart_policy_resumes(&policy, true), ==, cases[i].resumes_stopped);
	}
}

static void test_refused(void)
{
	static const struct {
		const char *host, *words;
	} cases[] = {
		{"{\"RestartPolicy\":{\"Name\":\"Always\"}}",
			"invalid restart policy: unknown policy 'Always'; use one of 'no', "
			"'always', 'on-failure', or 'unless-stopped'"},
		{"{\"RestartPolicy\":{\"Name\":\"always\",\"MaximumRetryCount\":-1}}",
			"invalid restart policy: maximum retry count can only be used with "
			"'on-failure' and cannot be negative"},
		{"{\"RestartPolicy\":{\"MaximumRetryCount\":1}}",
			"invalid restart policy: maximum retry count can only be used with "
			"'on-failure'"},
		{"{\"RestartPolicy\":{\"Name\":\"on-failure\",\"MaximumRetryCount\":-1}}",
			"invalid restart policy: maximum retry count cannot be negative"},
		{"{\"AutoRemove\":true,\"RestartPolicy\":{\"Name\":\"always\"}}",
			"can't create 'AutoRemove' container with restart policy"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		RestartPolicy policy;
		g_assert_false(parse(cases[i].host, &policy, &error));
		g_assert_error(error, BERTH_ERROR, BERTH_ERROR_INVALID);
		g_assert_cmpstr(error->message, ==, cases[i].words);
		g_assert_false(restart_policy_restarts(&policy, 1, 0));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/restart_policy/restarts", test_restarts);
	g_test_add_func("/restart_policy/refused", test_refused);
	return g_test_run();
}
