/* Shims: their launch, and the connection to each. */
#pragma once
#include "engine/object/exec.h"
#include "shim/protocol.h"

/* shim_launch.c: shims begin. */
bool shim_copy(Engine *engine, GError **error);
/* A container's process is there, in a network namespace of its own (netns, which stays the shim's launch's), and waits for its network;
 * where it fails, that gives up. dns_ports: where its resolver listens (udp, and tcp in the next 16 bits); 0: it has none. */
typedef bool (*ShimCreated)(Container *container, int netns, gint64 dns_ports, GError **error);
/* Starts a shim with the plan, and waits until it has started the container and the row says so. The link is known, but not yet
 * heard (shim_link_watch): its end cannot overtake what is done about its start. created: NULL, it waits for no network. */
ShimLink *shim_launch(Container *container, int plan_fd, ShimCreated created,
	const Attachment *attachments, guint count, GError **error);
/* A shim for this exec alone, with all that the engine may do: the container's own has given that away. */
bool shim_launch_exec(Container *container, Exec *exec, GError **error);

/* start_error.c: the exit code that the words of a failed start mean, or otherwise; those words as an error, with its
 * status. False. */
int start_error_exit_code(const char *why, int otherwise);
bool start_error(GError **error, const char *why);

/* shim_link.c: the connection to a shim. */
/* What shims tell once a container runs. Calls come from the monitor's thread, without locks. */
typedef struct {
	/* Also of a shim that was killed before it could say so. */
	void (*exited)(
		Container *container, int exit_code, bool oom, gint64 time, const char *message);
	void (*oom)(Container *container);
	void (*detached)(Container *container);
	void (*exec)(Engine *engine, const struct shim_message *message);
	void (*exec_lost)(
		Engine *engine, const Exec *exec); /* the shim that was for it alone has gone */
} ShimEvents;
void shim_monitor_start(Engine *engine, const ShimEvents *events);
/* exec: that the shim is for alone, or NULL. Takes socket over; pid: of our child, or 0. Known from here on, heard from watch on. */
ShimLink *shim_link_new(Container *container, Exec *exec, int socket, pid_t pid);
void shim_link_watch(ShimLink *link);
pid_t shim_link_pid(const ShimLink *link); /* of the shim; 0: it is gone */
bool shim_tell(int socket, guint32 type, const char *id, int a, int b, const char *text,
	const int *fds, int fd_count);
void exec_folder_remove(Engine *engine, const char *id); /* with the socket in it */
/* Ends what runs below an id although no row says that it runs: a start that a crash cut off. Waits for it. */
void shim_end(Engine *engine, const char *id);
bool shim_reconnect(Container *container); /* false if nobody answers */
/* container->resolver; waits a little for a shim that was just found again. */
int shim_resolver_state(Container *container);
/* To the shim of the exec that id names, or the container's; a conflict if that does not run. */
bool shim_send(Container *container, guint32 type, const char *id, int a, int b, const char *text,
	const int *fds, int fd_count, GError **error);
char *shim_socket_path(Engine *engine, const char *id);
/* Waits until the last shim of a container that has ended is gone. */
void shim_wait_gone(Container *container);

/* container_process.c: opens "root" or "ns/net" of the first process of a container that runs, and of no other that has its number by
 * now. -1 with CONFLICT: it does not run. */
int container_part_open(Container *container, const char *part, int flags, GError **error);
/* Of a process that this shim is making: its network namespace, which is not the engine's. -1 with error. */
int making_netns_open(pid_t pid, pid_t shim, GError **error);
