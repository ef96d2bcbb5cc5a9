/* Filters as they are compiled, run by an interpreter of our own: so that calls of other architectures, and those that
 * would end the test, can be asked about too. */
#include "base/fd.h"
#include "runtime/runtime.h"
#include "runtime/seccomp_filter.h"
#include "shim/shim.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define ALLOW SECCOMP_RET_ALLOW
#define ERRNO(number) (SECCOMP_RET_ERRNO | (guint32)(number))
#define DENY_ALL_BUT "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":["
#define ALLOW_ALL_BUT "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":["
enum { SOCKETCALL = 102, IPC = 117, I386_SOCKET = 359, X32 = 0x40000000 };

/* A plan with the filter of a profile; false with error. */
static bool load(struct plan *sealed, const char *profile, guint64 capabilities, GError **error)
{
	g_auto(Plan) plan = {0};
	plan_init(&plan);
	if (!seccomp_add(&plan, profile, capabilities, error))
		return false;
	autofd fd = plan_seal(&plan, NULL);
	g_assert_true(plan_map(sealed, fd));
	return true;
}

static bool jumps(const struct sock_filter *at, guint32 a)
{
	switch (BPF_OP(at->code)) {
	case BPF_JEQ:
		return a == at->k;
	case BPF_JGT:
		return a > at->k;
	case BPF_JGE:
		return a >= at->k;
	default:
		g_assert_not_reached();
	}
}

static guint32 run(const struct sock_filter *code, guint length, const struct seccomp_data *data)
{
	guint32 a = 0;
	for (guint pc = 0; pc < length; pc++) {
		const struct sock_filter *at = &code[pc];
		if (BPF_CLASS(at->code) == BPF_LD) {
			g_assert_cmpuint(at->k + sizeof a, <=, sizeof *data);
			memcpy(&a, (const char *)data + at->k, sizeof a);
		} else if (BPF_CLASS(at->code) == BPF_ALU) {
			a &= at->k;
		} else if (BPF_CLASS(at->code) == BPF_RET) {
			return at->k;
		} else {
			pc += BPF_OP(at->code) == BPF_JA ? at->k : jumps(at, a) ? at->jt : at->jf;
		}
	}
	g_assert_not_reached();
}

/* What the profile answers to a call; it has to be one that is understood. */
static guint32 answer(const char *profile, guint64 capabilities, guint32 arch, guint32 number,
	guint64 first, guint64 second)
{
	g_autoptr(GError) error = NULL;
	struct plan plan = {0};
	struct seccomp_data data = {.nr = (int)number, .arch = arch, .args = {first, second}};
	g_assert_true(load(&plan, profile, capabilities, &error));
	g_assert_no_error(error);
	const struct plan_record *record = plan_find(&plan, PLAN_SECCOMP);
	guint32 result = run((const void *)(record + 1), record->numbers, &data);
	plan_unmap(&plan);
	return result;
}

static guint32 amd64(const char *profile, guint32 number, guint64 first, guint64 second)
{
	return answer(profile, 0, SCMP_ARCH_X86_64, number, first, second);
}

static gint64 instructions(const char *profile, guint64 capabilities, GError **error)
{
	struct plan sealed = {0};
	if (!load(&sealed, profile, capabilities, error))
		return -1;
	const struct plan_record *record = plan_find(&sealed, PLAN_SECCOMP);
	gint64 count = record != NULL ? record->numbers : 0;
	plan_unmap(&sealed);
	return count;
}

static void test_profiles(void)
{
	g_autoptr(GError) error = NULL;
	g_assert_cmpint(instructions(NULL, 0, &error), >, 300);
	g_assert_cmpint(instructions("unconfined", 0, &error), ==, 0);
	g_assert_cmpint(instructions("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{"
				     "\"names\":[\"chmod\"],"
				     "\"action\":\"SCMP_ACT_ERRNO\"}]}",
				0, &error),
		>, 2);
	g_assert_no_error(error);
}

