/* What requests may say. Made by tools/api-schema out of the Engine API's specification and
 * tools/api-schema.overlay: change these, not this. */
/* clang-format off */
#include "api/schema_types.h"

static const SchemaType type_string;
static const SchemaType type_bool;
static const SchemaType type_nothing;
static const SchemaType type_map_nothing__nat_PortSet;
static const SchemaType type_list_string;
static const SchemaType type_words;
static const SchemaType type_int64_time_Duration;
static const SchemaType type_int;
static const SchemaType type_HealthConfig;
static const SchemaType type_map_nothing;
static const SchemaType type_map_string;
static const SchemaType type_int64;
static const SchemaType type_uint16;
static const SchemaType type_Resources_BlkioWeightDevice_item;
static const SchemaType type_list_pointer_Resources_BlkioWeightDevice_item;
static const SchemaType type_uint64;
static const SchemaType type_ThrottleDevice;
static const SchemaType type_list_pointer_ThrottleDevice;
static const SchemaType type_DeviceMapping;
static const SchemaType type_list_DeviceMapping;
static const SchemaType type_list_list_string;
static const SchemaType type_DeviceRequest;
static const SchemaType type_list_DeviceRequest;
static const SchemaType type_Ulimit;
static const SchemaType type_list_pointer_Ulimit;
static const SchemaType type_HostConfig_LogConfig;
static const SchemaType type_string_container_NetworkMode;
static const SchemaType type_PortBinding;
static const SchemaType type_list_PortBinding;
static const SchemaType type_map_list_PortBinding__nat_PortMap;
static const SchemaType type_string_container_RestartPolicyMode;
static const SchemaType type_RestartPolicy;
static const SchemaType type_string_mount_Type;
static const SchemaType type_string_mount_Consistency;
static const SchemaType type_string_mount_Propagation;
static const SchemaType type_Mount_BindOptions;
static const SchemaType type_Mount_VolumeOptions_DriverConfig;
static const SchemaType type_Mount_VolumeOptions;
static const SchemaType type_Mount_ImageOptions;
static const SchemaType type_uint32_fs_FileMode;
static const SchemaType type_Mount_TmpfsOptions;
static const SchemaType type_Mount_ClusterOptions;
static const SchemaType type_Mount;
static const SchemaType type_list_Mount;
static const SchemaType type_uint;
static const SchemaType type__2_uint;
static const SchemaType type_string_container_CgroupnsMode;
static const SchemaType type_string_container_IpcMode;
static const SchemaType type_string_container_CgroupSpec;
static const SchemaType type_string_container_PidMode;
static const SchemaType type_string_container_UTSMode;
static const SchemaType type_string_container_UsernsMode;
static const SchemaType type_string_container_Isolation;
static const SchemaType type_HostConfig;
static const SchemaType type_EndpointIPAMConfig;
static const SchemaType type_EndpointSettings;
static const SchemaType type_map_pointer_EndpointSettings;
static const SchemaType type_NetworkingConfig;
static const SchemaType type_ContainerCreate;
static const SchemaType type_ContainerUpdate;
static const SchemaType type_ContainerExec;
static const SchemaType type_ExecStart;
static const SchemaType type_ConfigReference;
static const SchemaType type_IPAMConfig;
static const SchemaType type_list_IPAMConfig;
static const SchemaType type_IPAM;
static const SchemaType type_NetworkCreate;
static const SchemaType type_NetworkConnect;
static const SchemaType type_NetworkDisconnect;
static const SchemaType type_ClusterVolume;
static const SchemaType type_VolumeCreateRequest;
static const SchemaType type_ContainerConfig;
static const SchemaType type_AuthConfig;
static const SchemaType type_AbsentInit;
static const SchemaType type_AbsentJoin;
static const SchemaType type_AbsentUnlock;
static const SchemaType type_AbsentSwarm;
static const SchemaType type_AbsentNode;
static const SchemaType type_AbsentService;
static const SchemaType type_AbsentSecret;
static const SchemaType type_AbsentConfig;
static const SchemaType type_AbsentPrivilege;
static const SchemaType type_list_AbsentPrivilege__types_PluginPrivileges;
static const SchemaType type_map_AuthConfig;
static const SchemaType type_map_pointer_string;
static const SchemaType type_OCIPlatform;
static const SchemaType type_BuildOutput;
static const SchemaType type_list_BuildOutput;
static const SchemaType type_string = {.kind = SCHEMA_STRING, .go = "string"};
static const SchemaType type_bool = {.kind = SCHEMA_BOOL, .go = "bool"};
static const SchemaField fields_of_nothing[] = {
	{0}};
