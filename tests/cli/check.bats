load ../lib/engine
# berth system check, on this host and on recorded ones.
setup_file() {
	[[ ${DOCKER:-$BUILD/berth} == */berth ]] || skip
	export DOCKER=$BUILD/berth DOCKER_HOST=unix:///nowhere BERTH_AUTOSTART=0
}
setup() { host=$BATS_TEST_TMPDIR/host; good_host; }
file() { mkdir -p "$(dirname "$host$1")"; printf '%b' "$2" >"$host$1"; }
good_host() { # of a Debian 13, as far as is looked at
	file /proc/sys/kernel/osrelease '6.12.48+deb13-amd64\n'
	file /proc/filesystems 'nodev\tproc\nnodev\toverlay\n\text4\n'
	file /proc/self/status 'Name:\tinit\nCapEff:\t0000000000000000\nCapBnd:\t000001ffffffffff\n'
	for ns in mnt pid net ipc uts cgroup user; do file "/proc/self/ns/$ns" ''; done
	file /proc/sys/user/max_user_namespaces '63000\n'
	file /etc/subuid 'dockremap:100000:65536\n'
	file /sys/fs/cgroup/cgroup.controllers 'cpuset cpu io memory hugetlb pids rdma misc\n'
	file /proc/sys/kernel/seccomp/actions_avail 'kill_process kill_thread trap errno user_notif trace log allow\n'
	file /sys/kernel/security/lsm 'lockdown,capability,landlock,yama,apparmor,tomoyo,bpf,ipe,ima,evm'
	file /lib/modules/6.12.48+deb13-amd64/modules.dep 'kernel/net/netfilter/nf_tables.ko.xz:\nkernel/net/bridge/bridge.ko.xz: kernel/net/llc/llc.ko.xz\n'
	file /proc/sys/net/ipv6/conf/all/disable_ipv6 '0\n'
	file /proc/sys/fs/binfmt_misc/qemu-aarch64 'enabled\n'
	mkdir -p "$host/var/lib/berth"
}
says() { # exit code, a line's beginning, words in it
	run d system check --root "$host"
	[[ $status -eq $1 && $output == *"$2"*"$3"* ]] || { echo "$output"; return 1; }
}

@test "this host: containers run, and one screen is enough" {
	run d system check
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -le 24 ]
	[[ $output == *'engine '*'does not answer at unix:///nowhere'*'systemctl start berthd'* ]]
}

@test "a host that has everything" {
	says 0 'ok       cgroups' 'cgroup v2 with memory, cpu, cpuset, pids, io'
	says 0 'ok       AppArmor' 'berth-default'
	says 0 'ok       platforms' 'aarch64'
	[[ $output == *'Everything is there.'* && $output != *note* ]]
}

@test "what is missing is told with what to do, and by the exit code" {
	file /proc/filesystems 'nodev\tproc\n'
	says 1 'MISSING  overlayfs' 'modprobe overlay'
	good_host
	file /proc/sys/kernel/osrelease '4.19.0-27-amd64\n'
	says 1 'MISSING  kernel' '4.19.0'
	good_host
	rm "$host/proc/self/ns/cgroup"
	says 1 'MISSING  namespaces' 'without cgroup'
	good_host
	file /proc/sys/kernel/seccomp/actions_avail ''
	says 1 'MISSING  seccomp' 'CONFIG_SECCOMP_FILTER'
	good_host
	rm "$host/sys/fs/cgroup/cgroup.controllers"
	says 1 'MISSING  cgroups' 'none are mounted'
}

@test "root without capabilities: in a container, or bounded" {
	says 0 'ok       capabilities' 'all that the engine uses'
	file /proc/self/status 'Name:\tinit\nCapBnd:\t00000000a80425fb\n'
	says 1 'MISSING  capabilities' 'without CAP_NET_ADMIN CAP_SYS_ADMIN'
	file /proc/self/status 'Name:\tinit\nCapBnd:\t000001fffeffffff\n'
	says 0 'note     capabilities' 'CAP_SYS_RESOURCE (limits above'
	run setpriv --bounding-set=-sys_admin "$BUILD/berth" system check
	[[ $status -eq 1 && $output == *'MISSING  capabilities'*'CAP_SYS_ADMIN'* ]]
}

@test "cgroup v1: with all, without devices, without memory" {
	v1() { for c in "$@"; do printf '30 20 0:26 / /sys/fs/cgroup/%s rw - cgroup cgroup rw,%s\\n' "$c" "$c"; done; }
	rm "$host/sys/fs/cgroup/cgroup.controllers"
	file /proc/self/mountinfo "$(v1 memory cpu cpuset pids blkio devices)"
	says 0 'ok       cgroups' 'cgroup v1 with'
	file /proc/self/mountinfo "$(v1 memory cpu cpuset pids blkio)"
	says 1 'MISSING  cgroups' 'without devices: only privileged'
	file /proc/self/mountinfo "$(v1 cpu cpuset pids blkio devices)"
	says 0 'note     cgroups' 'without memory (--memory)'
}

@test "what could be better is a note" {
	file /sys/kernel/security/lsm 'capability,yama'
	says 0 'note     AppArmor' 'without a profile'
	file /proc/sys/net/ipv6/conf/all/disable_ipv6 '1\n'
	says 0 'note     IPv6' 'disable_ipv6=0'
	file /proc/sys/user/max_user_namespaces '0\n'
	says 0 'note     user ids' 'userns-remap cannot be used'
	file /etc/ufw/ufw.conf 'ENABLED=yes\n'
	says 0 'note     ufw' '127.0.0.1:8080:80'
	file /lib/modules/6.12.48+deb13-amd64/modules.dep ''
	says 0 'note     nftables' '"publish-mode": "proxy"'
}
