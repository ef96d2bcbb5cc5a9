/* The Container Device Interface (github.com/cncf-tags/container-device-interface, SPEC.md): devices that a vendor describes in
 * files of the host, asked for as "vendor.com/class=name". folders: those of the files, a later one before an earlier. */
#pragma once
#include "base/schema.h"
#include "runtime/runtime.h"

/* The names of all devices that can be asked for, sorted: an array of strings, a new reference. */
json_t *cdi_devices(char *const *folders);
/* The specification of a container with what its DeviceRequests come to in Env and GroupAdd; mounts and device nodes are added
 * to the lists of those. A new reference: spec itself, where nothing was asked for. NULL with SYSTEM, in dockerd's words, and
 * with the file that is at fault. */
json_t *cdi_inject(
	char *const *folders, json_t *spec, GPtrArray *mounts, GArray *nodes, GError **error);

/* cdi_spec.c: one file, held against the specification. NULL with INVALID that says its path. */
json_t *cdi_spec_read(int root_fd, const char *path, GError **error);
/* A mount with its options as attributes, recursion and propagation. NULL with INVALID for an unknown one. */
MountPoint *cdi_mount(const json_t *mount, GError **error);
/* cdi_text.c: YAML, or the JSON that is a part of it, as text for schema_decode of this type. INVALID; the caller frees it. */
char *cdi_text_read(const SchemaType *type, const char *text, size_t length, GError **error);