static const SchemaType type_nothing = {.kind = SCHEMA_OBJECT, .go = "struct {}", .fields = fields_of_nothing};
static const SchemaType type_map_nothing__nat_PortSet = {.kind = SCHEMA_MAP, .go = "nat.PortSet", .items = &type_nothing, .root = "PortSet"};
static const SchemaType type_list_string = {.kind = SCHEMA_LIST, .go = "[]string", .items = &type_string};
static const SchemaType type_words = {.kind = SCHEMA_WORDS, .go = "string"};
static const SchemaType type_int64_time_Duration = {.kind = SCHEMA_INT, .min = G_MININT64, .max = G_MAXINT64, .go = "time.Duration"};
static const SchemaType type_int = {.kind = SCHEMA_INT, .min = G_MININT64, .max = G_MAXINT64, .go = "int"};
static const SchemaField fields_of_HealthConfig[] = {
	{"Test", &type_list_string},
	{"Interval", &type_int64_time_Duration},
	{"Timeout", &type_int64_time_Duration},
	{"Retries", &type_int},
	{"StartPeriod", &type_int64_time_Duration},
	{"StartInterval", &type_int64_time_Duration, 44},
	{0}};
static const SchemaType type_HealthConfig = {.kind = SCHEMA_OBJECT, .go = "v1.HealthcheckConfig", .zeros = SCHEMA_ZEROS_SPARSE, .fields = fields_of_HealthConfig};
static const SchemaType type_map_nothing = {.kind = SCHEMA_MAP, .go = "map[string]struct {}", .items = &type_nothing};
static const SchemaType type_map_string = {.kind = SCHEMA_MAP, .go = "map[string]string", .items = &type_string};
static const SchemaType type_int64 = {.kind = SCHEMA_INT, .min = G_MININT64, .max = G_MAXINT64, .go = "int64"};
static const SchemaType type_uint16 = {.kind = SCHEMA_UINT, .max = 65535, .go = "uint16"};
static const SchemaField fields_of_Resources_BlkioWeightDevice_item[] = {
	{"Path", &type_string},
	{"Weight", &type_uint16},
	{0}};
static const SchemaType type_Resources_BlkioWeightDevice_item = {.kind = SCHEMA_OBJECT, .go = "blkiodev.WeightDevice", .zeros = SCHEMA_ZEROS_WHOLE, .fields = fields_of_Resources_BlkioWeightDevice_item};
static const SchemaType type_list_pointer_Resources_BlkioWeightDevice_item = {.kind = SCHEMA_LIST, .go = "[]*blkiodev.WeightDevice", .items = &type_Resources_BlkioWeightDevice_item};
static const SchemaType type_uint64 = {.kind = SCHEMA_UINT, .max = G_MAXUINT64, .go = "uint64"};
static const SchemaField fields_of_ThrottleDevice[] = {
	{"Path", &type_string},
	{"Rate", &type_uint64},
	{0}};
static const SchemaType type_ThrottleDevice = {.kind = SCHEMA_OBJECT, .go = "blkiodev.ThrottleDevice", .zeros = SCHEMA_ZEROS_WHOLE, .fields = fields_of_ThrottleDevice};
static const SchemaType type_list_pointer_ThrottleDevice = {.kind = SCHEMA_LIST, .go = "[]*blkiodev.ThrottleDevice", .items = &type_ThrottleDevice};
static const SchemaField fields_of_DeviceMapping[] = {
	{"PathOnHost", &type_string},
	{"PathInContainer", &type_string},
	{"CgroupPermissions", &type_string},
	{0}};
static const SchemaType type_DeviceMapping = {.kind = SCHEMA_OBJECT, .go = "container.DeviceMapping", .zeros = SCHEMA_ZEROS_WHOLE, .fields = fields_of_DeviceMapping};
static const SchemaType type_list_DeviceMapping = {.kind = SCHEMA_LIST, .go = "[]container.DeviceMapping", .items = &type_DeviceMapping};
static const SchemaType type_list_list_string = {.kind = SCHEMA_LIST, .go = "[][]string", .items = &type_list_string};
static const SchemaField fields_of_DeviceRequest[] = {
	{"Driver", &type_string},
	{"Count", &type_int},
	{"DeviceIDs", &type_list_string},
	{"Capabilities", &type_list_list_string},
	{"Options", &type_map_string},
	{0}};
static const SchemaType type_DeviceRequest = {.kind = SCHEMA_OBJECT, .go = "container.DeviceRequest", .zeros = SCHEMA_ZEROS_WHOLE, .fields = fields_of_DeviceRequest};
static const SchemaType type_list_DeviceRequest = {.kind = SCHEMA_LIST, .go = "[]container.DeviceRequest", .items = &type_DeviceRequest};
static const SchemaField fields_of_Ulimit[] = {
	{"Name", &type_string},
	{"Hard", &type_int64},
	{"Soft", &type_int64},
	{0}};
