/* Bake files: targets to build together, described in HCL, JSON or Compose files (docker/buildx,
 * docs/bake-reference.md). This room makes a plan, and must not know how an image is built. */
#pragma once
#include "base/json.h"

/* A parsed file; definitions of later ones take precedence. */
typedef struct {
	const char *name, *text;
	const json_t
		*services; /* of a Compose file: name of a target -> its attributes; else NULL */
} BakeFile;
typedef struct {
	const BakeFile *files;
	size_t count;
	char *const *targets; /* names to build; none: "default" */
	char *const *set;     /* of --set: "app*.args.X=1" */
	bool push, load, no_cache, pull;
} BakeRequest;
/* {"group": {name: {"targets": [...]}}, "target": {name: attributes}}, as `--print` shows it: with inherited
 * attributes and linked targets ("contexts": "target:x"). A new reference; NULL with error. */
json_t *bake_plan(const BakeRequest *request, GError **error);
/* The plan as a bake file: template syntax is escaped. A new reference. */
json_t *bake_printed(const json_t *plan);
/* Everything that is defined: {"targets": {name: description}, "groups": {name: [...]}, "variables": {name: {...}}}. */
json_t *bake_list(const BakeRequest *request, GError **error);

/* services.c: targets of a Compose project (as `compose config --format json` prints it), for BakeFile. A new
 * reference. */
json_t *bake_services(const json_t *project);

/* definition.c: files' definitions. */
typedef struct Definitions Definitions;
Definitions *definitions_new(const BakeFile *files, size_t count, GError **error);
void definitions_free(Definitions *definitions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Definitions, definitions_free)
json_t *definitions_targets(
	Definitions *definitions); /* name -> attributes, unevaluated; borrowed */
json_t *definitions_groups(Definitions *definitions);	    /* name -> names; borrowed */
json_t *definitions_descriptions(Definitions *definitions); /* group -> text; borrowed */
json_t *definitions_variables(Definitions *definitions, GError **error); /* a new reference */

/* attributes.c: attributes of targets in a normal form. */
/* An attribute's value in its type: text, list, map, boolean or options ("type=x,dest=y" as an object). NULL with
 * error; json_null() for an empty one. A new reference. */
json_t *attribute_read(const char *name, const json_t *value, GError **error);
bool attribute_known(const char *name);
/* attribute_check.c: whether a bake file may say that; also of "targets", "inherits" and "description". */
bool attribute_check(const char *name, const json_t *value, GError **error);
/* Merges attributes: values are replaced, growing lists and maps are combined. */
void attributes_merge(json_t *target, const json_t *over);
/* In the order and with the keys that buildx prints. A new reference. */
json_t *attributes_sorted(const json_t *target);
/* --set KEY[.NAME][+]=VALUE of a target; first: nothing was set for this key before. */
bool attribute_set(json_t *target, const char *key, const char *value, bool first, GError **error);
