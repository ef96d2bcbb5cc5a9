/* Log drivers: a struct each, in a file of its own (driver_*.c); the build makes their table. And the choice of a
 * container. */
#pragma once
#include "base/json.h"
#include "shim/plan_format.h"

typedef struct {
	char *scheme, *host, *path; /* each may be "" */
	int port;		    /* 0: not given */
} LogAddress;
void log_address_clear(LogAddress *address);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LogAddress, log_address_clear)
/* "tcp://host:1", "unix:///path". False: malformed. */
bool log_address_parse(const char *text, LogAddress *address);

/* What is sent with a container's lines, filled in by its driver. */
typedef struct {
	const json_t *options, *attributes;
	const json_t *info; /* the container's fields for a tag's template */
	const char *tag;
	gint64 created;	   /* the container's, nanoseconds */
	char *form;	   /* PLAN_SEND_FORM, owned; NULL: "" */
	GPtrArray *fields; /* of char *, owned: name, value, ... */
} LogLines;
void log_lines_add(LogLines *lines, const char *name, const char *value);

/* Set by a driver that sends lines away: its own part of PLAN_LOG_SEND. */
typedef struct {
	enum plan_log_send number;
	bool (*address)(const json_t *options, LogAddress *address, GError **error);
	void (*numbers)(const json_t *options, gint64 *numbers); /* PLAN_SEND_; NULL: none */
	void (*attributes)(LogLines *lines);
} LogSender;

typedef struct {
	const char *name;
	const char *const *options; /* options beyond the shared ones; NULL: none is accepted */
	const char *unknown;	    /* error for an unknown option, with a %s */
	bool address_first;	    /* the address is checked before unknown options are refused */
	bool (*check)(const json_t *options, GError **error); /* NULL: no further check */
	char *(*path)(const char *folder,
		const char *id); /* path of its file, "" for none; the caller frees it */
	enum plan_log
		kind; /* format of that file; of a driver that sends lines away: of the copy for docker logs */
	bool readable;
	const LogSender *sender; /* NULL: nothing is sent */
} LogDriver;
extern const LogDriver *const log_drivers[]; /* NULL at the end */

/* The default: no file but the copy, "local.log". */
char *log_path_local(const char *folder, const char *id);

/* The driver of HostConfig.LogConfig, or of daemon.json. */
typedef struct {
	const LogDriver *driver; /* NULL: unknown */
	const json_t *options;	 /* borrowed */
	enum plan_log kind;	 /* format of the file; PLAN_LOG_NONE: no file is kept */
	gint64 size, files;
	bool readable;
} LogChoice;
/* INVALID in dockerd's words, and no driver, if it is unknown. */
bool log_choice_parse(const char *type, const json_t *options, LogChoice *choice, GError **error);

/* options.c: parsing of option values, each INVALID in dockerd's words; "" is never valid. */
const char *log_option(const json_t *options, const char *name); /* "" where it is not given */
bool log_option_is_on(const json_t *options, const char *name);
bool log_check_boolean(const json_t *options, const char *name, GError **error);
bool log_check_number(const json_t *options, const char *name, GError **error);
bool log_check_size(const json_t *options, const char *name, GError **error);
bool log_check_duration(const json_t *options, const char *name, GError **error);
bool log_refuse_tls(const json_t *options, GError **error);
extern const char log_tls_words[];