static void test_bad(void)
{
	static const char *const bad[] = {"{", "[]", "5", "\"x\"", "{}", "nonsense",
		"{\"defaultAction\":\"SCMP_ACT_NONSENSE\"}",
		"{\"defaultaction\":\"SCMP_ACT_ALLOW\"}", "{\"defaultAction\":\"SCMP_ACT_NOTIFY\"}",
		"{\"defaultAction\":5}",
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":-1}",
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscals\":[]}",
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":{}}",
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_PDP11\"]}",
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":\"SCMP_ARCH_X86\"}",
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86\"],"
		"\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\"}]}",
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\"SECCOMP_FILTER_FLAG_NONSENSE\"]"
		"}",
		ALLOW_ALL_BUT "5]}", ALLOW_ALL_BUT "{\"names\":[\"chmod\"],\"action\":\"NO\"}]}",
		ALLOW_ALL_BUT "{\"names\":[\"chmod\"]}]}",
		ALLOW_ALL_BUT "{\"names\":\"chmod\",\"action\":\"SCMP_ACT_ERRNO\"}]}",
		ALLOW_ALL_BUT "{\"names\":[5],\"action\":\"SCMP_ACT_ERRNO\"}]}",
		ALLOW_ALL_BUT
		"{\"names\":[\"chmod\"],\"name\":\"chown\",\"action\":\"SCMP_ACT_ERRNO\"}]}",
		ALLOW_ALL_BUT "{\"names\":[\"no_such_call\"],\"action\":\"SCMP_ACT_ERRNO\"}]}",
		ALLOW_ALL_BUT "{\"names\":[\"chmod\"],\"action\":\"SCMP_ACT_NOTIFY\"}]}",
		ALLOW_ALL_BUT
		"{\"names\":[\"chmod\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":5000}]}",
		ALLOW_ALL_BUT
		"{\"names\":[\"chmod\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":\"5\"}]}",
		ALLOW_ALL_BUT "{\"names\":[\"chmod\"],\"action\":\"SCMP_ACT_ERRNO\",\"arg\":[]}]}",
		ALLOW_ALL_BUT "{\"names\":[\"chmod\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{"
			      "\"index\":6,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}]}",
		ALLOW_ALL_BUT "{\"names\":[\"chmod\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{"
			      "\"index\":0,\"value\":1,\"op\":\"NO\"}]}]}",
		ALLOW_ALL_BUT "{\"names\":[\"chmod\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{"
			      "\"index\":0,\"value\":\"1\",\"op\":\"SCMP_CMP_EQ\"}]}]}",
		ALLOW_ALL_BUT
		"{\"names\":[\"chmod\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{\"index\":0,"
		"\"value\":1,\"valueTwo\":2,\"op\":\"SCMP_CMP_MASKED_EQ\"}]}]}",
		ALLOW_ALL_BUT "{\"names\":[\"chmod\"],\"action\":\"SCMP_ACT_ERRNO\",\"includes\":{"
			      "\"caps\":[\"CAP_NONSENSE\"]}}]}",
		ALLOW_ALL_BUT "{\"names\":[\"chmod\"],\"action\":\"SCMP_ACT_ERRNO\",\"excludes\":{"
			      "\"minKernel\":\"new\"}}]}",
		ALLOW_ALL_BUT "{\"names\":[\"chmod\"],\"action\":\"SCMP_ACT_ERRNO\",\"includes\":{"
			      "\"kernel\":\"4.8\"}}]}",
		/* a range that as two rules would allow everything */
		DENY_ALL_BUT "{\"names\":[\"chmod\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{"
			     "\"index\":1,\"value\":2,\"op\":\"SCMP_CMP_GE\"},{\"index\":1,"
			     "\"value\":5,\"op\":\"SCMP_CMP_LE\"}]}]}"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		g_test_message("%s", bad[i]);
		g_assert_cmpint(instructions(bad[i], 0, &error), ==, -1);
		g_assert_nonnull(error);
		g_assert_true(
			g_str_has_prefix(error->message, "Decoding seccomp profile failed: "));
	}
}

