/* A project's files as an OCI artifact (docker/compose's format): checks before publishing, its layers, and sending
 * it. */
#pragma once
#include "compose/compose.h"

/* secrets_found.c: possible secrets in a text: list of {"type", "key", "value"}; new reference. */
json_t *secrets_found(const char *text);

/* publish.c. declared: the same project with its env_files as they are written (no_resolve_env). */
/* Whether a project can be published at all, and without asking about its variables (with_env). */
bool publish_check(const Project *project, GError **error);
bool publish_check_variables(
	const Project *project, const Project *declared, bool with_env, GError **error);
/* Binds of its services: list of {"service", "text"}; new reference. */
json_t *publish_binds(const Project *project);
/* Variables that would be published: name of a service or config -> {name: value or null}; new reference. */
json_t *publish_variables(const Project *project);
/* secrets_found of all files that a project names. NULL with error. */
json_t *publish_secrets(const Project *declared, GError **error);
/* The layers: list of {"mediaType", "annotations", "text"}, its Compose files first. digests: an override file that pins images, or
 * NULL. NULL with error. */
json_t *publish_layers(const Project *project, bool with_env, const char *digests, GError **error);

/* artifact_send.c: sends them to reference. version: "1.0", "1.1", or "": whichever the registry accepts. images: of
 * services, to copy beside it (an application); NULL: none. */
bool artifact_send(const RemoteAccess *access, const char *reference, const json_t *layers,
	const char *version, const json_t *images, GError **error);
