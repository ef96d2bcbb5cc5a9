#include "cli/common/compose_types.h"

static const GoField fields[] = {{"URL", "URL", &go_string}, {"TargetPort", "TargetPort", &go_int},
	{"PublishedPort", "PublishedPort", &go_int}, {"Protocol", "Protocol", &go_string}, {0}};
static const GoType publisher = {.kind = GO_STRUCT, .name = "api.PortPublisher", .fields = fields};
static const GoType publishers = {
	.kind = GO_LIST, .name = "api.PortPublishers", .items = &publisher};

const GoType *const compose_publishers = &publishers, *const compose_exit_code = &go_int;