static bool is_amd64(void)
{
	if (seccomp_arch_native() == SCMP_ARCH_X86_64)
		return true;
	g_test_skip("written with x86_64's numbers");
	return false;
}

/* CVE-2026-31431 and AF_VSOCK, whatever way a socket is asked for. */
static void test_families(void)
{
	static const int open[] = {AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET,
		AF_BLUETOOTH, AF_NFC, AF_XDP, AF_MCTP};
	static const int closed[] = {
		AF_ALG, AF_VSOCK, AF_DECnet, AF_ECONET, AF_IRDA, AF_ISDN, AF_CAIF, AF_MCTP + 1};
	static const guint32 arches[][3] = {{SCMP_ARCH_X86_64, SYS_socket, SYS_socketpair},
		{SCMP_ARCH_X86_64, SYS_socket | X32, SYS_socketpair | X32},
		{SCMP_ARCH_X86, I386_SOCKET, 360}};
	const guint64 high = G_GUINT64_CONSTANT(0xdeadbeef) << 32;
	for (gsize i = 0; is_amd64() && i < G_N_ELEMENTS(arches); i++)
		for (gsize call = 1; call <= 2; call++) {
			for (gsize f = 0; f < G_N_ELEMENTS(open); f++) {
				guint64 family = (guint64)open[f];
				g_assert_cmphex(
					answer(NULL, 0, arches[i][0], arches[i][call], family, 1),
					==, ALLOW);
				g_assert_cmphex(answer(NULL, 0, arches[i][0], arches[i][call],
							family | high, 1),
					==, ALLOW);
			}
			for (gsize f = 0; f < G_N_ELEMENTS(closed); f++) {
				guint64 family = (guint64)closed[f];
				g_assert_cmphex(
					answer(NULL, 0, arches[i][0], arches[i][call], family, 1),
					==, ERRNO(EPERM));
				g_assert_cmphex(answer(NULL, 0, arches[i][0], arches[i][call],
							family | high, 1),
					==, ERRNO(EPERM));
			}
		}
}

/* Of socketcall(2) what makes a socket is refused, as its arguments cannot be seen; the rest works. */
static void test_socketcall(void)
{
	for (guint64 call = 0; is_amd64() && call <= 21; call++)
		g_assert_cmphex(answer(NULL, 0, SCMP_ARCH_X86, SOCKETCALL, call, 0), ==,
			call == 0 || call == 1 || call == 8 || call == 21 ? ERRNO(EPERM) : ALLOW);
	/* A profile's own rule on a call holds for the way through another, too. */
	static const char profile[] =
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86\"],"
		"\"syscalls\":["
		"{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{\"index\":0,"
		"\"value\":38,\"op\":\"SCMP_CMP_EQ\"}]},"
		"{\"names\":[\"shmget\"],\"action\":\"SCMP_ACT_ERRNO\"}]}";
	g_assert_cmphex(answer(profile, 0, SCMP_ARCH_X86, SOCKETCALL, 1, 0), ==, ERRNO(EPERM));
	g_assert_cmphex(answer(profile, 0, SCMP_ARCH_X86, SOCKETCALL, 2, 0), ==, ALLOW);
	g_assert_cmphex(answer(profile, 0, SCMP_ARCH_X86, I386_SOCKET, 38, 0), ==, ERRNO(EPERM));
	g_assert_cmphex(answer(profile, 0, SCMP_ARCH_X86, I386_SOCKET, 2, 0), ==, ALLOW);
	g_assert_cmphex(answer(profile, 0, SCMP_ARCH_X86, IPC, 23 | 1 << 16, 0), ==, ERRNO(EPERM));
	g_assert_cmphex(answer(profile, 0, SCMP_ARCH_X86, IPC, 24, 0), ==, ALLOW);
}

