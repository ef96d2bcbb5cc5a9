/* Bake files: targets that are built together, described in HCL, JSON or Compose files (docker/buildx, docs/bake-reference.md).
 * It makes a plan of them, and must not know how an image is built. */
#pragma once
#include "base/json.h"

/* A file that was read; the definitions of later ones win. */
typedef struct {
	const char *name, *text;
	const json_t
		*services; /* of a Compose file: name of a target -> its attributes; else NULL */
} BakeFile;
typedef struct {
	const BakeFile *files;
	size_t count;
	char *const *targets; /* what is to be built; none: "default" */
	char *const *set;     /* of --set: "app*.args.X=1" */
	bool push, load, no_cache, pull;
} BakeRequest;
/* {"group": {name: {"targets": [...]}}, "target": {name: attributes}}, as `--print` shows it: with what targets inherit, and those
 * that others are linked to ("contexts": "target:x"). A new reference; NULL with error. */
json_t *bake_plan(const BakeRequest *request, GError **error);
/* The plan as a bake file: what would be read as a template is escaped. A new reference. */
json_t *bake_printed(const json_t *plan);
/* What there is to ask for: {"targets": {name: description}, "groups": {name: [...]}, "variables": {name: {...}}}. */
json_t *bake_list(const BakeRequest *request, GError **error);

/* services.c: what a Compose project (as `compose config --format json` prints it) builds, for BakeFile. A new reference. */
json_t *bake_services(const json_t *project);

/* definition.c: files' definitions. */
typedef struct Definitions Definitions;
Definitions *definitions_new(const BakeFile *files, size_t count, GError **error);
void definitions_free(Definitions *definitions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Definitions, definitions_free)
json_t *definitions_targets(
	Definitions *definitions); /* name -> attributes as they stand there; borrowed */
json_t *definitions_groups(Definitions *definitions); /* name -> names; borrowed */
json_t *definitions_variables(Definitions *definitions, GError **error); /* a new reference */

/* attributes.c: what a target may say, each in one form. */
/* An attribute's value in its form: text, list, map, truth or options ("type=x,dest=y" as an object). NULL with error;
 * json_null() for what says nothing. A new reference. */
json_t *attribute_read(const char *name, const json_t *value, GError **error);
bool attribute_known(const char *name);
/* One over the other: what is said replaces, lists and maps that grow are put together. */
void attributes_merge(json_t *target, const json_t *over);
/* In the order and with the keys that buildx prints. A new reference. */
json_t *attributes_sorted(const json_t *target);
/* --set KEY[.NAME][+]=VALUE of a target; first: nothing was set for this key before. */
bool attribute_set(json_t *target, const char *key, const char *value, bool first, GError **error);
