/* WebSocket (RFC 6455) in place of a plain hijacked stream. */
#pragma once
#include "api/api.h"

/* Whether the request is a WebSocket handshake; INVALID if not. */
bool websocket_asked(const Request *request, GError **error);
/* Answers the handshake and takes the connection over: an owned descriptor. protocol: the subprotocol chosen from the
 * offered ones; NULL: none was offered. */
int websocket_accept(Request *request, const char *protocol);
/* Forwards bytes between the client and a plain stream until either ends. Takes both over. text: frames to the client
 * are text frames. */
void websocket_carry(int client, int plain, bool text);
