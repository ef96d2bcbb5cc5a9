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
void plan_keep(const struct plan *plan); /* from what is forked from here on */
/* The record behind previous (NULL: the first), or NULL at the end. */
const struct plan_record *plan_next(const struct plan *plan, const struct plan_record *previous);
const struct plan_record *plan_find(const struct plan *plan, enum plan_op op);
/* The record of the pid namespace that a new container joins, or NULL. */
const struct plan_record *plan_pid_namespace(const struct plan *plan);
int64_t record_number(const struct plan_record *record, uint32_t index);     /* 0 where absent */
const char *record_string(const struct plan_record *record, uint32_t index); /* "" where absent */

/* report.c: how a process that is being made says what went wrong. */
void report_to(int fd);				     /* into a pipe */
void report_with(void (*handler)(const char *text)); /* by calling it */
/* Sends the message, with ": " and the text of errnum unless that is 0, and ends the process. */
_Noreturn void report_fail(int errnum, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same for what dockerd refuses before it asks a runtime: in the engine's words for the user, without a runtime's before them. */
_Noreturn void report_refusal(int errnum, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* From here on, whoever loses the shim that it reports to is killed, also if that is lost already. Changes of
 * credentials undo it (prctl(2), PR_SET_PDEATHSIG). */
void die_with_shim(void);

/* cgroup.c: cgroups as the plan lists them; v1, v2 and hybrid look the same from here. */
void cgroup_make(
	const struct plan *plan, void (*warn)(const char *text)); /* report_fail on failure */
/* Opens the cgroup (v2) that the next process is to be born in, where there is one. False with errno. */
bool cgroup_birthplace(const struct plan *plan, int *fd);
void cgroup_join(
	const struct plan *plan); /* by the new process itself, v1; report_fail on failure */
/* How often was killed for memory; one more while all of it waits for some, as none may be killed. */
int64_t cgroup_oom_kills(const char *file);
int cgroup_oom_watch(const char *file, short *events); /* a descriptor to poll, or -1 */
void cgroup_kill_all(const struct plan *plan);
void cgroup_remove(const struct plan *plan);

/* root.c */
/* Opens path inside the new root and makes what is missing: folders, and at its end a file if asked
 * for. Nothing outside the root is ever touched. -1 with errno. */
int root_open(const char *path, bool file);
extern int root_fd; /* the new root, O_PATH; -1 before root_mount and after root_pivot */

/* rootfs.c and mount.c: the ops that make the file system. */
void root_mount(const struct plan_record *record);
void root_pivot(const struct plan_record *record);
void root_readonly(const struct plan_record *record);
void device_make(const struct plan_record *record);
int device_tree(const struct plan_record
		*record); /* detached, of the device itself, where none can be made */
void symlink_make(const struct plan_record *record);
void path_mask(const struct plan_record *record);
void path_readonly(const struct plan_record *record);
void mount_new(const struct plan_record *record);
/* Attaches a detached tree at target inside the new root, which is made a file or a folder as the tree is one, and closes it.
 * The one way to attach anything there: nothing comes to lie over procfs. */
/* mount.c: the SELinux label of a plan, for all that is made from here on; and puts it on a file system that is being made. -1 with
 * errno. */
void mount_labels(const struct plan *plan);
int mount_label(int fs, const char *type);
void mount_attach(int tree, const char *what, const char *target);
/* mount_bind.c. Those that are to stay peers of the host's mounts are cloned before mount_propagation_stop. */
void bind_shared(const struct plan *plan);
void mount_bind(const struct plan_record *record);
/* The detached tree that a PLAN_MOUNT_BIND attaches; owners mapped by userns, or -1: as they are. */
int bind_tree(const struct plan_record *record, int userns);
/* mount_tree.c: PLAN_MOUNT_TREE and PLAN_FILE; and the detached tree of the first, as bind_tree. */
void mount_tree(const struct plan_record *record);
int tree_part(const struct plan_record *record, const struct plan_record *map, int userns);
void file_make(const struct plan_record *record);
void mount_console(int slave); /* binds the terminal to /dev/console, after the pivot */
void mount_propagation_stop(void);

/* overlay_mapped.c: folders from a record's string number first, top first, as one tree whose owners are mapped; own: the folder
 * of its "upper" and "work", or "". */
int mapped_overlay(const struct plan_record *record, uint32_t first, const char *own,
	const struct plan_record *map, int userns);

/* userns_serve.c: the shim's side, after the clone: maps, and each tree of the plan, sent over the socket. */
void userns_serve(const struct plan *plan, pid_t pid, int socket);
/* userns.c: the new process's side: where trees come from, and the next one (-1: no user namespace). */
void userns_enter(const struct plan *plan, int socket);
int userns_tree(void);
void userns_become_root(void);
void root_mount_mapped(const struct plan_record *record);

/* keyring.c: the shim leaves the session keyring of the engine; report_fail on failure, as the others. */
void keyring_leave(void);
/* A process joins its container's, which the first one makes: as runc, with runc's name. */
void keyring_join(const char *container, bool first);

/* streams.c: the standard streams that are the container's own devices. */
void streams_null(void); /* standard input is its null device */
/* All three are a new terminal of the container's /dev/pts of that size, if it is known; its master goes to the shim. */
void streams_terminal(int rows, int columns, int sync_fd, bool console);
void streams_begin_session(bool tty);

/* Memory that the shim shares with a maker, and with nobody that others can see. */
struct birth {
	pid_t pid; /* of the process that it forked */
	int ready; /* all is prepared: what remains is to run the program */
};
/* What a maker has from the shim; descriptors. */
struct maker {
	int report, sync;
	struct birth *birth;
};

/* process.c: the ops that make the process what it is to be. Ends in the program, or in a report. */
_Noreturn void process_become(
	const struct plan *plan, const struct maker *maker, const char *container);
void loopback_up(void); /* of the network namespace that we are in */
/* The same for a process that joins the running container behind pidfd. */
_Noreturn void process_join(
	const struct plan *plan, const struct maker *maker, int pidfd, const char *container);

/* capability.c: this process keeps no more than these in its bounding set. report_fail on failure, as the others. */
void caps_drop_bounding(uint64_t keep);
/* Permitted and effective are these, as far as they are permitted now; inheritable and ambient sets are always empty
 * (CVE-2016-8867, CVE-2022-24769). */
void caps_set(uint64_t caps);
/* The shim itself, for good: what execs of its container may have, and what it needs for them. */
void caps_shed(uint64_t of_container);

/* init.c: forks; the child returns, the parent is confined, stays as pid 1 and reaps. */
void init_fork(void (*confine)(void));

/* logfile.c: the container's log. */
bool logfile_open(const struct plan_record *record);
void logfile_write(int stream, const char *data, size_t length);
void logfile_finish(void); /* writes what is left of unfinished lines */
/* log_text.c: how many bytes the UTF-8 sequence at p has (RFC 3629), 0 if it is none. */
size_t utf8_length(const unsigned char *p, size_t left);

/* logsend.c: log lines that a driver sends away. record: PLAN_LOG_SEND, or NULL: none. False with errno. */
bool logsend_open(const struct plan_record *record);
bool logsend_active(void);
void logsend_line(int stream, const char *text, size_t length, int64_t time);
bool logsend_blocks(void); /* the container is to be read from no more for now */
int logsend_poll_fill(struct pollfd *polls, int count, int max);
void logsend_poll_done(const struct pollfd *polls);
int logsend_poll_timeout(void); /* milliseconds; -1: never */
/* The container has ended: what waits may be sent for a moment. */
void logsend_finish(void);
bool logsend_busy(void);
void logsend_close(void); /* what waits still is lost */

/* session.c: a process with its streams: the container's own (id "") or an exec's. */
struct session {
	struct session *next;
	char id[SHIM_ID];
	pid_t pid;  /* 0: in the making; -1: it has been waited for */
	int in;	    /* what it reads: a pipe, or the terminal's master; -1: none or closed */
	int out[2]; /* its stdout and stderr; the terminal's master is out[0] */
	int slave; /* of the terminal: held, so that it is not gone when nobody else does for a moment; or -1 */
	bool tty, once; /* once: its input ends with its first client's */
	bool ended;
};
extern struct session *sessions; /* all of them, newest first */
struct session *session_new(const char *id, const struct plan *plan); /* NULL: no memory */
struct session *session_find(const char *id);
struct session *session_by_pid(pid_t pid);
/* Begins to make the process, in a container that runs (pidfd) or as the container itself (-1); container: its id.
 * False with errno. How it ends is told by making_events. */
bool session_start(
	struct session *session, const struct plan *plan, int pidfd, const char *container);
void session_take_terminal(struct session *session, int master);
void session_resize(const struct session *session, int rows, int columns);
/* The process ended: reads the rest of its output; its clients get what is left, then are closed. */
void session_ended(struct session *session);
void session_close_input(struct session *session);

/* making.c: see there. False with errno; streams: the three of the new process. */
bool making_begin(struct session *session, const struct plan *plan, int pidfd,
	const char *container, const int streams[3]);
/* What went wrong with the process of session, if it has said so; static. */
const char *making_said(const struct session *session);
/* Takes note of the end of a process that was in the making; false: it was not. */
bool making_reaped(pid_t pid, int status);
/* Kills what is in the making, whose sessions hear nothing of it; false: there was nothing. */
bool making_end_all(void);
int making_poll_fill(struct pollfd *polls, int count, int max);
void making_poll_done(const struct pollfd *polls);
int making_poll_timeout(void); /* milliseconds until one has taken too long; -1: never */
/* What it tells of processes in the making. */
struct making_events {
	void (*terminal)(struct session *session, int master); /* it is there, and taken over */
	void (*made)(struct session *session, bool alive); /* alive: it has not been waited for */
	void (*unmade)(struct session *session, const char *why);
	void (*exited)(struct session *session, int status);
};
void making_observe(const struct making_events *events);

/* client.c: the sockets attached to sessions. */
bool client_new(struct session *session, int fd, int flags, const char *detach_keys);
void client_broadcast(const struct session *session, int stream, const char *data, size_t length);
bool client_blocks(const struct session *session); /* one of its clients must read first */
bool client_of(const struct session *session);	   /* it has one */
bool client_any(void);

/* What each polls for: appended to polls (the new count is returned); then what came is handled. */
int session_poll_fill(struct pollfd *polls, int count, int max);
void session_poll_done(const struct pollfd *polls);
int client_poll_fill(struct pollfd *polls, int count, int max);
void client_poll_done(const struct pollfd *polls);

/* dns.c: the container's resolver, where the plan has one. */
void dns_open(const struct plan *plan, pid_t pid);
/* SHIM_DNS: new files and servers, and sockets where it has none; those that it takes over become -1. */
void dns_change(const char *id, int *fds, int fd_count); /* id: the container's, kept */
int dns_state(void);					 /* SHIM_DNS_ flags */
int64_t dns_ports(void); /* of the resolver: udp, and tcp in the next 16 bits; 0: there is none */
int dns_poll_fill(struct pollfd *polls, int count, int max);
void dns_poll_done(const struct pollfd *polls);
int dns_poll_timeout(void); /* milliseconds until somebody may have waited too long; -1: never */

/* proxy.c: ports that are published in user space: "tcp HOST PORT TARGET PORT". */
void proxy_add(const char *text, void (*warn)(const char *text));
void proxy_remove(const char *text);
int proxy_poll_fd(void); /* -1: none is published */
void proxy_ready(void);

/* control.c: the conversation with berthd. */
struct control_events {
	void (*message)(
		const struct shim_message *message, int *fds, int fd_count); /* fds: taken over */
	/* Nobody is left at the other end. A container that was never told to start goes with its engine. */
	void (*engine_gone)(void);
};
/* fd: the first connection, taken over. */
void control_begin(const struct control_events *events, int fd);
bool control_listen(const char *path);
void control_send(uint32_t type, const char *id, int a, int b, int64_t number, const char *text);
int control_poll_fill(struct pollfd *polls, int count, int max);
void control_poll_done(const struct pollfd *polls);
void control_close(void);
bool control_heard(void); /* somebody is connected */

/* io.c */
ssize_t message_receive(
	int socket, void *data, size_t size, int *fds, int *fd_count); /* up to 4 fds */
bool message_send(int socket, const void *data, size_t size, int fd);  /* fd: or -1 */
int64_t now_nanoseconds(void);					       /* since 1970 */
int64_t steady_nanoseconds(void); /* of a clock that never jumps, for deadlines */
bool write_all(int fd, const char *data, size_t length);
bool put_file(const char *path, const char *value); /* into an existing file */
void close_fd(int *fd);				    /* which becomes -1; -1 is fine */
