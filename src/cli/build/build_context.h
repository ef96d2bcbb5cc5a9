/* A build's context: local folders filtered by .dockerignore, and a Dockerfile from elsewhere. */
#pragma once
#include "cli/common/cli.h"

typedef struct {
	char *folder; /* absolute, or NULL */
	char *remote; /* URL or git repository, or NULL */
	bool archive; /* standard input is a tar */
	bool plain;   /* the folder itself is the archive: no .dockerignore, no name prefix */
	char *head;   /* bytes that were read from it already */
	size_t head_length;
	char *dockerfile; /* path in the context, or "" */
	char *text;	  /* of a Dockerfile that is not in the context; or NULL */
	json_t *named;	  /* name -> folder, for those that are folders here */
} BuildContext;
/* where: PATH, URL or "-"; file: of -f, or "". */
bool build_context_find(BuildContext *context, const char *where, const char *file, GError **error);
void build_context_clear(BuildContext *context);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BuildContext, build_context_clear)
/* The text of an ignore file, which the caller frees; NULL if there is none. False with error if it is unreadable or
 * no regular file: a build would send files that should be excluded. */
bool ignore_read(const char *path, char **text, GError **error);
bool is_remote_context(const char *where); /* a URL, or what git fetches */

/* The request's body: first (a line of JSON, or NULL), then a tar of the contexts, which a thread writes. Its error
 * is reported by build_body_end. */
typedef struct BuildBody BuildBody;
BuildBody *build_body_new(const BuildContext *context, const char *first);
BodyFile build_body_file(BuildBody *body);	      /* for client_send_file; the body's */
bool build_body_end(BuildBody *body, GError **error); /* frees it */
