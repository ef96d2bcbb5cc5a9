# ssh:// from the client, by a real sshd on the host next door's wire.
load ../lib/engine
load ../lib/hosts
setup_file() {
	hosts_make
	mkdir -p "$WORK/ssh" /run/sshd
	ssh-keygen -q -t ed25519 -N '' -f "$WORK/ssh/host"
	ssh-keygen -q -t ed25519 -N '' -f "$WORK/ssh/id"
	cp "$WORK/ssh/id.pub" "$WORK/ssh/authorized"
	cat >"$WORK/ssh/config" <<-C
		Port 2222
		ListenAddress 10.5.0.1
		HostKey $WORK/ssh/host
		PidFile $WORK/ssh/pid
		AuthorizedKeysFile $WORK/ssh/authorized
		StrictModes no
		UsePAM no
		PasswordAuthentication no
		SetEnv DOCKER_HOST=unix://$WORK/b.sock
		ForceCommand $BUILD/berth \${SSH_ORIGINAL_COMMAND#docker }
	C
	nsenter --net=/run/netns/"$HOST" /usr/sbin/sshd -f "$WORK/ssh/config" -E "$WORK/ssh/log"
	# The client's ssh, with the key and the host's name known.
	mkdir "$WORK/bin"
	echo "[10.5.0.1]:2222 $(cut -d' ' -f1,2 "$WORK/ssh/host.pub")" >"$WORK/ssh/known"
	printf '#!/bin/sh\nexec /usr/bin/ssh -oBatchMode=yes -oUserKnownHostsFile=%s -i %s "$@"\n' "$WORK/ssh/known" "$WORK/ssh/id" >"$WORK/bin/ssh"
	chmod +x "$WORK/bin/ssh"
}
teardown_file() {
	kill "$(cat "$WORK/ssh/pid")"
	hosts_remove
}
far() { PATH=$WORK/bin:$PATH outside timeout -s KILL 30 "$DOCKER" -H "ssh://root@10.5.0.1:2222" "$@"; }

@test "ssh://: run, attach, exec and logs on another host" {
	[ "$(far version -f '{{.Server.Os}}')" = linux ]
	[ "$(far run --rm --network none busybox echo by ssh)" = 'by ssh' ]
	[ "$(seq 5000 | far run -i --rm --network none busybox sha256sum)" = "$(seq 5000 | sha256sum)" ]
	far run -d --name by-ssh --network none busybox sh -c 'echo said; sleep 100'
	[ "$(far exec by-ssh echo inside)" = inside ]
	[ "$(far logs by-ssh)" = said ]
	far rm -f by-ssh
}

@test "ssh://: a host that is not there, a name that would be an option: an error, and nothing is run" {
	run far -H ssh://root@10.5.0.1:2223 ps
	[ "$status" -ne 0 ]
	for host in 'ssh://-oProxyCommand=touch%20x' "ssh://-oProxyCommand=touch $WORK/owned" 'ssh://root@-oProxyCommand=x'; do
		run env PATH="$WORK/bin:$PATH" timeout 10 "$BUILD/berth" -H "$host" ps
		[ "$status" -ne 0 ]
	done
	[ ! -e "$WORK/owned" ]
}
