/* The types of docker's command line, as templates see them. Made by tools/go-types: change that, and its overlay, not this. */
/* clang-format off */
#include "cli/common/docker_types.h"

#include "cli/common/docker_methods.h"

static const GoType t_string;
static const GoType t_list_string;
static const GoType t_bool;
static const GoType t_int;
static const GoType t_time_Time;
static const GoType t_container_HealthcheckResult;
static const GoType t_to_container_HealthcheckResult;
static const GoType t_list_to_container_HealthcheckResult;
static const GoType t_container_Health;
static const GoType t_to_container_Health;
static const GoType t_container_State;
static const GoType t_to_container_State;
static const GoType t_map_string_string;
static const GoType t_container_LogConfig;
static const GoType t_container_NetworkMode;
static const GoType t_nat_PortBinding;
static const GoType t_list_nat_PortBinding;
static const GoType t_nat_Port;
static const GoType t_nat_PortMap;
static const GoType t_container_RestartPolicyMode;
static const GoType t_container_RestartPolicy;
static const GoType t_uint;
static const GoType t_2_uint;
static const GoType t_strslice_StrSlice;
static const GoType t_container_CgroupnsMode;
static const GoType t_container_IpcMode;
static const GoType t_container_CgroupSpec;
static const GoType t_container_PidMode;
static const GoType t_container_UTSMode;
static const GoType t_container_UsernsMode;
static const GoType t_int64;
static const GoType t_container_Isolation;
static const GoType t_uint16;
static const GoType t_blkiodev_WeightDevice;
static const GoType t_to_blkiodev_WeightDevice;
static const GoType t_list_to_blkiodev_WeightDevice;
static const GoType t_uint64;
static const GoType t_blkiodev_ThrottleDevice;
static const GoType t_to_blkiodev_ThrottleDevice;
static const GoType t_list_to_blkiodev_ThrottleDevice;
static const GoType t_container_DeviceMapping;
static const GoType t_list_container_DeviceMapping;
static const GoType t_list_list_string;
static const GoType t_container_DeviceRequest;
static const GoType t_list_container_DeviceRequest;
static const GoType t_to_int64;
static const GoType t_to_bool;
static const GoType t_units_Ulimit;
static const GoType t_to_units_Ulimit;
static const GoType t_list_to_units_Ulimit;
static const GoType t_container_Resources;
static const GoType t_mount_Type;
static const GoType t_mount_Consistency;
static const GoType t_mount_Propagation;
static const GoType t_mount_BindOptions;
static const GoType t_to_mount_BindOptions;
static const GoType t_mount_Driver;
static const GoType t_to_mount_Driver;
static const GoType t_mount_VolumeOptions;
static const GoType t_to_mount_VolumeOptions;
static const GoType t_mount_ImageOptions;
static const GoType t_to_mount_ImageOptions;
static const GoType t_os_FileMode;
static const GoType t_mount_TmpfsOptions;
static const GoType t_to_mount_TmpfsOptions;
static const GoType t_mount_ClusterOptions;
static const GoType t_to_mount_ClusterOptions;
static const GoType t_mount_Mount;
static const GoType t_list_mount_Mount;
static const GoType t_container_HostConfig;
static const GoType t_to_container_HostConfig;
static const GoType t_storage_DriverData;
static const GoType t_container_ContainerJSONBase;
static const GoType t_to_container_ContainerJSONBase;
static const GoType t_container_MountPoint;
static const GoType t_list_container_MountPoint;
static const GoType t_struct;
static const GoType t_nat_PortSet;
static const GoType t_time_Duration;
static const GoType t_v1_HealthcheckConfig;
static const GoType t_dockerspec_HealthcheckConfig;
static const GoType t_to_dockerspec_HealthcheckConfig;
static const GoType t_container_Config_Volumes;
static const GoType t_map_string_container_Config_Volumes;
static const GoType t_to_int;
static const GoType t_container_Config;
static const GoType t_to_container_Config;
static const GoType t_network_Address;
static const GoType t_list_network_Address;
static const GoType t_container_NetworkSettingsBase;
static const GoType t_container_DefaultNetworkSettings;
static const GoType t_network_EndpointIPAMConfig;
static const GoType t_to_network_EndpointIPAMConfig;
static const GoType t_network_EndpointSettings;
static const GoType t_to_network_EndpointSettings;
static const GoType t_map_string_to_network_EndpointSettings;
static const GoType t_container_NetworkSettings;
static const GoType t_to_container_NetworkSettings;
static const GoType t_digest_Digest;
static const GoType t_v1_Platform;
static const GoType t_to_v1_Platform;
static const GoType t_v1_Descriptor;
static const GoType t_to_v1_Descriptor;
static const GoType t_container_InspectResponse;
static const GoType t_map_string_struct;
static const GoType t_dockerspec_ImageConfig;
static const GoType t_to_v1_HealthcheckConfig;
static const GoType t_dockerspec_DockerOCIImageConfigExt;
static const GoType t_dockerspec_DockerOCIImageConfig;
static const GoType t_to_dockerspec_DockerOCIImageConfig;
static const GoType t_image_RootFS;
static const GoType t_image_Metadata;
static const GoType t_image_ManifestSummary_Size;
static const GoType t_image_ManifestKind;
static const GoType t_image_ImageProperties_Size;
static const GoType t_image_ImageProperties;
static const GoType t_to_image_ImageProperties;
static const GoType t_image_AttestationProperties;
static const GoType t_to_image_AttestationProperties;
static const GoType t_image_ManifestSummary;
static const GoType t_list_image_ManifestSummary;
static const GoType t_image_InspectResponse;
static const GoType t_network_IPAMConfig;
static const GoType t_list_network_IPAMConfig;
static const GoType t_network_IPAM;
static const GoType t_network_ConfigReference;
static const GoType t_network_EndpointResource;
static const GoType t_map_string_network_EndpointResource;
static const GoType t_network_PeerInfo;
static const GoType t_list_network_PeerInfo;
static const GoType t_network_Task;
static const GoType t_list_network_Task;
static const GoType t_network_ServiceInfo;
static const GoType t_map_string_network_ServiceInfo;
static const GoType t_network_Inspect;
static const GoType t_swarm_Version;
static const GoType t_swarm_Meta;
static const GoType t_volume_Scope;
static const GoType t_volume_SharingMode;
static const GoType t_volume_TypeMount;
static const GoType t_to_volume_TypeMount;
static const GoType t_volume_TypeBlock;
static const GoType t_to_volume_TypeBlock;
static const GoType t_volume_AccessMode;
static const GoType t_to_volume_AccessMode;
static const GoType t_volume_Topology;
static const GoType t_list_volume_Topology;
static const GoType t_volume_TopologyRequirement;
static const GoType t_to_volume_TopologyRequirement;
static const GoType t_volume_CapacityRange;
static const GoType t_to_volume_CapacityRange;
static const GoType t_volume_Secret;
static const GoType t_list_volume_Secret;
static const GoType t_volume_Availability;
static const GoType t_volume_ClusterVolumeSpec;
static const GoType t_volume_PublishState;
static const GoType t_volume_PublishStatus;
static const GoType t_to_volume_PublishStatus;
static const GoType t_list_to_volume_PublishStatus;
static const GoType t_volume_Info;
static const GoType t_to_volume_Info;
static const GoType t_volume_ClusterVolume;
static const GoType t_to_volume_ClusterVolume;
static const GoType t_interface;
static const GoType t_map_string_interface;
static const GoType t_volume_UsageData;
static const GoType t_to_volume_UsageData;
static const GoType t_volume_Volume;
static const GoType t_events_Type;
static const GoType t_events_Action;
static const GoType t_events_Actor;
static const GoType t_events_Message;
static const GoType t_2_string;
static const GoType t_list_2_string;
static const GoType t_system_PluginsInfo;
static const GoType t_registry_NetIPNet;
static const GoType t_to_registry_NetIPNet;
static const GoType t_list_to_registry_NetIPNet;
static const GoType t_registry_IndexInfo;
static const GoType t_to_registry_IndexInfo;
static const GoType t_map_string_to_registry_IndexInfo;
static const GoType t_registry_ServiceConfig;
static const GoType t_to_registry_ServiceConfig;
static const GoType t_swarm_NamedGenericResource;
static const GoType t_to_swarm_NamedGenericResource;
static const GoType t_swarm_DiscreteGenericResource;
static const GoType t_to_swarm_DiscreteGenericResource;
static const GoType t_swarm_GenericResource;
static const GoType t_list_swarm_GenericResource;
static const GoType t_system_Runtime;
static const GoType t_system_RuntimeWithStatus;
static const GoType t_map_string_system_RuntimeWithStatus;
static const GoType t_swarm_LocalNodeState;
static const GoType t_swarm_Peer;
static const GoType t_list_swarm_Peer;
static const GoType t_swarm_Annotations;
static const GoType t_swarm_OrchestrationConfig;
static const GoType t_to_uint64;
static const GoType t_swarm_RaftConfig;
static const GoType t_swarm_DispatcherConfig;
static const GoType t_swarm_ExternalCAProtocol;
static const GoType t_swarm_ExternalCA;
static const GoType t_to_swarm_ExternalCA;
static const GoType t_list_to_swarm_ExternalCA;
static const GoType t_swarm_CAConfig;
static const GoType t_swarm_Driver;
static const GoType t_to_swarm_Driver;
static const GoType t_swarm_TaskDefaults;
static const GoType t_swarm_EncryptionConfig;
static const GoType t_swarm_Spec;
static const GoType t_uint8;
static const GoType t_list_uint8;
static const GoType t_swarm_TLSInfo;
static const GoType t_uint32;
static const GoType t_swarm_ClusterInfo;
static const GoType t_to_swarm_ClusterInfo;
static const GoType t_swarm_Info;
static const GoType t_system_Commit;
static const GoType t_system_NetworkAddressPool;
static const GoType t_list_system_NetworkAddressPool;
static const GoType t_system_FirewallInfo;
static const GoType t_to_system_FirewallInfo;
static const GoType t_system_DeviceInfo;
static const GoType t_list_system_DeviceInfo;
static const GoType t_system_ContainerdNamespaces;
static const GoType t_system_ContainerdInfo;
static const GoType t_to_system_ContainerdInfo;
static const GoType t_system_Info;
static const GoType t_to_system_Info;
static const GoType t_system_platformInfo;
static const GoType t_to_system_platformInfo;
static const GoType t_system_clientVersion;
static const GoType t_system_pluginMetadata;
static const GoType t_system_pluginInfo;
static const GoType t_list_system_pluginInfo;
static const GoType t_system_clientInfo;
static const GoType t_to_system_clientInfo;
static const GoType t_system_dockerInfo;
static const GoType t_types_Version_Platform;
static const GoType t_types_ComponentVersion;
static const GoType t_list_types_ComponentVersion;
static const GoType t_types_Version;
static const GoType t_to_types_Version;
static const GoType t_system_versionInfo;
static const GoType t_store_Metadata;
static const GoType t_store_EndpointFiles;
static const GoType t_map_string_store_EndpointFiles;
static const GoType t_store_StorageInfo;
static const GoType t_context_contextWithTLSListing;
static const GoType t_string = {.kind = GO_STRING, .name = "string"};
static const GoType t_list_string = {.kind = GO_LIST, .name = "[]string", .items = &t_string};
static const GoType t_bool = {.kind = GO_BOOL, .name = "bool"};
static const GoType t_int = {.kind = GO_INT, .name = "int"};
static const GoType t_time_Time = {.kind = GO_TIME, .name = "time.Time", .text = go_time_text, .methods = docker_time};
static const GoField fields_t_container_HealthcheckResult[] = {
	{"Start", "Start", &t_time_Time},
	{"End", "End", &t_time_Time},
	{"ExitCode", "ExitCode", &t_int},
	{"Output", "Output", &t_string},
	{0}};
