/* Events: what happened, for clients that follow it. */
#pragma once
#include "engine/object/engine.h"

typedef struct {
	char *type, *action, *id;
	json_t *attributes;
	gint64 time;
} Event;
void event_publish(
	Engine *engine, const char *type, const char *action, const char *id, json_t *attributes);
/* Publishes "prune" for a type of object, with the bytes reclaimed. */
void event_pruned(Engine *engine, const char *type, gint64 reclaimed);
/* Whether there is a subscriber. */
bool event_is_followed(void);
/* The JSON of an event (Engine API, SystemEventsResponse). New reference. */
json_t *event_json(const Event *event);
/* Calls each for the remembered events from since on and then for new ones until `until` (0: without end). Stops when
 * each returns false or peer_fd hangs up. */
void event_follow(gint64 since, gint64 until, int peer_fd,
	bool (*each)(const Event *event, gpointer data), gpointer data);
