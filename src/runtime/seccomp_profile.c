#include "runtime/seccomp_profile.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/socket.h>

#ifndef AF_MCTP
#define AF_MCTP 45 /* Linux 5.15 */
#endif

#define CAP(name) (G_GUINT64_CONSTANT(1) << CAP_##name)
#define NAMESPACES                                                                                 \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | \
		CLONE_NEWCGROUP)

enum {
	PERSONALITY_LINUX32 = 0x0008,
	PERSONALITY_SHORT_INODE = 0x20000,
	PERSONALITY_QUERY = 0xffffffff
};

/* Left out on purpose: io_uring_* (a large attack surface), userfaultfd, and what only the host's administrator
 * needs. */
static const char always[] =
	"accept accept4 access adjtimex alarm bind brk cachestat capget capset chdir chmod chown "
	"chown32"
	" clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime "
	"clock_gettime64"
	" clock_nanosleep clock_nanosleep_time64 close close_range connect copy_file_range creat "
	"dup dup2 dup3"
	" epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait"
	" epoll_wait_old eventfd eventfd2 execve execveat exit exit_group faccessat faccessat2 "
	"fadvise64"
	" fadvise64_64 fallocate fanotify_mark fchdir fchmod fchmodat fchmodat2 fchown fchown32 "
	"fchownat"
	" fcntl fcntl64 fdatasync fgetxattr flistxattr flock fork fremovexattr fsetxattr fstat "
	"fstat64"
	" fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futex futex_requeue futex_time64 "
	"futex_wait"
	" futex_waitv futex_wake futimesat getcpu getcwd getdents getdents64 getegid getegid32 "
	"geteuid"
	" geteuid32 getgid getgid32 getgroups getgroups32 getitimer getpeername getpgid getpgrp "
	"getpid"
	" getppid getpriority getrandom getresgid getresgid32 getresuid getresuid32 getrlimit"
	" get_robust_list getrusage getsid getsockname getsockopt get_thread_area gettid "
	"gettimeofday getuid"
	" getuid32 getxattr getxattrat inotify_add_watch inotify_init inotify_init1 "
	"inotify_rm_watch"
	" io_cancel ioctl io_destroy io_getevents io_pgetevents io_pgetevents_time64 ioprio_get "
	"ioprio_set"
	" io_setup io_submit ipc kill landlock_add_rule landlock_create_ruleset "
	"landlock_restrict_self lchown"
	" lchown32 lgetxattr link linkat listen listmount listxattr listxattrat llistxattr _llseek"
	" lremovexattr lseek lsetxattr lstat lstat64 madvise map_shadow_stack membarrier "
	"memfd_create"
	" memfd_secret mincore mkdir mkdirat mknod mknodat mlock mlock2 mlockall mmap mmap2 "
	"mprotect"
	" mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend"
	" mq_timedsend_time64 mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync munlock "
	"munlockall"
	" munmap name_to_handle_at nanosleep newfstatat _newselect open openat openat2 pause "
	"pidfd_open"
	" pidfd_send_signal pipe pipe2 pkey_alloc pkey_free pkey_mprotect poll ppoll ppoll_time64 "
	"prctl"
	" pread64 preadv preadv2 prlimit64 process_mrelease pselect6 pselect6_time64 pwrite64 "
	"pwritev"
	" pwritev2 read readahead readlink readlinkat readv recv recvfrom recvmmsg recvmmsg_time64 "
	"recvmsg"
	" remap_file_pages removexattr removexattrat rename renameat renameat2 restart_syscall "
	"rmdir rseq"
	" rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend"
	" rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_getaffinity sched_getattr"
	" sched_getparam sched_get_priority_max sched_get_priority_min sched_getscheduler"
	" sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_setattr "
	"sched_setparam"
	" sched_setscheduler sched_yield seccomp select semctl semget semop semtimedop "
	"semtimedop_time64 send"
	" sendfile sendfile64 sendmmsg sendmsg sendto setfsgid setfsgid32 setfsuid setfsuid32 "
	"setgid setgid32"
	" setgroups setgroups32 setitimer setpgid setpriority setregid setregid32 setresgid "
	"setresgid32"
	" setresuid setresuid32 setreuid setreuid32 setrlimit set_robust_list setsid setsockopt"
	" set_thread_area set_tid_address setuid setuid32 setxattr setxattrat shmat shmctl shmdt "
	"shmget"
	" shutdown sigaltstack signalfd signalfd4 sigprocmask sigreturn "
	"splice stat"
	" stat64 statfs statfs64 statmount statx symlink symlinkat sync sync_file_range syncfs "
	"sysinfo tee"
	" tgkill time timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 "
	"timer_settime"
	" timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime"
	" timerfd_settime64 times tkill truncate truncate64 ugetrlimit umask uname unlink unlinkat"
	" uretprobe utime utimensat utimensat_time64 utimes vfork vmsplice wait4 waitid waitpid "
	"write writev"
	" arch_prctl modify_ldt process_vm_readv process_vm_writev ptrace";