static const GoType t_container_HealthcheckResult = {.kind = GO_STRUCT, .name = "container.HealthcheckResult", .fields = fields_t_container_HealthcheckResult};
static const GoType t_to_container_HealthcheckResult = {.kind = GO_POINTER, .name = "*container.HealthcheckResult", .items = &t_container_HealthcheckResult};
static const GoType t_list_to_container_HealthcheckResult = {.kind = GO_LIST, .name = "[]*container.HealthcheckResult", .items = &t_to_container_HealthcheckResult};
static const GoField fields_t_container_Health[] = {
	{"Status", "Status", &t_string},
	{"FailingStreak", "FailingStreak", &t_int},
	{"Log", "Log", &t_list_to_container_HealthcheckResult},
	{0}};
static const GoType t_container_Health = {.kind = GO_STRUCT, .name = "container.Health", .fields = fields_t_container_Health};
static const GoType t_to_container_Health = {.kind = GO_POINTER, .name = "*container.Health", .items = &t_container_Health};
static const GoField fields_t_container_State[] = {
	{"Status", "Status", &t_string},
	{"Running", "Running", &t_bool},
	{"Paused", "Paused", &t_bool},
	{"Restarting", "Restarting", &t_bool},
	{"OOMKilled", "OOMKilled", &t_bool},
	{"Dead", "Dead", &t_bool},
	{"Pid", "Pid", &t_int},
	{"ExitCode", "ExitCode", &t_int},
	{"Error", "Error", &t_string},
	{"StartedAt", "StartedAt", &t_string},
	{"FinishedAt", "FinishedAt", &t_string},
	{"Health", "Health", &t_to_container_Health, false, true},
	{0}};
static const GoType t_container_State = {.kind = GO_STRUCT, .name = "container.State", .fields = fields_t_container_State};
static const GoType t_to_container_State = {.kind = GO_POINTER, .name = "*container.State", .items = &t_container_State};
static const GoType t_map_string_string = {.kind = GO_MAP, .name = "map[string]string", .items = &t_string};
static const GoField fields_t_container_LogConfig[] = {
	{"Type", "Type", &t_string},
	{"Config", "Config", &t_map_string_string},
	{0}};
static const GoType t_container_LogConfig = {.kind = GO_STRUCT, .name = "container.LogConfig", .fields = fields_t_container_LogConfig};
static const GoType t_container_NetworkMode = {.kind = GO_STRING, .name = "container.NetworkMode", .methods = docker_network_mode};
static const GoField fields_t_nat_PortBinding[] = {
	{"HostIP", "HostIp", &t_string},
	{"HostPort", "HostPort", &t_string},
	{0}};
static const GoType t_nat_PortBinding = {.kind = GO_STRUCT, .name = "nat.PortBinding", .fields = fields_t_nat_PortBinding};
static const GoType t_list_nat_PortBinding = {.kind = GO_LIST, .name = "[]nat.PortBinding", .items = &t_nat_PortBinding};
static const GoType t_nat_Port = {.kind = GO_STRING, .name = "nat.Port", .methods = docker_port};
static const GoType t_nat_PortMap = {.kind = GO_MAP, .name = "nat.PortMap", .items = &t_list_nat_PortBinding, .key = &t_nat_Port};
static const GoType t_container_RestartPolicyMode = {.kind = GO_STRING, .name = "container.RestartPolicyMode"};
static const GoField fields_t_container_RestartPolicy[] = {
	{"Name", "Name", &t_container_RestartPolicyMode},
	{"MaximumRetryCount", "MaximumRetryCount", &t_int},
	{0}};
static const GoType t_container_RestartPolicy = {.kind = GO_STRUCT, .name = "container.RestartPolicy", .fields = fields_t_container_RestartPolicy, .methods = docker_restart_policy};
static const GoType t_uint = {.kind = GO_UINT, .name = "uint"};
static const GoType t_2_uint = {.kind = GO_LIST, .name = "[2]uint", .items = &t_uint};
static const GoType t_strslice_StrSlice = {.kind = GO_LIST, .name = "strslice.StrSlice", .items = &t_string};
static const GoType t_container_CgroupnsMode = {.kind = GO_STRING, .name = "container.CgroupnsMode", .methods = docker_cgroupns_mode};
static const GoType t_container_IpcMode = {.kind = GO_STRING, .name = "container.IpcMode", .methods = docker_ipc_mode};
static const GoType t_container_CgroupSpec = {.kind = GO_STRING, .name = "container.CgroupSpec", .methods = docker_cgroup_spec};
static const GoType t_container_PidMode = {.kind = GO_STRING, .name = "container.PidMode", .methods = docker_pid_mode};
static const GoType t_container_UTSMode = {.kind = GO_STRING, .name = "container.UTSMode", .methods = docker_uts_mode};
static const GoType t_container_UsernsMode = {.kind = GO_STRING, .name = "container.UsernsMode", .methods = docker_userns_mode};
static const GoType t_int64 = {.kind = GO_INT, .name = "int64"};
static const GoType t_container_Isolation = {.kind = GO_STRING, .name = "container.Isolation", .methods = docker_isolation};
static const GoType t_uint16 = {.kind = GO_UINT, .name = "uint16"};
static const GoField fields_t_blkiodev_WeightDevice[] = {
	{"Path", "Path", &t_string},
	{"Weight", "Weight", &t_uint16},
	{0}};
static const GoType t_blkiodev_WeightDevice = {.kind = GO_STRUCT, .name = "blkiodev.WeightDevice", .fields = fields_t_blkiodev_WeightDevice, .text = go_weight_text};
static const GoType t_to_blkiodev_WeightDevice = {.kind = GO_POINTER, .name = "*blkiodev.WeightDevice", .items = &t_blkiodev_WeightDevice};
static const GoType t_list_to_blkiodev_WeightDevice = {.kind = GO_LIST, .name = "[]*blkiodev.WeightDevice", .items = &t_to_blkiodev_WeightDevice};
static const GoType t_uint64 = {.kind = GO_UINT, .name = "uint64"};
static const GoField fields_t_blkiodev_ThrottleDevice[] = {
	{"Path", "Path", &t_string},
	{"Rate", "Rate", &t_uint64},
	{0}};
static const GoType t_blkiodev_ThrottleDevice = {.kind = GO_STRUCT, .name = "blkiodev.ThrottleDevice", .fields = fields_t_blkiodev_ThrottleDevice, .text = go_throttle_text};
static const GoType t_to_blkiodev_ThrottleDevice = {.kind = GO_POINTER, .name = "*blkiodev.ThrottleDevice", .items = &t_blkiodev_ThrottleDevice};
static const GoType t_list_to_blkiodev_ThrottleDevice = {.kind = GO_LIST, .name = "[]*blkiodev.ThrottleDevice", .items = &t_to_blkiodev_ThrottleDevice};
static const GoField fields_t_container_DeviceMapping[] = {
	{"PathOnHost", "PathOnHost", &t_string},
	{"PathInContainer", "PathInContainer", &t_string},
	{"CgroupPermissions", "CgroupPermissions", &t_string},
	{0}};
static const GoType t_container_DeviceMapping = {.kind = GO_STRUCT, .name = "container.DeviceMapping", .fields = fields_t_container_DeviceMapping};
static const GoType t_list_container_DeviceMapping = {.kind = GO_LIST, .name = "[]container.DeviceMapping", .items = &t_container_DeviceMapping};
static const GoType t_list_list_string = {.kind = GO_LIST, .name = "[][]string", .items = &t_list_string};
static const GoField fields_t_container_DeviceRequest[] = {
	{"Driver", "Driver", &t_string},
	{"Count", "Count", &t_int},
	{"DeviceIDs", "DeviceIDs", &t_list_string},
	{"Capabilities", "Capabilities", &t_list_list_string},
	{"Options", "Options", &t_map_string_string},
	{0}};
static const GoType t_container_DeviceRequest = {.kind = GO_STRUCT, .name = "container.DeviceRequest", .fields = fields_t_container_DeviceRequest};
static const GoType t_list_container_DeviceRequest = {.kind = GO_LIST, .name = "[]container.DeviceRequest", .items = &t_container_DeviceRequest};
static const GoType t_to_int64 = {.kind = GO_POINTER, .name = "*int64", .items = &t_int64};
static const GoType t_to_bool = {.kind = GO_POINTER, .name = "*bool", .items = &t_bool};
static const GoField fields_t_units_Ulimit[] = {
	{"Name", "Name", &t_string},
	{"Hard", "Hard", &t_int64},
	{"Soft", "Soft", &t_int64},
	{0}};
static const GoType t_units_Ulimit = {.kind = GO_STRUCT, .name = "units.Ulimit", .fields = fields_t_units_Ulimit, .text = go_ulimit_text};
static const GoType t_to_units_Ulimit = {.kind = GO_POINTER, .name = "*units.Ulimit", .items = &t_units_Ulimit};
static const GoType t_list_to_units_Ulimit = {.kind = GO_LIST, .name = "[]*units.Ulimit", .items = &t_to_units_Ulimit};
static const GoField fields_t_container_Resources[] = {
	{"CPUShares", "CpuShares", &t_int64},
	{"Memory", "Memory", &t_int64},
	{"NanoCPUs", "NanoCpus", &t_int64},
	{"CgroupParent", "CgroupParent", &t_string},
	{"BlkioWeight", "BlkioWeight", &t_uint16},
	{"BlkioWeightDevice", "BlkioWeightDevice", &t_list_to_blkiodev_WeightDevice},
	{"BlkioDeviceReadBps", "BlkioDeviceReadBps", &t_list_to_blkiodev_ThrottleDevice},
	{"BlkioDeviceWriteBps", "BlkioDeviceWriteBps", &t_list_to_blkiodev_ThrottleDevice},
	{"BlkioDeviceReadIOps", "BlkioDeviceReadIOps", &t_list_to_blkiodev_ThrottleDevice},
	{"BlkioDeviceWriteIOps", "BlkioDeviceWriteIOps", &t_list_to_blkiodev_ThrottleDevice},
	{"CPUPeriod", "CpuPeriod", &t_int64},
	{"CPUQuota", "CpuQuota", &t_int64},
	{"CPURealtimePeriod", "CpuRealtimePeriod", &t_int64},
	{"CPURealtimeRuntime", "CpuRealtimeRuntime", &t_int64},
	{"CpusetCpus", "CpusetCpus", &t_string},
	{"CpusetMems", "CpusetMems", &t_string},
	{"Devices", "Devices", &t_list_container_DeviceMapping},
	{"DeviceCgroupRules", "DeviceCgroupRules", &t_list_string},
	{"DeviceRequests", "DeviceRequests", &t_list_container_DeviceRequest},
	{"KernelMemory", "KernelMemory", &t_int64, false, true},
	{"KernelMemoryTCP", "KernelMemoryTCP", &t_int64, false, true},
	{"MemoryReservation", "MemoryReservation", &t_int64},
	{"MemorySwap", "MemorySwap", &t_int64},
	{"MemorySwappiness", "MemorySwappiness", &t_to_int64},
	{"OomKillDisable", "OomKillDisable", &t_to_bool},
	{"PidsLimit", "PidsLimit", &t_to_int64},
	{"Ulimits", "Ulimits", &t_list_to_units_Ulimit},
	{"CPUCount", "CpuCount", &t_int64},
	{"CPUPercent", "CpuPercent", &t_int64},
	{"IOMaximumIOps", "IOMaximumIOps", &t_uint64},
	{"IOMaximumBandwidth", "IOMaximumBandwidth", &t_uint64},
	{"OOMKillDisable", "OomKillDisable", &t_to_bool, false, false, true},
	{0}};
static const GoType t_container_Resources = {.kind = GO_STRUCT, .name = "container.Resources", .fields = fields_t_container_Resources};
static const GoType t_mount_Type = {.kind = GO_STRING, .name = "mount.Type"};
static const GoType t_mount_Consistency = {.kind = GO_STRING, .name = "mount.Consistency"};
static const GoType t_mount_Propagation = {.kind = GO_STRING, .name = "mount.Propagation"};
static const GoField fields_t_mount_BindOptions[] = {
	{"Propagation", "Propagation", &t_mount_Propagation, false, true},
	{"NonRecursive", "NonRecursive", &t_bool, false, true},
	{"CreateMountpoint", "CreateMountpoint", &t_bool, false, true},
	{"ReadOnlyNonRecursive", "ReadOnlyNonRecursive", &t_bool, false, true},
	{"ReadOnlyForceRecursive", "ReadOnlyForceRecursive", &t_bool, false, true},
	{0}};
