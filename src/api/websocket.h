/* A client that speaks WebSocket (RFC 6455) where others get a plain stream. */
#pragma once
#include "api/api.h"

/* Whether one was asked for; INVALID if not. */
bool websocket_asked(const Request *request, GError **error);
/* Answers, and takes the connection over: an owned descriptor. protocol: which one of those asked for is spoken; NULL: none was. */
int websocket_accept(Request *request, const char *protocol);
/* Carries bytes between the client and a plain stream until either ends. Takes both over. text: what the client gets says that
 * it is text. */
void websocket_carry(int client, int plain, bool text);
