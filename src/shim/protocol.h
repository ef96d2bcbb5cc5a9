/* The protocol between berthd and berth-shim: one struct per message, over SOCK_SEQPACKET. Descriptors are passed
 * with it (SCM_RIGHTS). The shim's socket has mode 0600. */
#pragma once
#include <stdint.h>

enum {
	SHIM_FD_PLAN = 3,    /* inherited by the shim: the plan */
	SHIM_FD_CONTROL = 4, /* inherited by the shim: its end of the first connection */
	SHIM_FD_NETWORK =
		5, /* inherited where the plan has PLAN_NETWORK: a byte arrives when the network is set up; where it has PLAN_ENTER: a pidfd */
	SHIM_TEXT = 1024,
	SHIM_ID = 68,
};

/* The text of SHIM_FAILED when a container failed only because the engine's byte did not come. */
#define SHIM_NO_NETWORK "the network could not be set up"
/* Prefix of SHIM_FAILED's text: the rest is the whole sentence, as dockerd words it before it asks a runtime. */
#define SHIM_REFUSAL "\1"

enum shim_message_type {
	/* berthd -> shim */
	SHIM_START = 1, /* all clients are attached: start */
	SHIM_ATTACH, /* fd: client socket; a: SHIM_ATTACH_ flags; text: detach keys (raw bytes) */
	SHIM_KILL,   /* a: signal */
	SHIM_RESIZE, /* a: rows, b: columns; id: exec or "" */
	SHIM_EXEC,   /* fds: plan, and client socket if attached; a: flags; id; text: detach keys */
	SHIM_PUBLISH, /* text: "tcp HOST PORT TARGET PORT"; a: SHIM_PORT_ */
	SHIM_QUERY,   /* requests SHIM_STARTED, and SHIM_EXEC_STARTED for each running exec */

	/* shim -> berthd */
	SHIM_CREATED,	   /* a: pid; number: dns_ports(); it waits for its network */
	SHIM_STARTED,	   /* a: pid; b: SHIM_DNS_ flags; number: time */
	SHIM_FAILED,	   /* text: why the container could not start */
	SHIM_EXITED,	   /* a: exit code; b: 1 if killed by the OOM killer; number: time */
	SHIM_OOM,	   /* a process of the container was killed by the OOM killer */
	SHIM_EXEC_STARTED, /* id; a: pid */
	SHIM_EXEC_FAILED,  /* id; text */
	SHIM_EXEC_EXITED,  /* id; a: exit code */
	SHIM_DETACHED,	   /* a client of the container typed the detach keys */
	SHIM_WARNING,	   /* text: an optional step that failed */

	/* berthd -> shim; after all others, as shims outlive engines: an older shim ignores it. */
	SHIM_DNS, /* fds: a plan with PLAN_DNS; if the shim has no resolver, also UDP and TCP sockets for it */

	/* shim -> berthd, where the plan has PLAN_TRACE. */
	SHIM_TRACE, /* text: an action; number: time */
};

enum {
	SHIM_DNS_KNOWN = 1, /* it supports SHIM_DNS */
	SHIM_DNS_RUNS = 2,  /* it has a resolver */
};

/* An engine that starts tells all ports again between MARK_ALL and REMOVE_MARKED, which have no text; a shim older than these
 * two ignores them. */
enum {
	SHIM_PORT_REMOVE,
	SHIM_PORT_ADD,
	SHIM_PORT_MARK_ALL,
	SHIM_PORT_REMOVE_MARKED,
};

enum {
	SHIM_ATTACH_STDIN = 1,
	SHIM_ATTACH_STDOUT = 2,
	SHIM_ATTACH_STDERR = 4,
	SHIM_ATTACH_FRAMED = 8, /* 8-byte headers {stream, 0, 0, 0, length} (Engine API, attach) */
};

struct shim_message {
	uint32_t type;
	int32_t a, b;
	int32_t unused;
	int64_t number;
	char id[SHIM_ID];
	char text[SHIM_TEXT];
};
