/* Shared by the files of this room. */
#pragma once
#include "dashboard/dashboard.h"

struct Dashboard {
	gatomicrefcount references;
	int listener;  /* -1: handed over */
	char *address; /* of the listener */
	char *cookie_name;
	bool read_only, tls;
	char token[SECRET_LENGTH + 1];
	Notify changed;
	GMutex lock;	   /* guards the following members */
	gint64 token_ends; /* monotonic */
	bool opened, closed;
	char cookie[SECRET_LENGTH + 1], key[SECRET_LENGTH + 1];
	int stop;	/* a copy of the listener; -1: closed */
	GArray *copies; /* of int: duplicates of the connections' descriptors, to shut them down */
};

/* The files of the folder web, made by tools/embed; ended by {0}. */
extern const DashboardPage dashboard_pages[];