static const SchemaType type_Ulimit = {.kind = SCHEMA_OBJECT, .go = "units.Ulimit", .zeros = SCHEMA_ZEROS_WHOLE, .fields = fields_of_Ulimit};
static const SchemaType type_list_pointer_Ulimit = {.kind = SCHEMA_LIST, .go = "[]*units.Ulimit", .items = &type_Ulimit};
static const SchemaField fields_of_HostConfig_LogConfig[] = {
	{"Type", &type_string},
	{"Config", &type_map_string},
	{0}};
static const SchemaType type_HostConfig_LogConfig = {.kind = SCHEMA_OBJECT, .go = "container.LogConfig", .fields = fields_of_HostConfig_LogConfig};
static const SchemaType type_string_container_NetworkMode = {.kind = SCHEMA_STRING, .go = "container.NetworkMode"};
static const SchemaField fields_of_PortBinding[] = {
	{"HostIp", &type_string},
	{"HostPort", &type_string},
	{0}};
static const SchemaType type_PortBinding = {.kind = SCHEMA_OBJECT, .go = "nat.PortBinding", .fields = fields_of_PortBinding};
static const SchemaType type_list_PortBinding = {.kind = SCHEMA_LIST, .go = "[]nat.PortBinding", .items = &type_PortBinding};
static const SchemaType type_map_list_PortBinding__nat_PortMap = {.kind = SCHEMA_MAP, .go = "nat.PortMap", .items = &type_list_PortBinding, .root = "PortMap"};
static const SchemaType type_string_container_RestartPolicyMode = {.kind = SCHEMA_STRING, .go = "container.RestartPolicyMode"};
static const SchemaField fields_of_RestartPolicy[] = {
	{"Name", &type_string_container_RestartPolicyMode},
	{"MaximumRetryCount", &type_int},
	{0}};
static const SchemaType type_RestartPolicy = {.kind = SCHEMA_OBJECT, .go = "container.RestartPolicy", .fields = fields_of_RestartPolicy};
static const SchemaType type_string_mount_Type = {.kind = SCHEMA_STRING, .go = "mount.Type"};
static const SchemaType type_string_mount_Consistency = {.kind = SCHEMA_STRING, .go = "mount.Consistency"};
static const SchemaType type_string_mount_Propagation = {.kind = SCHEMA_STRING, .go = "mount.Propagation"};
static const SchemaField fields_of_Mount_BindOptions[] = {
	{"Propagation", &type_string_mount_Propagation},
	{"NonRecursive", &type_bool, 40},
	{"CreateMountpoint", &type_bool, 42},
	{"ReadOnlyNonRecursive", &type_bool, 44},
	{"ReadOnlyForceRecursive", &type_bool},
	{0}};
static const SchemaType type_Mount_BindOptions = {.kind = SCHEMA_OBJECT, .go = "mount.BindOptions", .zeros = SCHEMA_ZEROS_SPARSE, .fields = fields_of_Mount_BindOptions};
static const SchemaField fields_of_Mount_VolumeOptions_DriverConfig[] = {
	{"Name", &type_string},
	{"Options", &type_map_string},
	{0}};
static const SchemaType type_Mount_VolumeOptions_DriverConfig = {.kind = SCHEMA_OBJECT, .go = "mount.Driver", .zeros = SCHEMA_ZEROS_SPARSE, .fields = fields_of_Mount_VolumeOptions_DriverConfig};
static const SchemaField fields_of_Mount_VolumeOptions[] = {
	{"NoCopy", &type_bool},
	{"Labels", &type_map_string},
	{"DriverConfig", &type_Mount_VolumeOptions_DriverConfig},
	{"Subpath", &type_string},
	{0}};
static const SchemaType type_Mount_VolumeOptions = {.kind = SCHEMA_OBJECT, .go = "mount.VolumeOptions", .zeros = SCHEMA_ZEROS_SPARSE, .fields = fields_of_Mount_VolumeOptions};
static const SchemaField fields_of_Mount_ImageOptions[] = {
	{"Subpath", &type_string},
	{0}};
static const SchemaType type_Mount_ImageOptions = {.kind = SCHEMA_OBJECT, .go = "mount.ImageOptions", .zeros = SCHEMA_ZEROS_SPARSE, .fields = fields_of_Mount_ImageOptions};
static const SchemaType type_uint32_fs_FileMode = {.kind = SCHEMA_UINT, .max = 4294967295, .go = "fs.FileMode"};
static const SchemaField fields_of_Mount_TmpfsOptions[] = {
	{"SizeBytes", &type_int64},
	{"Mode", &type_uint32_fs_FileMode},
	{"Options", &type_list_list_string},
	{0}};
static const SchemaType type_Mount_TmpfsOptions = {.kind = SCHEMA_OBJECT, .go = "mount.TmpfsOptions", .zeros = SCHEMA_ZEROS_SPARSE, .fields = fields_of_Mount_TmpfsOptions};
static const SchemaField fields_of_Mount_ClusterOptions[] = {
	{0}};
