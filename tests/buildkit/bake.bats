# berth buildx bake: plans beside those of buildx 0.29 (bake/expected.txt), what is refused, and builds.
load ../lib/engine
setup_file() { file_setup; }
teardown_file() { file_teardown; }
setup() { cd "$BATS_TEST_TMPDIR"; }

bake() { "$BUILD/berth" buildx bake "$@"; }
# Members of a group that a matrix made come in no order.
plain() { jq -S '.group[].targets |= sort'; }

@test "bake --print: as buildx prints it" {
	set -f
	local head='' cases=0
	check_case() {
		[ -n "$head" ] || return 0
		read -r folder words <<<"$head"
		(cd "$BATS_TEST_DIRNAME/bake/$folder" && bake --print $words) | plain >ours || { echo "failed: $head"; return 1; }
		plain <theirs | diff - ours || { echo "differs: $head"; return 1; }
		cases=$((cases + 1))
	}
	while IFS= read -r line; do
		if [[ $line == '== '* ]]; then
			check_case
			head=${line#== }
			: >theirs
		else
			printf '%s\n' "$line" >>theirs
		fi
	done <"$BATS_TEST_DIRNAME/bake/expected.txt"
	check_case
	[ "$cases" -eq 11 ]
}

@test "bake: functions of sets, lists, networks and names, as buildx has them" {
	while IFS='|' read -r expression value; do
		printf 'target default {\n  inherits = ["default"]\n  args = { a = %s }\n}\n' "$expression" >docker-bake.hcl
		[ "$(bake --print | jq -r .target.default.args.a)" = "$value" ] || { bake --print; echo "$expression"; false; }
	done <<-'EOF'
		title("ab cd")|Ab Cd
		indexof(["a","b"],"b")|1
		coalescelist([],["z"])[0]|z
		chunklist(["a","b","c"],2)[1][0]|c
		log(8,2)|3
		regexall("[0-9]","a1b2")[1]|2
		parseint("ff",16)|255
		join(",",setunion(["b"],["a"]))|a,b
		join(",",setintersection(["a","b"],["a"]))|a
		join(",",setsubtract(["a","b"],["a"]))|b
		join(",",setsymmetricdifference(["a"],["b"]))|a,b
		sethaselement(["a"],"a")|true
		jsonencode(setproduct(["a"],["b","c"]))|[["a","b"],["a","c"]]
		cidrhost("10.0.0.0/8",5)|10.0.0.5
		cidrnetmask("10.0.0.0/12")|255.240.0.0
		cidrsubnet("10.0.0.0/8",8,2)|10.2.0.0/16
		uuidv5("dns","x")|05b16a01-46c6-56dd-bd6e-c6dfb4a1427a
		urlencode("a b&c")|a+b%26c
		reverse("añb")|bña
		reverselist([1,2])[0]|2
	EOF
	for expression in 'tostring(3)' 'tobool("true")' 'strrev("ab")' 'cidrhost("10.0.0.0/8",99999999999)' 'parseint("zz",10)' 'indexof(["a"],"b")' 'cidrnetmask("x")' 'uuidv5("no","x")'; do
		printf 'target "default" {\n  args = { a = %s }\n}\n' "$expression" >docker-bake.hcl
		run bake --print
		[ "$status" -ne 0 ] || { echo "$expression"; false; }
	done
}

@test "bake: variables of the environment, with the type of their default" {
	printf 'variable "N" { default = 1 }\nvariable "B" { default = true }\nvariable "S" {}\ntarget "default" { args = { n = N + 1, b = B ? "yes" : "no", s = S } }\n' >docker-bake.hcl
	[ "$(bake --print | jq -c .target.default.args)" = '{"b":"yes","n":"2","s":""}' ]
	[ "$(N=41 B=f S=x bake --print | jq -c .target.default.args)" = '{"b":"no","n":"42","s":"x"}' ]
	N=x run bake --print
	[ "$status" -eq 1 ]
	[ "$output" = 'ERROR: docker-bake.hcl:1: Invalid value; failed to parse N as number: strconv.ParseFloat: parsing "x": invalid syntax' ]
	printf 'variable "V" {\n default = ""\n validation {\n condition = V != ""\n error_message = "V is wanted"\n }\n}\ntarget "default" { args = { v = V } }\n' >docker-bake.hcl
	run bake --print
	[[ $output == *'Validation failed; V is wanted'* ]]
	V=x bake --print
}

@test "bake: variables with a type: the default and the environment are read by it, or refused, as by buildx" {
	while IFS='|' read -r body environment value; do
		printf "variable \"L\" {\n$body\n}\ntarget \"default\" {\n args = { l = jsonencode(L) }\n}\n" >docker-bake.hcl
		run env ${environment:+"$environment"} "$BUILD/berth" buildx bake --print
		[ "$status" -ne 0 ] || output=$(jq -r .target.default.args.l <<<"$output")
		[[ $output == *"$value" ]] || { echo "$body $environment: $output"; false; }
	done <<-'E'
		type = list(number)|L=3,4|[3,4]
		type = list(number)|L=3,x|Invalid value; failed to convert variable L from CSV: failed to parse element of type list of number: failed to parse L as number: strconv.ParseFloat: parsing "x": invalid syntax
		type = list(string)|L="a,b",c|["a,b","c"]
		type = list(string)|L=|failed to parse  as CSV: EOF
		type = list(list(string))|L=a|unsupported type list of list of string for CSV specification
		type = list(string)|L_JSON=[1,true]|["1","true"]
		type = list(string)|L_JSON=5|failed to convert variable L from JSON: missing expected [
		type = set(number)|L=2,1,2|[1,2]
		type = map(string)|L=a:b,c:d|{"a":"b","c":"d"}
		type = map(string)|L=a=b|expected one k/v pair but got 1 pieces from a=b
		type = tuple([string, number])|L=a,5|["a",5]
		type = tuple([string, number])|L=a|tuple expects 2 elements but only 1 provided
		type = object({a=string, b=number})|L_JSON={"a":"z"}|{"a":"z","b":null}
		type = object({a=string})|L=a:b|unsupported type object for variable L
		type = object({a=optional(string)})\n default = {}||{"a":null}
		type = object({a=string})\n default = {}||invalid type object for variable L default value: attribute "a" is required
		type = number\n default = "x"||invalid type number for variable L default value: a number is required
		type = number\n default = "5"||5
		type = bool|L=x|failed to parse L as bool: strconv.ParseBool: parsing "x": invalid syntax
		type = string||null
		type = any|L=x|unsupported type dynamic for variable L
		type = foo||docker-bake.hcl:2: Invalid type specification; The keyword "foo" is not a valid type specification.
		type = list||The list type constructor requires one argument specifying the element type.
		type = foo(string)||Keyword "foo" is not a valid type constructor.
		type = "string"||like list(string).
		type = string(number)||Primitive type keyword "string" does not expect arguments.
		default = ["a"]|L=a|unsupported type tuple for variable L
		default = 1|L_JSON=5|5
	E
	echo '{"variable":{"L":{"type":"list(number)"}},"target":{"default":{"args":{"l":"${L[1]}"}}}}' >bake.json
	[ "$(L=3,4 bake --print -f bake.json | jq -r .target.default.args.l)" = 4 ]
}

@test "bake: what cannot be understood is refused, with its line" {
	while IFS='|' read -r text words; do
		printf "$text" >docker-bake.hcl
		run bake --print
		[ "$status" -eq 1 ] || { echo "taken: $text"; false; }
		[[ $output == "ERROR: "*"$words"* ]] || { echo "$text: $output"; false; }
	done <<-'E'
		target "default" {\n  tags = ["${UNDEF}"]\n}\n|docker-bake.hcl:2: Unknown variable; There is no variable named "UNDEF".
		target "default" {\n  tags = [\n}\n|docker-bake.hcl:3: Invalid expression
		target "default" {\n  tags = nofun(1)\n}\n|There is no function named "nofun".
		target "default" {\n  tags = upper()\n}\n|Call to function "upper" failed
		target "default" {\n  args = "x"\n}\n|Inappropriate value for attribute "args"
		target "default" {\n  pull = "x"\n}\n|Inappropriate value for attribute "pull"
		target "default" {\n  tags = ["a\n"]\n}\n|docker-bake.hcl:2: Invalid multi-line string
		target "default" {\n  inherits = ["none"]\n}\n|failed to find target none
		target "default" {\n  contexts = { x = "target:none" }\n}\n|failed to find target none
		group "default" {\n  targets = ["default"]\n}\n|group default holds itself
		a = b\nb = a\ntarget "default" {\n  tags = [a]\n}\n|variable cycle not allowed
		function "f" {\n params = [x]\n result = f(x)\n}\ntarget "default" {\n tags = [f(1)]\n}\n|Call to function "f" failed
		target "default" {\n  matrix = { v = ["1", "2"] }\n}\n|docker-bake.hcl:1: Invalid name; duplicate name "default"
		target "default" {\n  matrix = { v = ["1", "1"] }\n name = "a"\n}\n|Invalid name; duplicate name "a"
		target "default" {\n  matrix = { v = "1" }\n name = "a"\n}\n|matrix values must be a list
		target "default" {\n  name = "a"\n}\n|docker-bake.hcl:1: Invalid name; name requires matrix
		target "default" {\n  matrix = { v = ["a b"] }\n  name = v\n}\n|invalid name a b
		target "default" {\n  tags = [1 / 0]\n}\n|Division by zero
		target "default" {\n  tags = ["%%{ if true }x"]\n}\n|Unexpected end of template; "endif" is missing
		target "default" {\n  tags = ["%%{ endif }"]\n}\n|Unexpected template directive
		target "default" {\n  tags = ["%%{ for x in [1] }a%%{ endif }"]\n}\n|"endfor" is missing
		target "default" {\n  tags = ["%%{ while }"]\n}\n|it is neither if nor for
		target "default" {\n  tags = ["%%{ if 5 }a%%{ endif }"]\n}\n|Incorrect condition type
		target "default" {\n  tags = ["x\n|Invalid multi-line string
		target "default" {\n  dockerfile-inline = <<E\nx\n|Unterminated heredoc
		target "default" {|docker-bake.hcl:1: 
	E
	python3 -c 'print("a = " + "[" * 100000)' >docker-bake.hcl
	run bake --print
	[[ $output == *'the expression is too deep'* ]]
	python3 -c 'print("a = \"" + "%{ if true }" * 100000 + "\"")' >docker-bake.hcl
	run bake --print
	[[ $output == *'is too deep'* ]]
	# Values that grow out of each other end where they are too large, by whichever way.
	for grows in '"${P}${P}${P}${P}"' '[P, P, P, P]' 'join(P, [P, P, P, P])' 'replace(P, "x", "${P}${P}")' 'concat([P, P], [P, P])'; do
		{
			echo 'a0 = "xxxx"'
			for i in $(seq 40); do echo "a$i = ${grows//P/a$((i - 1))}"; done
			echo 'target "default" { args = { A = jsonencode(a40) } }'
		} >docker-bake.hcl
		run timeout 20 "$BUILD/berth" buildx bake --print
		[ "$status" -eq 1 ]
		[[ $output == *'the value is too large'* ]]
	done
	printf '{"target": {"default": 1}' >docker-bake.json
	run bake --print -f docker-bake.json
	[ "$status" -eq 1 ]
	run bake --print -f none.hcl
	[ "$output" = 'ERROR: open none.hcl: no such file or directory' ]
	rm docker-bake.*
	run bake
	[ "$output" = "ERROR: couldn't find a bake definition" ]
	printf 'target "a" {}\n' >docker-bake.hcl
	run bake --print a --set nonsense
	[[ $output == *'invalid override nonsense, expected target.name=value' ]]
	run bake --print a --set a.nokey=1
	[ "$output" = 'ERROR: unknown key: nokey' ]
	[ "$(bake --list targets | tail -n 1)" = $'a\t' ]
}

@test "bake builds: links first, matrices, several platforms, inline Dockerfiles" {
	cat >docker-bake.hcl <<-'E'
		group "default" { targets = ["app", "mx"] }
		target "base" { dockerfile-inline = "FROM busybox\nRUN echo base >/base" }
		target "app" {
		  contexts = { below = "target:base" }
		  dockerfile-inline = "FROM below\nARG X\nRUN echo $X >/app"
		  args = { X = "it's \"q\"" }
		  tags = ["bakedapp:1"]
		  platforms = ["linux/amd64", "linux/arm64"]
		}
		target "mx" {
		  name = "mx-${v}"
		  matrix = { v = ["1", "2"] }
		  dockerfile-inline = "FROM scratch\nCOPY docker-bake.hcl /f${v}"
		  tags = ["mx:${v}"]
		}
	E
	bake
	[ "$(run_none bakedapp:1 cat /base /app)" = $'base\nit\'s "q"' ]
	[ "$("$BUILD/berth" image ls --tree bakedapp | grep -c ' linux/')" -eq 2 ]
	[ "$("$BUILD/berth" images -q mx | wc -l)" -eq 2 ]
	bake mx-1 --set mx-1.tags=other:1
	[ -n "$("$BUILD/berth" images -q other:1)" ]
	printf 'target "default" { dockerfile-inline = "FROM busybox\\nRUN exit 3" }\n' >docker-bake.hcl
	run bake
	[ "$status" -eq 1 ]
	[[ $output == *'exit code: 3'*'target default: failed to build'* ]]
}
