# Each request is answered in the version that it was asked in, 1.24 to 1.55.
load ../lib/engine
setup_file() {
	file_setup
	d create --name made busybox >/dev/null
	d commit -a me -c 'ENV a=b' -c 'LABEL l=m' -c 'USER user' made named >/dev/null
	d rm made >/dev/null
	d rmi busybox >/dev/null
	d import "$WORK/busybox.tar" bare >/dev/null
	d network create --subnet 10.99.0.0/24 net >/dev/null
	d volume create unused >/dev/null
	d run -d --name full --network net --annotation x=y -v data:/data named sleep 100000
	post_json '/v1.51/containers/create?name=mac' '{"Image":"named","MacAddress":"02:42:ac:11:00:05"}'
}
teardown_file() { file_teardown; }

@test "answers have the fields of their version" {
	"$BATS_TEST_DIRNAME/forms.py" "$WORK/b.sock" "$BATS_TEST_DIRNAME/forms.tsv"
}