static const SchemaType type_Mount_ClusterOptions = {.kind = SCHEMA_OBJECT, .go = "mount.ClusterOptions", .fields = fields_of_Mount_ClusterOptions};
static const SchemaField fields_of_Mount[] = {
	{"Target", &type_string},
	{"Source", &type_string},
	{"Type", &type_string_mount_Type},
	{"ReadOnly", &type_bool},
	{"Consistency", &type_string_mount_Consistency},
	{"BindOptions", &type_Mount_BindOptions},
	{"VolumeOptions", &type_Mount_VolumeOptions},
	{"ImageOptions", &type_Mount_ImageOptions},
	{"TmpfsOptions", &type_Mount_TmpfsOptions},
	{"ClusterOptions", &type_Mount_ClusterOptions},
	{0}};
static const SchemaType type_Mount = {.kind = SCHEMA_OBJECT, .go = "mount.Mount", .zeros = SCHEMA_ZEROS_SPARSE, .fields = fields_of_Mount};
static const SchemaType type_list_Mount = {.kind = SCHEMA_LIST, .go = "[]mount.Mount", .items = &type_Mount};
static const SchemaType type_uint = {.kind = SCHEMA_UINT, .max = G_MAXUINT64, .go = "uint"};
static const SchemaType type__2_uint = {.kind = SCHEMA_LIST, .go = "[2]uint", .items = &type_uint, .count = 2};
static const SchemaType type_string_container_CgroupnsMode = {.kind = SCHEMA_STRING, .go = "container.CgroupnsMode"};
static const SchemaType type_string_container_IpcMode = {.kind = SCHEMA_STRING, .go = "container.IpcMode"};
static const SchemaType type_string_container_CgroupSpec = {.kind = SCHEMA_STRING, .go = "container.CgroupSpec"};
static const SchemaType type_string_container_PidMode = {.kind = SCHEMA_STRING, .go = "container.PidMode"};
static const SchemaType type_string_container_UTSMode = {.kind = SCHEMA_STRING, .go = "container.UTSMode"};
static const SchemaType type_string_container_UsernsMode = {.kind = SCHEMA_STRING, .go = "container.UsernsMode"};
static const SchemaType type_string_container_Isolation = {.kind = SCHEMA_STRING, .go = "container.Isolation"};
static const SchemaField fields_of_HostConfig[] = {
	{"CpuShares", &type_int64},
	{"Memory", &type_int64},
	{"CgroupParent", &type_string},
	{"BlkioWeight", &type_uint16},
	{"BlkioWeightDevice", &type_list_pointer_Resources_BlkioWeightDevice_item},
	{"BlkioDeviceReadBps", &type_list_pointer_ThrottleDevice},
	{"BlkioDeviceWriteBps", &type_list_pointer_ThrottleDevice},
	{"BlkioDeviceReadIOps", &type_list_pointer_ThrottleDevice},
	{"BlkioDeviceWriteIOps", &type_list_pointer_ThrottleDevice},
	{"CpuPeriod", &type_int64},
	{"CpuQuota", &type_int64},
	{"CpuRealtimePeriod", &type_int64},
	{"CpuRealtimeRuntime", &type_int64},
	{"CpusetCpus", &type_string},
	{"CpusetMems", &type_string},
	{"Devices", &type_list_DeviceMapping},
	{"DeviceCgroupRules", &type_list_string},
	{"DeviceRequests", &type_list_DeviceRequest},
	{"MemoryReservation", &type_int64},
	{"MemorySwap", &type_int64},
	{"MemorySwappiness", &type_int64, .pointer = true},
	{"NanoCpus", &type_int64},
	{"OomKillDisable", &type_bool, .pointer = true},
	{"Init", &type_bool, .pointer = true},
	{"PidsLimit", &type_int64, .pointer = true},
	{"Ulimits", &type_list_pointer_Ulimit},
	{"CpuCount", &type_int64},
	{"CpuPercent", &type_int64},
	{"IOMaximumIOps", &type_uint64},
	{"IOMaximumBandwidth", &type_uint64},
	{"Binds", &type_list_string},
	{"ContainerIDFile", &type_string},
	{"LogConfig", &type_HostConfig_LogConfig},
	{"NetworkMode", &type_string_container_NetworkMode},
	{"PortBindings", &type_map_list_PortBinding__nat_PortMap},
	{"RestartPolicy", &type_RestartPolicy},
	{"AutoRemove", &type_bool, 25},
	{"VolumeDriver", &type_string},
	{"VolumesFrom", &type_list_string},
	{"Mounts", &type_list_Mount},
	{"ConsoleSize", &type__2_uint, 42},
	{"Annotations", &type_map_string, 43},
	{"CapAdd", &type_words},
	{"CapDrop", &type_words},
	{"CgroupnsMode", &type_string_container_CgroupnsMode, 41},
	{"Dns", &type_list_string},
	{"DnsOptions", &type_list_string},
	{"DnsSearch", &type_list_string},
	{"ExtraHosts", &type_list_string},
	{"GroupAdd", &type_list_string},
	{"IpcMode", &type_string_container_IpcMode},
	{"Cgroup", &type_string_container_CgroupSpec},
	{"Links", &type_list_string},
	{"OomScoreAdj", &type_int},
	{"PidMode", &type_string_container_PidMode},
	{"Privileged", &type_bool},
	{"PublishAllPorts", &type_bool},
	{"ReadonlyRootfs", &type_bool},
	{"SecurityOpt", &type_list_string},
	{"StorageOpt", &type_map_string},
	{"Tmpfs", &type_map_string},
	{"UTSMode", &type_string_container_UTSMode},
	{"UsernsMode", &type_string_container_UsernsMode},
	{"ShmSize", &type_int64},
	{"Sysctls", &type_map_string},
	{"Runtime", &type_string},
	{"Isolation", &type_string_container_Isolation},
	{"MaskedPaths", &type_list_string},
	{"ReadonlyPaths", &type_list_string},
	{"KernelMemory", &type_int64, 0, .until = 41},
	{"KernelMemoryTCP", &type_int64, 40, .until = 51},
	{0}};