static const GoType t_mount_BindOptions = {.kind = GO_STRUCT, .name = "mount.BindOptions", .fields = fields_t_mount_BindOptions};
static const GoType t_to_mount_BindOptions = {.kind = GO_POINTER, .name = "*mount.BindOptions", .items = &t_mount_BindOptions};
static const GoField fields_t_mount_Driver[] = {
	{"Name", "Name", &t_string, false, true},
	{"Options", "Options", &t_map_string_string, false, true},
	{0}};
static const GoType t_mount_Driver = {.kind = GO_STRUCT, .name = "mount.Driver", .fields = fields_t_mount_Driver};
static const GoType t_to_mount_Driver = {.kind = GO_POINTER, .name = "*mount.Driver", .items = &t_mount_Driver};
static const GoField fields_t_mount_VolumeOptions[] = {
	{"NoCopy", "NoCopy", &t_bool, false, true},
	{"Labels", "Labels", &t_map_string_string, false, true},
	{"Subpath", "Subpath", &t_string, false, true},
	{"DriverConfig", "DriverConfig", &t_to_mount_Driver, false, true},
	{0}};
static const GoType t_mount_VolumeOptions = {.kind = GO_STRUCT, .name = "mount.VolumeOptions", .fields = fields_t_mount_VolumeOptions};
static const GoType t_to_mount_VolumeOptions = {.kind = GO_POINTER, .name = "*mount.VolumeOptions", .items = &t_mount_VolumeOptions};
static const GoField fields_t_mount_ImageOptions[] = {
	{"Subpath", "Subpath", &t_string, false, true},
	{0}};
static const GoType t_mount_ImageOptions = {.kind = GO_STRUCT, .name = "mount.ImageOptions", .fields = fields_t_mount_ImageOptions};
static const GoType t_to_mount_ImageOptions = {.kind = GO_POINTER, .name = "*mount.ImageOptions", .items = &t_mount_ImageOptions};
static const GoType t_os_FileMode = {.kind = GO_UINT, .name = "os.FileMode", .text = go_file_mode_text};
static const GoField fields_t_mount_TmpfsOptions[] = {
	{"SizeBytes", "SizeBytes", &t_int64, false, true},
	{"Mode", "Mode", &t_os_FileMode, false, true},
	{"Options", "Options", &t_list_list_string, false, true},
	{0}};
static const GoType t_mount_TmpfsOptions = {.kind = GO_STRUCT, .name = "mount.TmpfsOptions", .fields = fields_t_mount_TmpfsOptions};
static const GoType t_to_mount_TmpfsOptions = {.kind = GO_POINTER, .name = "*mount.TmpfsOptions", .items = &t_mount_TmpfsOptions};
static const GoField fields_t_mount_ClusterOptions[] = {
	{0}};
static const GoType t_mount_ClusterOptions = {.kind = GO_STRUCT, .name = "mount.ClusterOptions", .fields = fields_t_mount_ClusterOptions};
static const GoType t_to_mount_ClusterOptions = {.kind = GO_POINTER, .name = "*mount.ClusterOptions", .items = &t_mount_ClusterOptions};
static const GoField fields_t_mount_Mount[] = {
	{"Type", "Type", &t_mount_Type, false, true},
	{"Source", "Source", &t_string, false, true},
	{"Target", "Target", &t_string, false, true},
	{"ReadOnly", "ReadOnly", &t_bool, false, true},
	{"Consistency", "Consistency", &t_mount_Consistency, false, true},
	{"BindOptions", "BindOptions", &t_to_mount_BindOptions, false, true},
	{"VolumeOptions", "VolumeOptions", &t_to_mount_VolumeOptions, false, true},
	{"ImageOptions", "ImageOptions", &t_to_mount_ImageOptions, false, true},
	{"TmpfsOptions", "TmpfsOptions", &t_to_mount_TmpfsOptions, false, true},
	{"ClusterOptions", "ClusterOptions", &t_to_mount_ClusterOptions, false, true},
	{0}};
static const GoType t_mount_Mount = {.kind = GO_STRUCT, .name = "mount.Mount", .fields = fields_t_mount_Mount};
static const GoType t_list_mount_Mount = {.kind = GO_LIST, .name = "[]mount.Mount", .items = &t_mount_Mount};
static const GoField fields_t_container_HostConfig[] = {
	{"Binds", "Binds", &t_list_string},
	{"ContainerIDFile", "ContainerIDFile", &t_string},
	{"LogConfig", "LogConfig", &t_container_LogConfig},
	{"NetworkMode", "NetworkMode", &t_container_NetworkMode},
	{"PortBindings", "PortBindings", &t_nat_PortMap},
	{"RestartPolicy", "RestartPolicy", &t_container_RestartPolicy},
	{"AutoRemove", "AutoRemove", &t_bool},
	{"VolumeDriver", "VolumeDriver", &t_string},
	{"VolumesFrom", "VolumesFrom", &t_list_string},
	{"ConsoleSize", "ConsoleSize", &t_2_uint},
	{"Annotations", "Annotations", &t_map_string_string, false, true},
	{"CapAdd", "CapAdd", &t_strslice_StrSlice},
	{"CapDrop", "CapDrop", &t_strslice_StrSlice},
	{"CgroupnsMode", "CgroupnsMode", &t_container_CgroupnsMode},
	{"DNS", "Dns", &t_list_string},
	{"DNSOptions", "DnsOptions", &t_list_string},
	{"DNSSearch", "DnsSearch", &t_list_string},
	{"ExtraHosts", "ExtraHosts", &t_list_string},
	{"GroupAdd", "GroupAdd", &t_list_string},
	{"IpcMode", "IpcMode", &t_container_IpcMode},
	{"Cgroup", "Cgroup", &t_container_CgroupSpec},
	{"Links", "Links", &t_list_string},
	{"OomScoreAdj", "OomScoreAdj", &t_int},
	{"PidMode", "PidMode", &t_container_PidMode},
	{"Privileged", "Privileged", &t_bool},
	{"PublishAllPorts", "PublishAllPorts", &t_bool},
	{"ReadonlyRootfs", "ReadonlyRootfs", &t_bool},
	{"SecurityOpt", "SecurityOpt", &t_list_string},
	{"StorageOpt", "StorageOpt", &t_map_string_string, false, true},
	{"Tmpfs", "Tmpfs", &t_map_string_string, false, true},
	{"UTSMode", "UTSMode", &t_container_UTSMode},
	{"UsernsMode", "UsernsMode", &t_container_UsernsMode},
	{"ShmSize", "ShmSize", &t_int64},
	{"Sysctls", "Sysctls", &t_map_string_string, false, true},
	{"Runtime", "Runtime", &t_string, false, true},
	{"Isolation", "Isolation", &t_container_Isolation},
	{"Resources", "Resources", &t_container_Resources, true},
	{"Mounts", "Mounts", &t_list_mount_Mount, false, true},
	{"MaskedPaths", "MaskedPaths", &t_list_string},
	{"ReadonlyPaths", "ReadonlyPaths", &t_list_string},
	{"Init", "Init", &t_to_bool, false, true},
	{0}};
static const GoType t_container_HostConfig = {.kind = GO_STRUCT, .name = "container.HostConfig", .fields = fields_t_container_HostConfig};
static const GoType t_to_container_HostConfig = {.kind = GO_POINTER, .name = "*container.HostConfig", .items = &t_container_HostConfig};
static const GoField fields_t_storage_DriverData[] = {
	{"Data", "Data", &t_map_string_string},
	{"Name", "Name", &t_string},
	{0}};
static const GoType t_storage_DriverData = {.kind = GO_STRUCT, .name = "storage.DriverData", .fields = fields_t_storage_DriverData};
static const GoField fields_t_container_ContainerJSONBase[] = {
	{"ID", "Id", &t_string},
	{"Created", "Created", &t_string},
	{"Path", "Path", &t_string},
	{"Args", "Args", &t_list_string},
	{"State", "State", &t_to_container_State},
	{"Image", "Image", &t_string},
	{"ResolvConfPath", "ResolvConfPath", &t_string},
	{"HostnamePath", "HostnamePath", &t_string},
	{"HostsPath", "HostsPath", &t_string},
	{"LogPath", "LogPath", &t_string},
	{"Name", "Name", &t_string},
	{"RestartCount", "RestartCount", &t_int},
	{"Driver", "Driver", &t_string},
	{"Platform", "Platform", &t_string},
	{"MountLabel", "MountLabel", &t_string},
	{"ProcessLabel", "ProcessLabel", &t_string},
	{"AppArmorProfile", "AppArmorProfile", &t_string},
	{"ExecIDs", "ExecIDs", &t_list_string},
	{"HostConfig", "HostConfig", &t_to_container_HostConfig},
	{"GraphDriver", "GraphDriver", &t_storage_DriverData},
	{"SizeRw", "SizeRw", &t_to_int64, false, true},
	{"SizeRootFs", "SizeRootFs", &t_to_int64, false, true},
	{0}};
static const GoType t_container_ContainerJSONBase = {.kind = GO_STRUCT, .name = "container.ContainerJSONBase", .fields = fields_t_container_ContainerJSONBase};
static const GoType t_to_container_ContainerJSONBase = {.kind = GO_POINTER, .name = "*container.ContainerJSONBase", .items = &t_container_ContainerJSONBase};
static const GoField fields_t_container_MountPoint[] = {
	{"Type", "Type", &t_mount_Type, false, true},
	{"Name", "Name", &t_string, false, true},
	{"Source", "Source", &t_string},
	{"Destination", "Destination", &t_string},
	{"Driver", "Driver", &t_string, false, true},
	{"Mode", "Mode", &t_string},
	{"RW", "RW", &t_bool},
	{"Propagation", "Propagation", &t_mount_Propagation},
	{0}};
static const GoType t_container_MountPoint = {.kind = GO_STRUCT, .name = "container.MountPoint", .fields = fields_t_container_MountPoint};
static const GoType t_list_container_MountPoint = {.kind = GO_LIST, .name = "[]container.MountPoint", .items = &t_container_MountPoint};
static const GoField fields_t_struct[] = {
	{0}};
static const GoType t_struct = {.kind = GO_STRUCT, .name = "struct {}", .fields = fields_t_struct};
static const GoType t_nat_PortSet = {.kind = GO_MAP, .name = "nat.PortSet", .items = &t_struct, .key = &t_nat_Port};
static const GoType t_time_Duration = {.kind = GO_INT, .name = "time.Duration", .text = go_duration_text, .methods = docker_duration};
static const GoField fields_t_v1_HealthcheckConfig[] = {
	{"Test", "Test", &t_list_string, false, true},
	{"Interval", "Interval", &t_time_Duration, false, true},
	{"Timeout", "Timeout", &t_time_Duration, false, true},
	{"StartPeriod", "StartPeriod", &t_time_Duration, false, true},
	{"StartInterval", "StartInterval", &t_time_Duration, false, true},
	{"Retries", "Retries", &t_int, false, true},
	{0}};
static const GoType t_v1_HealthcheckConfig = {.kind = GO_STRUCT, .name = "v1.HealthcheckConfig", .fields = fields_t_v1_HealthcheckConfig};
static const GoType t_dockerspec_HealthcheckConfig = {.kind = GO_STRUCT, .name = "dockerspec.HealthcheckConfig", .fields = fields_t_v1_HealthcheckConfig};
static const GoType t_to_dockerspec_HealthcheckConfig = {.kind = GO_POINTER, .name = "*dockerspec.HealthcheckConfig", .items = &t_dockerspec_HealthcheckConfig};
static const GoField fields_t_container_Config_Volumes[] = {
	{0}};
