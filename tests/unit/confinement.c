/* Config and HostConfig as structs: what runtime makes a plan of. */
#include "base/error.h"
#include "runtime/runtime.h"

#include <string.h>
#include <sys/resource.h>

static void read_text(const char *text, json_t **host, Confinement *confinement)
{
	*host = json_loads(text, 0, NULL);
	g_assert_nonnull(*host);
	confinement_read(*host, confinement);
}

static void test_facts(void)
{
	g_autoptr(json_t) host = NULL;
	g_auto(Confinement) own = {0};
	read_text("{\"ReadonlyRootfs\":true,\"Init\":true,\"ShmSize\":5,\"OomScoreAdj\":-7,"
		  "\"CapAdd\":[\"net_admin\"],\"CapDrop\":[\"ALL\"],\"GroupAdd\":[\"7\",\"wheel\"],"
		  "\"MaskedPaths\":[],\"Sysctls\":{\"net.a\":\"1\"},"
		  "\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":1,\"Hard\":2},{\"Name\":\"zz\"}],"
		  "\"Devices\":[{\"PathOnHost\":\"/dev/null\",\"CgroupPermissions\":\"r\"}],"
		  "\"DeviceCgroupRules\":[\"c 1:* r\"],"
		  "\"SecurityOpt\":[\"no-new-privileges\",\"seccomp=unconfined\"]}",
		&host, &own);
	g_assert_true(own.read_only_root && own.init && !own.privileged);
	g_assert_cmpint(own.shm_size, ==, 5);
	g_assert_cmpint(own.oom_score, ==, -7);
	g_assert_cmpuint(
		capability_resolve(&own.capabilities, false), ==, capability_mask("NET_ADMIN"));
	g_assert_cmpuint(capability_resolve(&own.capabilities, true), ==, capability_all());
	g_assert_cmpstr(own.groups[1], ==, "wheel");
	g_assert_nonnull(own.masked); /* none, as requested */
	g_assert_null(own.read_only); /* the default ones */
	g_assert_cmpuint(own.rlimits->len, ==, 1);
	g_assert_cmpint(g_array_index(own.rlimits, Rlimit, 0).number, ==, RLIMIT_NOFILE);
	g_assert_cmpstr(g_array_index(own.sysctls, Sysctl, 0).value, ==, "1");
	g_assert_cmpstr(g_array_index(own.devices, DeviceRequest, 0).target, ==, "/dev/null");
	g_assert_cmpint(g_array_index(own.rules, DeviceRule, 0).minor, ==, -1);
	g_assert_true(own.security.no_new_privileges);
	g_assert_cmpstr(confinement_seccomp(&own, "engine's"), ==, "unconfined");
}

static void test_faults(void)
{
	g_autoptr(json_t) host = NULL;
	g_auto(Confinement) own = {0};
	g_autoptr(GError) caps = NULL, options = NULL, rules = NULL;
	read_text("{\"CapAdd\":[\"ZZ\"],\"SecurityOpt\":[\"zz\"],\"DeviceCgroupRules\":[\"zz\"]}",
		&host, &own);
	g_assert_false(no_fault(own.capability_fault, &caps));
	g_assert_nonnull(strstr(caps->message, "CAP_ZZ"));
	g_assert_false(no_fault(own.security_fault, &options));
	g_assert_false(no_fault(own.rule_fault, &rules));
	g_assert_false(confinement_check(&own, "", NULL));
	g_assert_null(device_rules(&own, NULL, NULL));
}

/* None of it is more than nothing. */
static void test_none(void)
{
	g_auto(Confinement) own = {0};
	g_auto(Program) program = {0};
	confinement_read(NULL, &own);
	program_read(NULL, &program);
	g_assert_true(no_fault(own.security_fault, NULL) && no_fault(own.rule_fault, NULL));
	g_assert_cmpstr(confinement_seccomp(&own, "engine's"), ==, "engine's");
	g_assert_null(program.argv[0]);
	g_assert_cmpstr(program.hostname, ==, "");
	g_assert_cmpint(program.stop_timeout, ==, G_MININT);
}

static void test_program(void)
{
	g_autoptr(json_t) config = json_pack("{s:[s], s:[s, s], s:[s], s:s, s:b, s:i, s:s}",
		"Entrypoint", "sh", "Cmd", "-c", "true", "Env", "A=1", "User", "me", "Tty", 1,
		"StopTimeout", 3, "WorkingDir", "/w");
	g_auto(Program) program = {0};
	program_read(config, &program);
	g_autofree char *argv = g_strjoinv(" ", program.argv);
	g_assert_cmpstr(argv, ==, "sh -c true");
	g_assert_cmpstr(program.env[0], ==, "A=1");
	g_assert_cmpstr(program.user, ==, "me");
	g_assert_cmpstr(program.folder, ==, "/w");
	g_assert_cmpint(program.stop_timeout, ==, 3);
	g_assert_true(program.tty && !program.open_stdin);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/confinement/facts", test_facts);
	g_test_add_func("/confinement/faults", test_faults);
	g_test_add_func("/confinement/none", test_none);
	g_test_add_func("/confinement/program", test_program);
	return g_test_run();
}