static const SchemaType type_HostConfig = {.kind = SCHEMA_OBJECT, .go = "container.HostConfig", .fields = fields_of_HostConfig};
static const SchemaField fields_of_EndpointIPAMConfig[] = {
	{"IPv4Address", &type_string},
	{"IPv6Address", &type_string},
	{"LinkLocalIPs", &type_list_string},
	{0}};
static const SchemaType type_EndpointIPAMConfig = {.kind = SCHEMA_OBJECT, .go = "network.EndpointIPAMConfig", .zeros = SCHEMA_ZEROS_SPARSE, .fields = fields_of_EndpointIPAMConfig};
static const SchemaField fields_of_EndpointSettings[] = {
	{"IPAMConfig", &type_EndpointIPAMConfig},
	{"Links", &type_list_string},
	{"MacAddress", &type_string, 44},
	{"Aliases", &type_list_string},
	{"DriverOpts", &type_map_string},
	{"GwPriority", &type_int, 48},
	{"NetworkID", &type_string},
	{"EndpointID", &type_string},
	{"Gateway", &type_string},
	{"IPAddress", &type_string},
	{"IPPrefixLen", &type_int},
	{"IPv6Gateway", &type_string},
	{"GlobalIPv6Address", &type_string},
	{"GlobalIPv6PrefixLen", &type_int},
	{"DNSNames", &type_list_string},
	{0}};
static const SchemaType type_EndpointSettings = {.kind = SCHEMA_OBJECT, .go = "network.EndpointSettings", .fields = fields_of_EndpointSettings};
static const SchemaType type_map_pointer_EndpointSettings = {.kind = SCHEMA_MAP, .go = "map[string]*network.EndpointSettings", .items = &type_EndpointSettings, .nullable = true};
static const SchemaField fields_of_NetworkingConfig[] = {
	{"EndpointsConfig", &type_map_pointer_EndpointSettings},
	{0}};
static const SchemaType type_NetworkingConfig = {.kind = SCHEMA_OBJECT, .go = "network.NetworkingConfig", .fields = fields_of_NetworkingConfig};
static const SchemaField fields_of_ContainerCreate[] = {
	{"Hostname", &type_string},
	{"Domainname", &type_string},
	{"User", &type_string},
	{"AttachStdin", &type_bool},
	{"AttachStdout", &type_bool},
	{"AttachStderr", &type_bool},
	{"ExposedPorts", &type_map_nothing__nat_PortSet},
	{"Tty", &type_bool},
	{"OpenStdin", &type_bool},
	{"StdinOnce", &type_bool},
	{"Env", &type_list_string},
	{"Cmd", &type_words},
	{"Healthcheck", &type_HealthConfig},
	{"ArgsEscaped", &type_bool},
	{"Image", &type_string},
	{"Volumes", &type_map_nothing},
	{"WorkingDir", &type_string},
	{"Entrypoint", &type_words},
	{"NetworkDisabled", &type_bool},
	{"OnBuild", &type_list_string},
	{"Labels", &type_map_string},
	{"StopSignal", &type_string},
	{"StopTimeout", &type_int, .pointer = true},
	{"Shell", &type_words},
	{"HostConfig", &type_HostConfig},
	{"NetworkingConfig", &type_NetworkingConfig},
	{"MacAddress", &type_string},
	{0}};