const SeccompRule seccomp_default_rules[] = {
	{.names = always, .argument = -1},
	/* of ARM and RISC-V only */
	{.names = "arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush "
		  "set_tls "
		  "riscv_flush_icache riscv_hwprobe",
		.argument = -1},
	/* Up to AF_ROSE, and others below, one by one. What is left out: families that are gone from kernels
	 * (AF_DECnet, AF_ECONET, AF_ATMSVC, AF_IRDA, AF_WANPIPE, AF_ISDN, AF_CAIF), AF_ALG, which a container needs for
	 * nothing (CVE-2026-31431), and AF_VSOCK, which reaches past the network namespace to the hypervisor. i386's
	 * socketcall(2) makes no socket, as its arguments are out of a filter's sight; its other calls are allowed with
	 * the calls of their names above. */
	{.names = "socket socketpair", .argument = 0, .compare = SCMP_CMP_LT, .value = AF_DECnet},
#define FAMILY(number)                                                                             \
	{                                                                                          \
		.names = "socket socketpair", .argument = 0, .compare = SCMP_CMP_EQ,               \
		.value = (number)                                                                  \
	}
	FAMILY(AF_NETBEUI),
	FAMILY(AF_SECURITY),
	FAMILY(AF_KEY),
	FAMILY(AF_NETLINK),
	FAMILY(AF_PACKET),
	FAMILY(AF_ASH),
	FAMILY(AF_RDS),
	FAMILY(AF_SNA),
	FAMILY(AF_PPPOX),
	FAMILY(AF_LLC),
	FAMILY(AF_IB),
	FAMILY(AF_MPLS),
	FAMILY(AF_CAN),
	FAMILY(AF_TIPC),
	FAMILY(AF_BLUETOOTH),
	FAMILY(AF_IUCV),
	FAMILY(AF_RXRPC),
	FAMILY(AF_PHONET),
	FAMILY(AF_IEEE802154),
	FAMILY(AF_NFC),
	FAMILY(AF_KCM),
	FAMILY(AF_QIPCRTR),
	FAMILY(AF_SMC),
	FAMILY(AF_XDP),
	FAMILY(AF_MCTP),
#undef FAMILY
	{.names = "personality", .argument = 0, .compare = SCMP_CMP_EQ, .value = 0},
	{.names = "personality",
		.argument = 0,
		.compare = SCMP_CMP_EQ,
		.value = PERSONALITY_LINUX32},
	{.names = "personality",
		.argument = 0,
		.compare = SCMP_CMP_EQ,
		.value = PERSONALITY_SHORT_INODE},
	{.names = "personality",
		.argument = 0,
		.compare = SCMP_CMP_EQ,
		.value = PERSONALITY_SHORT_INODE | PERSONALITY_LINUX32},
	{.names = "personality", .argument = 0, .compare = SCMP_CMP_EQ, .value = PERSONALITY_QUERY},
	{.names = "clone",
		.lacks = CAP(SYS_ADMIN),
		.argument = 0,
		.compare = SCMP_CMP_MASKED_EQ,
		.value = NAMESPACES,
		.value2 = 0},
	/* Its flags are in memory that a filter cannot read: ENOSYS makes callers fall back to clone. */
	{.names = "clone3", .lacks = CAP(SYS_ADMIN), .argument = -1, .errnum = ENOSYS},
	{.names = "bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie "
		  "lsm_get_self_attr"
		  " lsm_list_modules lsm_set_self_attr mount mount_setattr move_mount open_tree "
		  "perf_event_open"
		  " quotactl quotactl_fd setdomainname sethostname setns syslog umount umount2 "
		  "unshare",
		.needs = CAP(SYS_ADMIN),
		.argument = -1},
	{.names = "open_by_handle_at", .needs = CAP(DAC_READ_SEARCH), .argument = -1},
	{.names = "reboot", .needs = CAP(SYS_BOOT), .argument = -1},
	{.names = "chroot", .needs = CAP(SYS_CHROOT), .argument = -1},
	{.names = "delete_module init_module finit_module",
		.needs = CAP(SYS_MODULE),
		.argument = -1},
	{.names = "acct", .needs = CAP(SYS_PACCT), .argument = -1},
	{.names = "kcmp pidfd_getfd process_madvise", .needs = CAP(SYS_PTRACE), .argument = -1},
	{.names = "iopl ioperm", .needs = CAP(SYS_RAWIO), .argument = -1},
	{.names = "settimeofday stime clock_settime clock_settime64",
		.needs = CAP(SYS_TIME),
		.argument = -1},
	{.names = "vhangup", .needs = CAP(SYS_TTY_CONFIG), .argument = -1},
	{.names = "get_mempolicy mbind set_mempolicy set_mempolicy_home_node",
		.needs = CAP(SYS_NICE),
		.argument = -1},
	{.names = "syslog", .needs = CAP(SYSLOG), .argument = -1},
	{.names = "bpf", .needs = CAP(BPF), .argument = -1},
	{.names = "perf_event_open", .needs = CAP(PERFMON), .argument = -1},
};

const gsize seccomp_default_rule_count = G_N_ELEMENTS(seccomp_default_rules);