/* What the profile names by numbers that the library is too old for, and what it is too old for itself. */
static void test_young(void)
{
	static const guint32 allowed[] = {
		451, 452, 454, 455, 456, 457, 458, 462, 463, 464, 465, 466};
	static const guint32 refused[] = {
		459, 460, 461, SYS_io_uring_setup, SYS_userfaultfd, SYS_keyctl};
	static const guint32 unknown[] = {600, 1000, 0x3fffffff};
	static const guint32 arches[][2] = {
		{SCMP_ARCH_X86_64, 0}, {SCMP_ARCH_X86_64, X32}, {SCMP_ARCH_X86, 0}};
	for (gsize a = 0; is_amd64() && a < G_N_ELEMENTS(arches); a++) {
		for (gsize i = 0; i < G_N_ELEMENTS(allowed); i++)
			g_assert_cmphex(
				answer(NULL, 0, arches[a][0], allowed[i] | arches[a][1], 0, 0), ==,
				ALLOW);
		for (gsize i = 0; i < G_N_ELEMENTS(unknown); i++)
			g_assert_cmphex(
				answer(NULL, 0, arches[a][0], unknown[i] | arches[a][1], 0, 0), ==,
				ERRNO(ENOSYS));
	}
	if (seccomp_arch_native() != SCMP_ARCH_X86_64)
		return;
	for (gsize i = 0; i < G_N_ELEMENTS(refused); i++)
		g_assert_cmphex(amd64(NULL, refused[i], 0, 0), ==, ERRNO(EPERM));
	g_assert_cmphex(amd64(NULL, 467, 0, 0), ==, ERRNO(ENOSYS));
	g_assert_cmphex(amd64(NULL, G_MAXUINT32, 0, 0), ==, ERRNO(ENOSYS));
	g_assert_cmphex(
		answer(NULL, 1ULL << CAP_SYS_ADMIN, SCMP_ARCH_X86_64, 459, 0, 0), ==, ALLOW);
	/* Denied by number, and what comes after the profile; a profile that allows by default lets that through. */
	static const char old[] =
		DENY_ALL_BUT "{\"names\":[\"read\",\"openat2\"],\"action\":\"SCMP_ACT_ALLOW\"}]}";
	g_assert_cmphex(amd64(old, SYS_openat2, 0, 0), ==, ALLOW);
	g_assert_cmphex(amd64(old, SYS_openat2 + 1, 0, 0), ==, ERRNO(ENOSYS));
	g_assert_cmphex(amd64(old, SYS_write, 0, 0), ==, ERRNO(EPERM));
	static const char lax[] = ALLOW_ALL_BUT "{\"names\":[\"statmount\",\"mseal\"],\"action\":"
						"\"SCMP_ACT_ERRNO\",\"errnoRet\":38}]}";
	g_assert_cmphex(amd64(lax, 457, 0, 0), ==, ERRNO(ENOSYS));
	g_assert_cmphex(amd64(lax, 462, 0, 0), ==, ERRNO(ENOSYS));
	g_assert_cmphex(amd64(lax, 458, 0, 0), ==, ALLOW);
	g_assert_cmphex(amd64(lax, 1000, 0, 0), ==, ALLOW);
}

