/* The Container Device Interface (github.com/cncf-tags/container-device-interface, SPEC.md): devices that a vendor
 * describes in files on the host, requested as "vendor.com/class=name". folders: where these files are; a later
 * folder overrides an earlier one. */
#pragma once
#include "base/schema.h"
#include "runtime/runtime.h"

/* The names of all available devices, sorted: an array of strings, a new reference. */
json_t *cdi_devices(char *const *folders);
/* The container's specification with the Env and GroupAdd that its DeviceRequests add; mounts and device nodes are
 * appended to the lists given. A new reference: spec itself, where nothing was requested. NULL with SYSTEM, in
 * dockerd's words and naming the faulty file. */
json_t *cdi_inject(
	char *const *folders, json_t *spec, GPtrArray *mounts, GArray *nodes, GError **error);

/* cdi_spec.c: parses and checks one file. NULL with INVALID, which names its path. */
json_t *cdi_spec_read(int root_fd, const char *path, GError **error);
/* A mount with its options as attributes, recursion and propagation. NULL with INVALID for an unknown option. */
MountPoint *cdi_mount(const json_t *mount, GError **error);
/* cdi_text.c: YAML (or JSON, its subset) as text for schema_decode of this type. INVALID; the caller frees it. */
char *cdi_text_read(const SchemaType *type, const char *text, size_t length, GError **error);
