/* Log drivers: a struct each, in a file of its own (driver_*.c), of which the build makes the table; and the one that a container
 * has. */
#pragma once
#include "base/json.h"
#include "shim/plan_format.h"

typedef struct {
	char *scheme, *host, *path; /* each may be "" */
	int port;		    /* 0: none is said */
} LogAddress;
void log_address_clear(LogAddress *address);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LogAddress, log_address_clear)
/* "tcp://host:1", "unix:///path". False: it is no address at all. */
bool log_address_parse(const char *text, LogAddress *address);

/* What is sent with the lines of a container, filled by its driver. */
typedef struct {
	const json_t *options, *attributes;
	const json_t *info; /* the container as a tag's template sees it */
	const char *tag;
	gint64 created;	   /* the container's, nanoseconds */
	char *form;	   /* PLAN_SEND_FORM, owned; NULL: "" */
	GPtrArray *fields; /* of char *, owned: name, value, ... */
} LogLines;
void log_lines_add(LogLines *lines, const char *name, const char *value);

/* Of a driver that sends lines away: what of PLAN_LOG_SEND is its own. */
typedef struct {
	enum plan_log_send number;
	bool (*address)(const json_t *options, LogAddress *address, GError **error);
	void (*numbers)(const json_t *options, gint64 *numbers); /* PLAN_SEND_; NULL: none */
	void (*attributes)(LogLines *lines);
} LogSender;

typedef struct {
	const char *name;
	const char *const
		*options;    /* beside those that all have; NULL: none means anything to it */
	const char *unknown; /* the words for another option, with a %s */
	bool address_first;  /* the sender's address is asked for before other options are known */
	bool (*check)(const json_t *options, GError **error); /* NULL: nothing else is asked for */
	char *(*path)(
		const char *folder, const char *id); /* of its file, "" for none; the caller's */
	enum plan_log
		kind; /* of that file; of one that sends lines away: the copy of docker logs */
	bool readable;
	const LogSender *sender; /* NULL: nothing is sent */
} LogDriver;
extern const LogDriver *const log_drivers[]; /* NULL at the end */

/* What most have: no file of their own but the copy, "local.log". */
char *log_path_local(const char *folder, const char *id);

/* HostConfig.LogConfig, or daemon.json's. */
typedef struct {
	const LogDriver *driver; /* NULL: none that is known */
	const json_t *options;	 /* borrowed */
	enum plan_log kind;	 /* of the file; PLAN_LOG_NONE: nothing is kept */
	gint64 size, files;
	bool readable;
} LogChoice;
/* INVALID in dockerd's words, and no driver, for what is not known. */
bool log_choice_parse(const char *type, const json_t *options, LogChoice *choice, GError **error);

/* options.c: each INVALID in dockerd's words; "" is no value of any. */
const char *log_option(const json_t *options, const char *name); /* "" where it is not given */
bool log_option_is_on(const json_t *options, const char *name);
bool log_check_boolean(const json_t *options, const char *name, GError **error);
bool log_check_number(const json_t *options, const char *name, GError **error);
bool log_check_size(const json_t *options, const char *name, GError **error);
bool log_check_duration(const json_t *options, const char *name, GError **error);
bool log_refuse_tls(const json_t *options, GError **error);
extern const char log_tls_words[];