static const GoType t_container_Config_Volumes = {.kind = GO_STRUCT, .name = "container.Config_Volumes", .fields = fields_t_container_Config_Volumes};
static const GoType t_map_string_container_Config_Volumes = {.kind = GO_MAP, .name = "map[string]container.Config_Volumes", .items = &t_container_Config_Volumes};
static const GoType t_to_int = {.kind = GO_POINTER, .name = "*int", .items = &t_int};
static const GoField fields_t_container_Config[] = {
	{"Hostname", "Hostname", &t_string},
	{"Domainname", "Domainname", &t_string},
	{"User", "User", &t_string},
	{"AttachStdin", "AttachStdin", &t_bool},
	{"AttachStdout", "AttachStdout", &t_bool},
	{"AttachStderr", "AttachStderr", &t_bool},
	{"ExposedPorts", "ExposedPorts", &t_nat_PortSet, false, true},
	{"Tty", "Tty", &t_bool},
	{"OpenStdin", "OpenStdin", &t_bool},
	{"StdinOnce", "StdinOnce", &t_bool},
	{"Env", "Env", &t_list_string},
	{"Cmd", "Cmd", &t_strslice_StrSlice},
	{"Healthcheck", "Healthcheck", &t_to_dockerspec_HealthcheckConfig, false, true},
	{"ArgsEscaped", "ArgsEscaped", &t_bool, false, true},
	{"Image", "Image", &t_string},
	{"Volumes", "Volumes", &t_map_string_container_Config_Volumes},
	{"WorkingDir", "WorkingDir", &t_string},
	{"Entrypoint", "Entrypoint", &t_strslice_StrSlice},
	{"NetworkDisabled", "NetworkDisabled", &t_bool, false, true},
	{"MacAddress", "MacAddress", &t_string, false, true},
	{"OnBuild", "OnBuild", &t_list_string},
	{"Labels", "Labels", &t_map_string_string},
	{"StopSignal", "StopSignal", &t_string, false, true},
	{"StopTimeout", "StopTimeout", &t_to_int, false, true},
	{"Shell", "Shell", &t_strslice_StrSlice, false, true},
	{0}};
static const GoType t_container_Config = {.kind = GO_STRUCT, .name = "container.Config", .fields = fields_t_container_Config};
static const GoType t_to_container_Config = {.kind = GO_POINTER, .name = "*container.Config", .items = &t_container_Config};
static const GoField fields_t_network_Address[] = {
	{"Addr", "Addr", &t_string},
	{"PrefixLen", "PrefixLen", &t_int},
	{0}};
static const GoType t_network_Address = {.kind = GO_STRUCT, .name = "network.Address", .fields = fields_t_network_Address};
static const GoType t_list_network_Address = {.kind = GO_LIST, .name = "[]network.Address", .items = &t_network_Address};
static const GoField fields_t_container_NetworkSettingsBase[] = {
	{"Bridge", "Bridge", &t_string},
	{"SandboxID", "SandboxID", &t_string},
	{"SandboxKey", "SandboxKey", &t_string},
	{"Ports", "Ports", &t_nat_PortMap},
	{"HairpinMode", "HairpinMode", &t_bool},
	{"LinkLocalIPv6Address", "LinkLocalIPv6Address", &t_string},
	{"LinkLocalIPv6PrefixLen", "LinkLocalIPv6PrefixLen", &t_int},
	{"SecondaryIPAddresses", "SecondaryIPAddresses", &t_list_network_Address},
	{"SecondaryIPv6Addresses", "SecondaryIPv6Addresses", &t_list_network_Address},
	{0}};
static const GoType t_container_NetworkSettingsBase = {.kind = GO_STRUCT, .name = "container.NetworkSettingsBase", .fields = fields_t_container_NetworkSettingsBase};
static const GoField fields_t_container_DefaultNetworkSettings[] = {
	{"EndpointID", "EndpointID", &t_string},
	{"Gateway", "Gateway", &t_string},
	{"GlobalIPv6Address", "GlobalIPv6Address", &t_string},
	{"GlobalIPv6PrefixLen", "GlobalIPv6PrefixLen", &t_int},
	{"IPAddress", "IPAddress", &t_string},
	{"IPPrefixLen", "IPPrefixLen", &t_int},
	{"IPv6Gateway", "IPv6Gateway", &t_string},
	{"MacAddress", "MacAddress", &t_string},
	{0}};
static const GoType t_container_DefaultNetworkSettings = {.kind = GO_STRUCT, .name = "container.DefaultNetworkSettings", .fields = fields_t_container_DefaultNetworkSettings};
static const GoField fields_t_network_EndpointIPAMConfig[] = {
	{"IPv4Address", "IPv4Address", &t_string, false, true},
	{"IPv6Address", "IPv6Address", &t_string, false, true},
	{"LinkLocalIPs", "LinkLocalIPs", &t_list_string, false, true},
	{0}};
static const GoType t_network_EndpointIPAMConfig = {.kind = GO_STRUCT, .name = "network.EndpointIPAMConfig", .fields = fields_t_network_EndpointIPAMConfig};
static const GoType t_to_network_EndpointIPAMConfig = {.kind = GO_POINTER, .name = "*network.EndpointIPAMConfig", .items = &t_network_EndpointIPAMConfig};
static const GoField fields_t_network_EndpointSettings[] = {
	{"IPAMConfig", "IPAMConfig", &t_to_network_EndpointIPAMConfig},
	{"Links", "Links", &t_list_string},
	{"Aliases", "Aliases", &t_list_string},
	{"MacAddress", "MacAddress", &t_string},
	{"DriverOpts", "DriverOpts", &t_map_string_string},
	{"GwPriority", "GwPriority", &t_int},
	{"NetworkID", "NetworkID", &t_string},
	{"EndpointID", "EndpointID", &t_string},
	{"Gateway", "Gateway", &t_string},
	{"IPAddress", "IPAddress", &t_string},
	{"IPPrefixLen", "IPPrefixLen", &t_int},
	{"IPv6Gateway", "IPv6Gateway", &t_string},
	{"GlobalIPv6Address", "GlobalIPv6Address", &t_string},
	{"GlobalIPv6PrefixLen", "GlobalIPv6PrefixLen", &t_int},
	{"DNSNames", "DNSNames", &t_list_string},
	{0}};
static const GoType t_network_EndpointSettings = {.kind = GO_STRUCT, .name = "network.EndpointSettings", .fields = fields_t_network_EndpointSettings};
static const GoType t_to_network_EndpointSettings = {.kind = GO_POINTER, .name = "*network.EndpointSettings", .items = &t_network_EndpointSettings};
static const GoType t_map_string_to_network_EndpointSettings = {.kind = GO_MAP, .name = "map[string]*network.EndpointSettings", .items = &t_to_network_EndpointSettings};
static const GoField fields_t_container_NetworkSettings[] = {
	{"NetworkSettingsBase", "NetworkSettingsBase", &t_container_NetworkSettingsBase, true},
	{"DefaultNetworkSettings", "DefaultNetworkSettings", &t_container_DefaultNetworkSettings, true},
	{"Networks", "Networks", &t_map_string_to_network_EndpointSettings},
	{0}};
static const GoType t_container_NetworkSettings = {.kind = GO_STRUCT, .name = "container.NetworkSettings", .fields = fields_t_container_NetworkSettings};
static const GoType t_to_container_NetworkSettings = {.kind = GO_POINTER, .name = "*container.NetworkSettings", .items = &t_container_NetworkSettings};
static const GoType t_digest_Digest = {.kind = GO_STRING, .name = "digest.Digest"};
static const GoField fields_t_v1_Platform[] = {
	{"Architecture", "architecture", &t_string},
	{"OS", "os", &t_string},
	{"OSVersion", "os.version", &t_string, false, true},
	{"OSFeatures", "os.features", &t_list_string, false, true},
	{"Variant", "variant", &t_string, false, true},
	{0}};
static const GoType t_v1_Platform = {.kind = GO_STRUCT, .name = "v1.Platform", .fields = fields_t_v1_Platform};
static const GoType t_to_v1_Platform = {.kind = GO_POINTER, .name = "*v1.Platform", .items = &t_v1_Platform};
static const GoField fields_t_v1_Descriptor[] = {
	{"MediaType", "mediaType", &t_string},
	{"Digest", "digest", &t_digest_Digest},
	{"Size", "size", &t_int64},
	{"URLs", "urls", &t_list_string, false, true},
	{"Annotations", "annotations", &t_map_string_string, false, true},
	{"Data", "data", &t_string, false, true},
	{"Platform", "platform", &t_to_v1_Platform, false, true},
	{"ArtifactType", "artifactType", &t_string, false, true},
	{0}};
static const GoType t_v1_Descriptor = {.kind = GO_STRUCT, .name = "v1.Descriptor", .fields = fields_t_v1_Descriptor};
static const GoType t_to_v1_Descriptor = {.kind = GO_POINTER, .name = "*v1.Descriptor", .items = &t_v1_Descriptor};
static const GoField fields_t_container_InspectResponse[] = {
	{"ContainerJSONBase", "ContainerJSONBase", &t_to_container_ContainerJSONBase, true},
	{"Mounts", "Mounts", &t_list_container_MountPoint},
	{"Config", "Config", &t_to_container_Config},
	{"NetworkSettings", "NetworkSettings", &t_to_container_NetworkSettings},
	{"ImageManifestDescriptor", "ImageManifestDescriptor", &t_to_v1_Descriptor, false, true},
	{0}};
static const GoType t_container_InspectResponse = {.kind = GO_STRUCT, .name = "container.InspectResponse", .fields = fields_t_container_InspectResponse};
static const GoType t_map_string_struct = {.kind = GO_MAP, .name = "map[string]struct {}", .items = &t_struct};
static const GoField fields_t_dockerspec_ImageConfig[] = {
	{"User", "User", &t_string, false, true},
	{"ExposedPorts", "ExposedPorts", &t_map_string_struct, false, true},
	{"Env", "Env", &t_list_string, false, true},
	{"Entrypoint", "Entrypoint", &t_list_string, false, true},
	{"Cmd", "Cmd", &t_list_string, false, true},
	{"Volumes", "Volumes", &t_map_string_struct, false, true},
	{"WorkingDir", "WorkingDir", &t_string, false, true},
	{"Labels", "Labels", &t_map_string_string, false, true},
	{"StopSignal", "StopSignal", &t_string, false, true},
	{"ArgsEscaped", "ArgsEscaped", &t_bool, false, true},
	{0}};
static const GoType t_dockerspec_ImageConfig = {.kind = GO_STRUCT, .name = "dockerspec.ImageConfig", .fields = fields_t_dockerspec_ImageConfig};
static const GoType t_to_v1_HealthcheckConfig = {.kind = GO_POINTER, .name = "*v1.HealthcheckConfig", .items = &t_v1_HealthcheckConfig};
static const GoField fields_t_dockerspec_DockerOCIImageConfigExt[] = {
	{"Healthcheck", "Healthcheck", &t_to_v1_HealthcheckConfig, false, true},
	{"OnBuild", "OnBuild", &t_list_string, false, true},
	{"Shell", "Shell", &t_list_string, false, true},
	{0}};
static const GoType t_dockerspec_DockerOCIImageConfigExt = {.kind = GO_STRUCT, .name = "dockerspec.DockerOCIImageConfigExt", .fields = fields_t_dockerspec_DockerOCIImageConfigExt};
static const GoField fields_t_dockerspec_DockerOCIImageConfig[] = {
	{"ImageConfig", "ImageConfig", &t_dockerspec_ImageConfig, true},
	{"DockerOCIImageConfigExt", "DockerOCIImageConfigExt", &t_dockerspec_DockerOCIImageConfigExt, true},
	{0}};
static const GoType t_dockerspec_DockerOCIImageConfig = {.kind = GO_STRUCT, .name = "dockerspec.DockerOCIImageConfig", .fields = fields_t_dockerspec_DockerOCIImageConfig};
static const GoType t_to_dockerspec_DockerOCIImageConfig = {.kind = GO_POINTER, .name = "*dockerspec.DockerOCIImageConfig", .items = &t_dockerspec_DockerOCIImageConfig};
static const GoField fields_t_image_RootFS[] = {
	{"Type", "Type", &t_string, false, true},
	{"Layers", "Layers", &t_list_string, false, true},
	{0}};
static const GoType t_image_RootFS = {.kind = GO_STRUCT, .name = "image.RootFS", .fields = fields_t_image_RootFS};
static const GoField fields_t_image_Metadata[] = {
	{"LastTagTime", "LastTagTime", &t_time_Time, false, true},
	{0}};
