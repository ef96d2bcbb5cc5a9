/* URLs of git repositories, in the forms of Docker's clients and BuildKit, with a ref and a folder. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* A parsed URL. No part is an option for git, or leads upwards (CVE-2019-13139). */
typedef struct {
	char *repository, *ref, *folder; /* ref: "": the default branch; folder: "": all of it */
	char *checksum; /* the first digits of the commit that ref has to be; "": any */
} GitUrl;
void git_url_clear(GitUrl *url);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GitUrl, git_url_clear)

/* Whether it is a git URL: git://, ssh://, git@host:path, github.com/..., and http(s) if the path ends in ".git". */
bool url_is_git(const char *url);
/* "URL#ref:folder", or "URL?ref=...&subdir=...&checksum=...". BERTH_ERROR_INVALID. */
bool git_url_parse(const char *text, GitUrl *url, GError **error);