static void test_defaults(void)
{
	const guint64 admin = 1ULL << CAP_SYS_ADMIN;
	if (!is_amd64())
		return;
	g_assert_cmphex(amd64(NULL, SYS_read, 0, 0), ==, ALLOW);
	g_assert_cmphex(amd64(NULL, SYS_mount, 0, 0), ==, ERRNO(EPERM));
	g_assert_cmphex(answer(NULL, admin, SCMP_ARCH_X86_64, SYS_mount, 0, 0), ==, ALLOW);
	g_assert_cmphex(amd64(NULL, SYS_clone3, 0, 0), ==, ERRNO(ENOSYS));
	g_assert_cmphex(answer(NULL, admin, SCMP_ARCH_X86_64, SYS_clone3, 0, 0), ==, ALLOW);
	g_assert_cmphex(amd64(NULL, SYS_clone, 0x11, 0), ==, ALLOW);
	g_assert_cmphex(amd64(NULL, SYS_clone, 0x10000011, 0), ==, ERRNO(EPERM));
	g_assert_cmphex(amd64(NULL, SYS_personality, 8, 0), ==, ALLOW);
	g_assert_cmphex(amd64(NULL, SYS_personality, 0x40000, 0), ==, ERRNO(EPERM));
	g_assert_cmphex(amd64(NULL, SYS_personality, 0xffffffff, 0), ==, ALLOW);
	/* another machine's call */
	g_assert_cmphex(
		answer(NULL, 0, SCMP_ARCH_AARCH64, SYS_read, 0, 0), ==, SECCOMP_RET_KILL_THREAD);
}

/* Each comparison, against values around it in the low and the high half. */
static void test_comparisons(void)
{
	static const struct {
		const char *op;
		bool below, same, above;
	} ops[] = {{"NE", true, false, true}, {"LT", true, false, false}, {"LE", true, true, false},
		{"EQ", false, true, false}, {"GE", false, true, true}, {"GT", false, false, true}};
	const guint64 value = G_GUINT64_CONSTANT(0x500000005);
	const guint64 below[] = {0, value - 1, value - (1ULL << 32), 0x4ffffffff, 0x400000006},
		      above[] = {value + 1, value + (1ULL << 32), 0x600000000, G_MAXUINT64};
	for (gsize i = 0; is_amd64() && i < G_N_ELEMENTS(ops); i++) {
		g_autofree char *profile = g_strdup_printf(ALLOW_ALL_BUT
			"{\"names\":[\"lseek\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{\"index\":"
			"1,\"value\":%" G_GUINT64_FORMAT ",\"op\":\"SCMP_CMP_%s\"}]}]}",
			value, ops[i].op);
		for (gsize v = 0; v < G_N_ELEMENTS(below); v++)
			g_assert_cmphex(amd64(profile, SYS_lseek, 0, below[v]), ==,
				ops[i].below ? ERRNO(EPERM) : ALLOW);
		for (gsize v = 0; v < G_N_ELEMENTS(above); v++)
			g_assert_cmphex(amd64(profile, SYS_lseek, 0, above[v]), ==,
				ops[i].above ? ERRNO(EPERM) : ALLOW);
		g_assert_cmphex(amd64(profile, SYS_lseek, 0, value), ==,
			ops[i].same ? ERRNO(EPERM) : ALLOW);
	}
}