static const GoType t_image_Metadata = {.kind = GO_STRUCT, .name = "image.Metadata", .fields = fields_t_image_Metadata};
static const GoField fields_t_image_ManifestSummary_Size[] = {
	{"Content", "Content", &t_int64},
	{"Total", "Total", &t_int64},
	{0}};
static const GoType t_image_ManifestSummary_Size = {.kind = GO_STRUCT, .name = "image.ManifestSummary_Size", .fields = fields_t_image_ManifestSummary_Size};
static const GoType t_image_ManifestKind = {.kind = GO_STRING, .name = "image.ManifestKind"};
static const GoField fields_t_image_ImageProperties_Size[] = {
	{"Unpacked", "Unpacked", &t_int64},
	{0}};
static const GoType t_image_ImageProperties_Size = {.kind = GO_STRUCT, .name = "image.ImageProperties_Size", .fields = fields_t_image_ImageProperties_Size};
static const GoField fields_t_image_ImageProperties[] = {
	{"Platform", "Platform", &t_v1_Platform},
	{"Size", "Size", &t_image_ImageProperties_Size},
	{"Containers", "Containers", &t_list_string},
	{0}};
static const GoType t_image_ImageProperties = {.kind = GO_STRUCT, .name = "image.ImageProperties", .fields = fields_t_image_ImageProperties};
static const GoType t_to_image_ImageProperties = {.kind = GO_POINTER, .name = "*image.ImageProperties", .items = &t_image_ImageProperties};
static const GoField fields_t_image_AttestationProperties[] = {
	{"For", "For", &t_digest_Digest},
	{0}};
static const GoType t_image_AttestationProperties = {.kind = GO_STRUCT, .name = "image.AttestationProperties", .fields = fields_t_image_AttestationProperties};
static const GoType t_to_image_AttestationProperties = {.kind = GO_POINTER, .name = "*image.AttestationProperties", .items = &t_image_AttestationProperties};
static const GoField fields_t_image_ManifestSummary[] = {
	{"ID", "ID", &t_string},
	{"Descriptor", "Descriptor", &t_v1_Descriptor},
	{"Available", "Available", &t_bool},
	{"Size", "Size", &t_image_ManifestSummary_Size},
	{"Kind", "Kind", &t_image_ManifestKind},
	{"ImageData", "ImageData", &t_to_image_ImageProperties, false, true},
	{"AttestationData", "AttestationData", &t_to_image_AttestationProperties, false, true},
	{0}};
static const GoType t_image_ManifestSummary = {.kind = GO_STRUCT, .name = "image.ManifestSummary", .fields = fields_t_image_ManifestSummary};
static const GoType t_list_image_ManifestSummary = {.kind = GO_LIST, .name = "[]image.ManifestSummary", .items = &t_image_ManifestSummary};
static const GoField fields_t_image_InspectResponse[] = {
	{"ID", "Id", &t_string},
	{"RepoTags", "RepoTags", &t_list_string},
	{"RepoDigests", "RepoDigests", &t_list_string},
	{"Parent", "Parent", &t_string},
	{"Comment", "Comment", &t_string},
	{"Created", "Created", &t_string, false, true},
	{"Container", "Container", &t_string, false, true},
	{"ContainerConfig", "ContainerConfig", &t_to_container_Config, false, true},
	{"DockerVersion", "DockerVersion", &t_string},
	{"Author", "Author", &t_string},
	{"Config", "Config", &t_to_dockerspec_DockerOCIImageConfig},
	{"Architecture", "Architecture", &t_string},
	{"Variant", "Variant", &t_string, false, true},
	{"Os", "Os", &t_string},
	{"OsVersion", "OsVersion", &t_string, false, true},
	{"Size", "Size", &t_int64},
	{"VirtualSize", "VirtualSize", &t_int64, false, true},
	{"GraphDriver", "GraphDriver", &t_storage_DriverData},
	{"RootFS", "RootFS", &t_image_RootFS},
	{"Metadata", "Metadata", &t_image_Metadata},
	{"Descriptor", "Descriptor", &t_to_v1_Descriptor, false, true},
	{"Manifests", "Manifests", &t_list_image_ManifestSummary, false, true},
	{0}};
static const GoType t_image_InspectResponse = {.kind = GO_STRUCT, .name = "image.InspectResponse", .fields = fields_t_image_InspectResponse};
static const GoField fields_t_network_IPAMConfig[] = {
	{"Subnet", "Subnet", &t_string, false, true},
	{"IPRange", "IPRange", &t_string, false, true},
	{"Gateway", "Gateway", &t_string, false, true},
	{"AuxAddress", "AuxiliaryAddresses", &t_map_string_string, false, true},
	{0}};
static const GoType t_network_IPAMConfig = {.kind = GO_STRUCT, .name = "network.IPAMConfig", .fields = fields_t_network_IPAMConfig};
static const GoType t_list_network_IPAMConfig = {.kind = GO_LIST, .name = "[]network.IPAMConfig", .items = &t_network_IPAMConfig};
static const GoField fields_t_network_IPAM[] = {
	{"Driver", "Driver", &t_string},
	{"Options", "Options", &t_map_string_string},
	{"Config", "Config", &t_list_network_IPAMConfig},
	{0}};
static const GoType t_network_IPAM = {.kind = GO_STRUCT, .name = "network.IPAM", .fields = fields_t_network_IPAM};
static const GoField fields_t_network_ConfigReference[] = {
	{"Network", "Network", &t_string},
	{0}};
static const GoType t_network_ConfigReference = {.kind = GO_STRUCT, .name = "network.ConfigReference", .fields = fields_t_network_ConfigReference};
static const GoField fields_t_network_EndpointResource[] = {
	{"Name", "Name", &t_string},
	{"EndpointID", "EndpointID", &t_string},
	{"MacAddress", "MacAddress", &t_string},
	{"IPv4Address", "IPv4Address", &t_string},
	{"IPv6Address", "IPv6Address", &t_string},
	{0}};
static const GoType t_network_EndpointResource = {.kind = GO_STRUCT, .name = "network.EndpointResource", .fields = fields_t_network_EndpointResource};
static const GoType t_map_string_network_EndpointResource = {.kind = GO_MAP, .name = "map[string]network.EndpointResource", .items = &t_network_EndpointResource};
static const GoField fields_t_network_PeerInfo[] = {
	{"Name", "Name", &t_string},
	{"IP", "IP", &t_string},
	{0}};
static const GoType t_network_PeerInfo = {.kind = GO_STRUCT, .name = "network.PeerInfo", .fields = fields_t_network_PeerInfo};
static const GoType t_list_network_PeerInfo = {.kind = GO_LIST, .name = "[]network.PeerInfo", .items = &t_network_PeerInfo};
static const GoField fields_t_network_Task[] = {
	{"Name", "Name", &t_string},
	{"EndpointID", "EndpointID", &t_string},
	{"EndpointIP", "EndpointIP", &t_string},
	{"Info", "Info", &t_map_string_string},
	{0}};
static const GoType t_network_Task = {.kind = GO_STRUCT, .name = "network.Task", .fields = fields_t_network_Task};
static const GoType t_list_network_Task = {.kind = GO_LIST, .name = "[]network.Task", .items = &t_network_Task};
static const GoField fields_t_network_ServiceInfo[] = {
	{"VIP", "VIP", &t_string},
	{"Ports", "Ports", &t_list_string},
	{"LocalLBIndex", "LocalLBIndex", &t_int},
	{"Tasks", "Tasks", &t_list_network_Task},
	{0}};
static const GoType t_network_ServiceInfo = {.kind = GO_STRUCT, .name = "network.ServiceInfo", .fields = fields_t_network_ServiceInfo};
static const GoType t_map_string_network_ServiceInfo = {.kind = GO_MAP, .name = "map[string]network.ServiceInfo", .items = &t_network_ServiceInfo};
static const GoField fields_t_network_Inspect[] = {
	{"Name", "Name", &t_string},
	{"ID", "Id", &t_string},
	{"Created", "Created", &t_time_Time},
	{"Scope", "Scope", &t_string},
	{"Driver", "Driver", &t_string},
	{"EnableIPv4", "EnableIPv4", &t_bool},
	{"EnableIPv6", "EnableIPv6", &t_bool},
	{"IPAM", "IPAM", &t_network_IPAM},
	{"Internal", "Internal", &t_bool},
	{"Attachable", "Attachable", &t_bool},
	{"Ingress", "Ingress", &t_bool},
	{"ConfigFrom", "ConfigFrom", &t_network_ConfigReference},
	{"ConfigOnly", "ConfigOnly", &t_bool},
	{"Containers", "Containers", &t_map_string_network_EndpointResource},
	{"Options", "Options", &t_map_string_string},
	{"Labels", "Labels", &t_map_string_string},
	{"Peers", "Peers", &t_list_network_PeerInfo, false, true},
	{"Services", "Services", &t_map_string_network_ServiceInfo, false, true},
	{0}};
static const GoType t_network_Inspect = {.kind = GO_STRUCT, .name = "network.Inspect", .fields = fields_t_network_Inspect};
static const GoField fields_t_swarm_Version[] = {
	{"Index", "Index", &t_uint64, false, true},
	{0}};
static const GoType t_swarm_Version = {.kind = GO_STRUCT, .name = "swarm.Version", .fields = fields_t_swarm_Version};
static const GoField fields_t_swarm_Meta[] = {
	{"Version", "Version", &t_swarm_Version, false, true},
	{"CreatedAt", "CreatedAt", &t_time_Time, false, true},
	{"UpdatedAt", "UpdatedAt", &t_time_Time, false, true},
	{0}};
static const GoType t_swarm_Meta = {.kind = GO_STRUCT, .name = "swarm.Meta", .fields = fields_t_swarm_Meta};
static const GoType t_volume_Scope = {.kind = GO_STRING, .name = "volume.Scope"};
static const GoType t_volume_SharingMode = {.kind = GO_STRING, .name = "volume.SharingMode"};
static const GoField fields_t_volume_TypeMount[] = {
	{"FsType", "FsType", &t_string, false, true},
	{"MountFlags", "MountFlags", &t_list_string, false, true},
	{0}};
static const GoType t_volume_TypeMount = {.kind = GO_STRUCT, .name = "volume.TypeMount", .fields = fields_t_volume_TypeMount};
static const GoType t_to_volume_TypeMount = {.kind = GO_POINTER, .name = "*volume.TypeMount", .items = &t_volume_TypeMount};
static const GoField fields_t_volume_TypeBlock[] = {
	{0}};
static const GoType t_volume_TypeBlock = {.kind = GO_STRUCT, .name = "volume.TypeBlock", .fields = fields_t_volume_TypeBlock};
static const GoType t_to_volume_TypeBlock = {.kind = GO_POINTER, .name = "*volume.TypeBlock", .items = &t_volume_TypeBlock};
static const GoField fields_t_volume_AccessMode[] = {
	{"Scope", "Scope", &t_volume_Scope, false, true},
	{"Sharing", "Sharing", &t_volume_SharingMode, false, true},
	{"MountVolume", "MountVolume", &t_to_volume_TypeMount, false, true},
	{"BlockVolume", "BlockVolume", &t_to_volume_TypeBlock, false, true},
	{0}};
static const GoType t_volume_AccessMode = {.kind = GO_STRUCT, .name = "volume.AccessMode", .fields = fields_t_volume_AccessMode};
static const GoType t_to_volume_AccessMode = {.kind = GO_POINTER, .name = "*volume.AccessMode", .items = &t_volume_AccessMode};
static const GoField fields_t_volume_Topology[] = {
	{"Segments", "Segments", &t_map_string_string, false, true},
	{0}};
static const GoType t_volume_Topology = {.kind = GO_STRUCT, .name = "volume.Topology", .fields = fields_t_volume_Topology};
static const GoType t_list_volume_Topology = {.kind = GO_LIST, .name = "[]volume.Topology", .items = &t_volume_Topology};
static const GoField fields_t_volume_TopologyRequirement[] = {
	{"Requisite", "Requisite", &t_list_volume_Topology, false, true},
	{"Preferred", "Preferred", &t_list_volume_Topology, false, true},
	{0}};
