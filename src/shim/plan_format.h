/* The launch plan: what berthd (runtime/) decides and berth-shim carries out, in order.
 *
 * A plan is a flat row of records in a memfd. A record is this header, then its numbers (64 bits
 * each), then its strings (NUL-terminated), padded to 8 bytes. Every number is resolved. Every path is final, except where others
 * may change what lies there: that is looked up by the shim when it opens it, and never twice. */
#pragma once
#include <stdint.h>

enum {
	PLAN_MAGIC = 0x42523036, /* first 8 bytes of the file; changes with the format */
	PLAN_ALIGN = 8,
	PLAN_MAX_SIZE = 8 << 20,
};

struct plan_record {
	uint32_t op;	  /* enum plan_op */
	uint32_t size;	  /* of the whole record, padding included */
	uint32_t numbers; /* how many follow */
	uint32_t strings; /* how many follow the numbers */
};

enum plan_op {
	/* Done by the shim, before the container exists.   numbers | strings */
	PLAN_ID,    /* | container id, exit file, control socket */
	PLAN_STDIO, /* PLAN_STDIO_ flags, rows, columns | */
	PLAN_LOG, /* enum plan_log, bytes per file, number of files | path, attributes (JSON or "") */
	PLAN_CGROUP_MAKE, /* PLAN_OPTIONAL: shared, left behind; PLAN_PARENTS: those made above it are not | folder */
	PLAN_CGROUP_WRITE, /* PLAN_OPTIONAL | file, value */
	PLAN_CGROUP_BPF,   /* eBPF instructions... | cgroup v2 folder: device rules */
	PLAN_CGROUP_OOM,   /* | file with the number of OOM kills ("oom_kill N") */
	PLAN_CGROUP_JOIN, /* PLAN_BORN_IN: cgroup v2 | folder of the cgroup that the process is created in */
	PLAN_DNS, /* number of names files, port or 0 | those files..., resolvers of the host... */
	PLAN_CLONE, /* CLONE_NEW flags | */
	PLAN_USERNS, /* first uid, first gid of the host, count | a new user namespace of the container */
	PLAN_JOIN,	  /* CLONE_NEW kind | namespace file */
	PLAN_WITH_ENGINE, /* | killed when the engine ends: a build step */

	/* Done by the new process, in its namespaces. */
	PLAN_CGROUP_NAMESPACE, /* | unshared once the process is in its cgroups */
	PLAN_ROOT, /* | layer folder (cwd), overlay options, ROOT_UNSYNCED the last of them, mount point */
	PLAN_ROOT_MAPPED, /* | mount point, container's folder, layer folders (top first)... */
	PLAN_MOUNT_NEW, /* MOUNT_ATTR_ flags, propagation (0: as it is) | type, target, options ("key", "key=value")... */
	PLAN_MOUNT_BIND, /* MOUNT_ATTR_ flags, PLAN_BIND_ flags, propagation | source, target,
				  the mount namespace file that source is in, or "", and what is mounted of source,
				  resolved beneath it, or "" */
	PLAN_MOUNT_TREE, /* MOUNT_ATTR_ flags | target, path in the tree, folder for a moment's mount, that of
				  overlay's upper and work or "", folders (top first)... */
	PLAN_FILE,     /* enum plan_file_number..., then the content | target: a file in memory */
	PLAN_DEVICE,   /* mode with type, major, minor, uid, gid | path, path on the host */
	PLAN_SYMLINK,  /* | target, path */
	PLAN_PIVOT,    /* propagation of the root, or 0 | */
	PLAN_MASK,     /* | path */
	PLAN_READONLY, /* | path */
	PLAN_MOUNT_READONLY, /* | mount point */
	PLAN_LOOPBACK,	     /* | set the lo device up */
	PLAN_HOSTNAME,	     /* | host name, domain name */
	PLAN_SYSCTL,	     /* | file below /proc/sys, value */
	PLAN_NETWORK, /* | waits for the engine's byte, which it sends when addresses and routes are set */
	PLAN_RLIMIT,	   /* resource, soft, hard | */
	PLAN_OOM_SCORE,	   /* value | */
	PLAN_WORKDIR,	   /* PLAN_OPTIONAL: do not create it | path */
	PLAN_IDS,	   /* uid, gid, supplementary groups... | */
	PLAN_CAPS,	   /* capability sets: bounding, permitted and effective | */
	PLAN_NO_NEW_PRIVS, /* | */
	PLAN_SECCOMP,	   /* struct sock_filter... | SECCOMP_FILTER_FLAG_ flags, as a number */
	PLAN_INIT,	   /* | the program runs as child of a small init */
	PLAN_ENV,	   /* | NAME=value... */
	PLAN_EXEC,	   /* | argv... */

