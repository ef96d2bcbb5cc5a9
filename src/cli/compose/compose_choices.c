/* Options of `up` and `create` that mean nothing together, or have a value that means nothing: refused, in Docker Compose's words. */
#include "cli/common/flags.h"
#include "cli/compose/compose.h"

#include "base/error.h"

#include <string.h>

typedef struct {
	const char *one, *other, *words;
} Pair;

static const char with_wait[] = "--wait cannot be combined with --abort-on-container-exit, "
				"--attach or --attach-dependencies";
static const char with_wait_more[] =
	"--wait cannot be combined with --abort-on-container-exit, --abort-on-container-failure, "
	"--attach, --attach-dependencies or --watch";
static const char with_detach[] =
	"--detach cannot be combined with --abort-on-container-exit, --abort-on-container-failure, "
	"--attach, --attach-dependencies or --watch";

/* In Docker Compose's order: the first that is met is told. */
static const Pair pairs[] = {
	{"abort-on-container-failure", "abort-on-container-exit",
		"--abort-on-container-failure cannot be combined with --abort-on-container-exit"},
	{"wait", "attach-dependencies", with_wait},
	{"wait", "abort-on-container-exit", with_wait},
	{"wait", "exit-code-from", with_wait},
	{"wait", "attach", with_wait},
	{"build", "no-build", "--build and --no-build are incompatible"},
	{"wait", "abort-on-container-failure", with_wait_more},
	{"wait", "watch", with_wait_more},
	{"detach", "attach-dependencies", with_detach},
	{"detach", "abort-on-container-exit", with_detach},
	{"detach", "exit-code-from", with_detach},
	{"detach", "abort-on-container-failure", with_detach},
	{"detach", "attach", with_detach},
	{"detach", "watch", with_detach},
	{"renew-anon-volumes", "no-recreate",
		"--no-recreate and --renew-anon-volumes are incompatible"},
	{"force-recreate", "no-recreate", "--force-recreate and --no-recreate are incompatible"},
	{"always-recreate-deps", "no-recreate",
		"--always-recreate-deps and --no-recreate are incompatible"},
	{"no-build", "watch", "--no-build and --watch are incompatible"},
};

static bool has_flag(const Cli *cli, const char *name)
{
	for (const Flag *flag = cli->command->flags; flag != NULL && flag->name != NULL; flag++)
		if (strcmp(flag->name, name) == 0)
			return true;
	return false;
}

/* Given, and not taken back (--wait=false). */
static bool is_on(const Cli *cli, const char *name)
{
	return has_flag(cli, name) && flag_given(cli, name) &&
	       strcmp(flag_text(cli, name), "false") != 0;
}

bool compose_check_choices(const Cli *cli, GError **error)
{
	static const char *const policies[] = {
		"always", "never", "build", "missing", "if_not_present", NULL};
	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++)
		if (is_on(cli, pairs[i].one) && is_on(cli, pairs[i].other))
			return fail(error, BERTH_ERROR_UNAVAILABLE, "%s", pairs[i].words);
	return !flag_given(cli, "pull") || g_strv_contains(policies, flag_text(cli, "pull")) ||
	       fail(error, BERTH_ERROR_UNAVAILABLE, "invalid --pull option \"%s\"",
		       flag_text(cli, "pull"));
}