static const GoType t_volume_TopologyRequirement = {.kind = GO_STRUCT, .name = "volume.TopologyRequirement", .fields = fields_t_volume_TopologyRequirement};
static const GoType t_to_volume_TopologyRequirement = {.kind = GO_POINTER, .name = "*volume.TopologyRequirement", .items = &t_volume_TopologyRequirement};
static const GoField fields_t_volume_CapacityRange[] = {
	{"RequiredBytes", "RequiredBytes", &t_int64},
	{"LimitBytes", "LimitBytes", &t_int64},
	{0}};
static const GoType t_volume_CapacityRange = {.kind = GO_STRUCT, .name = "volume.CapacityRange", .fields = fields_t_volume_CapacityRange};
static const GoType t_to_volume_CapacityRange = {.kind = GO_POINTER, .name = "*volume.CapacityRange", .items = &t_volume_CapacityRange};
static const GoField fields_t_volume_Secret[] = {
	{"Key", "Key", &t_string},
	{"Secret", "Secret", &t_string},
	{0}};
static const GoType t_volume_Secret = {.kind = GO_STRUCT, .name = "volume.Secret", .fields = fields_t_volume_Secret};
static const GoType t_list_volume_Secret = {.kind = GO_LIST, .name = "[]volume.Secret", .items = &t_volume_Secret};
static const GoType t_volume_Availability = {.kind = GO_STRING, .name = "volume.Availability"};
static const GoField fields_t_volume_ClusterVolumeSpec[] = {
	{"Group", "Group", &t_string, false, true},
	{"AccessMode", "AccessMode", &t_to_volume_AccessMode, false, true},
	{"AccessibilityRequirements", "AccessibilityRequirements", &t_to_volume_TopologyRequirement, false, true},
	{"CapacityRange", "CapacityRange", &t_to_volume_CapacityRange, false, true},
	{"Secrets", "Secrets", &t_list_volume_Secret, false, true},
	{"Availability", "Availability", &t_volume_Availability, false, true},
	{0}};
static const GoType t_volume_ClusterVolumeSpec = {.kind = GO_STRUCT, .name = "volume.ClusterVolumeSpec", .fields = fields_t_volume_ClusterVolumeSpec};
static const GoType t_volume_PublishState = {.kind = GO_STRING, .name = "volume.PublishState"};
static const GoField fields_t_volume_PublishStatus[] = {
	{"NodeID", "NodeID", &t_string, false, true},
	{"State", "State", &t_volume_PublishState, false, true},
	{"PublishContext", "PublishContext", &t_map_string_string, false, true},
	{0}};
static const GoType t_volume_PublishStatus = {.kind = GO_STRUCT, .name = "volume.PublishStatus", .fields = fields_t_volume_PublishStatus};
static const GoType t_to_volume_PublishStatus = {.kind = GO_POINTER, .name = "*volume.PublishStatus", .items = &t_volume_PublishStatus};
static const GoType t_list_to_volume_PublishStatus = {.kind = GO_LIST, .name = "[]*volume.PublishStatus", .items = &t_to_volume_PublishStatus};
static const GoField fields_t_volume_Info[] = {
	{"CapacityBytes", "CapacityBytes", &t_int64, false, true},
	{"VolumeContext", "VolumeContext", &t_map_string_string, false, true},
	{"VolumeID", "VolumeID", &t_string, false, true},
	{"AccessibleTopology", "AccessibleTopology", &t_list_volume_Topology, false, true},
	{0}};
static const GoType t_volume_Info = {.kind = GO_STRUCT, .name = "volume.Info", .fields = fields_t_volume_Info};
static const GoType t_to_volume_Info = {.kind = GO_POINTER, .name = "*volume.Info", .items = &t_volume_Info};
static const GoField fields_t_volume_ClusterVolume[] = {
	{"ID", "ID", &t_string},
	{"Meta", "Meta", &t_swarm_Meta, true},
	{"Spec", "Spec", &t_volume_ClusterVolumeSpec},
	{"PublishStatus", "PublishStatus", &t_list_to_volume_PublishStatus, false, true},
	{"Info", "Info", &t_to_volume_Info, false, true},
	{0}};
static const GoType t_volume_ClusterVolume = {.kind = GO_STRUCT, .name = "volume.ClusterVolume", .fields = fields_t_volume_ClusterVolume};
static const GoType t_to_volume_ClusterVolume = {.kind = GO_POINTER, .name = "*volume.ClusterVolume", .items = &t_volume_ClusterVolume};
static const GoType t_interface = {.kind = GO_ANY, .name = "interface {}"};
static const GoType t_map_string_interface = {.kind = GO_MAP, .name = "map[string]interface {}", .items = &t_interface};
static const GoField fields_t_volume_UsageData[] = {
	{"RefCount", "RefCount", &t_int64},
	{"Size", "Size", &t_int64},
	{0}};
static const GoType t_volume_UsageData = {.kind = GO_STRUCT, .name = "volume.UsageData", .fields = fields_t_volume_UsageData};
static const GoType t_to_volume_UsageData = {.kind = GO_POINTER, .name = "*volume.UsageData", .items = &t_volume_UsageData};
static const GoField fields_t_volume_Volume[] = {
	{"ClusterVolume", "ClusterVolume", &t_to_volume_ClusterVolume, false, true},
	{"CreatedAt", "CreatedAt", &t_string, false, true},
	{"Driver", "Driver", &t_string},
	{"Labels", "Labels", &t_map_string_string},
	{"Mountpoint", "Mountpoint", &t_string},
	{"Name", "Name", &t_string},
	{"Options", "Options", &t_map_string_string},
	{"Scope", "Scope", &t_string},
	{"Status", "Status", &t_map_string_interface, false, true},
	{"UsageData", "UsageData", &t_to_volume_UsageData, false, true},
	{0}};
static const GoType t_volume_Volume = {.kind = GO_STRUCT, .name = "volume.Volume", .fields = fields_t_volume_Volume};
static const GoType t_events_Type = {.kind = GO_STRING, .name = "events.Type"};
static const GoType t_events_Action = {.kind = GO_STRING, .name = "events.Action"};
static const GoField fields_t_events_Actor[] = {
	{"ID", "ID", &t_string},
	{"Attributes", "Attributes", &t_map_string_string},
	{0}};
static const GoType t_events_Actor = {.kind = GO_STRUCT, .name = "events.Actor", .fields = fields_t_events_Actor};
static const GoField fields_t_events_Message[] = {
	{"Status", "status", &t_string, false, true},
	{"ID", "id", &t_string, false, true},
	{"From", "from", &t_string, false, true},
	{"Type", "Type", &t_events_Type},
	{"Action", "Action", &t_events_Action},
	{"Actor", "Actor", &t_events_Actor},
	{"Scope", "scope", &t_string, false, true},
	{"Time", "time", &t_int64, false, true},
	{"TimeNano", "timeNano", &t_int64, false, true},
	{0}};
static const GoType t_events_Message = {.kind = GO_STRUCT, .name = "events.Message", .fields = fields_t_events_Message};
static const GoType t_2_string = {.kind = GO_LIST, .name = "[2]string", .items = &t_string};
static const GoType t_list_2_string = {.kind = GO_LIST, .name = "[][2]string", .items = &t_2_string};
static const GoField fields_t_system_PluginsInfo[] = {
	{"Volume", "Volume", &t_list_string},
	{"Network", "Network", &t_list_string},
	{"Authorization", "Authorization", &t_list_string},
	{"Log", "Log", &t_list_string},
	{0}};
static const GoType t_system_PluginsInfo = {.kind = GO_STRUCT, .name = "system.PluginsInfo", .fields = fields_t_system_PluginsInfo};
static const GoType t_registry_NetIPNet = {.kind = GO_STRING, .name = "registry.NetIPNet", .text = go_net_text, .methods = docker_net};
static const GoType t_to_registry_NetIPNet = {.kind = GO_POINTER, .name = "*registry.NetIPNet", .items = &t_registry_NetIPNet};
static const GoType t_list_to_registry_NetIPNet = {.kind = GO_LIST, .name = "[]*registry.NetIPNet", .items = &t_to_registry_NetIPNet};
static const GoField fields_t_registry_IndexInfo[] = {
	{"Name", "Name", &t_string},
	{"Mirrors", "Mirrors", &t_list_string},
	{"Secure", "Secure", &t_bool},
	{"Official", "Official", &t_bool},
	{0}};
static const GoType t_registry_IndexInfo = {.kind = GO_STRUCT, .name = "registry.IndexInfo", .fields = fields_t_registry_IndexInfo};
static const GoType t_to_registry_IndexInfo = {.kind = GO_POINTER, .name = "*registry.IndexInfo", .items = &t_registry_IndexInfo};
static const GoType t_map_string_to_registry_IndexInfo = {.kind = GO_MAP, .name = "map[string]*registry.IndexInfo", .items = &t_to_registry_IndexInfo};
static const GoField fields_t_registry_ServiceConfig[] = {
	{"AllowNondistributableArtifactsCIDRs", "AllowNondistributableArtifactsCIDRs", &t_list_to_registry_NetIPNet, false, true},
	{"AllowNondistributableArtifactsHostnames", "AllowNondistributableArtifactsHostnames", &t_list_string, false, true},
	{"InsecureRegistryCIDRs", "InsecureRegistryCIDRs", &t_list_to_registry_NetIPNet},
	{"IndexConfigs", "IndexConfigs", &t_map_string_to_registry_IndexInfo},
	{"Mirrors", "Mirrors", &t_list_string},
	{"ExtraFields", "ExtraFields", &t_map_string_interface},
	{0}};
static const GoType t_registry_ServiceConfig = {.kind = GO_STRUCT, .name = "registry.ServiceConfig", .fields = fields_t_registry_ServiceConfig, .sorted = true};
static const GoType t_to_registry_ServiceConfig = {.kind = GO_POINTER, .name = "*registry.ServiceConfig", .items = &t_registry_ServiceConfig};
static const GoField fields_t_swarm_NamedGenericResource[] = {
	{"Kind", "Kind", &t_string, false, true},
	{"Value", "Value", &t_string, false, true},
	{0}};
static const GoType t_swarm_NamedGenericResource = {.kind = GO_STRUCT, .name = "swarm.NamedGenericResource", .fields = fields_t_swarm_NamedGenericResource};
static const GoType t_to_swarm_NamedGenericResource = {.kind = GO_POINTER, .name = "*swarm.NamedGenericResource", .items = &t_swarm_NamedGenericResource};
static const GoField fields_t_swarm_DiscreteGenericResource[] = {
	{"Kind", "Kind", &t_string, false, true},
	{"Value", "Value", &t_int64, false, true},
	{0}};
static const GoType t_swarm_DiscreteGenericResource = {.kind = GO_STRUCT, .name = "swarm.DiscreteGenericResource", .fields = fields_t_swarm_DiscreteGenericResource};
static const GoType t_to_swarm_DiscreteGenericResource = {.kind = GO_POINTER, .name = "*swarm.DiscreteGenericResource", .items = &t_swarm_DiscreteGenericResource};
static const GoField fields_t_swarm_GenericResource[] = {
	{"NamedResourceSpec", "NamedResourceSpec", &t_to_swarm_NamedGenericResource, false, true},
	{"DiscreteResourceSpec", "DiscreteResourceSpec", &t_to_swarm_DiscreteGenericResource, false, true},
	{0}};
static const GoType t_swarm_GenericResource = {.kind = GO_STRUCT, .name = "swarm.GenericResource", .fields = fields_t_swarm_GenericResource};
static const GoType t_list_swarm_GenericResource = {.kind = GO_LIST, .name = "[]swarm.GenericResource", .items = &t_swarm_GenericResource};
static const GoField fields_t_system_Runtime[] = {
	{"Path", "path", &t_string, false, true},
	{"Args", "runtimeArgs", &t_list_string, false, true},
	{"Type", "runtimeType", &t_string, false, true},
	{"Options", "options", &t_map_string_interface, false, true},
	{0}};
