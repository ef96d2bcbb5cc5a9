/* Requests to rtnetlink: what link.c and link_host.c share. */
#pragma once
#include <glib.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>

enum { LINK_ROOM = 4096, LINK_ANSWER = 8192 };

typedef struct {
	char room[LINK_ROOM];
	struct nlmsghdr *head;
} Message;

void message_begin(Message *message, guint16 type, guint16 flags);
/* For link messages: the mask of the flags to change. */
struct ifinfomsg *link_head(Message *message, unsigned flags);
struct mnl_socket *link_socket_new(void); /* NULL with errno */
/* One request by a socket of its own, and the kernel's word. errno on failure. */
bool talk_once(Message *message);
