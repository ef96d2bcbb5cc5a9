/* Short names for the types in the tables of keys. For these tables alone. */
#pragma once
#include "compose/keys.h"

enum {
	S = T_STRING,
	N = T_NUMBER,
	I = T_INTEGER,
	B = T_BOOL,
	Z = T_NULL,
	M = T_MAP,
	L = T_LIST,
	U = T_LIST | T_UNIQUE,
	P = T_PAIRS,
	H = T_HOSTS,
	ANY = T_ANY,
	REQ = T_REQUIRED,
	SHUT = T_CLOSED,
	NAMED = T_NAMED,
	TOI = T_TO_INTEGER,
	TOF = T_TO_REAL,
	TOB = T_TO_BOOL,
	CAP = T_CAPITAL,
};

extern const Key compose_deploy_keys[];
