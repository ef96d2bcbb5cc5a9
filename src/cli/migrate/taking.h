/* Creates objects at an engine, one after the other: existing ones are skipped, failures are reported. */
#pragma once
#include "client/client.h"

typedef struct {
	Client *client;
	bool apply; /* false: list only */
	int failed;
} Taking;

/* Creates one object; false with error, and nothing of it is left. */
typedef bool (*Make)(gpointer data, json_t *thing, GError **error);

void taking_tell(const char *kind, const char *name, const char *what);
void taking_tell_failed(Taking *taking, const char *kind, const char *name, const char *why);
/* Whether the engine has it; format: of its path, with a %s for its name. What else is the matter is the error's. */
bool taking_is_there(Taking *taking, const char *format, const char *name, GError **error);
/* Handles one object: skipped, refused (its "Problem"), listed, or created. what: a short description. True if it was
 * created. */
bool taking_take(Taking *taking, const char *kind, const char *format, json_t *thing,
	const char *what, Make make, gpointer data);
/* Whether the engine has done as it was asked; the answer is dropped. */
bool taking_ask(Taking *taking, const char *method, const char *path, const json_t *request,
	GError **error);
/* A DELETE whose failure is ignored. */
void taking_undo(Taking *taking, const char *format, const char *name);
/* The id of the image that has this name at the engine; "" for none. The caller frees it. */
char *taking_image_named(Taking *taking, const char *name);
/* A container ({"Name", "Image": its id or another digest, "Request", "Networks"}) with all its networks; its id, or NULL with error, and it is not there. */
char *taking_make_container(Taking *taking, json_t *container, GError **error);
