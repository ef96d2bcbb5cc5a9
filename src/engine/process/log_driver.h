/* Log drivers: what each may be told, and where its lines go. */
#pragma once
#include "engine/object/container.h"
#include "runtime/runtime.h"

typedef struct {
	char *scheme, *host, *path; /* each may be "" */
	int port;		    /* 0: none is said */
} LogAddress;
void log_address_clear(LogAddress *address);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LogAddress, log_address_clear)
/* "tcp://host:1", "unix:///path". False: it is no address at all. */
bool log_address_parse(const char *text, LogAddress *address);

typedef struct {
	const char *name;
	enum plan_log
		kind; /* of the file that is written; of one that sends lines away: the copy of docker logs */
	int send;		    /* enum plan_log_send; -1: nothing is sent */
	const char *unknown;	    /* of options: words with a %s */
	const char *const *options; /* beside those that all have */
	bool (*check)(const json_t *options, GError **error);
	/* What of PLAN_LOG_SEND is the driver's own. NULL: nothing */
	bool (*address)(const json_t *options, LogAddress *address, GError **error);
	gint64 (*option)(const json_t *options);
	const char *form; /* the option that is PLAN_SEND_FORM; NULL: see log_send.c */
} LogDriver;
/* NULL with INVALID: there is none of that name. */
const LogDriver *log_driver_find(const char *name, GError **error);
/* The names of those that write somewhere, in their order: a new list of strings. */
json_t *log_driver_names(void);
/* Facility's number, -1 for what is none. */
int syslog_facility(const char *name);

/* log_send.c: adds what a container's driver sends; nothing where it sends nothing. What is wrong is said as dockerd says it of a
 * driver that cannot begin. */
bool log_send_plan(Container *container, const Spec *spec, Plan *plan, GError **error);
/* The attributes of each line: labels, environment and tag, as options ask for them. NULL with error. */
json_t *log_attributes(Container *container, const Spec *spec, bool with_tag, GError **error);
