/* berth-shim: carries out a launch plan and owns the container until it ends.
 *
 * It links nothing but libc, allocates next to nothing and parses nothing but its plan. It must not
 * know what an image, a network or the API is. */
#pragma once
#include "shim/plan_format.h"
#include "shim/protocol.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* plan_read.c: a checked plan in memory. */
struct plan {
	const char *data; /* mapped */
	size_t size;
};
bool plan_map(struct plan *plan, int fd); /* false if anything in it is out of bounds */
void plan_unmap(struct plan *plan);
void plan_keep(const struct plan *plan); /* drops it in processes forked from here on */
/* The record after previous (NULL: the first), or NULL at the end. */
const struct plan_record *plan_next(const struct plan *plan, const struct plan_record *previous);
const struct plan_record *plan_find(const struct plan *plan, enum plan_op op);
/* The record of the pid namespace that a new container joins, or NULL. */
const struct plan_record *plan_pid_namespace(const struct plan *plan);
int64_t record_number(const struct plan_record *record, uint32_t index);     /* 0 where absent */
const char *record_string(const struct plan_record *record, uint32_t index); /* "" where absent */

/* report.c: how a process in the making reports an error. */
void report_to(int fd);				     /* into a pipe */
void report_with(void (*handler)(const char *text)); /* by calling it */
/* Sends the message, with ": " and the text of errnum unless that is 0, and ends the process. */
_Noreturn void report_fail(int errnum, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Reports what dockerd checks before it asks a runtime: the text is shown to the user as it is, without a runtime's
 * prefix. */
_Noreturn void report_refusal(int errnum, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* From here on the process is killed when the shim that it reports to dies, or if that has died already. Changes of
 * credentials undo it (prctl(2), PR_SET_PDEATHSIG). */
void die_with_shim(void);
/* As _exit(), also where a seccomp profile is in force that does not allow it: SIGILL then. */
_Noreturn void end_process(int code);

/* cgroup.c: the cgroups that the plan lists, whether v1, v2 or hybrid. */
void cgroup_make(
	const struct plan *plan, void (*warn)(const char *text)); /* report_fail on failure */
/* Opens the cgroup (v2) that the next process is to be created in, if there is one. False with errno. */
bool cgroup_birthplace(const struct plan *plan, int *fd);
void cgroup_join(
	const struct plan *plan); /* by the new process itself, v1; report_fail on failure */
/* The number of OOM kills; plus one while all processes wait because the killer is disabled. */
int64_t cgroup_oom_kills(const char *file);
int cgroup_oom_watch(const char *file, short *events); /* a descriptor to poll, or -1 */
void cgroup_kill_all(const struct plan *plan);
void cgroup_remove(const struct plan *plan);

/* root.c */
/* Opens path inside the new root and creates what is missing: folders, and a last file if requested. Nothing outside
 * the root is touched. -1 with errno. */
int root_open(const char *path, bool file);
/* Opens what is there, and creates nothing. -1 with errno. */
int root_find(const char *path);
extern int root_fd; /* the new root, O_PATH; -1 before root_mount and after root_pivot */

/* root_hold.c: before the container's process is made. */
void root_hold_prepare(const struct plan *plan);
/* In it: waits until no other shim holds the root's folder; then sends the root to the shim, with this byte. */
void root_hold_await(void);
void root_hold_offer(int sync_fd);
enum { ROOT_HOLD_OFFER = 'r' };
/* In the shim, which owns it; when the container's end was told; and how many milliseconds later it is to be released even if a
 * client still reads (-1: it is not held). */
void root_hold(int root);
void root_hold_end(void);
int root_hold_timeout(void);
void root_release(void);

/* rootfs.c and mount.c: the operations that make the file system. */
void root_mount(const struct plan_record *record);
void root_pivot(const struct plan_record *record);
void mount_readonly(const struct plan_record *record);
void device_make(const struct plan_record *record);
int device_tree(const struct plan_record
		*record); /* a detached bind of the device itself, where none can be made */
void symlink_make(const struct plan_record *record);
void path_mask(const struct plan_record *record);
void path_readonly(const struct plan_record *record);
void mount_new(const struct plan_record *record);
/* Attaches a detached tree at target inside the new root, which is created as a file or a folder to match, and closes
 * it. The only function that attaches anything there, so nothing is mounted over procfs. */
/* mount.c: sets the plan's SELinux label for all mounts from here on; and applies it to a file system under
 * construction. -1 with errno. */
void mount_labels(const struct plan *plan);
int mount_label(int fs, const char *type);
void mount_attach(int tree, const char *what, const char *target);
/* mount_bind.c. Clones the trees that stay peers of the host's mounts, before mount_propagation_stop. */
void bind_shared(const struct plan *plan);
void mount_bind(const struct plan_record *record);
/* The detached tree of a PLAN_MOUNT_BIND; owners mapped by userns, or -1: unmapped. */
int bind_tree(const struct plan_record *record, int userns);
/* mount_tree.c: PLAN_MOUNT_TREE and PLAN_FILE; and the detached tree of the former, as bind_tree. */
void mount_tree(const struct plan_record *record);
int tree_part(const struct plan_record *record, const struct plan_record *map, int userns);
void file_make(const struct plan_record *record);
void mount_console(int slave); /* binds the terminal to /dev/console, after the pivot */
void mount_propagation_stop(void);

/* overlay_mapped.c: the folders in a record's strings from the given index on, top first, as one tree with mapped
 * owners; own: the folder of its "upper" and "work", or "". */
int mapped_overlay(const struct plan_record *record, uint32_t first, const char *own,
	const struct plan_record *map, int userns);

/* userns_serve.c: the shim's side, after the clone: id maps, and each tree of the plan, sent over the socket. */
void userns_serve(const struct plan *plan, pid_t pid, int socket);
/* userns.c: the new process's side: the socket that trees come from, and the next tree (-1: no user namespace). */
void userns_enter(const struct plan *plan, int socket);
int userns_tree(void);
void userns_become_root(void);
void root_mount_mapped(const struct plan_record *record);

/* keyring.c: replaces the engine's session keyring in the shim; report_fail on failure, as the others. */
void keyring_leave(void);
/* A process joins its container's keyring, which the first process makes: as runc, with runc's name. */
void keyring_join(const char *container, bool first);

/* streams.c: standard streams that are devices of the container. */
void streams_null(void); /* standard input is its null device */
/* Makes the three streams a new terminal of the container's /dev/pts, of that size if it is known; its master goes to
 * the shim. */
void streams_terminal(int rows, int columns, int sync_fd, bool console);
void streams_begin_session(bool tty);

/* Memory shared by the shim and a maker, and with no process that others can see. */
struct birth {
	pid_t pid; /* of the process that it forked */
	int ready; /* everything is prepared: what remains is to execute the program */
};
/* The descriptors that a maker gets from the shim. */
struct maker {
	int report, sync;
	struct birth *birth;
};

/* process.c: carries out the plan in the new process. Ends in the program, or in an error report. */
_Noreturn void process_become(
	const struct plan *plan, const struct maker *maker, const char *container);
void loopback_up(void); /* of the current network namespace */
/* For a process that joins the running container behind pidfd. */
_Noreturn void process_join(
	const struct plan *plan, const struct maker *maker, int pidfd, const char *container);

/* capability.c: reduces the bounding set of this process. report_fail on failure, as the others. */
void caps_drop_bounding(uint64_t keep);
/* Sets the permitted and effective sets, as far as they are permitted now; inheritable and ambient sets are always
 * empty (CVE-2016-8867, CVE-2022-24769). */
void caps_set(uint64_t caps);
/* Reduces the shim itself, for good, to what execs of its container may have and what it needs for them. */
void caps_shed(uint64_t of_container);

/* init.c: forks; the child returns, the parent is confined, stays as pid 1 and reaps. */
void init_fork(void (*confine)(void));

/* logfile.c: the container's log. */
bool logfile_open(const struct plan_record *record);
/* more: there is so much of it that it is gathered, and written in a thread of its own; otherwise it is written when this returns. */
void logfile_write(int stream, const char *data, size_t length, bool more);
void logfile_flush(void);	/* begins to write what was gathered */
int logfile_poll_timeout(void); /* milliseconds; -1: never */
void logfile_idle(void);	/* gives the memory back that a lot of output took */
void logfile_finish(void);	/* writes pending unfinished lines */
/* log_thread.c: writes parts of the log in a thread, in turn; it begins with the first of them. At most LOG_PARTS - 1 wait, so that of
 * as many buffers one is free once log_thread_write returns. False: there can be no thread, and nothing was done. */
enum { LOG_PARTS = 4 };
typedef void log_writer(const char *data, size_t length);
bool log_thread_write(log_writer *write, const char *data, size_t length);
void log_thread_wait(void); /* until all are written */
/* log_text.c: how many bytes the UTF-8 sequence at p has (RFC 3629), 0 if it is none. */
size_t utf8_length(const unsigned char *p, size_t left);

/* logsend.c: sends log lines to a driver's receiver. record: PLAN_LOG_SEND, or NULL: none. False with errno. */
bool logsend_open(const struct plan_record *record);
bool logsend_active(void);
/* continues: the rest of the line follows with the next call for this stream. */
void logsend_line(int stream, const char *text, size_t length, bool continues, int64_t time);
bool logsend_blocks(void); /* whether the container must not be read from for now */
int logsend_poll_fill(struct pollfd *polls, int count, int max);
void logsend_poll_done(const struct pollfd *polls);
int logsend_poll_timeout(void); /* milliseconds; -1: never */
/* The container has ended: the queue may be sent for a short time. */
void logsend_finish(void);
bool logsend_busy(void);
void logsend_close(void); /* records that remain are lost */

/* session.c: a process with its streams: the container's own (id "") or an exec's. */
struct session {
	struct session *next;
	char id[SHIM_ID];
	pid_t pid;  /* 0: in the making; -1: it has been reaped */
	int in;	    /* its standard input: a pipe, or the terminal's master; -1: none or closed */
	int out[2]; /* its stdout and stderr; the terminal's master is out[0] */
	int slave; /* slave end of the terminal, held open in case no other process has it open; or -1 */
	bool tty, once; /* once: its input ends with its first client's */
	bool ended;
};
extern struct session *sessions; /* all of them, newest first */
struct session *session_new(const char *id, const struct plan *plan); /* NULL: no memory */
struct session *session_find(const char *id);
struct session *session_by_pid(pid_t pid);
/* Begins to make the process, in a running container (pidfd) or as the container itself (-1); container: its id.
 * False with errno. making_events reports the result. */
bool session_start(
	struct session *session, const struct plan *plan, int pidfd, const char *container);
void session_take_terminal(struct session *session, int master);
void session_resize(const struct session *session, int rows, int columns);
/* Called when the process has ended: reads the rest of its output; clients get what is pending, then are closed. */
void session_ended(struct session *session);
void session_close_input(struct session *session);

/* making.c. False with errno; streams: the three of the new process. */
bool making_begin(struct session *session, const struct plan *plan, int pidfd,
	const char *container, const int streams[3]);
/* The error that the process of session has reported, if any; static. */
const char *making_said(const struct session *session);
/* Handles the end of a process in the making; false: it was none. */
bool making_reaped(pid_t pid, int status);
/* Kills processes in the making without notifying their sessions; false: there were none. */
bool making_end_all(void);
int making_poll_fill(struct pollfd *polls, int count, int max);
void making_poll_done(const struct pollfd *polls);
int making_poll_timeout(void); /* milliseconds until the first deadline; -1: none */
/* Events of processes in the making. */
struct making_events {
	void (*terminal)(struct session *session, int master); /* it exists, and is handed over */
	void (*made)(struct session *session, bool alive);     /* alive: it has not been reaped */
	void (*unmade)(struct session *session, const char *why);
	void (*exited)(struct session *session, int status);
};
void making_observe(const struct making_events *events);

/* client.c: the sockets attached to sessions. */
bool client_new(struct session *session, int fd, int flags, const char *detach_keys);
void client_broadcast(const struct session *session, int stream, const char *data, size_t length);
bool client_blocks(const struct session *session); /* one of its clients must read first */
bool client_of(const struct session *session);	   /* it has a client */
bool client_any(void);

/* Appends what is to be polled to polls (returning the new count); then handles the events. */
int session_poll_fill(struct pollfd *polls, int count, int max);
void session_poll_done(const struct pollfd *polls);
int client_poll_fill(struct pollfd *polls, int count, int max);
void client_poll_done(const struct pollfd *polls);

/* dns.c: the container's resolver, where the plan has one. */
void dns_open(const struct plan *plan, pid_t pid);
/* SHIM_DNS: new files and servers, and sockets if it has none; those taken over become -1. */
void dns_change(const char *id, int *fds, int fd_count); /* id: the container's, borrowed */
int dns_state(void);					 /* SHIM_DNS_ flags */
int64_t dns_ports(void); /* of the resolver: udp, and tcp in the next 16 bits; 0: there is none */
int dns_poll_fill(struct pollfd *polls, int count, int max);
void dns_poll_done(const struct pollfd *polls);
int dns_poll_timeout(void); /* milliseconds until a forwarded question times out; -1: none */

/* proxy.c: ports published in user space: "tcp HOST PORT TARGET PORT". One that is published already gets the new target. */
void proxy_add(const char *text, void (*warn)(const char *text));
void proxy_remove(const char *text);
/* Marks all ports; adding one again takes its mark away, and those that keep it are removed by the other. */
void proxy_mark(void);
void proxy_remove_marked(void);
int proxy_poll_fd(void); /* -1: no port is published */
void proxy_ready(void);

/* control.c: the connection with berthd. */
struct control_events {
	void (*message)(
		const struct shim_message *message, int *fds, int fd_count); /* fds: taken over */
	/* The engine has disconnected. A container that was never told to start ends with its engine. */
	void (*engine_gone)(void);
};
/* fd: the first connection, taken over. */
void control_begin(const struct control_events *events, int fd);
bool control_listen(const char *path);
void control_send(uint32_t type, const char *id, int a, int b, int64_t number, const char *text);
int control_poll_fill(struct pollfd *polls, int count, int max);
void control_poll_done(const struct pollfd *polls);
void control_close(void);
bool control_heard(void); /* whether the engine is connected */

/* io.c */
ssize_t message_receive(
	int socket, void *data, size_t size, int *fds, int *fd_count); /* up to 4 fds */
bool message_send(int socket, const void *data, size_t size, int fd);  /* fd: or -1 */
int64_t now_nanoseconds(void);					       /* since 1970 */
int64_t steady_nanoseconds(void); /* of a monotonic clock, for deadlines */
bool write_all(int fd, const char *data, size_t length);
bool put_file(const char *path, const char *value); /* into an existing file */
void close_fd(int *fd);				    /* which becomes -1; -1 is fine */