static const GoType t_system_Runtime = {.kind = GO_STRUCT, .name = "system.Runtime", .fields = fields_t_system_Runtime};
static const GoField fields_t_system_RuntimeWithStatus[] = {
	{"Runtime", "Runtime", &t_system_Runtime, true},
	{"Status", "status", &t_map_string_string, false, true},
	{0}};
static const GoType t_system_RuntimeWithStatus = {.kind = GO_STRUCT, .name = "system.RuntimeWithStatus", .fields = fields_t_system_RuntimeWithStatus};
static const GoType t_map_string_system_RuntimeWithStatus = {.kind = GO_MAP, .name = "map[string]system.RuntimeWithStatus", .items = &t_system_RuntimeWithStatus};
static const GoType t_swarm_LocalNodeState = {.kind = GO_STRING, .name = "swarm.LocalNodeState"};
static const GoField fields_t_swarm_Peer[] = {
	{"NodeID", "NodeID", &t_string},
	{"Addr", "Addr", &t_string},
	{0}};
static const GoType t_swarm_Peer = {.kind = GO_STRUCT, .name = "swarm.Peer", .fields = fields_t_swarm_Peer};
static const GoType t_list_swarm_Peer = {.kind = GO_LIST, .name = "[]swarm.Peer", .items = &t_swarm_Peer};
static const GoField fields_t_swarm_Annotations[] = {
	{"Name", "Name", &t_string, false, true},
	{"Labels", "Labels", &t_map_string_string},
	{0}};
static const GoType t_swarm_Annotations = {.kind = GO_STRUCT, .name = "swarm.Annotations", .fields = fields_t_swarm_Annotations};
static const GoField fields_t_swarm_OrchestrationConfig[] = {
	{"TaskHistoryRetentionLimit", "TaskHistoryRetentionLimit", &t_to_int64, false, true},
	{0}};
static const GoType t_swarm_OrchestrationConfig = {.kind = GO_STRUCT, .name = "swarm.OrchestrationConfig", .fields = fields_t_swarm_OrchestrationConfig};
static const GoType t_to_uint64 = {.kind = GO_POINTER, .name = "*uint64", .items = &t_uint64};
static const GoField fields_t_swarm_RaftConfig[] = {
	{"SnapshotInterval", "SnapshotInterval", &t_uint64, false, true},
	{"KeepOldSnapshots", "KeepOldSnapshots", &t_to_uint64, false, true},
	{"LogEntriesForSlowFollowers", "LogEntriesForSlowFollowers", &t_uint64, false, true},
	{"ElectionTick", "ElectionTick", &t_int},
	{"HeartbeatTick", "HeartbeatTick", &t_int},
	{0}};
static const GoType t_swarm_RaftConfig = {.kind = GO_STRUCT, .name = "swarm.RaftConfig", .fields = fields_t_swarm_RaftConfig};
static const GoField fields_t_swarm_DispatcherConfig[] = {
	{"HeartbeatPeriod", "HeartbeatPeriod", &t_time_Duration, false, true},
	{0}};
static const GoType t_swarm_DispatcherConfig = {.kind = GO_STRUCT, .name = "swarm.DispatcherConfig", .fields = fields_t_swarm_DispatcherConfig};
static const GoType t_swarm_ExternalCAProtocol = {.kind = GO_STRING, .name = "swarm.ExternalCAProtocol"};
static const GoField fields_t_swarm_ExternalCA[] = {
	{"Protocol", "Protocol", &t_swarm_ExternalCAProtocol},
	{"URL", "URL", &t_string},
	{"Options", "Options", &t_map_string_string, false, true},
	{"CACert", "CACert", &t_string},
	{0}};
static const GoType t_swarm_ExternalCA = {.kind = GO_STRUCT, .name = "swarm.ExternalCA", .fields = fields_t_swarm_ExternalCA};
static const GoType t_to_swarm_ExternalCA = {.kind = GO_POINTER, .name = "*swarm.ExternalCA", .items = &t_swarm_ExternalCA};
static const GoType t_list_to_swarm_ExternalCA = {.kind = GO_LIST, .name = "[]*swarm.ExternalCA", .items = &t_to_swarm_ExternalCA};
static const GoField fields_t_swarm_CAConfig[] = {
	{"NodeCertExpiry", "NodeCertExpiry", &t_time_Duration, false, true},
	{"ExternalCAs", "ExternalCAs", &t_list_to_swarm_ExternalCA, false, true},
	{"SigningCACert", "SigningCACert", &t_string, false, true},
	{"SigningCAKey", "SigningCAKey", &t_string, false, true},
	{"ForceRotate", "ForceRotate", &t_uint64, false, true},
	{0}};
static const GoType t_swarm_CAConfig = {.kind = GO_STRUCT, .name = "swarm.CAConfig", .fields = fields_t_swarm_CAConfig};
static const GoField fields_t_swarm_Driver[] = {
	{"Name", "Name", &t_string, false, true},
	{"Options", "Options", &t_map_string_string, false, true},
	{0}};
static const GoType t_swarm_Driver = {.kind = GO_STRUCT, .name = "swarm.Driver", .fields = fields_t_swarm_Driver};
static const GoType t_to_swarm_Driver = {.kind = GO_POINTER, .name = "*swarm.Driver", .items = &t_swarm_Driver};
static const GoField fields_t_swarm_TaskDefaults[] = {
	{"LogDriver", "LogDriver", &t_to_swarm_Driver, false, true},
	{0}};
static const GoType t_swarm_TaskDefaults = {.kind = GO_STRUCT, .name = "swarm.TaskDefaults", .fields = fields_t_swarm_TaskDefaults};
static const GoField fields_t_swarm_EncryptionConfig[] = {
	{"AutoLockManagers", "AutoLockManagers", &t_bool},
	{0}};
static const GoType t_swarm_EncryptionConfig = {.kind = GO_STRUCT, .name = "swarm.EncryptionConfig", .fields = fields_t_swarm_EncryptionConfig};
static const GoField fields_t_swarm_Spec[] = {
	{"Annotations", "Annotations", &t_swarm_Annotations, true},
	{"Orchestration", "Orchestration", &t_swarm_OrchestrationConfig, false, true},
	{"Raft", "Raft", &t_swarm_RaftConfig, false, true},
	{"Dispatcher", "Dispatcher", &t_swarm_DispatcherConfig, false, true},
	{"CAConfig", "CAConfig", &t_swarm_CAConfig, false, true},
	{"TaskDefaults", "TaskDefaults", &t_swarm_TaskDefaults, false, true},
	{"EncryptionConfig", "EncryptionConfig", &t_swarm_EncryptionConfig, false, true},
	{0}};
static const GoType t_swarm_Spec = {.kind = GO_STRUCT, .name = "swarm.Spec", .fields = fields_t_swarm_Spec};
static const GoType t_uint8 = {.kind = GO_UINT, .name = "uint8"};
static const GoType t_list_uint8 = {.kind = GO_LIST, .name = "[]uint8", .items = &t_uint8};
static const GoField fields_t_swarm_TLSInfo[] = {
	{"TrustRoot", "TrustRoot", &t_string, false, true},
	{"CertIssuerSubject", "CertIssuerSubject", &t_list_uint8, false, true},
	{"CertIssuerPublicKey", "CertIssuerPublicKey", &t_list_uint8, false, true},
	{0}};
static const GoType t_swarm_TLSInfo = {.kind = GO_STRUCT, .name = "swarm.TLSInfo", .fields = fields_t_swarm_TLSInfo};
static const GoType t_uint32 = {.kind = GO_UINT, .name = "uint32"};
static const GoField fields_t_swarm_ClusterInfo[] = {
	{"ID", "ID", &t_string},
	{"Meta", "Meta", &t_swarm_Meta, true},
	{"Spec", "Spec", &t_swarm_Spec},
	{"TLSInfo", "TLSInfo", &t_swarm_TLSInfo},
	{"RootRotationInProgress", "RootRotationInProgress", &t_bool},
	{"DefaultAddrPool", "DefaultAddrPool", &t_list_string},
	{"SubnetSize", "SubnetSize", &t_uint32},
	{"DataPathPort", "DataPathPort", &t_uint32},
	{0}};
static const GoType t_swarm_ClusterInfo = {.kind = GO_STRUCT, .name = "swarm.ClusterInfo", .fields = fields_t_swarm_ClusterInfo};
static const GoType t_to_swarm_ClusterInfo = {.kind = GO_POINTER, .name = "*swarm.ClusterInfo", .items = &t_swarm_ClusterInfo};
static const GoField fields_t_swarm_Info[] = {
	{"NodeID", "NodeID", &t_string},
	{"NodeAddr", "NodeAddr", &t_string},
	{"LocalNodeState", "LocalNodeState", &t_swarm_LocalNodeState},
	{"ControlAvailable", "ControlAvailable", &t_bool},
	{"Error", "Error", &t_string},
	{"RemoteManagers", "RemoteManagers", &t_list_swarm_Peer},
	{"Nodes", "Nodes", &t_int, false, true},
	{"Managers", "Managers", &t_int, false, true},
	{"Cluster", "Cluster", &t_to_swarm_ClusterInfo, false, true},
	{"Warnings", "Warnings", &t_list_string, false, true},
	{0}};
static const GoType t_swarm_Info = {.kind = GO_STRUCT, .name = "swarm.Info", .fields = fields_t_swarm_Info};
static const GoField fields_t_system_Commit[] = {
	{"ID", "ID", &t_string},
	{"Expected", "Expected", &t_string, false, true},
	{0}};
static const GoType t_system_Commit = {.kind = GO_STRUCT, .name = "system.Commit", .fields = fields_t_system_Commit};
static const GoField fields_t_system_NetworkAddressPool[] = {
	{"Base", "Base", &t_string},
	{"Size", "Size", &t_int},
	{0}};
static const GoType t_system_NetworkAddressPool = {.kind = GO_STRUCT, .name = "system.NetworkAddressPool", .fields = fields_t_system_NetworkAddressPool};
static const GoType t_list_system_NetworkAddressPool = {.kind = GO_LIST, .name = "[]system.NetworkAddressPool", .items = &t_system_NetworkAddressPool};
static const GoField fields_t_system_FirewallInfo[] = {
	{"Driver", "Driver", &t_string},
	{"Info", "Info", &t_list_2_string, false, true},
	{0}};
static const GoType t_system_FirewallInfo = {.kind = GO_STRUCT, .name = "system.FirewallInfo", .fields = fields_t_system_FirewallInfo};
static const GoType t_to_system_FirewallInfo = {.kind = GO_POINTER, .name = "*system.FirewallInfo", .items = &t_system_FirewallInfo};
static const GoField fields_t_system_DeviceInfo[] = {
	{"Source", "Source", &t_string},
	{"ID", "ID", &t_string},
	{0}};
static const GoType t_system_DeviceInfo = {.kind = GO_STRUCT, .name = "system.DeviceInfo", .fields = fields_t_system_DeviceInfo};
static const GoType t_list_system_DeviceInfo = {.kind = GO_LIST, .name = "[]system.DeviceInfo", .items = &t_system_DeviceInfo};
static const GoField fields_t_system_ContainerdNamespaces[] = {
	{"Containers", "Containers", &t_string},
	{"Plugins", "Plugins", &t_string},
	{0}};
static const GoType t_system_ContainerdNamespaces = {.kind = GO_STRUCT, .name = "system.ContainerdNamespaces", .fields = fields_t_system_ContainerdNamespaces};
static const GoField fields_t_system_ContainerdInfo[] = {
	{"Address", "Address", &t_string, false, true},
	{"Namespaces", "Namespaces", &t_system_ContainerdNamespaces},
	{0}};