	/* After all others, so that an engine's exec plans fit the shims of the version before. */
	PLAN_ENTER, /* | an exec on its own, in the container of the process behind SHIM_FD_NETWORK */
	PLAN_EXEC_ATTRIBUTE, /* | file of /proc/self/attr, value: confinement of the program (AppArmor, SELinux); then of a small init, which executes nothing: file and value, or none */
	PLAN_LOG_SEND, /* enum plan_send_number... | enum plan_send_string..., then fields: name, value, ... */
	PLAN_MOUNT_LABEL, /* | SELinux label of all new mounts */
	PLAN_TRACE,	  /* | request id: the shim reports what it does (SHIM_TRACE) */
	PLAN_OPS,
};

enum { PLAN_OPTIONAL = 1, PLAN_BORN_IN = 1, PLAN_PARENTS = 2 };

/* The overlay's option: neither fsync(2) in it nor its end syncs anything. */
#define ROOT_UNSYNCED ",volatile"

/* Marks a cgroup that was made for a requested parent: one of the administrator's, with limits, is kept although it
 * is empty. */
#define CGROUP_MADE_MARK "trusted.berth.made"
enum plan_file_number { FILE_MODE, FILE_UID, FILE_GID, FILE_LENGTH, FILE_NUMBERS };
enum plan_log { PLAN_LOG_NONE, PLAN_LOG_JSON, PLAN_LOG_LOCAL };

/* PLAN_LOG_SEND: the receiver of lines, beside the log file. */
enum plan_log_send {
	PLAN_LOG_SYSLOG,
	PLAN_LOG_JOURNALD,
	PLAN_LOG_FLUENTD,
	PLAN_LOG_GELF,
	PLAN_LOG_SENDS,
};
enum plan_send_number {
	PLAN_SEND_DRIVER, /* enum plan_log_send */
	PLAN_SEND_SOCKET, /* enum plan_socket */
	PLAN_SEND_PORT,
	PLAN_SEND_FLAGS,
	PLAN_SEND_BUFFER,   /* most bytes that wait, or the number from which the container waits */
	PLAN_SEND_RETRY_MS, /* before the next attempt to connect; 0: a second */
	PLAN_SEND_TRIES,    /* failed attempts after which the queue is dropped; 0: never */
	PLAN_SEND_OPTION, /* syslog: facility; gelf: PLAN_GELF_; fluentd: 1 for parts of seconds */
	PLAN_SEND_NUMBERS,
};
enum plan_send_string {
	PLAN_SEND_ADDRESS, /* of IP, or a path */
	PLAN_SEND_TAG,
	PLAN_SEND_HOST,
	PLAN_SEND_FORM, /* syslog: "unix", "rfc3164", "rfc5424" or "rfc5424micro"; gelf: constant members */
	PLAN_SEND_FIELDS,
};
enum plan_socket { PLAN_SOCKET_UDP, PLAN_SOCKET_TCP, PLAN_SOCKET_UNIX, PLAN_SOCKET_UNIXGRAM };
enum { PLAN_SEND_NONBLOCKING = 1, PLAN_SEND_ASYNC = 2 };
enum { PLAN_GELF_NONE, PLAN_GELF_GZIP, PLAN_GELF_ZLIB };
enum {
	PLAN_STDIO_TTY = 1,
	PLAN_STDIO_STDIN = 2,	   /* keep standard input open */
	PLAN_STDIO_STDIN_ONCE = 4, /* close it after the first attached client */
};
enum {
	PLAN_BIND_RECURSIVE = 1,
	PLAN_BIND_RECURSIVE_ATTR = 4, /* the flags apply to submounts too */
	PLAN_BIND_MAPPED = 8,	      /* in a user namespace: its files belong to the container */
	PLAN_BIND_RECURSIVE_PROPAGATION = 16, /* and so does the propagation */
	PLAN_BIND_MAY_BE_PRIVATE = 32,	      /* slave, where the mount has a master */
};

/* The `local` log format: records of this header followed by length bytes. */
struct local_log_record {
	uint32_t length;
	uint8_t stream; /* 1 stdout, 2 stderr */
	uint8_t partial;
	uint16_t zero;
	int64_t time; /* nanoseconds since 1970 */
};