/* Several conditions, and several rules on one call: none of them is lost. */
static void test_together(void)
{
	static const char same[] =
		ALLOW_ALL_BUT "{\"names\":[\"lseek\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{"
			      "\"index\":1,\"value\":2,\"op\":\"SCMP_CMP_EQ\"},{\"index\":1,"
			      "\"value\":5,\"op\":\"SCMP_CMP_EQ\"}]}]}";
	static const char both[] =
		ALLOW_ALL_BUT "{\"names\":[\"lseek\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{"
			      "\"index\":0,\"value\":2,\"op\":\"SCMP_CMP_EQ\"},{\"index\":1,"
			      "\"value\":5,\"op\":\"SCMP_CMP_GT\"}]}]}";
	static const char list[] =
		DENY_ALL_BUT "{\"names\":[\"lseek\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{"
			     "\"index\":1,\"value\":2,\"op\":\"SCMP_CMP_EQ\"},{\"index\":1,"
			     "\"value\":5,\"op\":\"SCMP_CMP_EQ\"}]}]}";
	static const char strictest[] =
		DENY_ALL_BUT "{\"names\":[\"lseek\"],\"action\":\"SCMP_ACT_ALLOW\"},"
			     "{\"names\":[\"lseek\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":5,"
			     "\"args\":[{\"index\":1,\"value\":7,\"op\":\"SCMP_CMP_EQ\"}]},"
			     "{\"names\":[\"lseek\"],\"action\":\"SCMP_ACT_KILL_PROCESS\",\"args\":"
			     "[{\"index\":1,\"value\":9,\"op\":\"SCMP_CMP_GE\"}]}]}";
	static const char narrow[] =
		ALLOW_ALL_BUT "{\"names\":[\"ioctl\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{"
			      "\"index\":1,\"value\":21522,\"op\":\"SCMP_CMP_EQ\"}]}]}";
	if (!is_amd64())
		return;
	for (guint64 v = 0; v < 8; v++) {
		g_assert_cmphex(
			amd64(same, SYS_lseek, 0, v), ==, v == 2 || v == 5 ? ERRNO(EPERM) : ALLOW);
		g_assert_cmphex(
			amd64(list, SYS_lseek, 0, v), ==, v == 2 || v == 5 ? ALLOW : ERRNO(EPERM));
		g_assert_cmphex(amd64(both, SYS_lseek, 2, v), ==, v > 5 ? ERRNO(EPERM) : ALLOW);
		g_assert_cmphex(amd64(both, SYS_lseek, 3, v), ==, ALLOW);
	}
	g_assert_cmphex(amd64(strictest, SYS_lseek, 0, 1), ==, ALLOW);
	g_assert_cmphex(amd64(strictest, SYS_lseek, 0, 7), ==, ERRNO(5));
	g_assert_cmphex(amd64(strictest, SYS_lseek, 0, 10), ==, SECCOMP_RET_KILL_PROCESS);
	/* TIOCSTI: the kernel reads 32 bits of it */
	g_assert_cmphex(amd64(narrow, SYS_ioctl, 0, 21522), ==, ERRNO(EPERM));
	g_assert_cmphex(amd64(narrow, SYS_ioctl, 0, 21522 | 1ULL << 40), ==, ERRNO(EPERM));
}

/* Calls of an architecture that the profile does not list are killed, as with Docker. */
static void test_architectures(void)
{
	static const char own[] = "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}";
	static const char map[] =
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"archMap\":[{\"architecture\":\"SCMP_ARCH_"
		"X86_64\",\"subArchitectures\":[\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]}]}";
	static const char other[] =
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"archMap\":[{\"architecture\":\"SCMP_ARCH_"
		"S390X\",\"subArchitectures\":[\"SCMP_ARCH_X86\"]}]}";
	if (!is_amd64())
		return;
	g_assert_cmphex(amd64(own, 1000, 0, 0), ==, ALLOW);
	g_assert_cmphex(answer(own, 0, SCMP_ARCH_X86, 1, 0, 0), ==, SECCOMP_RET_KILL_THREAD);
	g_assert_cmphex(amd64(own, 1 | X32, 0, 0), ==, SECCOMP_RET_KILL_THREAD);
	g_assert_cmphex(answer(map, 0, SCMP_ARCH_X86, 1, 0, 0), ==, ALLOW);
	g_assert_cmphex(amd64(map, 1 | X32, 0, 0), ==, ALLOW);
	g_assert_cmphex(answer(other, 0, SCMP_ARCH_X86, 1, 0, 0), ==, SECCOMP_RET_KILL_THREAD);
}

