/* Events: what happened, for those who follow it. */
#pragma once
#include "engine/object/engine.h"

typedef struct {
	char *type, *action, *id;
	json_t *attributes;
	gint64 time;
} Event;
void event_publish(
	Engine *engine, const char *type, const char *action, const char *id, json_t *attributes);
/* "prune" of a kind of things, with the bytes that it has won. */
void event_pruned(Engine *engine, const char *type, gint64 reclaimed);
/* Whether somebody follows them now. */
bool event_is_followed(void);
/* The JSON of an event (Engine API, SystemEventsResponse). New reference. */
json_t *event_json(const Event *event);
/* Calls each for the remembered events from since on, then, until `until` (0: for ever), for those
 * that come; stops when each answers false or peer_fd hangs up. */
void event_follow(gint64 since, gint64 until, int peer_fd,
	bool (*each)(const Event *event, gpointer data), gpointer data);