static const SchemaType type_ContainerCreate = {.kind = SCHEMA_OBJECT, .go = "container.CreateRequest", .fields = fields_of_ContainerCreate};
static const SchemaField fields_of_ContainerUpdate[] = {
	{"CpuShares", &type_int64},
	{"Memory", &type_int64},
	{"CgroupParent", &type_string},
	{"BlkioWeight", &type_uint16},
	{"BlkioWeightDevice", &type_list_pointer_Resources_BlkioWeightDevice_item},
	{"BlkioDeviceReadBps", &type_list_pointer_ThrottleDevice},
	{"BlkioDeviceWriteBps", &type_list_pointer_ThrottleDevice},
	{"BlkioDeviceReadIOps", &type_list_pointer_ThrottleDevice},
	{"BlkioDeviceWriteIOps", &type_list_pointer_ThrottleDevice},
	{"CpuPeriod", &type_int64},
	{"CpuQuota", &type_int64},
	{"CpuRealtimePeriod", &type_int64},
	{"CpuRealtimeRuntime", &type_int64},
	{"CpusetCpus", &type_string},
	{"CpusetMems", &type_string},
	{"Devices", &type_list_DeviceMapping},
	{"DeviceCgroupRules", &type_list_string},
	{"DeviceRequests", &type_list_DeviceRequest},
	{"MemoryReservation", &type_int64},
	{"MemorySwap", &type_int64},
	{"MemorySwappiness", &type_int64, .pointer = true},
	{"NanoCpus", &type_int64},
	{"OomKillDisable", &type_bool, .pointer = true},
	{"PidsLimit", &type_int64, 40, .pointer = true},
	{"Ulimits", &type_list_pointer_Ulimit},
	{"CpuCount", &type_int64},
	{"CpuPercent", &type_int64},
	{"IOMaximumIOps", &type_uint64},
	{"IOMaximumBandwidth", &type_uint64},
	{"RestartPolicy", &type_RestartPolicy},
	{"KernelMemory", &type_int64, 0, .until = 41},
	{"KernelMemoryTCP", &type_int64, 40, .until = 51},
	{"PublishAdd", &type_map_list_PortBinding__nat_PortMap},
	{"PublishRm", &type_map_list_PortBinding__nat_PortMap},
	{0}};
static const SchemaType type_ContainerUpdate = {.kind = SCHEMA_OBJECT, .go = "container.UpdateConfig", .root = "UpdateConfig", .fields = fields_of_ContainerUpdate};
static const SchemaField fields_of_ContainerExec[] = {
	{"AttachStdin", &type_bool},
	{"AttachStdout", &type_bool},
	{"AttachStderr", &type_bool},
	{"ConsoleSize", &type__2_uint},
	{"DetachKeys", &type_string},
	{"Tty", &type_bool},
	{"Env", &type_list_string},
	{"Cmd", &type_list_string},
	{"Privileged", &type_bool},
	{"User", &type_string},
	{"WorkingDir", &type_string},
	{"Detach", &type_bool},
	{0}};
static const SchemaType type_ContainerExec = {.kind = SCHEMA_OBJECT, .go = "container.ExecOptions", .root = "ExecOptions", .fields = fields_of_ContainerExec};
static const SchemaField fields_of_ExecStart[] = {
	{"Detach", &type_bool},
	{"Tty", &type_bool},
	{"ConsoleSize", &type__2_uint},
	{0}};
static const SchemaType type_ExecStart = {.kind = SCHEMA_OBJECT, .go = "container.ExecStartOptions", .root = "ExecStartOptions", .fields = fields_of_ExecStart};
static const SchemaField fields_of_ConfigReference[] = {
	{"Network", &type_string},
	{0}};
static const SchemaType type_ConfigReference = {.kind = SCHEMA_OBJECT, .go = "network.ConfigReference", .fields = fields_of_ConfigReference};
static const SchemaField fields_of_IPAMConfig[] = {
	{"Subnet", &type_string},
	{"IPRange", &type_string},
	{"Gateway", &type_string},
	{"AuxiliaryAddresses", &type_map_string},
	{0}};
static const SchemaType type_IPAMConfig = {.kind = SCHEMA_OBJECT, .go = "network.IPAMConfig", .fields = fields_of_IPAMConfig};
static const SchemaType type_list_IPAMConfig = {.kind = SCHEMA_LIST, .go = "[]network.IPAMConfig", .items = &type_IPAMConfig};
static const SchemaField fields_of_IPAM[] = {
	{"Driver", &type_string},
	{"Config", &type_list_IPAMConfig},
	{"Options", &type_map_string},
	{0}};
static const SchemaType type_IPAM = {.kind = SCHEMA_OBJECT, .go = "network.IPAM", .fields = fields_of_IPAM};
static const SchemaField fields_of_NetworkCreate[] = {
	{"Name", &type_string},
	{"Driver", &type_string},
	{"Scope", &type_string},
	{"Internal", &type_bool},
	{"Attachable", &type_bool},
	{"Ingress", &type_bool},
	{"ConfigOnly", &type_bool},
	{"ConfigFrom", &type_ConfigReference},
	{"IPAM", &type_IPAM},
	{"EnableIPv4", &type_bool, 48, .pointer = true},
	{"EnableIPv6", &type_bool, .pointer = true},
	{"Options", &type_map_string},
	{"Labels", &type_map_string},
	{"CheckDuplicate", &type_bool},
	{0}};
