# Requests with values and words of all kinds: status and sentence are those that dockerd 28.5.2 gave (tests/api/requests.py).
load ../lib/engine
setup_file() {
	file_setup
	d network create --subnet 10.99.0.0/16 n >/dev/null
	d volume create vv0 >/dev/null
	d create --name cc0 busybox true >/dev/null
	d run -d --name rr0 --network bridge busybox sleep 1000000 >/dev/null
}
teardown_file() { file_teardown; }

@test "requests are answered as dockerd answers them" {
	"$BATS_TEST_DIRNAME/requests.py" "$WORK/b.sock" "$BATS_TEST_DIRNAME/requests.jsonl"
}
