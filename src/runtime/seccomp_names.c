/* System call numbers by name: libseccomp's, and those of calls newer than the library. */
#include "runtime/seccomp_filter.h"

#include <string.h>

enum { I386_SOCKETCALL = 102, I386_IPC = 117 };

/* Since Linux 5.0 a new call has one number on every architecture (Documentation/process/adding-syscalls). */
static const struct {
	const char *name;
	int number;
	bool only_amd64;
} young[] = {{"uretprobe", 335, true}, {"uprobe", 336, true}, {"cachestat", 451, false},
	{"fchmodat2", 452, false}, {"map_shadow_stack", 453, false}, {"futex_wake", 454, false},
	{"futex_wait", 455, false}, {"futex_requeue", 456, false}, {"statmount", 457, false},
	{"listmount", 458, false}, {"lsm_get_self_attr", 459, false},
	{"lsm_set_self_attr", 460, false}, {"lsm_list_modules", 461, false}, {"mseal", 462, false},
	{"setxattrat", 463, false}, {"getxattrat", 464, false}, {"listxattrat", 465, false},
	{"removexattrat", 466, false}, {"open_tree_attr", 467, false}, {"file_getattr", 468, false},
	{"file_setattr", 469, false}, {"listns", 470, false}};

/* i386: socketcall(2) and ipc(2), and the number of the call itself since Linux 4.3 and 5.1 (0: there is none). */
static const struct {
	const char *name;
	int through, call, number;
} detours[] = {{"socket", I386_SOCKETCALL, 1, 359}, {"bind", I386_SOCKETCALL, 2, 361},
	{"connect", I386_SOCKETCALL, 3, 362}, {"listen", I386_SOCKETCALL, 4, 363},
	{"accept", I386_SOCKETCALL, 5, 0}, {"getsockname", I386_SOCKETCALL, 6, 367},
	{"getpeername", I386_SOCKETCALL, 7, 368}, {"socketpair", I386_SOCKETCALL, 8, 360},
	{"send", I386_SOCKETCALL, 9, 0}, {"recv", I386_SOCKETCALL, 10, 0},
	{"sendto", I386_SOCKETCALL, 11, 369}, {"recvfrom", I386_SOCKETCALL, 12, 371},
	{"shutdown", I386_SOCKETCALL, 13, 373}, {"setsockopt", I386_SOCKETCALL, 14, 366},
	{"getsockopt", I386_SOCKETCALL, 15, 365}, {"sendmsg", I386_SOCKETCALL, 16, 370},
	{"recvmsg", I386_SOCKETCALL, 17, 372}, {"accept4", I386_SOCKETCALL, 18, 364},
	{"recvmmsg", I386_SOCKETCALL, 19, 337}, {"sendmmsg", I386_SOCKETCALL, 20, 345},
	{"semop", I386_IPC, 1, 0}, {"semget", I386_IPC, 2, 393}, {"semctl", I386_IPC, 3, 394},
	{"semtimedop", I386_IPC, 4, 0}, {"msgsnd", I386_IPC, 11, 400},
	{"msgrcv", I386_IPC, 12, 401}, {"msgget", I386_IPC, 13, 399}, {"msgctl", I386_IPC, 14, 402},
	{"shmat", I386_IPC, 21, 397}, {"shmdt", I386_IPC, 22, 398}, {"shmget", I386_IPC, 23, 395},
	{"shmctl", I386_IPC, 24, 396}};

static int detour_of(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(detours); i++)
		if (strcmp(detours[i].name, name) == 0)
			return (int)i;
	return -1;
}

bool seccomp_detour(const char *name, SeccompDetour *detour)
{
	int i = detour_of(name);
	if (i < 0)
		return false;
	/* ipc(2) has a version above its low 16 bits. */
	guint64 mask = detours[i].through == I386_IPC ? 0xffff : 0xffffffff;
	*detour = (SeccompDetour){detours[i].through, mask, (guint64)detours[i].call};
	return true;
}

static int young_number(guint32 token, const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(young); i++)
		if (strcmp(young[i].name, name) == 0) {
			if (young[i].only_amd64 && token != SCMP_ARCH_X86_64)
				return NO_CALL;
			return young[i].number | (token == SCMP_ARCH_X32 ? 0x40000000 : 0);
		}
	return UNKNOWN_CALL;
}

int seccomp_number(guint32 token, const char *name)
{
	/* libseccomp's pseudo-numbers on i386 stand for both ways of making these calls. */
	int known = token == SCMP_ARCH_X86 ? detour_of(name) : -1;
	if (known >= 0)
		return detours[known].number > 0 ? detours[known].number : NO_CALL;
	int number = seccomp_syscall_resolve_name_arch(token, name);
	if (number == __NR_SCMP_ERROR)
		return young_number(token, name);
	return number < 0 ? NO_CALL : number;
}

/* Arguments that profiles filter by; high bits in such a value would defeat a comparison of all 64 bits. */
bool seccomp_argument_is_int(const char *name, guint argument)
{
	static const struct {
		const char *name;
		guint arguments; /* a bit for each */
	} ints[] = {{"socket", 0x7}, {"socketpair", 0x7}, {"socketcall", 0x1}, {"ipc", 0x1},
		{"ioctl", 0x3}, {"fcntl", 0x3}, {"fcntl64", 0x3}, {"personality", 0x1},
		{"prctl", 0x1}, {"setsockopt", 0x7}, {"getsockopt", 0x7}, {"seccomp", 0x3},
		{"bpf", 0x1}, {"keyctl", 0x1}, {"clone", 0x1}, {"setns", 0x3}, {"kill", 0x3},
		{"tgkill", 0x7}, {"tkill", 0x3}, {"accept4", 0x9}, {"open", 0x2}, {"openat", 0x5},
		{"read", 0x1}, {"write", 0x1}, {"close", 0x1}, {"dup", 0x1}, {"dup2", 0x3},
		{"dup3", 0x7}, {"bind", 0x1}, {"connect", 0x1}, {"listen", 0x3}, {"setuid", 0x1},
		{"setgid", 0x1}, {"chown", 0x6}, {"lchown", 0x6}, {"fchown", 0x7},
		{"fchownat", 0x1d}, {"quotactl", 0x1}};
	for (gsize i = 0; i < G_N_ELEMENTS(ints); i++)
		if (strcmp(ints[i].name, name) == 0)
			return (ints[i].arguments >> argument & 1) != 0;
	return false;
}