static const SchemaType type_NetworkCreate = {.kind = SCHEMA_OBJECT, .go = "network.CreateRequest", .root = "CreateRequest", .fields = fields_of_NetworkCreate};
static const SchemaField fields_of_NetworkConnect[] = {
	{"Container", &type_string},
	{"EndpointConfig", &type_EndpointSettings},
	{0}};
static const SchemaType type_NetworkConnect = {.kind = SCHEMA_OBJECT, .go = "network.ConnectOptions", .root = "ConnectOptions", .fields = fields_of_NetworkConnect};
static const SchemaField fields_of_NetworkDisconnect[] = {
	{"Container", &type_string},
	{"Force", &type_bool},
	{0}};
static const SchemaType type_NetworkDisconnect = {.kind = SCHEMA_OBJECT, .go = "network.DisconnectOptions", .root = "DisconnectOptions", .fields = fields_of_NetworkDisconnect};
static const SchemaField fields_of_ClusterVolume[] = {
	{0}};
static const SchemaType type_ClusterVolume = {.kind = SCHEMA_OBJECT, .go = "volume.ClusterVolumeSpec", .fields = fields_of_ClusterVolume};
static const SchemaField fields_of_VolumeCreateRequest[] = {
	{"Name", &type_string},
	{"Driver", &type_string},
	{"DriverOpts", &type_map_string},
	{"Labels", &type_map_string},
	{"ClusterVolumeSpec", &type_ClusterVolume},
	{0}};
static const SchemaType type_VolumeCreateRequest = {.kind = SCHEMA_OBJECT, .go = "volume.CreateOptions", .root = "CreateOptions", .fields = fields_of_VolumeCreateRequest};
static const SchemaField fields_of_ContainerConfig[] = {
	{"Hostname", &type_string},
	{"Domainname", &type_string},
	{"User", &type_string},
	{"AttachStdin", &type_bool},
	{"AttachStdout", &type_bool},
	{"AttachStderr", &type_bool},
	{"ExposedPorts", &type_map_nothing__nat_PortSet},
	{"Tty", &type_bool},
	{"OpenStdin", &type_bool},
	{"StdinOnce", &type_bool},
	{"Env", &type_list_string},
	{"Cmd", &type_words},
	{"Healthcheck", &type_HealthConfig},
	{"ArgsEscaped", &type_bool},
	{"Image", &type_string},
	{"Volumes", &type_map_nothing},
	{"WorkingDir", &type_string},
	{"Entrypoint", &type_words},
	{"NetworkDisabled", &type_bool},
	{"OnBuild", &type_list_string},
	{"Labels", &type_map_string},
	{"StopSignal", &type_string},
	{"StopTimeout", &type_int, .pointer = true},
	{"Shell", &type_words},
	{"MacAddress", &type_string},
	{0}};
static const SchemaType type_ContainerConfig = {.kind = SCHEMA_OBJECT, .go = "container.CreateRequest", .fields = fields_of_ContainerConfig};
static const SchemaField fields_of_AuthConfig[] = {
	{"username", &type_string},
	{"password", &type_string},
	{"serveraddress", &type_string},
	{"auth", &type_string},
	{"email", &type_string},
	{"identitytoken", &type_string},
	{"registrytoken", &type_string},
	{0}};
static const SchemaType type_AuthConfig = {.kind = SCHEMA_OBJECT, .go = "registry.AuthConfig", .fields = fields_of_AuthConfig};
static const SchemaField fields_of_AbsentInit[] = {
	{0}};
static const SchemaType type_AbsentInit = {.kind = SCHEMA_OBJECT, .go = "swarm.InitRequest", .fields = fields_of_AbsentInit};
static const SchemaField fields_of_AbsentJoin[] = {
	{0}};
static const SchemaType type_AbsentJoin = {.kind = SCHEMA_OBJECT, .go = "swarm.JoinRequest", .fields = fields_of_AbsentJoin};
static const SchemaField fields_of_AbsentUnlock[] = {
	{0}};
static const SchemaType type_AbsentUnlock = {.kind = SCHEMA_OBJECT, .go = "swarm.UnlockRequest", .fields = fields_of_AbsentUnlock};
static const SchemaField fields_of_AbsentSwarm[] = {
	{0}};
static const SchemaType type_AbsentSwarm = {.kind = SCHEMA_OBJECT, .go = "swarm.Spec", .fields = fields_of_AbsentSwarm};
static const SchemaField fields_of_AbsentNode[] = {
	{0}};
static const SchemaType type_AbsentNode = {.kind = SCHEMA_OBJECT, .go = "swarm.NodeSpec", .fields = fields_of_AbsentNode};
static const SchemaField fields_of_AbsentService[] = {
	{0}};