static void test_filters(void)
{
	static const struct {
		const char *filter;
		guint64 capabilities;
		bool applies;
	} cases[] = {{"\"includes\":{}", 0, true}, {"\"excludes\":{}", 0, true},
		{"\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}", 0, false},
		{"\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}", 1ULL << CAP_SYS_ADMIN, true},
		{"\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_BPF\"]}", 1ULL << CAP_SYS_ADMIN,
			false},
		{"\"excludes\":{\"caps\":[\"CAP_SYS_ADMIN\",\"CAP_BPF\"]}", 1ULL << CAP_SYS_ADMIN,
			false},
		{"\"excludes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}", 0, true},
		{"\"includes\":{\"arches\":[\"s390x\"]}", 0, false},
		{"\"includes\":{\"arches\":[\"s390x\",\"amd64\"]}", 0, true},
		{"\"excludes\":{\"arches\":[\"amd64\"]}", 0, false},
		{"\"includes\":{\"minKernel\":\"4.8\"}", 0, true},
		{"\"includes\":{\"minKernel\":\"99.0\"}", 0, false},
		{"\"excludes\":{\"minKernel\":\"4.8\"}", 0, false}};
	for (gsize i = 0; is_amd64() && i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *profile = g_strdup_printf(ALLOW_ALL_BUT
			"{\"names\":[\"lseek\"],\"action\":\"SCMP_ACT_ERRNO\",%s}]}",
			cases[i].filter);
		g_test_message("%s", profile);
		g_assert_cmphex(
			answer(profile, cases[i].capabilities, SCMP_ARCH_X86_64, SYS_lseek, 0, 0),
			==, cases[i].applies ? ERRNO(EPERM) : ALLOW);
	}
}

/* As much as a profile may hold costs no more than a moment; more is refused. */
static void test_large(void)
{
	g_autoptr(GString) text =
		g_string_new(ALLOW_ALL_BUT "{\"action\":\"SCMP_ACT_ERRNO\",\"names\":[\"read\"");
	g_autoptr(GError) error = NULL;
	while (text->len < (1 << 20) - 16)
		g_string_append(text, ",\"vmsplice\"");
	g_string_append(text, "]}]}");
	gint64 start = g_get_monotonic_time();
	g_assert_cmpint(instructions(text->str, 0, NULL), >, 2);
	g_assert_cmpint(g_get_monotonic_time() - start, <, 10 * G_USEC_PER_SEC);
	g_string_append(text, "                ");
	g_assert_cmpint(instructions(text->str, 0, &error), ==, -1);
	g_assert_nonnull(strstr(error->message, "larger"));
}

/* Names times conditions: a request of a MB is no reason for rules of many GB. */
static void test_product(void)
{
	g_autoptr(GString) text =
		g_string_new(ALLOW_ALL_BUT "{\"action\":\"SCMP_ACT_ERRNO\",\"names\":[\"read\"");
	g_autoptr(GError) error = NULL;
	for (int i = 0; i < 2000; i++)
		g_string_append(text, ",\"read\"");
	g_string_append(text, "],\"args\":[{\"index\":0,\"value\":0,\"op\":\"SCMP_CMP_EQ\"}");
	for (int i = 1; i < 2000; i++)
		g_string_append_printf(
			text, ",{\"index\":0,\"value\":%d,\"op\":\"SCMP_CMP_EQ\"}", i);
	g_string_append(text, "]}]}");
	g_assert_cmpint(instructions(text->str, 0, &error), ==, -1);
	g_assert_nonnull(strstr(error->message, "more rules than a kernel can take"));
}

/* Flags go with the filter. */
static void test_flags(void)
{
	struct plan plan = {0};
	g_assert_true(load(&plan,
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\","
		"\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\"]}",
		0, NULL));
	g_assert_cmpstr(record_string(plan_find(&plan, PLAN_SECCOMP), 0), ==, "6");
	plan_unmap(&plan);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/seccomp/profiles", test_profiles);
	g_test_add_func("/seccomp/bad", test_bad);
	g_test_add_func("/seccomp/families", test_families);
	g_test_add_func("/seccomp/socketcall", test_socketcall);
	g_test_add_func("/seccomp/young", test_young);
	g_test_add_func("/seccomp/defaults", test_defaults);
	g_test_add_func("/seccomp/comparisons", test_comparisons);
	g_test_add_func("/seccomp/together", test_together);
	g_test_add_func("/seccomp/architectures", test_architectures);
	g_test_add_func("/seccomp/filters", test_filters);
	g_test_add_func("/seccomp/flags", test_flags);
	g_test_add_func("/seccomp/large", test_large);
	g_test_add_func("/seccomp/product", test_product);
	return g_test_run();
}
