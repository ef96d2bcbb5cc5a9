/* What answers must be. Made by tools/api-schema out of the Engine API's specification and
 * tools/api-schema.overlay: change these, not this. */
/* clang-format off */
#include "api/schema_types.h"

static const SchemaType type_string;
static const SchemaType type_list_string;
static const SchemaType type_int64;
static const SchemaType type_map_string;
static const SchemaType type_OCIPlatform;
static const SchemaType type_OCIDescriptor;
static const SchemaType type_uint16;
static const SchemaType type_PortSummary;
static const SchemaType type_list_PortSummary;
static const SchemaType type_ContainerSummary_HostConfig;
static const SchemaType type_EndpointIPAMConfig;
static const SchemaType type_int;
static const SchemaType type_EndpointSettings;
static const SchemaType type_map_EndpointSettings;
static const SchemaType type_ContainerSummary_NetworkSettings;
static const SchemaType type_bool;
static const SchemaType type_MountPoint;
static const SchemaType type_list_MountPoint;
static const SchemaType type_ContainerSummary_Health;
static const SchemaType type_ContainerSummary;
static const SchemaType type_list_ContainerSummary;
static const SchemaType type_ContainerCreateAnswer;
static const SchemaType type_HealthcheckResult;
static const SchemaType type_list_HealthcheckResult;
static const SchemaType type_Health;
static const SchemaType type_ContainerState;
static const SchemaType type_HostConfig_BlkioWeightDevice_item;
static const SchemaType type_list_HostConfig_BlkioWeightDevice_item;
static const SchemaType type_ThrottleDevice;
static const SchemaType type_list_ThrottleDevice;
static const SchemaType type_DeviceMapping;
static const SchemaType type_list_DeviceMapping;
static const SchemaType type_list_list_string;
static const SchemaType type_DeviceRequest;
static const SchemaType type_list_DeviceRequest;
static const SchemaType type_HostConfig_Ulimits_item;
static const SchemaType type_list_HostConfig_Ulimits_item;
static const SchemaType type_HostConfig_LogConfig;
static const SchemaType type_PortBinding;
static const SchemaType type_list_PortBinding;
static const SchemaType type_map_list_PortBinding;
static const SchemaType type_RestartPolicy;
static const SchemaType type_Mount_BindOptions;
static const SchemaType type_Mount_VolumeOptions_DriverConfig;
static const SchemaType type_Mount_VolumeOptions;
static const SchemaType type_Mount_ImageOptions;
static const SchemaType type_Mount_TmpfsOptions;
static const SchemaType type_Mount;
static const SchemaType type_list_Mount;
static const SchemaType type_list_int;
static const SchemaType type_HostConfig;
static const SchemaType type_DriverData;
static const SchemaType type_RootFSStorageSnapshot;
static const SchemaType type_RootFSStorage;
static const SchemaType type_Storage;
static const SchemaType type_any;
static const SchemaType type_map_any;
static const SchemaType type_HealthConfig;
static const SchemaType type_ContainerConfig;
static const SchemaType type_NetworkSettings;
static const SchemaType type_ContainerInspectAnswer;
static const SchemaType type_ContainerTopAnswer;
static const SchemaType type_uint8;
static const SchemaType type_FilesystemChange;
static const SchemaType type_list_FilesystemChange;
static const SchemaType type_uint64;
static const SchemaType type_list_uint64;
static const SchemaType type_ContainerCPUUsage;
static const SchemaType type_uint32;
static const SchemaType type_ContainerThrottlingData;
static const SchemaType type_ContainerCPUStats;
static const SchemaType type_map_uint64;
static const SchemaType type_ContainerMemoryStats;
static const SchemaType type_ContainerPidsStats;
static const SchemaType type_ContainerBlkioStatEntry;
static const SchemaType type_list_ContainerBlkioStatEntry;
static const SchemaType type_ContainerBlkioStats;
static const SchemaType type_ContainerStorageStats;
static const SchemaType type_ContainerStatsAnswer;
static const SchemaType type_ContainerUpdateAnswer;
static const SchemaType type_ContainerWaitExitError;
static const SchemaType type_ContainerWaitAnswer;
static const SchemaType type_ContainerPruneAnswer;
static const SchemaType type_ImageManifestSummary_Size;
static const SchemaType type_SignatureTimestamp;
static const SchemaType type_list_SignatureTimestamp;
static const SchemaType type_SignerIdentity;
static const SchemaType type_SignatureIdentity;
static const SchemaType type_list_SignatureIdentity;
static const SchemaType type_PullIdentity;
static const SchemaType type_list_PullIdentity;
static const SchemaType type_BuildIdentity;
static const SchemaType type_list_BuildIdentity;
static const SchemaType type_Identity;
static const SchemaType type_ImageManifestSummary_ImageData_Size;
static const SchemaType type_ImageManifestSummary_ImageData;
static const SchemaType type_ImageManifestSummary_AttestationData;
static const SchemaType type_ImageManifestSummary;
static const SchemaType type_list_ImageManifestSummary;
static const SchemaType type_ImageSummary;
static const SchemaType type_list_ImageSummary;
static const SchemaType type_BuildPruneAnswer;
static const SchemaType type_ImageConfig;
static const SchemaType type_ImageInspectAnswer_RootFS;
static const SchemaType type_ImageInspectAnswer_Metadata;
static const SchemaType type_ImageInspectAnswer;
static const SchemaType type_AttestationStatement;
static const SchemaType type_list_AttestationStatement;
static const SchemaType type_ImageHistoryResponseItem;
static const SchemaType type_list_ImageHistoryResponseItem;
static const SchemaType type_ImageDeleteResponseItem;
static const SchemaType type_list_ImageDeleteResponseItem;
static const SchemaType type_ImageSearchAnswer_item;
static const SchemaType type_list_ImageSearchAnswer_item;
static const SchemaType type_ImagePruneAnswer;
static const SchemaType type_SystemAuthAnswer;
static const SchemaType type_PluginsInfo;
static const SchemaType type_IndexInfo;
static const SchemaType type_map_IndexInfo;
static const SchemaType type_RegistryServiceConfig;
static const SchemaType type_GenericResources_item_NamedResourceSpec;
static const SchemaType type_GenericResources_item_DiscreteResourceSpec;
static const SchemaType type_GenericResources_item;
static const SchemaType type_list_GenericResources_item;
static const SchemaType type_Runtime;
static const SchemaType type_map_Runtime;
static const SchemaType type_PeerNode;
static const SchemaType type_list_PeerNode;
static const SchemaType type_ObjectVersion;
static const SchemaType type_SwarmSpec_Orchestration;
static const SchemaType type_SwarmSpec_Raft;
static const SchemaType type_SwarmSpec_Dispatcher;
static const SchemaType type_SwarmSpec_CAConfig_ExternalCAs_item;
static const SchemaType type_list_SwarmSpec_CAConfig_ExternalCAs_item;
static const SchemaType type_SwarmSpec_CAConfig;
static const SchemaType type_SwarmSpec_EncryptionConfig;
static const SchemaType type_SwarmSpec_TaskDefaults_LogDriver;
static const SchemaType type_SwarmSpec_TaskDefaults;
static const SchemaType type_SwarmSpec;
static const SchemaType type_TLSInfo;
static const SchemaType type_ClusterInfo;
static const SchemaType type_SwarmInfo;
static const SchemaType type_Commit;
static const SchemaType type_SystemInfoAnswer_DefaultAddressPools_item;
static const SchemaType type_list_SystemInfoAnswer_DefaultAddressPools_item;
static const SchemaType type_FirewallInfo;
static const SchemaType type_DeviceInfo;
static const SchemaType type_list_DeviceInfo;
static const SchemaType type_NRIInfo;
static const SchemaType type_ContainerdInfo_Namespaces;
static const SchemaType type_ContainerdInfo;
static const SchemaType type_SystemInfoAnswer;
static const SchemaType type_SystemVersionAnswer_Platform;
static const SchemaType type_SystemVersionAnswer_Components_item;
static const SchemaType type_list_SystemVersionAnswer_Components_item;
static const SchemaType type_SystemVersionAnswer;
static const SchemaType type_ImageCommitAnswer;
static const SchemaType type_EventActor;
static const SchemaType type_SystemEventsAnswer;
static const SchemaType type_list_any;
static const SchemaType type_ImagesDiskUsage;
static const SchemaType type_ContainersDiskUsage;
static const SchemaType type_VolumesDiskUsage;
static const SchemaType type_BuildCacheDiskUsage;
static const SchemaType type_SystemDataUsageAnswer;
static const SchemaType type_ContainerExecAnswer;
static const SchemaType type_ProcessConfig;
static const SchemaType type_ExecInspectAnswer;
static const SchemaType type_ClusterVolumeSpec_AccessMode_Secrets_item;
static const SchemaType type_list_ClusterVolumeSpec_AccessMode_Secrets_item;
static const SchemaType type_Topology;
static const SchemaType type_list_Topology;
static const SchemaType type_ClusterVolumeSpec_AccessMode_AccessibilityRequirements;
static const SchemaType type_ClusterVolumeSpec_AccessMode_CapacityRange;
static const SchemaType type_ClusterVolumeSpec_AccessMode;
static const SchemaType type_ClusterVolumeSpec;
static const SchemaType type_ClusterVolume_Info;
static const SchemaType type_ClusterVolume_PublishStatus_item;
static const SchemaType type_list_ClusterVolume_PublishStatus_item;
static const SchemaType type_ClusterVolume;
static const SchemaType type_Volume_UsageData;
static const SchemaType type_Volume;
static const SchemaType type_list_Volume;
static const SchemaType type_VolumeListAnswer;
static const SchemaType type_VolumeCreateAnswer_UsageData;
static const SchemaType type_VolumeCreateAnswer;
static const SchemaType type_VolumeInspectAnswer_UsageData;
static const SchemaType type_VolumeInspectAnswer;
static const SchemaType type_VolumePruneAnswer;
static const SchemaType type_IPAMConfig;
static const SchemaType type_list_IPAMConfig;
static const SchemaType type_IPAM;
static const SchemaType type_ConfigReference;
static const SchemaType type_PeerInfo;
static const SchemaType type_list_PeerInfo;
static const SchemaType type_NetworkSummary;
static const SchemaType type_list_NetworkSummary;
static const SchemaType type_EndpointResource;
static const SchemaType type_map_EndpointResource;
static const SchemaType type_SubnetStatus;
static const SchemaType type_map_SubnetStatus;
static const SchemaType type_IPAMStatus;
static const SchemaType type_NetworkStatus;
static const SchemaType type_NetworkInspectAnswer;
static const SchemaType type_NetworkCreateAnswer;
static const SchemaType type_NetworkPruneAnswer;
static const SchemaType type_list_OCIPlatform;
static const SchemaType type_DistributionInspectAnswer;
static const char *const values_0[] = {"tcp", "udp", "sctp", NULL};
static const char *const values_1[] = {"created", "running", "paused", "restarting", "exited", "removing", "dead", NULL};
static const char *const values_2[] = {"none", "starting", "healthy", "unhealthy", NULL};
static const char *const values_3[] = {"created", "running", "paused", "restarting", "removing", "exited", "dead", NULL};
static const char *const values_4[] = {"local", "json-file", "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "etwlogs", "none", NULL};
static const char *const values_5[] = {"", "no", "always", "unless-stopped", "on-failure", NULL};
static const char *const values_6[] = {"private", "rprivate", "shared", "rshared", "slave", "rslave", NULL};
static const char *const values_7[] = {"private", "host", NULL};
static const char *const values_8[] = {"default", "process", "hyperv", "", NULL};
static const char *const values_9[] = {"image", "attestation", "unknown", NULL};
static const char *const values_10[] = {"cgroupfs", "systemd", "none", NULL};
static const char *const values_11[] = {"1", "2", NULL};
static const char *const values_12[] = {"cfssl", NULL};
static const char *const values_13[] = {"default", "hyperv", "process", "", NULL};
static const char *const values_14[] = {"builder", "config", "container", "daemon", "image", "network", "node", "plugin", "secret", "service", "volume", NULL};
static const char *const values_15[] = {"local", "swarm", NULL};
static const char *const values_16[] = {"local", "global", NULL};
static const char *const values_17[] = {"single", "multi", NULL};
static const char *const values_18[] = {"none", "readonly", "onewriter", "all", NULL};
static const char *const values_19[] = {"active", "pause", "drain", NULL};
static const char *const values_20[] = {"pending-publish", "published", "pending-node-unpublish", "pending-controller-unpublish", NULL};
static const SchemaType type_string = {.kind = SCHEMA_STRING, .go = "string"};
static const SchemaType type_list_string = {.kind = SCHEMA_LIST, .go = "[]string", .items = &type_string};
static const SchemaType type_int64 = {.kind = SCHEMA_INT, .min = G_MININT64, .max = G_MAXINT64, .go = "int64"};
static const SchemaType type_map_string = {.kind = SCHEMA_MAP, .go = "map[string]string", .items = &type_string};
static const SchemaField fields_of_OCIPlatform[] = {
	{"architecture", &type_string},
	{"os", &type_string},
	{"os.version", &type_string},
	{"os.features", &type_list_string},
	{"variant", &type_string},
	{0}};
static const SchemaType type_OCIPlatform = {.kind = SCHEMA_OBJECT, .go = "OCIPlatform", .fields = fields_of_OCIPlatform};
static const SchemaField fields_of_OCIDescriptor[] = {
	{"mediaType", &type_string},
	{"digest", &type_string},
	{"size", &type_int64},
	{"urls", &type_list_string},
	{"annotations", &type_map_string},
	{"data", &type_string},
	{"platform", &type_OCIPlatform},
	{"artifactType", &type_string},
	{0}};
static const SchemaType type_OCIDescriptor = {.kind = SCHEMA_OBJECT, .go = "OCIDescriptor", .fields = fields_of_OCIDescriptor};
static const SchemaType type_uint16 = {.kind = SCHEMA_UINT, .max = 65535, .go = "uint16"};
static const SchemaField fields_of_PortSummary[] = {
	{"IP", &type_string},
	{"PrivatePort", &type_uint16, 0, true},
	{"PublicPort", &type_uint16},
	{"Type", &type_string, 0, true, values_0},
	{0}};
static const SchemaType type_PortSummary = {.kind = SCHEMA_OBJECT, .go = "PortSummary", .fields = fields_of_PortSummary};
static const SchemaType type_list_PortSummary = {.kind = SCHEMA_LIST, .go = "[]PortSummary", .items = &type_PortSummary};
static const SchemaField fields_of_ContainerSummary_HostConfig[] = {
	{"NetworkMode", &type_string},
	{"Annotations", &type_map_string},
	{0}};
static const SchemaType type_ContainerSummary_HostConfig = {.kind = SCHEMA_OBJECT, .go = "ContainerSummary_HostConfig", .fields = fields_of_ContainerSummary_HostConfig};
static const SchemaField fields_of_EndpointIPAMConfig[] = {
	{"IPv4Address", &type_string},
	{"IPv6Address", &type_string},
	{"LinkLocalIPs", &type_list_string},
	{0}};
static const SchemaType type_EndpointIPAMConfig = {.kind = SCHEMA_OBJECT, .go = "EndpointIPAMConfig", .fields = fields_of_EndpointIPAMConfig};
static const SchemaType type_int = {.kind = SCHEMA_INT, .min = G_MININT64, .max = G_MAXINT64, .go = "int"};
static const SchemaField fields_of_EndpointSettings[] = {
	{"IPAMConfig", &type_EndpointIPAMConfig},
	{"Links", &type_list_string},
	{"MacAddress", &type_string},
	{"Aliases", &type_list_string},
	{"DriverOpts", &type_map_string},
	{"GwPriority", &type_int64},
	{"NetworkID", &type_string},
	{"EndpointID", &type_string},
	{"Gateway", &type_string},
	{"IPAddress", &type_string},
	{"IPPrefixLen", &type_int},
	{"IPv6Gateway", &type_string},
	{"GlobalIPv6Address", &type_string},
	{"GlobalIPv6PrefixLen", &type_int64},
	{"DNSNames", &type_list_string},
	{0}};
static const SchemaType type_EndpointSettings = {.kind = SCHEMA_OBJECT, .go = "EndpointSettings", .fields = fields_of_EndpointSettings};
static const SchemaType type_map_EndpointSettings = {.kind = SCHEMA_MAP, .go = "map[string]EndpointSettings", .items = &type_EndpointSettings};
static const SchemaField fields_of_ContainerSummary_NetworkSettings[] = {
	{"Networks", &type_map_EndpointSettings},
	{0}};
static const SchemaType type_ContainerSummary_NetworkSettings = {.kind = SCHEMA_OBJECT, .go = "ContainerSummary_NetworkSettings", .fields = fields_of_ContainerSummary_NetworkSettings};
static const SchemaType type_bool = {.kind = SCHEMA_BOOL, .go = "bool"};
static const SchemaField fields_of_MountPoint[] = {
	{"Type", &type_string},
	{"Name", &type_string},
	{"Source", &type_string},
	{"Destination", &type_string},
	{"Driver", &type_string},
	{"Mode", &type_string},
	{"RW", &type_bool},
	{"Propagation", &type_string},
	{0}};
static const SchemaType type_MountPoint = {.kind = SCHEMA_OBJECT, .go = "MountPoint", .fields = fields_of_MountPoint};
static const SchemaType type_list_MountPoint = {.kind = SCHEMA_LIST, .go = "[]MountPoint", .items = &type_MountPoint};
static const SchemaField fields_of_ContainerSummary_Health[] = {
	{"Status", &type_string, 0, false, values_2},
	{"FailingStreak", &type_int},
	{0}};
static const SchemaType type_ContainerSummary_Health = {.kind = SCHEMA_OBJECT, .go = "ContainerSummary_Health", .fields = fields_of_ContainerSummary_Health};
static const SchemaField fields_of_ContainerSummary[] = {
	{"Id", &type_string},
	{"Names", &type_list_string},
	{"Image", &type_string},
	{"ImageID", &type_string},
	{"ImageManifestDescriptor", &type_OCIDescriptor},
	{"Command", &type_string},
	{"Created", &type_int64},
	{"Ports", &type_list_PortSummary},
	{"SizeRw", &type_int64},
	{"SizeRootFs", &type_int64},
	{"Labels", &type_map_string},
	{"State", &type_string, 0, false, values_1},
	{"Status", &type_string},
	{"HostConfig", &type_ContainerSummary_HostConfig},
	{"NetworkSettings", &type_ContainerSummary_NetworkSettings},
	{"Mounts", &type_list_MountPoint},
	{"Health", &type_ContainerSummary_Health},
	{0}};
static const SchemaType type_ContainerSummary = {.kind = SCHEMA_OBJECT, .go = "ContainerSummary", .fields = fields_of_ContainerSummary};
static const SchemaType type_list_ContainerSummary = {.kind = SCHEMA_LIST, .go = "[]ContainerSummary", .items = &type_ContainerSummary};
static const SchemaField fields_of_ContainerCreateAnswer[] = {
	{"Id", &type_string, 0, true},
	{"Warnings", &type_list_string, 0, true},
	{0}};
static const SchemaType type_ContainerCreateAnswer = {.kind = SCHEMA_OBJECT, .go = "ContainerCreateAnswer", .fields = fields_of_ContainerCreateAnswer};
static const SchemaField fields_of_HealthcheckResult[] = {
	{"Start", &type_string},
	{"End", &type_string},
	{"ExitCode", &type_int},
	{"Output", &type_string},
	{0}};
static const SchemaType type_HealthcheckResult = {.kind = SCHEMA_OBJECT, .go = "HealthcheckResult", .fields = fields_of_HealthcheckResult};
static const SchemaType type_list_HealthcheckResult = {.kind = SCHEMA_LIST, .go = "[]HealthcheckResult", .items = &type_HealthcheckResult};
static const SchemaField fields_of_Health[] = {
	{"Status", &type_string, 0, false, values_2},
	{"FailingStreak", &type_int},
	{"Log", &type_list_HealthcheckResult},
	{0}};
static const SchemaType type_Health = {.kind = SCHEMA_OBJECT, .go = "Health", .fields = fields_of_Health};
static const SchemaField fields_of_ContainerState[] = {
	{"Status", &type_string, 0, false, values_3},
	{"Running", &type_bool},
	{"Paused", &type_bool},
	{"Restarting", &type_bool},
	{"OOMKilled", &type_bool},
	{"Dead", &type_bool},
	{"Pid", &type_int},
	{"ExitCode", &type_int},
	{"Error", &type_string},
	{"StartedAt", &type_string},
	{"FinishedAt", &type_string},
	{"Health", &type_Health},
	{0}};
static const SchemaType type_ContainerState = {.kind = SCHEMA_OBJECT, .go = "ContainerState", .fields = fields_of_ContainerState};
static const SchemaField fields_of_HostConfig_BlkioWeightDevice_item[] = {
	{"Path", &type_string},
	{"Weight", &type_int},
	{0}};
static const SchemaType type_HostConfig_BlkioWeightDevice_item = {.kind = SCHEMA_OBJECT, .go = "HostConfig_BlkioWeightDevice_item", .fields = fields_of_HostConfig_BlkioWeightDevice_item};
static const SchemaType type_list_HostConfig_BlkioWeightDevice_item = {.kind = SCHEMA_LIST, .go = "[]HostConfig_BlkioWeightDevice_item", .items = &type_HostConfig_BlkioWeightDevice_item};
static const SchemaField fields_of_ThrottleDevice[] = {
	{"Path", &type_string},
	{"Rate", &type_int64},
	{0}};
static const SchemaType type_ThrottleDevice = {.kind = SCHEMA_OBJECT, .go = "ThrottleDevice", .fields = fields_of_ThrottleDevice};
static const SchemaType type_list_ThrottleDevice = {.kind = SCHEMA_LIST, .go = "[]ThrottleDevice", .items = &type_ThrottleDevice};
static const SchemaField fields_of_DeviceMapping[] = {
	{"PathOnHost", &type_string},
	{"PathInContainer", &type_string},
	{"CgroupPermissions", &type_string},
	{0}};
static const SchemaType type_DeviceMapping = {.kind = SCHEMA_OBJECT, .go = "DeviceMapping", .fields = fields_of_DeviceMapping};
static const SchemaType type_list_DeviceMapping = {.kind = SCHEMA_LIST, .go = "[]DeviceMapping", .items = &type_DeviceMapping};
static const SchemaType type_list_list_string = {.kind = SCHEMA_LIST, .go = "[][]string", .items = &type_list_string};
static const SchemaField fields_of_DeviceRequest[] = {
	{"Driver", &type_string},
	{"Count", &type_int},
	{"DeviceIDs", &type_list_string},
	{"Capabilities", &type_list_list_string},
	{"Options", &type_map_string},
	{0}};
static const SchemaType type_DeviceRequest = {.kind = SCHEMA_OBJECT, .go = "DeviceRequest", .fields = fields_of_DeviceRequest};
static const SchemaType type_list_DeviceRequest = {.kind = SCHEMA_LIST, .go = "[]DeviceRequest", .items = &type_DeviceRequest};
static const SchemaField fields_of_HostConfig_Ulimits_item[] = {
	{"Name", &type_string},
	{"Soft", &type_int},
	{"Hard", &type_int},
	{0}};
static const SchemaType type_HostConfig_Ulimits_item = {.kind = SCHEMA_OBJECT, .go = "HostConfig_Ulimits_item", .fields = fields_of_HostConfig_Ulimits_item};
static const SchemaType type_list_HostConfig_Ulimits_item = {.kind = SCHEMA_LIST, .go = "[]HostConfig_Ulimits_item", .items = &type_HostConfig_Ulimits_item};
static const SchemaField fields_of_HostConfig_LogConfig[] = {
	{"Type", &type_string, 0, false, values_4},
	{"Config", &type_map_string},
	{0}};
static const SchemaType type_HostConfig_LogConfig = {.kind = SCHEMA_OBJECT, .go = "HostConfig_LogConfig", .fields = fields_of_HostConfig_LogConfig};
static const SchemaField fields_of_PortBinding[] = {
	{"HostIp", &type_string},
	{"HostPort", &type_string},
	{0}};
static const SchemaType type_PortBinding = {.kind = SCHEMA_OBJECT, .go = "PortBinding", .fields = fields_of_PortBinding};
static const SchemaType type_list_PortBinding = {.kind = SCHEMA_LIST, .go = "[]PortBinding", .items = &type_PortBinding};
static const SchemaType type_map_list_PortBinding = {.kind = SCHEMA_MAP, .go = "map[string][]PortBinding", .items = &type_list_PortBinding};
static const SchemaField fields_of_RestartPolicy[] = {
	{"Name", &type_string, 0, false, values_5},
	{"MaximumRetryCount", &type_int},
	{0}};
static const SchemaType type_RestartPolicy = {.kind = SCHEMA_OBJECT, .go = "RestartPolicy", .fields = fields_of_RestartPolicy};
static const SchemaField fields_of_Mount_BindOptions[] = {
	{"Propagation", &type_string, 0, false, values_6},
	{"NonRecursive", &type_bool},
	{"CreateMountpoint", &type_bool},
	{"ReadOnlyNonRecursive", &type_bool},
	{"ReadOnlyForceRecursive", &type_bool},
	{0}};
static const SchemaType type_Mount_BindOptions = {.kind = SCHEMA_OBJECT, .go = "Mount_BindOptions", .fields = fields_of_Mount_BindOptions};
static const SchemaField fields_of_Mount_VolumeOptions_DriverConfig[] = {
	{"Name", &type_string},
	{"Options", &type_map_string},
	{0}};
static const SchemaType type_Mount_VolumeOptions_DriverConfig = {.kind = SCHEMA_OBJECT, .go = "Mount_VolumeOptions_DriverConfig", .fields = fields_of_Mount_VolumeOptions_DriverConfig};
static const SchemaField fields_of_Mount_VolumeOptions[] = {
	{"NoCopy", &type_bool},
	{"Labels", &type_map_string},
	{"DriverConfig", &type_Mount_VolumeOptions_DriverConfig},
	{"Subpath", &type_string},
	{0}};
static const SchemaType type_Mount_VolumeOptions = {.kind = SCHEMA_OBJECT, .go = "Mount_VolumeOptions", .fields = fields_of_Mount_VolumeOptions};
static const SchemaField fields_of_Mount_ImageOptions[] = {
	{"Subpath", &type_string},
	{0}};
static const SchemaType type_Mount_ImageOptions = {.kind = SCHEMA_OBJECT, .go = "Mount_ImageOptions", .fields = fields_of_Mount_ImageOptions};
static const SchemaField fields_of_Mount_TmpfsOptions[] = {
	{"SizeBytes", &type_int64},
	{"Mode", &type_int},
	{"Options", &type_list_list_string},
	{0}};
static const SchemaType type_Mount_TmpfsOptions = {.kind = SCHEMA_OBJECT, .go = "Mount_TmpfsOptions", .fields = fields_of_Mount_TmpfsOptions};
static const SchemaField fields_of_Mount[] = {
	{"Target", &type_string},
	{"Source", &type_string},
	{"Type", &type_string},
	{"ReadOnly", &type_bool},
	{"Consistency", &type_string},
	{"BindOptions", &type_Mount_BindOptions},
	{"VolumeOptions", &type_Mount_VolumeOptions},
	{"ImageOptions", &type_Mount_ImageOptions},
	{"TmpfsOptions", &type_Mount_TmpfsOptions},
	{0}};
static const SchemaType type_Mount = {.kind = SCHEMA_OBJECT, .go = "Mount", .fields = fields_of_Mount};
static const SchemaType type_list_Mount = {.kind = SCHEMA_LIST, .go = "[]Mount", .items = &type_Mount};
static const SchemaType type_list_int = {.kind = SCHEMA_LIST, .go = "[]int", .items = &type_int};
static const SchemaField fields_of_HostConfig[] = {
	{"CpuShares", &type_int},
	{"Memory", &type_int64},
	{"CgroupParent", &type_string},
	{"BlkioWeight", &type_int},
	{"BlkioWeightDevice", &type_list_HostConfig_BlkioWeightDevice_item},
	{"BlkioDeviceReadBps", &type_list_ThrottleDevice},
	{"BlkioDeviceWriteBps", &type_list_ThrottleDevice},
	{"BlkioDeviceReadIOps", &type_list_ThrottleDevice},
	{"BlkioDeviceWriteIOps", &type_list_ThrottleDevice},
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
	{"MemorySwappiness", &type_int64},
	{"NanoCpus", &type_int64},
	{"OomKillDisable", &type_bool},
	{"Init", &type_bool},
	{"PidsLimit", &type_int64},
	{"Ulimits", &type_list_HostConfig_Ulimits_item},
	{"CpuCount", &type_int64},
	{"CpuPercent", &type_int64},
	{"IOMaximumIOps", &type_int64},
	{"IOMaximumBandwidth", &type_int64},
	{"Binds", &type_list_string},
	{"ContainerIDFile", &type_string},
	{"LogConfig", &type_HostConfig_LogConfig},
	{"NetworkMode", &type_string},
	{"PortBindings", &type_map_list_PortBinding},
	{"RestartPolicy", &type_RestartPolicy},
	{"AutoRemove", &type_bool},
	{"VolumeDriver", &type_string},
	{"VolumesFrom", &type_list_string},
	{"Mounts", &type_list_Mount},
	{"ConsoleSize", &type_list_int},
	{"Annotations", &type_map_string},
	{"CapAdd", &type_list_string},
	{"CapDrop", &type_list_string},
	{"CgroupnsMode", &type_string, 0, false, values_7},
	{"Dns", &type_list_string},
	{"DnsOptions", &type_list_string},
	{"DnsSearch", &type_list_string},
	{"ExtraHosts", &type_list_string},
	{"GroupAdd", &type_list_string},
	{"IpcMode", &type_string},
	{"Cgroup", &type_string},
	{"Links", &type_list_string},
	{"OomScoreAdj", &type_int},
	{"PidMode", &type_string},
	{"Privileged", &type_bool},
	{"PublishAllPorts", &type_bool},
	{"ReadonlyRootfs", &type_bool},
	{"SecurityOpt", &type_list_string},
	{"StorageOpt", &type_map_string},
	{"Tmpfs", &type_map_string},
	{"UTSMode", &type_string},
	{"UsernsMode", &type_string},
	{"ShmSize", &type_int64},
	{"Sysctls", &type_map_string},
	{"Runtime", &type_string},
	{"Isolation", &type_string, 0, false, values_8},
	{"MaskedPaths", &type_list_string},
	{"ReadonlyPaths", &type_list_string},
	{0}};
static const SchemaType type_HostConfig = {.kind = SCHEMA_OBJECT, .go = "HostConfig", .fields = fields_of_HostConfig};
static const SchemaField fields_of_DriverData[] = {
	{"Name", &type_string, 0, true},
	{"Data", &type_map_string, 0, true},
	{0}};
static const SchemaType type_DriverData = {.kind = SCHEMA_OBJECT, .go = "DriverData", .fields = fields_of_DriverData};
static const SchemaField fields_of_RootFSStorageSnapshot[] = {
	{"Name", &type_string},
	{0}};
static const SchemaType type_RootFSStorageSnapshot = {.kind = SCHEMA_OBJECT, .go = "RootFSStorageSnapshot", .fields = fields_of_RootFSStorageSnapshot};
static const SchemaField fields_of_RootFSStorage[] = {
	{"Snapshot", &type_RootFSStorageSnapshot},
	{0}};
static const SchemaType type_RootFSStorage = {.kind = SCHEMA_OBJECT, .go = "RootFSStorage", .fields = fields_of_RootFSStorage};
static const SchemaField fields_of_Storage[] = {
	{"RootFS", &type_RootFSStorage},
	{0}};
static const SchemaType type_Storage = {.kind = SCHEMA_OBJECT, .go = "Storage", .fields = fields_of_Storage};
static const SchemaType type_any = {.kind = SCHEMA_ANY, .go = "interface {}"};
static const SchemaType type_map_any = {.kind = SCHEMA_MAP, .go = "map[string]interface {}", .items = &type_any};
static const SchemaField fields_of_HealthConfig[] = {
	{"Test", &type_list_string},
	{"Interval", &type_int64},
	{"Timeout", &type_int64},
	{"Retries", &type_int},
	{"StartPeriod", &type_int64},
	{"StartInterval", &type_int64},
	{0}};
static const SchemaType type_HealthConfig = {.kind = SCHEMA_OBJECT, .go = "HealthConfig", .fields = fields_of_HealthConfig};
static const SchemaField fields_of_ContainerConfig[] = {
	{"Hostname", &type_string},
	{"Domainname", &type_string},
	{"User", &type_string},
	{"AttachStdin", &type_bool},
	{"AttachStdout", &type_bool},
	{"AttachStderr", &type_bool},
	{"ExposedPorts", &type_map_any},
	{"Tty", &type_bool},
	{"OpenStdin", &type_bool},
	{"StdinOnce", &type_bool},
	{"Env", &type_list_string},
	{"Cmd", &type_list_string},
	{"Healthcheck", &type_HealthConfig},
	{"ArgsEscaped", &type_bool},
	{"Image", &type_string},
	{"Volumes", &type_map_any},
	{"WorkingDir", &type_string},
	{"Entrypoint", &type_list_string},
	{"NetworkDisabled", &type_bool},
	{"OnBuild", &type_list_string},
	{"Labels", &type_map_string},
	{"StopSignal", &type_string},
	{"StopTimeout", &type_int},
	{"Shell", &type_list_string},
	{0}};
static const SchemaType type_ContainerConfig = {.kind = SCHEMA_OBJECT, .go = "ContainerConfig", .fields = fields_of_ContainerConfig};
static const SchemaField fields_of_NetworkSettings[] = {
	{"SandboxID", &type_string},
	{"SandboxKey", &type_string},
	{"Ports", &type_map_list_PortBinding},
	{"Networks", &type_map_EndpointSettings},
	{0}};
static const SchemaType type_NetworkSettings = {.kind = SCHEMA_OBJECT, .go = "NetworkSettings", .fields = fields_of_NetworkSettings};
static const SchemaField fields_of_ContainerInspectAnswer[] = {
	{"Id", &type_string},
	{"Created", &type_string},
	{"Path", &type_string},
	{"Args", &type_list_string},
	{"State", &type_ContainerState},
	{"Image", &type_string},
	{"ResolvConfPath", &type_string},
	{"HostnamePath", &type_string},
	{"HostsPath", &type_string},
	{"LogPath", &type_string},
	{"Name", &type_string},
	{"RestartCount", &type_int},
	{"Driver", &type_string},
	{"Platform", &type_string},
	{"ImageManifestDescriptor", &type_OCIDescriptor},
	{"MountLabel", &type_string},
	{"ProcessLabel", &type_string},
	{"AppArmorProfile", &type_string},
	{"ExecIDs", &type_list_string},
	{"HostConfig", &type_HostConfig},
	{"GraphDriver", &type_DriverData},
	{"Storage", &type_Storage},
	{"SizeRw", &type_int64},
	{"SizeRootFs", &type_int64},
	{"Mounts", &type_list_MountPoint},
	{"Config", &type_ContainerConfig},
	{"NetworkSettings", &type_NetworkSettings},
	{0}};
static const SchemaType type_ContainerInspectAnswer = {.kind = SCHEMA_OBJECT, .go = "ContainerInspectAnswer", .fields = fields_of_ContainerInspectAnswer};
static const SchemaField fields_of_ContainerTopAnswer[] = {
	{"Titles", &type_list_string},
	{"Processes", &type_list_list_string},
	{0}};
static const SchemaType type_ContainerTopAnswer = {.kind = SCHEMA_OBJECT, .go = "ContainerTopAnswer", .fields = fields_of_ContainerTopAnswer};
static const SchemaType type_uint8 = {.kind = SCHEMA_UINT, .max = 255, .go = "uint8"};
static const SchemaField fields_of_FilesystemChange[] = {
	{"Path", &type_string, 0, true},
	{"Kind", &type_uint8, 0, true},
	{0}};
static const SchemaType type_FilesystemChange = {.kind = SCHEMA_OBJECT, .go = "FilesystemChange", .fields = fields_of_FilesystemChange};
static const SchemaType type_list_FilesystemChange = {.kind = SCHEMA_LIST, .go = "[]FilesystemChange", .items = &type_FilesystemChange};
static const SchemaType type_uint64 = {.kind = SCHEMA_UINT, .max = G_MAXUINT64, .go = "uint64"};
static const SchemaType type_list_uint64 = {.kind = SCHEMA_LIST, .go = "[]uint64", .items = &type_uint64};
static const SchemaField fields_of_ContainerCPUUsage[] = {
	{"total_usage", &type_uint64},
	{"percpu_usage", &type_list_uint64},
	{"usage_in_kernelmode", &type_uint64},
	{"usage_in_usermode", &type_uint64},
	{0}};
static const SchemaType type_ContainerCPUUsage = {.kind = SCHEMA_OBJECT, .go = "ContainerCPUUsage", .fields = fields_of_ContainerCPUUsage};
static const SchemaType type_uint32 = {.kind = SCHEMA_UINT, .max = 4294967295, .go = "uint32"};
static const SchemaField fields_of_ContainerThrottlingData[] = {
	{"periods", &type_uint64},
	{"throttled_periods", &type_uint64},
	{"throttled_time", &type_uint64},
	{0}};
static const SchemaType type_ContainerThrottlingData = {.kind = SCHEMA_OBJECT, .go = "ContainerThrottlingData", .fields = fields_of_ContainerThrottlingData};
static const SchemaField fields_of_ContainerCPUStats[] = {
	{"cpu_usage", &type_ContainerCPUUsage},
	{"system_cpu_usage", &type_uint64},
	{"online_cpus", &type_uint32},
	{"throttling_data", &type_ContainerThrottlingData},
	{0}};
static const SchemaType type_ContainerCPUStats = {.kind = SCHEMA_OBJECT, .go = "ContainerCPUStats", .fields = fields_of_ContainerCPUStats};
static const SchemaType type_map_uint64 = {.kind = SCHEMA_MAP, .go = "map[string]uint64", .items = &type_uint64};
static const SchemaField fields_of_ContainerMemoryStats[] = {
	{"usage", &type_uint64},
	{"max_usage", &type_uint64},
	{"stats", &type_map_uint64},
	{"failcnt", &type_uint64},
	{"limit", &type_uint64},
	{"commitbytes", &type_uint64},
	{"commitpeakbytes", &type_uint64},
	{"privateworkingset", &type_uint64},
	{0}};
static const SchemaType type_ContainerMemoryStats = {.kind = SCHEMA_OBJECT, .go = "ContainerMemoryStats", .fields = fields_of_ContainerMemoryStats};
static const SchemaField fields_of_ContainerPidsStats[] = {
	{"current", &type_uint64},
	{"limit", &type_uint64},
	{0}};
static const SchemaType type_ContainerPidsStats = {.kind = SCHEMA_OBJECT, .go = "ContainerPidsStats", .fields = fields_of_ContainerPidsStats};
static const SchemaField fields_of_ContainerBlkioStatEntry[] = {
	{"major", &type_uint64},
	{"minor", &type_uint64},
	{"op", &type_string},
	{"value", &type_uint64},
	{0}};
static const SchemaType type_ContainerBlkioStatEntry = {.kind = SCHEMA_OBJECT, .go = "ContainerBlkioStatEntry", .fields = fields_of_ContainerBlkioStatEntry};
static const SchemaType type_list_ContainerBlkioStatEntry = {.kind = SCHEMA_LIST, .go = "[]ContainerBlkioStatEntry", .items = &type_ContainerBlkioStatEntry};
static const SchemaField fields_of_ContainerBlkioStats[] = {
	{"io_service_bytes_recursive", &type_list_ContainerBlkioStatEntry},
	{"io_serviced_recursive", &type_list_ContainerBlkioStatEntry},
	{"io_queue_recursive", &type_list_ContainerBlkioStatEntry},
	{"io_service_time_recursive", &type_list_ContainerBlkioStatEntry},
	{"io_wait_time_recursive", &type_list_ContainerBlkioStatEntry},
	{"io_merged_recursive", &type_list_ContainerBlkioStatEntry},
	{"io_time_recursive", &type_list_ContainerBlkioStatEntry},
	{"sectors_recursive", &type_list_ContainerBlkioStatEntry},
	{0}};
static const SchemaType type_ContainerBlkioStats = {.kind = SCHEMA_OBJECT, .go = "ContainerBlkioStats", .fields = fields_of_ContainerBlkioStats};
static const SchemaField fields_of_ContainerStorageStats[] = {
	{"read_count_normalized", &type_uint64},
	{"read_size_bytes", &type_uint64},
	{"write_count_normalized", &type_uint64},
	{"write_size_bytes", &type_uint64},
	{0}};
static const SchemaType type_ContainerStorageStats = {.kind = SCHEMA_OBJECT, .go = "ContainerStorageStats", .fields = fields_of_ContainerStorageStats};
static const SchemaField fields_of_ContainerStatsAnswer[] = {
	{"id", &type_string},
	{"name", &type_string},
	{"os_type", &type_string},
	{"read", &type_string},
	{"cpu_stats", &type_ContainerCPUStats},
	{"memory_stats", &type_ContainerMemoryStats},
	{"networks", &type_any},
	{"pids_stats", &type_ContainerPidsStats},
	{"blkio_stats", &type_ContainerBlkioStats},
	{"num_procs", &type_uint32},
	{"storage_stats", &type_ContainerStorageStats},
	{"preread", &type_string},
	{"precpu_stats", &type_ContainerCPUStats},
	{0}};
static const SchemaType type_ContainerStatsAnswer = {.kind = SCHEMA_OBJECT, .go = "ContainerStatsAnswer", .fields = fields_of_ContainerStatsAnswer};
static const SchemaField fields_of_ContainerUpdateAnswer[] = {
	{"Warnings", &type_list_string},
	{0}};
static const SchemaType type_ContainerUpdateAnswer = {.kind = SCHEMA_OBJECT, .go = "ContainerUpdateAnswer", .fields = fields_of_ContainerUpdateAnswer};
static const SchemaField fields_of_ContainerWaitExitError[] = {
	{"Message", &type_string},
	{0}};
static const SchemaType type_ContainerWaitExitError = {.kind = SCHEMA_OBJECT, .go = "ContainerWaitExitError", .fields = fields_of_ContainerWaitExitError};
static const SchemaField fields_of_ContainerWaitAnswer[] = {
	{"StatusCode", &type_int64, 0, true},
	{"Error", &type_ContainerWaitExitError},
	{0}};
static const SchemaType type_ContainerWaitAnswer = {.kind = SCHEMA_OBJECT, .go = "ContainerWaitAnswer", .fields = fields_of_ContainerWaitAnswer};
static const SchemaField fields_of_ContainerPruneAnswer[] = {
	{"ContainersDeleted", &type_list_string},
	{"SpaceReclaimed", &type_int64},
	{0}};
static const SchemaType type_ContainerPruneAnswer = {.kind = SCHEMA_OBJECT, .go = "ContainerPruneAnswer", .fields = fields_of_ContainerPruneAnswer};
static const SchemaField fields_of_ImageManifestSummary_Size[] = {
	{"Total", &type_int64, 0, true},
	{"Content", &type_int64, 0, true},
	{0}};
static const SchemaType type_ImageManifestSummary_Size = {.kind = SCHEMA_OBJECT, .go = "ImageManifestSummary_Size", .fields = fields_of_ImageManifestSummary_Size};
static const SchemaField fields_of_SignatureTimestamp[] = {
	{"Type", &type_string},
	{"URI", &type_string},
	{"Timestamp", &type_string},
	{0}};
static const SchemaType type_SignatureTimestamp = {.kind = SCHEMA_OBJECT, .go = "SignatureTimestamp", .fields = fields_of_SignatureTimestamp};
static const SchemaType type_list_SignatureTimestamp = {.kind = SCHEMA_LIST, .go = "[]SignatureTimestamp", .items = &type_SignatureTimestamp};
static const SchemaField fields_of_SignerIdentity[] = {
	{"CertificateIssuer", &type_string},
	{"SubjectAlternativeName", &type_string},
	{"Issuer", &type_string},
	{"BuildSignerURI", &type_string},
	{"BuildSignerDigest", &type_string},
	{"RunnerEnvironment", &type_string},
	{"SourceRepositoryURI", &type_string},
	{"SourceRepositoryDigest", &type_string},
	{"SourceRepositoryRef", &type_string},
	{"SourceRepositoryIdentifier", &type_string},
	{"SourceRepositoryOwnerURI", &type_string},
	{"SourceRepositoryOwnerIdentifier", &type_string},
	{"BuildConfigURI", &type_string},
	{"BuildConfigDigest", &type_string},
	{"BuildTrigger", &type_string},
	{"RunInvocationURI", &type_string},
	{"SourceRepositoryVisibilityAtSigning", &type_string},
	{0}};
static const SchemaType type_SignerIdentity = {.kind = SCHEMA_OBJECT, .go = "SignerIdentity", .fields = fields_of_SignerIdentity};
static const SchemaField fields_of_SignatureIdentity[] = {
	{"Name", &type_string},
	{"Timestamps", &type_list_SignatureTimestamp},
	{"KnownSigner", &type_string},
	{"DockerReference", &type_string},
	{"Signer", &type_SignerIdentity},
	{"SignatureType", &type_string},
	{"Error", &type_string},
	{"Warnings", &type_list_string},
	{0}};
static const SchemaType type_SignatureIdentity = {.kind = SCHEMA_OBJECT, .go = "SignatureIdentity", .fields = fields_of_SignatureIdentity};
static const SchemaType type_list_SignatureIdentity = {.kind = SCHEMA_LIST, .go = "[]SignatureIdentity", .items = &type_SignatureIdentity};
static const SchemaField fields_of_PullIdentity[] = {
	{"Repository", &type_string},
	{0}};
static const SchemaType type_PullIdentity = {.kind = SCHEMA_OBJECT, .go = "PullIdentity", .fields = fields_of_PullIdentity};
static const SchemaType type_list_PullIdentity = {.kind = SCHEMA_LIST, .go = "[]PullIdentity", .items = &type_PullIdentity};
static const SchemaField fields_of_BuildIdentity[] = {
	{"Ref", &type_string},
	{"CreatedAt", &type_string},
	{0}};
static const SchemaType type_BuildIdentity = {.kind = SCHEMA_OBJECT, .go = "BuildIdentity", .fields = fields_of_BuildIdentity};
static const SchemaType type_list_BuildIdentity = {.kind = SCHEMA_LIST, .go = "[]BuildIdentity", .items = &type_BuildIdentity};
static const SchemaField fields_of_Identity[] = {
	{"Signature", &type_list_SignatureIdentity},
	{"Pull", &type_list_PullIdentity},
	{"Build", &type_list_BuildIdentity},
	{0}};
static const SchemaType type_Identity = {.kind = SCHEMA_OBJECT, .go = "Identity", .fields = fields_of_Identity};
static const SchemaField fields_of_ImageManifestSummary_ImageData_Size[] = {
	{"Unpacked", &type_int64, 0, true},
	{0}};
static const SchemaType type_ImageManifestSummary_ImageData_Size = {.kind = SCHEMA_OBJECT, .go = "ImageManifestSummary_ImageData_Size", .fields = fields_of_ImageManifestSummary_ImageData_Size};
static const SchemaField fields_of_ImageManifestSummary_ImageData[] = {
	{"Platform", &type_OCIPlatform, 0, true},
	{"Identity", &type_Identity},
	{"Containers", &type_list_string, 0, true},
	{"Size", &type_ImageManifestSummary_ImageData_Size, 0, true},
	{0}};
static const SchemaType type_ImageManifestSummary_ImageData = {.kind = SCHEMA_OBJECT, .go = "ImageManifestSummary_ImageData", .fields = fields_of_ImageManifestSummary_ImageData};
static const SchemaField fields_of_ImageManifestSummary_AttestationData[] = {
	{"For", &type_string, 0, true},
	{0}};
static const SchemaType type_ImageManifestSummary_AttestationData = {.kind = SCHEMA_OBJECT, .go = "ImageManifestSummary_AttestationData", .fields = fields_of_ImageManifestSummary_AttestationData};
static const SchemaField fields_of_ImageManifestSummary[] = {
	{"ID", &type_string, 0, true},
	{"Descriptor", &type_OCIDescriptor, 0, true},
	{"Available", &type_bool, 0, true},
	{"Size", &type_ImageManifestSummary_Size, 0, true},
	{"Kind", &type_string, 0, true, values_9},
	{"ImageData", &type_ImageManifestSummary_ImageData},
	{"AttestationData", &type_ImageManifestSummary_AttestationData},
	{0}};
static const SchemaType type_ImageManifestSummary = {.kind = SCHEMA_OBJECT, .go = "ImageManifestSummary", .fields = fields_of_ImageManifestSummary};
static const SchemaType type_list_ImageManifestSummary = {.kind = SCHEMA_LIST, .go = "[]ImageManifestSummary", .items = &type_ImageManifestSummary};
static const SchemaField fields_of_ImageSummary[] = {
	{"Id", &type_string, 0, true},
	{"ParentId", &type_string, 0, true},
	{"RepoTags", &type_list_string, 0, true},
	{"RepoDigests", &type_list_string, 0, true},
	{"Created", &type_int, 0, true},
	{"Size", &type_int64, 0, true},
	{"SharedSize", &type_int64, 0, true},
	{"Labels", &type_map_string, 0, true},
	{"Containers", &type_int, 0, true},
	{"Manifests", &type_list_ImageManifestSummary},
	{"Descriptor", &type_OCIDescriptor},
	{0}};
static const SchemaType type_ImageSummary = {.kind = SCHEMA_OBJECT, .go = "ImageSummary", .fields = fields_of_ImageSummary};
static const SchemaType type_list_ImageSummary = {.kind = SCHEMA_LIST, .go = "[]ImageSummary", .items = &type_ImageSummary};
static const SchemaField fields_of_BuildPruneAnswer[] = {
	{"CachesDeleted", &type_list_string},
	{"SpaceReclaimed", &type_int64},
	{0}};
static const SchemaType type_BuildPruneAnswer = {.kind = SCHEMA_OBJECT, .go = "BuildPruneAnswer", .fields = fields_of_BuildPruneAnswer};
static const SchemaField fields_of_ImageConfig[] = {
	{"User", &type_string},
	{"ExposedPorts", &type_map_any},
	{"Env", &type_list_string},
	{"Cmd", &type_list_string},
	{"Healthcheck", &type_HealthConfig},
	{"ArgsEscaped", &type_bool},
	{"Volumes", &type_map_any},
	{"WorkingDir", &type_string},
	{"Entrypoint", &type_list_string},
	{"OnBuild", &type_list_string},
	{"Labels", &type_map_string},
	{"StopSignal", &type_string},
	{"Shell", &type_list_string},
	{0}};
static const SchemaType type_ImageConfig = {.kind = SCHEMA_OBJECT, .go = "ImageConfig", .fields = fields_of_ImageConfig};
static const SchemaField fields_of_ImageInspectAnswer_RootFS[] = {
	{"Type", &type_string, 0, true},
	{"Layers", &type_list_string},
	{0}};
static const SchemaType type_ImageInspectAnswer_RootFS = {.kind = SCHEMA_OBJECT, .go = "ImageInspectAnswer_RootFS", .fields = fields_of_ImageInspectAnswer_RootFS};
static const SchemaField fields_of_ImageInspectAnswer_Metadata[] = {
	{"LastTagTime", &type_string},
	{0}};
static const SchemaType type_ImageInspectAnswer_Metadata = {.kind = SCHEMA_OBJECT, .go = "ImageInspectAnswer_Metadata", .fields = fields_of_ImageInspectAnswer_Metadata};
static const SchemaField fields_of_ImageInspectAnswer[] = {
	{"Id", &type_string},
	{"Descriptor", &type_OCIDescriptor},
	{"Manifests", &type_list_ImageManifestSummary},
	{"Identity", &type_Identity},
	{"RepoTags", &type_list_string},
	{"RepoDigests", &type_list_string},
	{"Comment", &type_string},
	{"Created", &type_string},
	{"Author", &type_string},
	{"Config", &type_ImageConfig},
	{"Architecture", &type_string},
	{"Variant", &type_string},
	{"Os", &type_string},
	{"OsVersion", &type_string},
	{"Size", &type_int64},
	{"GraphDriver", &type_DriverData},
	{"RootFS", &type_ImageInspectAnswer_RootFS},
	{"Metadata", &type_ImageInspectAnswer_Metadata},
	{0}};
static const SchemaType type_ImageInspectAnswer = {.kind = SCHEMA_OBJECT, .go = "ImageInspectAnswer", .fields = fields_of_ImageInspectAnswer};
static const SchemaField fields_of_AttestationStatement[] = {
	{"Descriptor", &type_OCIDescriptor, 0, true},
	{"PredicateType", &type_string, 0, true},
	{"Statement", &type_any},
	{0}};
static const SchemaType type_AttestationStatement = {.kind = SCHEMA_OBJECT, .go = "AttestationStatement", .fields = fields_of_AttestationStatement};
static const SchemaType type_list_AttestationStatement = {.kind = SCHEMA_LIST, .go = "[]AttestationStatement", .items = &type_AttestationStatement};
static const SchemaField fields_of_ImageHistoryResponseItem[] = {
	{"Id", &type_string, 0, true},
	{"Created", &type_int64, 0, true},
	{"CreatedBy", &type_string, 0, true},
	{"Tags", &type_list_string, 0, true},
	{"Size", &type_int64, 0, true},
	{"Comment", &type_string, 0, true},
	{0}};
static const SchemaType type_ImageHistoryResponseItem = {.kind = SCHEMA_OBJECT, .go = "ImageHistoryResponseItem", .fields = fields_of_ImageHistoryResponseItem};
static const SchemaType type_list_ImageHistoryResponseItem = {.kind = SCHEMA_LIST, .go = "[]ImageHistoryResponseItem", .items = &type_ImageHistoryResponseItem};
static const SchemaField fields_of_ImageDeleteResponseItem[] = {
	{"Untagged", &type_string},
	{"Deleted", &type_string},
	{0}};
static const SchemaType type_ImageDeleteResponseItem = {.kind = SCHEMA_OBJECT, .go = "ImageDeleteResponseItem", .fields = fields_of_ImageDeleteResponseItem};
static const SchemaType type_list_ImageDeleteResponseItem = {.kind = SCHEMA_LIST, .go = "[]ImageDeleteResponseItem", .items = &type_ImageDeleteResponseItem};
static const SchemaField fields_of_ImageSearchAnswer_item[] = {
	{"description", &type_string},
	{"is_official", &type_bool},
	{"is_automated", &type_bool},
	{"name", &type_string},
	{"star_count", &type_int},
	{0}};
static const SchemaType type_ImageSearchAnswer_item = {.kind = SCHEMA_OBJECT, .go = "ImageSearchAnswer_item", .fields = fields_of_ImageSearchAnswer_item};
static const SchemaType type_list_ImageSearchAnswer_item = {.kind = SCHEMA_LIST, .go = "[]ImageSearchAnswer_item", .items = &type_ImageSearchAnswer_item};
static const SchemaField fields_of_ImagePruneAnswer[] = {
	{"ImagesDeleted", &type_list_ImageDeleteResponseItem},
	{"SpaceReclaimed", &type_int64},
	{0}};
static const SchemaType type_ImagePruneAnswer = {.kind = SCHEMA_OBJECT, .go = "ImagePruneAnswer", .fields = fields_of_ImagePruneAnswer};
static const SchemaField fields_of_SystemAuthAnswer[] = {
	{"Status", &type_string, 0, true},
	{"IdentityToken", &type_string},
	{0}};
static const SchemaType type_SystemAuthAnswer = {.kind = SCHEMA_OBJECT, .go = "SystemAuthAnswer", .fields = fields_of_SystemAuthAnswer};
static const SchemaField fields_of_PluginsInfo[] = {
	{"Volume", &type_list_string},
	{"Network", &type_list_string},
	{"Authorization", &type_list_string},
	{"Log", &type_list_string},
	{0}};
static const SchemaType type_PluginsInfo = {.kind = SCHEMA_OBJECT, .go = "PluginsInfo", .fields = fields_of_PluginsInfo};
static const SchemaField fields_of_IndexInfo[] = {
	{"Name", &type_string},
	{"Mirrors", &type_list_string},
	{"Secure", &type_bool},
	{"Official", &type_bool},
	{0}};
static const SchemaType type_IndexInfo = {.kind = SCHEMA_OBJECT, .go = "IndexInfo", .fields = fields_of_IndexInfo};
static const SchemaType type_map_IndexInfo = {.kind = SCHEMA_MAP, .go = "map[string]IndexInfo", .items = &type_IndexInfo};
static const SchemaField fields_of_RegistryServiceConfig[] = {
	{"InsecureRegistryCIDRs", &type_list_string},
	{"IndexConfigs", &type_map_IndexInfo},
	{"Mirrors", &type_list_string},
	{0}};
static const SchemaType type_RegistryServiceConfig = {.kind = SCHEMA_OBJECT, .go = "RegistryServiceConfig", .fields = fields_of_RegistryServiceConfig};
static const SchemaField fields_of_GenericResources_item_NamedResourceSpec[] = {
	{"Kind", &type_string},
	{"Value", &type_string},
	{0}};
static const SchemaType type_GenericResources_item_NamedResourceSpec = {.kind = SCHEMA_OBJECT, .go = "GenericResources_item_NamedResourceSpec", .fields = fields_of_GenericResources_item_NamedResourceSpec};
static const SchemaField fields_of_GenericResources_item_DiscreteResourceSpec[] = {
	{"Kind", &type_string},
	{"Value", &type_int64},
	{0}};
static const SchemaType type_GenericResources_item_DiscreteResourceSpec = {.kind = SCHEMA_OBJECT, .go = "GenericResources_item_DiscreteResourceSpec", .fields = fields_of_GenericResources_item_DiscreteResourceSpec};
static const SchemaField fields_of_GenericResources_item[] = {
	{"NamedResourceSpec", &type_GenericResources_item_NamedResourceSpec},
	{"DiscreteResourceSpec", &type_GenericResources_item_DiscreteResourceSpec},
	{0}};
static const SchemaType type_GenericResources_item = {.kind = SCHEMA_OBJECT, .go = "GenericResources_item", .fields = fields_of_GenericResources_item};
static const SchemaType type_list_GenericResources_item = {.kind = SCHEMA_LIST, .go = "[]GenericResources_item", .items = &type_GenericResources_item};
static const SchemaField fields_of_Runtime[] = {
	{"path", &type_string},
	{"runtimeArgs", &type_list_string},
	{"status", &type_map_string},
	{0}};
static const SchemaType type_Runtime = {.kind = SCHEMA_OBJECT, .go = "Runtime", .fields = fields_of_Runtime};
static const SchemaType type_map_Runtime = {.kind = SCHEMA_MAP, .go = "map[string]Runtime", .items = &type_Runtime};
static const SchemaField fields_of_PeerNode[] = {
	{"NodeID", &type_string},
	{"Addr", &type_string},
	{0}};
static const SchemaType type_PeerNode = {.kind = SCHEMA_OBJECT, .go = "PeerNode", .fields = fields_of_PeerNode};
static const SchemaType type_list_PeerNode = {.kind = SCHEMA_LIST, .go = "[]PeerNode", .items = &type_PeerNode};
static const SchemaField fields_of_ObjectVersion[] = {
	{"Index", &type_uint64},
	{0}};
static const SchemaType type_ObjectVersion = {.kind = SCHEMA_OBJECT, .go = "ObjectVersion", .fields = fields_of_ObjectVersion};
static const SchemaField fields_of_SwarmSpec_Orchestration[] = {
	{"TaskHistoryRetentionLimit", &type_int64},
	{0}};
static const SchemaType type_SwarmSpec_Orchestration = {.kind = SCHEMA_OBJECT, .go = "SwarmSpec_Orchestration", .fields = fields_of_SwarmSpec_Orchestration};
static const SchemaField fields_of_SwarmSpec_Raft[] = {
	{"SnapshotInterval", &type_uint64},
	{"KeepOldSnapshots", &type_uint64},
	{"LogEntriesForSlowFollowers", &type_uint64},
	{"ElectionTick", &type_int},
	{"HeartbeatTick", &type_int},
	{0}};
static const SchemaType type_SwarmSpec_Raft = {.kind = SCHEMA_OBJECT, .go = "SwarmSpec_Raft", .fields = fields_of_SwarmSpec_Raft};
static const SchemaField fields_of_SwarmSpec_Dispatcher[] = {
	{"HeartbeatPeriod", &type_int64},
	{0}};
static const SchemaType type_SwarmSpec_Dispatcher = {.kind = SCHEMA_OBJECT, .go = "SwarmSpec_Dispatcher", .fields = fields_of_SwarmSpec_Dispatcher};
static const SchemaField fields_of_SwarmSpec_CAConfig_ExternalCAs_item[] = {
	{"Protocol", &type_string, 0, false, values_12},
	{"URL", &type_string},
	{"Options", &type_map_string},
	{"CACert", &type_string},
	{0}};
static const SchemaType type_SwarmSpec_CAConfig_ExternalCAs_item = {.kind = SCHEMA_OBJECT, .go = "SwarmSpec_CAConfig_ExternalCAs_item", .fields = fields_of_SwarmSpec_CAConfig_ExternalCAs_item};
static const SchemaType type_list_SwarmSpec_CAConfig_ExternalCAs_item = {.kind = SCHEMA_LIST, .go = "[]SwarmSpec_CAConfig_ExternalCAs_item", .items = &type_SwarmSpec_CAConfig_ExternalCAs_item};
static const SchemaField fields_of_SwarmSpec_CAConfig[] = {
	{"NodeCertExpiry", &type_int64},
	{"ExternalCAs", &type_list_SwarmSpec_CAConfig_ExternalCAs_item},
	{"SigningCACert", &type_string},
	{"SigningCAKey", &type_string},
	{"ForceRotate", &type_uint64},
	{0}};
static const SchemaType type_SwarmSpec_CAConfig = {.kind = SCHEMA_OBJECT, .go = "SwarmSpec_CAConfig", .fields = fields_of_SwarmSpec_CAConfig};
static const SchemaField fields_of_SwarmSpec_EncryptionConfig[] = {
	{"AutoLockManagers", &type_bool},
	{0}};
static const SchemaType type_SwarmSpec_EncryptionConfig = {.kind = SCHEMA_OBJECT, .go = "SwarmSpec_EncryptionConfig", .fields = fields_of_SwarmSpec_EncryptionConfig};
static const SchemaField fields_of_SwarmSpec_TaskDefaults_LogDriver[] = {
	{"Name", &type_string},
	{"Options", &type_map_string},
	{0}};
static const SchemaType type_SwarmSpec_TaskDefaults_LogDriver = {.kind = SCHEMA_OBJECT, .go = "SwarmSpec_TaskDefaults_LogDriver", .fields = fields_of_SwarmSpec_TaskDefaults_LogDriver};
static const SchemaField fields_of_SwarmSpec_TaskDefaults[] = {
	{"LogDriver", &type_SwarmSpec_TaskDefaults_LogDriver},
	{0}};
static const SchemaType type_SwarmSpec_TaskDefaults = {.kind = SCHEMA_OBJECT, .go = "SwarmSpec_TaskDefaults", .fields = fields_of_SwarmSpec_TaskDefaults};
static const SchemaField fields_of_SwarmSpec[] = {
	{"Name", &type_string},
	{"Labels", &type_map_string},
	{"Orchestration", &type_SwarmSpec_Orchestration},
	{"Raft", &type_SwarmSpec_Raft},
	{"Dispatcher", &type_SwarmSpec_Dispatcher},
	{"CAConfig", &type_SwarmSpec_CAConfig},
	{"EncryptionConfig", &type_SwarmSpec_EncryptionConfig},
	{"TaskDefaults", &type_SwarmSpec_TaskDefaults},
	{0}};
static const SchemaType type_SwarmSpec = {.kind = SCHEMA_OBJECT, .go = "SwarmSpec", .fields = fields_of_SwarmSpec};
static const SchemaField fields_of_TLSInfo[] = {
	{"TrustRoot", &type_string},
	{"CertIssuerSubject", &type_string},
	{"CertIssuerPublicKey", &type_string},
	{0}};
static const SchemaType type_TLSInfo = {.kind = SCHEMA_OBJECT, .go = "TLSInfo", .fields = fields_of_TLSInfo};
static const SchemaField fields_of_ClusterInfo[] = {
	{"ID", &type_string},
	{"Version", &type_ObjectVersion},
	{"CreatedAt", &type_string},
	{"UpdatedAt", &type_string},
	{"Spec", &type_SwarmSpec},
	{"TLSInfo", &type_TLSInfo},
	{"RootRotationInProgress", &type_bool},
	{"DataPathPort", &type_uint32},
	{"DefaultAddrPool", &type_list_string},
	{"SubnetSize", &type_uint32},
	{0}};
static const SchemaType type_ClusterInfo = {.kind = SCHEMA_OBJECT, .go = "ClusterInfo", .fields = fields_of_ClusterInfo};
static const SchemaField fields_of_SwarmInfo[] = {
	{"NodeID", &type_string},
	{"NodeAddr", &type_string},
	{"LocalNodeState", &type_string},
	{"ControlAvailable", &type_bool},
	{"Error", &type_string},
	{"RemoteManagers", &type_list_PeerNode},
	{"Nodes", &type_int},
	{"Managers", &type_int},
	{"Cluster", &type_ClusterInfo},
	{0}};
static const SchemaType type_SwarmInfo = {.kind = SCHEMA_OBJECT, .go = "SwarmInfo", .fields = fields_of_SwarmInfo};
static const SchemaField fields_of_Commit[] = {
	{"ID", &type_string},
	{0}};
static const SchemaType type_Commit = {.kind = SCHEMA_OBJECT, .go = "Commit", .fields = fields_of_Commit};
static const SchemaField fields_of_SystemInfoAnswer_DefaultAddressPools_item[] = {
	{"Base", &type_string},
	{"Size", &type_int},
	{0}};
static const SchemaType type_SystemInfoAnswer_DefaultAddressPools_item = {.kind = SCHEMA_OBJECT, .go = "SystemInfoAnswer_DefaultAddressPools_item", .fields = fields_of_SystemInfoAnswer_DefaultAddressPools_item};
static const SchemaType type_list_SystemInfoAnswer_DefaultAddressPools_item = {.kind = SCHEMA_LIST, .go = "[]SystemInfoAnswer_DefaultAddressPools_item", .items = &type_SystemInfoAnswer_DefaultAddressPools_item};
static const SchemaField fields_of_FirewallInfo[] = {
	{"Driver", &type_string},
	{"Info", &type_list_list_string},
	{0}};
static const SchemaType type_FirewallInfo = {.kind = SCHEMA_OBJECT, .go = "FirewallInfo", .fields = fields_of_FirewallInfo};
static const SchemaField fields_of_DeviceInfo[] = {
	{"Source", &type_string},
	{"ID", &type_string},
	{0}};
static const SchemaType type_DeviceInfo = {.kind = SCHEMA_OBJECT, .go = "DeviceInfo", .fields = fields_of_DeviceInfo};
static const SchemaType type_list_DeviceInfo = {.kind = SCHEMA_LIST, .go = "[]DeviceInfo", .items = &type_DeviceInfo};
static const SchemaField fields_of_NRIInfo[] = {
	{"Info", &type_list_list_string},
	{0}};
static const SchemaType type_NRIInfo = {.kind = SCHEMA_OBJECT, .go = "NRIInfo", .fields = fields_of_NRIInfo};
static const SchemaField fields_of_ContainerdInfo_Namespaces[] = {
	{"Containers", &type_string},
	{"Plugins", &type_string},
	{0}};
static const SchemaType type_ContainerdInfo_Namespaces = {.kind = SCHEMA_OBJECT, .go = "ContainerdInfo_Namespaces", .fields = fields_of_ContainerdInfo_Namespaces};
static const SchemaField fields_of_ContainerdInfo[] = {
	{"Address", &type_string},
	{"Namespaces", &type_ContainerdInfo_Namespaces},
	{0}};
static const SchemaType type_ContainerdInfo = {.kind = SCHEMA_OBJECT, .go = "ContainerdInfo", .fields = fields_of_ContainerdInfo};
static const SchemaField fields_of_SystemInfoAnswer[] = {
	{"ID", &type_string},
	{"Containers", &type_int},
	{"ContainersRunning", &type_int},
	{"ContainersPaused", &type_int},
	{"ContainersStopped", &type_int},
	{"Images", &type_int},
	{"Driver", &type_string},
	{"DriverStatus", &type_list_list_string},
	{"DockerRootDir", &type_string},
	{"Plugins", &type_PluginsInfo},
	{"MemoryLimit", &type_bool},
	{"SwapLimit", &type_bool},
	{"CpuCfsPeriod", &type_bool},
	{"CpuCfsQuota", &type_bool},
	{"CPUShares", &type_bool},
	{"CPUSet", &type_bool},
	{"PidsLimit", &type_bool},
	{"OomKillDisable", &type_bool},
	{"IPv4Forwarding", &type_bool},
	{"Debug", &type_bool},
	{"NFd", &type_int},
	{"NGoroutines", &type_int},
	{"SystemTime", &type_string},
	{"LoggingDriver", &type_string},
	{"CgroupDriver", &type_string, 0, false, values_10},
	{"CgroupVersion", &type_string, 0, false, values_11},
	{"NEventsListener", &type_int},
	{"KernelVersion", &type_string},
	{"OperatingSystem", &type_string},
	{"OSVersion", &type_string},
	{"OSType", &type_string},
	{"Architecture", &type_string},
	{"NCPU", &type_int},
	{"MemTotal", &type_int64},
	{"IndexServerAddress", &type_string},
	{"RegistryConfig", &type_RegistryServiceConfig},
	{"GenericResources", &type_list_GenericResources_item},
	{"HttpProxy", &type_string},
	{"HttpsProxy", &type_string},
	{"NoProxy", &type_string},
	{"Name", &type_string},
	{"Labels", &type_list_string},
	{"ExperimentalBuild", &type_bool},
	{"ServerVersion", &type_string},
	{"Runtimes", &type_map_Runtime},
	{"DefaultRuntime", &type_string},
	{"Swarm", &type_SwarmInfo},
	{"LiveRestoreEnabled", &type_bool},
	{"Isolation", &type_string, 0, false, values_13},
	{"InitBinary", &type_string},
	{"ContainerdCommit", &type_Commit},
	{"RuncCommit", &type_Commit},
	{"InitCommit", &type_Commit},
	{"SecurityOptions", &type_list_string},
	{"ProductLicense", &type_string},
	{"DefaultAddressPools", &type_list_SystemInfoAnswer_DefaultAddressPools_item},
	{"FirewallBackend", &type_FirewallInfo},
	{"DiscoveredDevices", &type_list_DeviceInfo},
	{"NRI", &type_NRIInfo},
	{"Warnings", &type_list_string},
	{"CDISpecDirs", &type_list_string},
	{"Containerd", &type_ContainerdInfo},
	{0}};
static const SchemaType type_SystemInfoAnswer = {.kind = SCHEMA_OBJECT, .go = "SystemInfoAnswer", .fields = fields_of_SystemInfoAnswer};
static const SchemaField fields_of_SystemVersionAnswer_Platform[] = {
	{"Name", &type_string, 0, true},
	{0}};
static const SchemaType type_SystemVersionAnswer_Platform = {.kind = SCHEMA_OBJECT, .go = "SystemVersionAnswer_Platform", .fields = fields_of_SystemVersionAnswer_Platform};
static const SchemaField fields_of_SystemVersionAnswer_Components_item[] = {
	{"Name", &type_string, 0, true},
	{"Version", &type_string, 0, true},
	{"Details", &type_any},
	{0}};
static const SchemaType type_SystemVersionAnswer_Components_item = {.kind = SCHEMA_OBJECT, .go = "SystemVersionAnswer_Components_item", .fields = fields_of_SystemVersionAnswer_Components_item};
static const SchemaType type_list_SystemVersionAnswer_Components_item = {.kind = SCHEMA_LIST, .go = "[]SystemVersionAnswer_Components_item", .items = &type_SystemVersionAnswer_Components_item};
static const SchemaField fields_of_SystemVersionAnswer[] = {
	{"Platform", &type_SystemVersionAnswer_Platform},
	{"Components", &type_list_SystemVersionAnswer_Components_item},
	{"Version", &type_string},
	{"ApiVersion", &type_string},
	{"MinAPIVersion", &type_string},
	{"GitCommit", &type_string},
	{"GoVersion", &type_string},
	{"Os", &type_string},
	{"Arch", &type_string},
	{"KernelVersion", &type_string},
	{"Experimental", &type_bool},
	{"BuildTime", &type_string},
	{0}};
static const SchemaType type_SystemVersionAnswer = {.kind = SCHEMA_OBJECT, .go = "SystemVersionAnswer", .fields = fields_of_SystemVersionAnswer};
static const SchemaField fields_of_ImageCommitAnswer[] = {
	{"Id", &type_string, 0, true},
	{0}};
static const SchemaType type_ImageCommitAnswer = {.kind = SCHEMA_OBJECT, .go = "ImageCommitAnswer", .fields = fields_of_ImageCommitAnswer};
static const SchemaField fields_of_EventActor[] = {
	{"ID", &type_string},
	{"Attributes", &type_map_string},
	{0}};
static const SchemaType type_EventActor = {.kind = SCHEMA_OBJECT, .go = "EventActor", .fields = fields_of_EventActor};
static const SchemaField fields_of_SystemEventsAnswer[] = {
	{"Type", &type_string, 0, false, values_14},
	{"Action", &type_string},
	{"Actor", &type_EventActor},
	{"scope", &type_string, 0, false, values_15},
	{"time", &type_int64},
	{"timeNano", &type_int64},
	{0}};
static const SchemaType type_SystemEventsAnswer = {.kind = SCHEMA_OBJECT, .go = "SystemEventsAnswer", .fields = fields_of_SystemEventsAnswer};
static const SchemaType type_list_any = {.kind = SCHEMA_LIST, .go = "[]interface {}", .items = &type_any};
static const SchemaField fields_of_ImagesDiskUsage[] = {
	{"ActiveCount", &type_int64},
	{"TotalCount", &type_int64},
	{"Reclaimable", &type_int64},
	{"TotalSize", &type_int64},
	{"Items", &type_list_any},
	{0}};
static const SchemaType type_ImagesDiskUsage = {.kind = SCHEMA_OBJECT, .go = "ImagesDiskUsage", .fields = fields_of_ImagesDiskUsage};
static const SchemaField fields_of_ContainersDiskUsage[] = {
	{"ActiveCount", &type_int64},
	{"TotalCount", &type_int64},
	{"Reclaimable", &type_int64},
	{"TotalSize", &type_int64},
	{"Items", &type_list_any},
	{0}};
static const SchemaType type_ContainersDiskUsage = {.kind = SCHEMA_OBJECT, .go = "ContainersDiskUsage", .fields = fields_of_ContainersDiskUsage};
static const SchemaField fields_of_VolumesDiskUsage[] = {
	{"ActiveCount", &type_int64},
	{"TotalCount", &type_int64},
	{"Reclaimable", &type_int64},
	{"TotalSize", &type_int64},
	{"Items", &type_list_any},
	{0}};
static const SchemaType type_VolumesDiskUsage = {.kind = SCHEMA_OBJECT, .go = "VolumesDiskUsage", .fields = fields_of_VolumesDiskUsage};
static const SchemaField fields_of_BuildCacheDiskUsage[] = {
	{"ActiveCount", &type_int64},
	{"TotalCount", &type_int64},
	{"Reclaimable", &type_int64},
	{"TotalSize", &type_int64},
	{"Items", &type_list_any},
	{0}};
static const SchemaType type_BuildCacheDiskUsage = {.kind = SCHEMA_OBJECT, .go = "BuildCacheDiskUsage", .fields = fields_of_BuildCacheDiskUsage};
static const SchemaField fields_of_SystemDataUsageAnswer[] = {
	{"ImageUsage", &type_ImagesDiskUsage},
	{"ContainerUsage", &type_ContainersDiskUsage},
	{"VolumeUsage", &type_VolumesDiskUsage},
	{"BuildCacheUsage", &type_BuildCacheDiskUsage},
	{0}};
static const SchemaType type_SystemDataUsageAnswer = {.kind = SCHEMA_OBJECT, .go = "SystemDataUsageAnswer", .fields = fields_of_SystemDataUsageAnswer};
static const SchemaField fields_of_ContainerExecAnswer[] = {
	{"Id", &type_string, 0, true},
	{0}};
static const SchemaType type_ContainerExecAnswer = {.kind = SCHEMA_OBJECT, .go = "ContainerExecAnswer", .fields = fields_of_ContainerExecAnswer};
static const SchemaField fields_of_ProcessConfig[] = {
	{"privileged", &type_bool},
	{"user", &type_string},
	{"tty", &type_bool},
	{"entrypoint", &type_string},
	{"arguments", &type_list_string},
	{0}};
static const SchemaType type_ProcessConfig = {.kind = SCHEMA_OBJECT, .go = "ProcessConfig", .fields = fields_of_ProcessConfig};
static const SchemaField fields_of_ExecInspectAnswer[] = {
	{"CanRemove", &type_bool},
	{"DetachKeys", &type_string},
	{"ID", &type_string},
	{"Running", &type_bool},
	{"ExitCode", &type_int},
	{"ProcessConfig", &type_ProcessConfig},
	{"OpenStdin", &type_bool},
	{"OpenStderr", &type_bool},
	{"OpenStdout", &type_bool},
	{"ContainerID", &type_string},
	{"Pid", &type_int},
	{0}};
static const SchemaType type_ExecInspectAnswer = {.kind = SCHEMA_OBJECT, .go = "ExecInspectAnswer", .fields = fields_of_ExecInspectAnswer};
static const SchemaField fields_of_ClusterVolumeSpec_AccessMode_Secrets_item[] = {
	{"Key", &type_string},
	{"Secret", &type_string},
	{0}};
static const SchemaType type_ClusterVolumeSpec_AccessMode_Secrets_item = {.kind = SCHEMA_OBJECT, .go = "ClusterVolumeSpec_AccessMode_Secrets_item", .fields = fields_of_ClusterVolumeSpec_AccessMode_Secrets_item};
static const SchemaType type_list_ClusterVolumeSpec_AccessMode_Secrets_item = {.kind = SCHEMA_LIST, .go = "[]ClusterVolumeSpec_AccessMode_Secrets_item", .items = &type_ClusterVolumeSpec_AccessMode_Secrets_item};
static const SchemaField fields_of_Topology[] = {
	{"Segments", &type_map_string},
	{0}};
static const SchemaType type_Topology = {.kind = SCHEMA_OBJECT, .go = "Topology", .fields = fields_of_Topology};
static const SchemaType type_list_Topology = {.kind = SCHEMA_LIST, .go = "[]Topology", .items = &type_Topology};
static const SchemaField fields_of_ClusterVolumeSpec_AccessMode_AccessibilityRequirements[] = {
	{"Requisite", &type_list_Topology},
	{"Preferred", &type_list_Topology},
	{0}};
static const SchemaType type_ClusterVolumeSpec_AccessMode_AccessibilityRequirements = {.kind = SCHEMA_OBJECT, .go = "ClusterVolumeSpec_AccessMode_AccessibilityRequirements", .fields = fields_of_ClusterVolumeSpec_AccessMode_AccessibilityRequirements};
static const SchemaField fields_of_ClusterVolumeSpec_AccessMode_CapacityRange[] = {
	{"RequiredBytes", &type_int64},
	{"LimitBytes", &type_int64},
	{0}};
static const SchemaType type_ClusterVolumeSpec_AccessMode_CapacityRange = {.kind = SCHEMA_OBJECT, .go = "ClusterVolumeSpec_AccessMode_CapacityRange", .fields = fields_of_ClusterVolumeSpec_AccessMode_CapacityRange};
static const SchemaField fields_of_ClusterVolumeSpec_AccessMode[] = {
	{"Scope", &type_string, 0, false, values_17},
	{"Sharing", &type_string, 0, false, values_18},
	{"MountVolume", &type_any},
	{"Secrets", &type_list_ClusterVolumeSpec_AccessMode_Secrets_item},
	{"AccessibilityRequirements", &type_ClusterVolumeSpec_AccessMode_AccessibilityRequirements},
	{"CapacityRange", &type_ClusterVolumeSpec_AccessMode_CapacityRange},
	{"Availability", &type_string, 0, false, values_19},
	{0}};
static const SchemaType type_ClusterVolumeSpec_AccessMode = {.kind = SCHEMA_OBJECT, .go = "ClusterVolumeSpec_AccessMode", .fields = fields_of_ClusterVolumeSpec_AccessMode};
static const SchemaField fields_of_ClusterVolumeSpec[] = {
	{"Group", &type_string},
	{"AccessMode", &type_ClusterVolumeSpec_AccessMode},
	{0}};
static const SchemaType type_ClusterVolumeSpec = {.kind = SCHEMA_OBJECT, .go = "ClusterVolumeSpec", .fields = fields_of_ClusterVolumeSpec};
static const SchemaField fields_of_ClusterVolume_Info[] = {
	{"CapacityBytes", &type_int64},
	{"VolumeContext", &type_map_string},
	{"VolumeID", &type_string},
	{"AccessibleTopology", &type_list_Topology},
	{0}};
static const SchemaType type_ClusterVolume_Info = {.kind = SCHEMA_OBJECT, .go = "ClusterVolume_Info", .fields = fields_of_ClusterVolume_Info};
static const SchemaField fields_of_ClusterVolume_PublishStatus_item[] = {
	{"NodeID", &type_string},
	{"State", &type_string, 0, false, values_20},
	{"PublishContext", &type_map_string},
	{0}};
static const SchemaType type_ClusterVolume_PublishStatus_item = {.kind = SCHEMA_OBJECT, .go = "ClusterVolume_PublishStatus_item", .fields = fields_of_ClusterVolume_PublishStatus_item};
static const SchemaType type_list_ClusterVolume_PublishStatus_item = {.kind = SCHEMA_LIST, .go = "[]ClusterVolume_PublishStatus_item", .items = &type_ClusterVolume_PublishStatus_item};
static const SchemaField fields_of_ClusterVolume[] = {
	{"ID", &type_string},
	{"Version", &type_ObjectVersion},
	{"CreatedAt", &type_string},
	{"UpdatedAt", &type_string},
	{"Spec", &type_ClusterVolumeSpec},
	{"Info", &type_ClusterVolume_Info},
	{"PublishStatus", &type_list_ClusterVolume_PublishStatus_item},
	{0}};
static const SchemaType type_ClusterVolume = {.kind = SCHEMA_OBJECT, .go = "ClusterVolume", .fields = fields_of_ClusterVolume};
static const SchemaField fields_of_Volume_UsageData[] = {
	{"Size", &type_int64, 0, true},
	{"RefCount", &type_int64, 0, true},
	{0}};
static const SchemaType type_Volume_UsageData = {.kind = SCHEMA_OBJECT, .go = "Volume_UsageData", .fields = fields_of_Volume_UsageData};
static const SchemaField fields_of_Volume[] = {
	{"Name", &type_string, 0, true},
	{"Driver", &type_string, 0, true},
	{"Mountpoint", &type_string, 0, true},
	{"CreatedAt", &type_string},
	{"Status", &type_map_any},
	{"Labels", &type_map_string, 0, true},
	{"Scope", &type_string, 0, true, values_16},
	{"ClusterVolume", &type_ClusterVolume},
	{"Options", &type_map_string, 0, true},
	{"UsageData", &type_Volume_UsageData},
	{0}};
static const SchemaType type_Volume = {.kind = SCHEMA_OBJECT, .go = "Volume", .fields = fields_of_Volume};
static const SchemaType type_list_Volume = {.kind = SCHEMA_LIST, .go = "[]Volume", .items = &type_Volume};
static const SchemaField fields_of_VolumeListAnswer[] = {
	{"Volumes", &type_list_Volume},
	{"Warnings", &type_list_string},
	{0}};
static const SchemaType type_VolumeListAnswer = {.kind = SCHEMA_OBJECT, .go = "VolumeListAnswer", .fields = fields_of_VolumeListAnswer};
static const SchemaField fields_of_VolumeCreateAnswer_UsageData[] = {
	{"Size", &type_int64, 0, true},
	{"RefCount", &type_int64, 0, true},
	{0}};
static const SchemaType type_VolumeCreateAnswer_UsageData = {.kind = SCHEMA_OBJECT, .go = "VolumeCreateAnswer_UsageData", .fields = fields_of_VolumeCreateAnswer_UsageData};
static const SchemaField fields_of_VolumeCreateAnswer[] = {
	{"Name", &type_string, 0, true},
	{"Driver", &type_string, 0, true},
	{"Mountpoint", &type_string, 0, true},
	{"CreatedAt", &type_string},
	{"Status", &type_map_any},
	{"Labels", &type_map_string, 0, true},
	{"Scope", &type_string, 0, true, values_16},
	{"ClusterVolume", &type_ClusterVolume},
	{"Options", &type_map_string, 0, true},
	{"UsageData", &type_VolumeCreateAnswer_UsageData},
	{0}};
static const SchemaType type_VolumeCreateAnswer = {.kind = SCHEMA_OBJECT, .go = "VolumeCreateAnswer", .fields = fields_of_VolumeCreateAnswer};
static const SchemaField fields_of_VolumeInspectAnswer_UsageData[] = {
	{"Size", &type_int64, 0, true},
	{"RefCount", &type_int64, 0, true},
	{0}};
static const SchemaType type_VolumeInspectAnswer_UsageData = {.kind = SCHEMA_OBJECT, .go = "VolumeInspectAnswer_UsageData", .fields = fields_of_VolumeInspectAnswer_UsageData};
static const SchemaField fields_of_VolumeInspectAnswer[] = {
	{"Name", &type_string, 0, true},
	{"Driver", &type_string, 0, true},
	{"Mountpoint", &type_string, 0, true},
	{"CreatedAt", &type_string},
	{"Status", &type_map_any},
	{"Labels", &type_map_string, 0, true},
	{"Scope", &type_string, 0, true, values_16},
	{"ClusterVolume", &type_ClusterVolume},
	{"Options", &type_map_string, 0, true},
	{"UsageData", &type_VolumeInspectAnswer_UsageData},
	{0}};
static const SchemaType type_VolumeInspectAnswer = {.kind = SCHEMA_OBJECT, .go = "VolumeInspectAnswer", .fields = fields_of_VolumeInspectAnswer};
static const SchemaField fields_of_VolumePruneAnswer[] = {
	{"VolumesDeleted", &type_list_string},
	{"SpaceReclaimed", &type_int64},
	{0}};
static const SchemaType type_VolumePruneAnswer = {.kind = SCHEMA_OBJECT, .go = "VolumePruneAnswer", .fields = fields_of_VolumePruneAnswer};
static const SchemaField fields_of_IPAMConfig[] = {
	{"Subnet", &type_string},
	{"IPRange", &type_string},
	{"Gateway", &type_string},
	{"AuxiliaryAddresses", &type_map_string},
	{0}};
static const SchemaType type_IPAMConfig = {.kind = SCHEMA_OBJECT, .go = "IPAMConfig", .fields = fields_of_IPAMConfig};
static const SchemaType type_list_IPAMConfig = {.kind = SCHEMA_LIST, .go = "[]IPAMConfig", .items = &type_IPAMConfig};
static const SchemaField fields_of_IPAM[] = {
	{"Driver", &type_string},
	{"Config", &type_list_IPAMConfig},
	{"Options", &type_map_string},
	{0}};
static const SchemaType type_IPAM = {.kind = SCHEMA_OBJECT, .go = "IPAM", .fields = fields_of_IPAM};
static const SchemaField fields_of_ConfigReference[] = {
	{"Network", &type_string},
	{0}};
static const SchemaType type_ConfigReference = {.kind = SCHEMA_OBJECT, .go = "ConfigReference", .fields = fields_of_ConfigReference};
static const SchemaField fields_of_PeerInfo[] = {
	{"Name", &type_string},
	{"IP", &type_string},
	{0}};
static const SchemaType type_PeerInfo = {.kind = SCHEMA_OBJECT, .go = "PeerInfo", .fields = fields_of_PeerInfo};
static const SchemaType type_list_PeerInfo = {.kind = SCHEMA_LIST, .go = "[]PeerInfo", .items = &type_PeerInfo};
static const SchemaField fields_of_NetworkSummary[] = {
	{"Name", &type_string},
	{"Id", &type_string},
	{"Created", &type_string},
	{"Scope", &type_string},
	{"Driver", &type_string},
	{"EnableIPv4", &type_bool},
	{"EnableIPv6", &type_bool},
	{"IPAM", &type_IPAM},
	{"Internal", &type_bool},
	{"Attachable", &type_bool},
	{"Ingress", &type_bool},
	{"ConfigFrom", &type_ConfigReference},
	{"ConfigOnly", &type_bool},
	{"Options", &type_map_string},
	{"Labels", &type_map_string},
	{"Peers", &type_list_PeerInfo},
	{0}};
static const SchemaType type_NetworkSummary = {.kind = SCHEMA_OBJECT, .go = "NetworkSummary", .fields = fields_of_NetworkSummary};
static const SchemaType type_list_NetworkSummary = {.kind = SCHEMA_LIST, .go = "[]NetworkSummary", .items = &type_NetworkSummary};
static const SchemaField fields_of_EndpointResource[] = {
	{"Name", &type_string},
	{"EndpointID", &type_string},
	{"MacAddress", &type_string},
	{"IPv4Address", &type_string},
	{"IPv6Address", &type_string},
	{0}};
static const SchemaType type_EndpointResource = {.kind = SCHEMA_OBJECT, .go = "EndpointResource", .fields = fields_of_EndpointResource};
static const SchemaType type_map_EndpointResource = {.kind = SCHEMA_MAP, .go = "map[string]EndpointResource", .items = &type_EndpointResource};
static const SchemaField fields_of_SubnetStatus[] = {
	{"IPsInUse", &type_uint64},
	{"DynamicIPsAvailable", &type_uint64},
	{0}};
static const SchemaType type_SubnetStatus = {.kind = SCHEMA_OBJECT, .go = "SubnetStatus", .fields = fields_of_SubnetStatus};
static const SchemaType type_map_SubnetStatus = {.kind = SCHEMA_MAP, .go = "map[string]SubnetStatus", .items = &type_SubnetStatus};
static const SchemaField fields_of_IPAMStatus[] = {
	{"Subnets", &type_map_SubnetStatus},
	{0}};
static const SchemaType type_IPAMStatus = {.kind = SCHEMA_OBJECT, .go = "IPAMStatus", .fields = fields_of_IPAMStatus};
static const SchemaField fields_of_NetworkStatus[] = {
	{"IPAM", &type_IPAMStatus},
	{0}};
static const SchemaType type_NetworkStatus = {.kind = SCHEMA_OBJECT, .go = "NetworkStatus", .fields = fields_of_NetworkStatus};
static const SchemaField fields_of_NetworkInspectAnswer[] = {
	{"Containers", &type_map_EndpointResource},
	{"Services", &type_map_any},
	{"Status", &type_NetworkStatus},
	{0}};
static const SchemaType type_NetworkInspectAnswer = {.kind = SCHEMA_OBJECT, .go = "NetworkInspectAnswer", .fields = fields_of_NetworkInspectAnswer};
static const SchemaField fields_of_NetworkCreateAnswer[] = {
	{"Id", &type_string, 0, true},
	{"Warning", &type_string, 0, true},
	{0}};
static const SchemaType type_NetworkCreateAnswer = {.kind = SCHEMA_OBJECT, .go = "NetworkCreateAnswer", .fields = fields_of_NetworkCreateAnswer};
static const SchemaField fields_of_NetworkPruneAnswer[] = {
	{"NetworksDeleted", &type_list_string},
	{0}};
static const SchemaType type_NetworkPruneAnswer = {.kind = SCHEMA_OBJECT, .go = "NetworkPruneAnswer", .fields = fields_of_NetworkPruneAnswer};
static const SchemaType type_list_OCIPlatform = {.kind = SCHEMA_LIST, .go = "[]OCIPlatform", .items = &type_OCIPlatform};
static const SchemaField fields_of_DistributionInspectAnswer[] = {
	{"Descriptor", &type_OCIDescriptor, 0, true},
	{"Platforms", &type_list_OCIPlatform, 0, true},
	{0}};
static const SchemaType type_DistributionInspectAnswer = {.kind = SCHEMA_OBJECT, .go = "DistributionInspectAnswer", .fields = fields_of_DistributionInspectAnswer};

const SchemaBody schema_bodies[] = {
	{"GET", "/containers/json", &type_list_ContainerSummary},
	{"POST", "/containers/create", &type_ContainerCreateAnswer},
	{"GET", "/containers/{}/json", &type_ContainerInspectAnswer},
	{"GET", "/containers/{}/top", &type_ContainerTopAnswer},
	{"GET", "/containers/{}/changes", &type_list_FilesystemChange},
	{"GET", "/containers/{}/stats", &type_ContainerStatsAnswer},
	{"POST", "/containers/{}/update", &type_ContainerUpdateAnswer},
	{"POST", "/containers/{}/wait", &type_ContainerWaitAnswer},
	{"POST", "/containers/prune", &type_ContainerPruneAnswer},
	{"GET", "/images/json", &type_list_ImageSummary},
	{"POST", "/build/prune", &type_BuildPruneAnswer},
	{"GET", "/images/{}/json", &type_ImageInspectAnswer},
	{"GET", "/images/{}/attestations", &type_list_AttestationStatement},
	{"GET", "/images/{}/history", &type_list_ImageHistoryResponseItem},
	{"DELETE", "/images/{}", &type_list_ImageDeleteResponseItem},
	{"GET", "/images/search", &type_list_ImageSearchAnswer_item},
	{"POST", "/images/prune", &type_ImagePruneAnswer},
	{"POST", "/auth", &type_SystemAuthAnswer},
	{"GET", "/info", &type_SystemInfoAnswer},
	{"GET", "/version", &type_SystemVersionAnswer},
	{"POST", "/commit", &type_ImageCommitAnswer},
	{"GET", "/events", &type_SystemEventsAnswer},
	{"GET", "/system/df", &type_SystemDataUsageAnswer},
	{"POST", "/containers/{}/exec", &type_ContainerExecAnswer},
	{"GET", "/exec/{}/json", &type_ExecInspectAnswer},
	{"GET", "/volumes", &type_VolumeListAnswer},
	{"POST", "/volumes/create", &type_VolumeCreateAnswer},
	{"GET", "/volumes/{}", &type_VolumeInspectAnswer},
	{"POST", "/volumes/prune", &type_VolumePruneAnswer},
	{"GET", "/networks", &type_list_NetworkSummary},
	{"GET", "/networks/{}", &type_NetworkInspectAnswer},
	{"POST", "/networks/create", &type_NetworkCreateAnswer},
	{"POST", "/networks/prune", &type_NetworkPruneAnswer},
	{"GET", "/distribution/{}/json", &type_DistributionInspectAnswer},
	{0},
};