static const SchemaType type_AbsentService = {.kind = SCHEMA_OBJECT, .go = "swarm.ServiceSpec", .fields = fields_of_AbsentService};
static const SchemaField fields_of_AbsentSecret[] = {
	{0}};
static const SchemaType type_AbsentSecret = {.kind = SCHEMA_OBJECT, .go = "swarm.SecretSpec", .fields = fields_of_AbsentSecret};
static const SchemaField fields_of_AbsentConfig[] = {
	{0}};
static const SchemaType type_AbsentConfig = {.kind = SCHEMA_OBJECT, .go = "swarm.ConfigSpec", .fields = fields_of_AbsentConfig};
static const SchemaField fields_of_AbsentPrivilege[] = {
	{"Name", &type_string},
	{"Description", &type_string},
	{"Value", &type_list_string},
	{0}};
static const SchemaType type_AbsentPrivilege = {.kind = SCHEMA_OBJECT, .go = "types.PluginPrivilege", .fields = fields_of_AbsentPrivilege};
static const SchemaType type_list_AbsentPrivilege__types_PluginPrivileges = {.kind = SCHEMA_LIST, .go = "types.PluginPrivileges", .items = &type_AbsentPrivilege, .root = "PluginPrivileges"};
static const SchemaType type_map_AuthConfig = {.kind = SCHEMA_MAP, .go = "map[string]registry.AuthConfig", .items = &type_AuthConfig};
static const SchemaType type_map_pointer_string = {.kind = SCHEMA_MAP, .go = "map[string]*string", .items = &type_string, .nullable = true};
static const SchemaField fields_of_OCIPlatform[] = {
	{"architecture", &type_string},
	{"os", &type_string},
	{"os.version", &type_string},
	{"os.features", &type_list_string},
	{"variant", &type_string},
	{0}};
static const SchemaType type_OCIPlatform = {.kind = SCHEMA_OBJECT, .go = "v1.Platform", .fields = fields_of_OCIPlatform};
static const SchemaField fields_of_BuildOutput[] = {
	{"Type", &type_string},
	{"Attrs", &type_map_string},
	{0}};
static const SchemaType type_BuildOutput = {.kind = SCHEMA_OBJECT, .go = "build.ImageBuildOutput", .fields = fields_of_BuildOutput};
static const SchemaType type_list_BuildOutput = {.kind = SCHEMA_LIST, .go = "[]build.ImageBuildOutput", .items = &type_BuildOutput};

const SchemaType *const schema_auth_config = &type_AuthConfig;
const SchemaType *const schema_auth_configs = &type_map_AuthConfig;
const SchemaType *const schema_build_args = &type_map_pointer_string;
const SchemaType *const schema_labels = &type_map_string;
const SchemaType *const schema_ulimits = &type_list_pointer_Ulimit;
const SchemaType *const schema_strings = &type_list_string;
const SchemaType *const schema_config = &type_ContainerConfig;
const SchemaType *const schema_platform = &type_OCIPlatform;
const SchemaType *const schema_outputs = &type_list_BuildOutput;

const SchemaBody schema_bodies[] = {
	{"POST", "/containers/create", &type_ContainerCreate, .needed = true},
	{"POST", "/containers/{}/update", &type_ContainerUpdate},
	{"POST", "/containers/{}/exec", &type_ContainerExec},
	{"POST", "/exec/{}/start", &type_ExecStart},
	{"POST", "/networks/create", &type_NetworkCreate},
	{"POST", "/networks/{}/connect", &type_NetworkConnect},
	{"POST", "/networks/{}/disconnect", &type_NetworkDisconnect},
	{"POST", "/volumes/create", &type_VolumeCreateRequest},
	{"POST", "/commit", &type_ContainerConfig},
	{"POST", "/auth", &type_AuthConfig, .needed = true, .any_media = true},
	{"POST", "/swarm/init", &type_AbsentInit},
	{"POST", "/swarm/join", &type_AbsentJoin},
	{"POST", "/swarm/unlock", &type_AbsentUnlock},
	{"POST", "/swarm/update", &type_AbsentSwarm},
	{"POST", "/nodes/{}/update", &type_AbsentNode},
	{"POST", "/services/create", &type_AbsentService},
	{"POST", "/services/{}/update", &type_AbsentService},
	{"POST", "/secrets/create", &type_AbsentSecret},
	{"POST", "/secrets/{}/update", &type_AbsentSecret},
	{"POST", "/configs/create", &type_AbsentConfig},
	{"POST", "/configs/{}/update", &type_AbsentConfig},
	{"POST", "/plugins/pull", &type_list_AbsentPrivilege__types_PluginPrivileges},
	{"POST", "/plugins/{}/upgrade", &type_list_AbsentPrivilege__types_PluginPrivileges},
	{"POST", "/plugins/{}/set", &type_list_string},
	{0},
};
