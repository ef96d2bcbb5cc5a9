/* Methods and printed forms of the types in docker_types.c. */
#pragma once
#include "template/value.h"

extern const GoMethod docker_network_mode[], docker_ipc_mode[], docker_pid_mode[],
	docker_uts_mode[], docker_userns_mode[], docker_cgroupns_mode[], docker_cgroup_spec[],
	docker_isolation[], docker_restart_policy[], docker_port[], docker_time[],
	docker_duration[], docker_net[];

char *go_time_text(const json_t *json);
char *go_duration_text(const json_t *json);
char *go_file_mode_text(const json_t *json);
char *go_net_text(const json_t *json);
char *go_ulimit_text(const json_t *json);
char *go_weight_text(const json_t *json);
char *go_throttle_text(const json_t *json);