static const GoType t_system_ContainerdInfo = {.kind = GO_STRUCT, .name = "system.ContainerdInfo", .fields = fields_t_system_ContainerdInfo};
static const GoType t_to_system_ContainerdInfo = {.kind = GO_POINTER, .name = "*system.ContainerdInfo", .items = &t_system_ContainerdInfo};
static const GoField fields_t_system_Info[] = {
	{"ID", "ID", &t_string},
	{"Containers", "Containers", &t_int},
	{"ContainersRunning", "ContainersRunning", &t_int},
	{"ContainersPaused", "ContainersPaused", &t_int},
	{"ContainersStopped", "ContainersStopped", &t_int},
	{"Images", "Images", &t_int},
	{"Driver", "Driver", &t_string},
	{"DriverStatus", "DriverStatus", &t_list_2_string},
	{"SystemStatus", "SystemStatus", &t_list_2_string, false, true},
	{"Plugins", "Plugins", &t_system_PluginsInfo},
	{"MemoryLimit", "MemoryLimit", &t_bool},
	{"SwapLimit", "SwapLimit", &t_bool},
	{"KernelMemory", "KernelMemory", &t_bool, false, true},
	{"KernelMemoryTCP", "KernelMemoryTCP", &t_bool, false, true},
	{"CPUCfsPeriod", "CpuCfsPeriod", &t_bool},
	{"CPUCfsQuota", "CpuCfsQuota", &t_bool},
	{"CPUShares", "CPUShares", &t_bool},
	{"CPUSet", "CPUSet", &t_bool},
	{"PidsLimit", "PidsLimit", &t_bool},
	{"IPv4Forwarding", "IPv4Forwarding", &t_bool},
	{"Debug", "Debug", &t_bool},
	{"NFd", "NFd", &t_int},
	{"OomKillDisable", "OomKillDisable", &t_bool},
	{"NGoroutines", "NGoroutines", &t_int},
	{"SystemTime", "SystemTime", &t_string},
	{"LoggingDriver", "LoggingDriver", &t_string},
	{"CgroupDriver", "CgroupDriver", &t_string},
	{"CgroupVersion", "CgroupVersion", &t_string, false, true},
	{"NEventsListener", "NEventsListener", &t_int},
	{"KernelVersion", "KernelVersion", &t_string},
	{"OperatingSystem", "OperatingSystem", &t_string},
	{"OSVersion", "OSVersion", &t_string},
	{"OSType", "OSType", &t_string},
	{"Architecture", "Architecture", &t_string},
	{"IndexServerAddress", "IndexServerAddress", &t_string},
	{"RegistryConfig", "RegistryConfig", &t_to_registry_ServiceConfig},
	{"NCPU", "NCPU", &t_int},
	{"MemTotal", "MemTotal", &t_int64},
	{"GenericResources", "GenericResources", &t_list_swarm_GenericResource},
	{"DockerRootDir", "DockerRootDir", &t_string},
	{"HTTPProxy", "HttpProxy", &t_string},
	{"HTTPSProxy", "HttpsProxy", &t_string},
	{"NoProxy", "NoProxy", &t_string},
	{"Name", "Name", &t_string},
	{"Labels", "Labels", &t_list_string},
	{"ExperimentalBuild", "ExperimentalBuild", &t_bool},
	{"ServerVersion", "ServerVersion", &t_string},
	{"Runtimes", "Runtimes", &t_map_string_system_RuntimeWithStatus},
	{"DefaultRuntime", "DefaultRuntime", &t_string},
	{"Swarm", "Swarm", &t_swarm_Info},
	{"LiveRestoreEnabled", "LiveRestoreEnabled", &t_bool},
	{"Isolation", "Isolation", &t_container_Isolation},
	{"InitBinary", "InitBinary", &t_string},
	{"ContainerdCommit", "ContainerdCommit", &t_system_Commit},
	{"RuncCommit", "RuncCommit", &t_system_Commit},
	{"InitCommit", "InitCommit", &t_system_Commit},
	{"SecurityOptions", "SecurityOptions", &t_list_string},
	{"ProductLicense", "ProductLicense", &t_string, false, true},
	{"DefaultAddressPools", "DefaultAddressPools", &t_list_system_NetworkAddressPool, false, true},
	{"FirewallBackend", "FirewallBackend", &t_to_system_FirewallInfo, false, true},
	{"CDISpecDirs", "CDISpecDirs", &t_list_string},
	{"DiscoveredDevices", "DiscoveredDevices", &t_list_system_DeviceInfo, false, true},
	{"Containerd", "Containerd", &t_to_system_ContainerdInfo, false, true},
	{"Warnings", "Warnings", &t_list_string},
	{"OOMKillDisable", "OomKillDisable", &t_bool, false, false, true},
	{0}};
static const GoType t_system_Info = {.kind = GO_STRUCT, .name = "system.Info", .fields = fields_t_system_Info};
static const GoType t_to_system_Info = {.kind = GO_POINTER, .name = "*system.Info", .items = &t_system_Info};
static const GoField fields_t_system_platformInfo[] = {
	{"Name", "Name", &t_string, false, true},
	{0}};
static const GoType t_system_platformInfo = {.kind = GO_STRUCT, .name = "system.platformInfo", .fields = fields_t_system_platformInfo};
static const GoType t_to_system_platformInfo = {.kind = GO_POINTER, .name = "*system.platformInfo", .items = &t_system_platformInfo};
static const GoField fields_t_system_clientVersion[] = {
	{"Platform", "Platform", &t_to_system_platformInfo, false, true},
	{"Version", "Version", &t_string, false, true},
	{"APIVersion", "ApiVersion", &t_string, false, true},
	{"DefaultAPIVersion", "DefaultAPIVersion", &t_string, false, true},
	{"GitCommit", "GitCommit", &t_string, false, true},
	{"GoVersion", "GoVersion", &t_string, false, true},
	{"Os", "Os", &t_string, false, true},
	{"Arch", "Arch", &t_string, false, true},
	{"BuildTime", "BuildTime", &t_string, false, true},
	{"Context", "Context", &t_string},
	{0}};
static const GoType t_system_clientVersion = {.kind = GO_STRUCT, .name = "system.clientVersion", .fields = fields_t_system_clientVersion};
static const GoField fields_t_system_pluginMetadata[] = {
	{"SchemaVersion", "SchemaVersion", &t_string, false, true},
	{"Vendor", "Vendor", &t_string, false, true},
	{"Version", "Version", &t_string, false, true},
	{"ShortDescription", "ShortDescription", &t_string, false, true},
	{"URL", "URL", &t_string, false, true},
	{"Hidden", "Hidden", &t_bool, false, true},
	{0}};
static const GoType t_system_pluginMetadata = {.kind = GO_STRUCT, .name = "system.pluginMetadata", .fields = fields_t_system_pluginMetadata};
static const GoField fields_t_system_pluginInfo[] = {
	{"pluginMetadata", "pluginMetadata", &t_system_pluginMetadata, true},
	{"Name", "Name", &t_string, false, true},
	{"Path", "Path", &t_string, false, true},
	{"Err", "Err", &t_interface, false, true},
	{"ShadowedPaths", "ShadowedPaths", &t_list_string, false, true},
	{0}};
static const GoType t_system_pluginInfo = {.kind = GO_STRUCT, .name = "system.pluginInfo", .fields = fields_t_system_pluginInfo};
static const GoType t_list_system_pluginInfo = {.kind = GO_LIST, .name = "[]system.pluginInfo", .items = &t_system_pluginInfo};
static const GoField fields_t_system_clientInfo[] = {
	{"Debug", "Debug", &t_bool},
	{"clientVersion", "clientVersion", &t_system_clientVersion, true},
	{"Plugins", "Plugins", &t_list_system_pluginInfo},
	{"Warnings", "Warnings", &t_list_string},
	{0}};
static const GoType t_system_clientInfo = {.kind = GO_STRUCT, .name = "system.clientInfo", .fields = fields_t_system_clientInfo};
static const GoType t_to_system_clientInfo = {.kind = GO_POINTER, .name = "*system.clientInfo", .items = &t_system_clientInfo};
static const GoField fields_t_system_dockerInfo[] = {
	{"Info", "Info", &t_to_system_Info, true},
	{"ServerErrors", "ServerErrors", &t_list_string, false, true},
	{"UserName", "UserName", &t_string, false, true},
	{"ClientInfo", "ClientInfo", &t_to_system_clientInfo, false, true},
	{"ClientErrors", "ClientErrors", &t_list_string, false, true},
	{0}};
static const GoType t_system_dockerInfo = {.kind = GO_STRUCT, .name = "system.dockerInfo", .fields = fields_t_system_dockerInfo};
static const GoField fields_t_types_Version_Platform[] = {
	{"Name", "Name", &t_string},
	{0}};
static const GoType t_types_Version_Platform = {.kind = GO_STRUCT, .name = "types.Version_Platform", .fields = fields_t_types_Version_Platform};
static const GoField fields_t_types_ComponentVersion[] = {
	{"Name", "Name", &t_string},
	{"Version", "Version", &t_string},
	{"Details", "Details", &t_map_string_string, false, true},
	{0}};
static const GoType t_types_ComponentVersion = {.kind = GO_STRUCT, .name = "types.ComponentVersion", .fields = fields_t_types_ComponentVersion};
static const GoType t_list_types_ComponentVersion = {.kind = GO_LIST, .name = "[]types.ComponentVersion", .items = &t_types_ComponentVersion};
static const GoField fields_t_types_Version[] = {
	{"Platform", "Platform", &t_types_Version_Platform, false, true},
	{"Components", "Components", &t_list_types_ComponentVersion, false, true},
	{"Version", "Version", &t_string},
	{"APIVersion", "ApiVersion", &t_string},
	{"MinAPIVersion", "MinAPIVersion", &t_string, false, true},
	{"GitCommit", "GitCommit", &t_string},
	{"GoVersion", "GoVersion", &t_string},
	{"Os", "Os", &t_string},
	{"Arch", "Arch", &t_string},
	{"KernelVersion", "KernelVersion", &t_string, false, true},
	{"Experimental", "Experimental", &t_bool, false, true},
	{"BuildTime", "BuildTime", &t_string, false, true},
	{0}};
static const GoType t_types_Version = {.kind = GO_STRUCT, .name = "types.Version", .fields = fields_t_types_Version};
static const GoType t_to_types_Version = {.kind = GO_POINTER, .name = "*types.Version", .items = &t_types_Version};
static const GoField fields_t_system_versionInfo[] = {
	{"Client", "Client", &t_system_clientVersion},
	{"Server", "Server", &t_to_types_Version},
	{0}};
static const GoType t_system_versionInfo = {.kind = GO_STRUCT, .name = "system.versionInfo", .fields = fields_t_system_versionInfo};
static const GoField fields_t_store_Metadata[] = {
	{"Name", "Name", &t_string, false, true},
	{"Metadata", "Metadata", &t_interface, false, true},
	{"Endpoints", "Endpoints", &t_map_string_interface, false, true},
	{0}};
static const GoType t_store_Metadata = {.kind = GO_STRUCT, .name = "store.Metadata", .fields = fields_t_store_Metadata};
static const GoType t_store_EndpointFiles = {.kind = GO_LIST, .name = "store.EndpointFiles", .items = &t_string};
static const GoType t_map_string_store_EndpointFiles = {.kind = GO_MAP, .name = "map[string]store.EndpointFiles", .items = &t_store_EndpointFiles};
static const GoField fields_t_store_StorageInfo[] = {
	{"MetadataPath", "MetadataPath", &t_string},
	{"TLSPath", "TLSPath", &t_string},
	{0}};
static const GoType t_store_StorageInfo = {.kind = GO_STRUCT, .name = "store.StorageInfo", .fields = fields_t_store_StorageInfo};
static const GoField fields_t_context_contextWithTLSListing[] = {
	{"Metadata", "Metadata", &t_store_Metadata, true},
	{"TLSMaterial", "TLSMaterial", &t_map_string_store_EndpointFiles},
	{"Storage", "Storage", &t_store_StorageInfo},
	{0}};
static const GoType t_context_contextWithTLSListing = {.kind = GO_STRUCT, .name = "context.contextWithTLSListing", .fields = fields_t_context_contextWithTLSListing};
const GoType *const docker_container = &t_container_InspectResponse;
const GoType *const docker_image = &t_image_InspectResponse;
const GoType *const docker_network = &t_network_Inspect;
const GoType *const docker_volume = &t_volume_Volume;
const GoType *const docker_event = &t_events_Message;
const GoType *const docker_info = &t_system_dockerInfo;
const GoType *const docker_version = &t_system_versionInfo;
const GoType *const docker_context = &t_context_contextWithTLSListing;
