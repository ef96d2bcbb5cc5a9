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
	while IFS= read -r line; do
		# Values have bars, too: they begin behind the call.
		case $line in *')|'*) expression="${line%%")|"*})" value=${line#*")|"} ;; *) expression=${line%%|*} value=${line#*|} ;; esac
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
		join(",",cidrsubnets("10.0.0.0/16",4,4,8,4))|10.0.0.0/20,10.0.16.0/20,10.0.32.0/24,10.0.48.0/20
		join(",",cidrsubnets("10.1.2.3/8",1,2))|10.0.0.0/9,10.128.0.0/10
		jsonencode(cidrsubnets("10.0.0.0/24"))|[]
		uuidv5("dns","x")|05b16a01-46c6-56dd-bd6e-c6dfb4a1427a
		urlencode("a b&c")|a+b%26c
		absolute("-2")|2
		and(true,"true")|true
		convert("1",number) + 1|2
		jsonencode(convert([1,"a"],set(string)))|["1","a"]
		jsonencode(csvdecode("a,b\n\"x,y\",z"))|[{"a":"x,y","b":"z"}]
		join(" ",formatlist("%s-%d",["a","b"],[1,2]))|a-1 b-2
		format("%05.2f|%x|%X|%o|%b",3.14159,255,255,8,5)|03.14|ff|FF|10|101
		format("%-3s|%3s|%+d|% d|%[1]s","a","b",1,2)|a  |  b|+1| 2|a
		format("%q %v %#v","a",[1],{a=1})|"a" [1] {"a":1}
		formatdate("EEEE, DD-MMM-YY hh:mm:ss ZZZ","2018-01-02T23:12:01Z")|Tuesday, 02-Jan-18 23:12:01 UTC
		formatdate("h 'o''clock' aa ZZZZ ZZZZZ","2018-01-02T23:12:01+05:30")|23 o'clock pm +0530 +05:30
		timeadd("2020-01-01T00:00:00+02:00","-1h30m")|2019-12-31T22:30:00+02:00
		parseint("aZ",62)|681
		replace("abc","","-")|-a-b-c-
		jsonencode(split("","ab"))|["a","b"]
		jsonencode("<&>")|"\u003c\u0026\u003e"
		sanitize("a/b:c d.é_-")|a_b_c_d___-
		title("hello foo-bar a_b")|Hello Foo-Bar A_b
		uuidv5("oid","1.2.3")|42d5e23b-3a02-5135-85c6-52d1102f1f00
		regex_replace("abc","(?P<n>b)","$${n}n")|abnc
		jsonencode({for x in ["a","a"]: x=>1...})|{"a":[1,1]}
		7 % 0|7
		123456789012345678|123456789012345678
		10000000000000000000000|10000000000000000000000
		reverse("añb")|bña
		reverselist([1,2])[0]|2
	EOF
	for expression in 'add("a",1)' 'and(1,2)' 'not(1)' 'upper(null)' 'upper(["a"])' 'upper()' 'upper("a","b")' 'join(",","a")' 'keys([1])' 'base64decode("!!")' \
		'format("%d","x")' 'format("%d",1.5)' 'format("%s",null)' 'format("%s","a","b")' 'format("%z","a")' 'format("%d")' 'formatlist("%s-%s",["a"],["b","c"])' \
		'formatdate("YYYYY","2018-01-02T23:12:01Z")' "formatdate(\"YYYY'x\",\"2018-01-02T23:12:01Z\")" 'formatdate("YYYY","x")' 'timeadd("x","1h")' \
		'timeadd("2020-01-01T00:00:00Z","x")' 'convert("x",number)' 'convert("x",nonsense)' 'convert("x")' 'csvdecode("a,b\n1")' 'csvdecode("")' 'csvdecode("a,a\n1,2")' \
		'concat()' 'join(",")' 'join(",",[null])' 'log(0,2)' 'max()' 'merge([1])' 'parseint("0x1",16)' 'range(1,5,-1)' 'range(0,1,0)' 'range()' 'setproduct(["a"])' 'slice(["a"],0,2)' 'slice(["a"],-1,1)' 'zipmap(["a"],[1,2])' 'true||UNDEF' '{for x in ["a","a"]: x=>1}' '["a"][0.5]' '0x10' '5.' '1e400' 'unixtimestampparse(1)' 'element(["a"],-1)' 'coalescelist(null,[1])' 'signum(2.5)' 'abs(1)' 'tostring(3)' 'tobool("true")' 'strrev("ab")' 'cidrhost("10.0.0.0/8",99999999999)' 'parseint("zz",10)' 'indexof(["a"],"b")' 'cidrnetmask("x")' 'uuidv5("no","x")'; do
		printf '%s\n' 'target "default" {' "  args = { a = jsonencode($expression) }" '}' >docker-bake.hcl
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
		target "default" {\n  args = "x"\n}\n|Unsuitable value: map of string required
		target "default" {\n  pull = "x"\n}\n|Inappropriate value for attribute "pull"
		target "default" {\n  tags = ["a\n"]\n}\n|docker-bake.hcl:2: Invalid multi-line string
		target "default" {\n  inherits = ["none"]\n}\n|failed to find target none
		target "default" {\n  contexts = { x = "target:none" }\n}\n|failed to find target none
		group "default" {\n  targets = ["default"]\n}\n|group default holds itself
		group "default" {}|docker-bake.hcl:1: Missing required argument; The argument "targets" is required
		group "default" { targets = "a" }\ntarget "a" {}|Unsuitable value: list of string required
		target "a.b" {}|docker-bake.hcl:1: Invalid name; only "[a-zA-Z0-9_-]+" are allowed
		target "default" {\n  tags = "x"\n}\n|docker-bake.hcl:2: Unsuitable value type; Unsuitable value: list of string required
		target "default" {\n  tags = [["a"]]\n}\n|Unsuitable value: element 0: string required
		target "default" {\n  tags = [null]\n}\n|Unsuitable value: null value is not allowed
		target "default" {\n  args = { a = ["b"] }\n}\n|Unsuitable value: element "a": string required
		target "default" {\n  contexts = { a = null }\n}\n|Unsuitable value: null value is not allowed
		target "default" {\n  inherits = "b"\n}\n|Unsuitable value: list of string required
		target "default" {\n  description = null\n}\n|Unsuitable value: null value is not allowed
		target "default" {\n  cache-from = "x"\n}\n|Unsuitable value: list of map of string required
		target "default" {\n  cache-to = ["a=b"]\n}\n|Unsuitable value: type required form> "a=b"
		target "default" {\n  output = [1]\n}\n|Unsuitable value: map of string required
		target "default" {\n  output = ["type=local,dest="]\n}\n|dest is required for local exporter
		target "default" {\n  secret = ["a"]\n}\n|Unsuitable value: invalid field 'a' must be a key=value pair
		target "default" {\n  secret = ["id=a,foo=b"]\n}\n|Unsuitable value: unexpected key 'foo' in 'foo=b'
		target "default" {\n  secret = ["id=a,src=/no/such"]\n}\n|failed to stat /no/such: stat /no/such: no such file or directory
		target "default" {\n  secret = [{type="file"}]\n}\n|secret missing ID
		target "default" {\n  ssh = 5\n}\n|Unsuitable value: list of object required
		target "default" {\n  attest = ["mode=max"]\n}\n|Unsuitable value: attestation type not specified
		target "default" {\n  platforms = ["foo"]\n}\n|unknown operating system or architecture
		target "default" {\n  contexts = { a = "target:default" }\n}\n|target default cannot link to itself
		group "default" { targets = ["b", "a"] }\ntarget "a" {\n  contexts = { x = "target:b" }\n}\ntarget "b" {\n  contexts = { x = "target:a" }\n}\n|infinite loop from a to b
		target "default" { tags = ["a"]\n dockerfile = "x" }\n|Invalid single-argument block definition
		target "default" { foo { a = 1 } }|Argument definition required
		variable "U" { default = UNDEF }\ntarget "default" {}|There is no variable named "UNDEF".
		A = UNDEF\ntarget "default" {}|There is no variable named "UNDEF".
		variable "A" {\n  validation { error_message = "e" }\n}\ntarget "default" {}|Condition expression must return either true or false, not null.
		function "f" { result = "c" }\ntarget "default" {}|Invalid function; empty params not allowed for f
		function "f" {\n  params = ["a"]\n  result = a\n}\ntarget "default" {}|Invalid param element; Each parameter name must be an identifier.
		target "default" {\n  name = "x"\n  matrix = ["a"]\n}\n|Invalid name; matrix must be a map
		target "default" {\n  name = "x"\n  matrix = { a = [] }\n}\n|failed to find target default
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

@test "bake builds: outputs with all that they say, or refused" {
	output() { printf 'target "default" {\n dockerfile-inline = "FROM scratch\\nCOPY docker-bake.hcl /f"\n tags = ["out:tag"]\n output = [%s]\n}\n' "$1" >docker-bake.hcl; }
	output '"type=image,name=out:name,\"annotation.a=x,y\""'
	bake --print | jq -e '.target.default.output == [{"annotation.a": "x,y", "name": "out:name", "type": "image"}]'
	bake
	[ -n "$("$BUILD/berth" images -q out:name)" ]
	output '"type=cacheonly", "type=local,dest=made"'
	bake
	[ -e made/f ]
	while IFS='|' read -r text words; do
		output "$text"
		run bake
		[[ $status -eq 1 && $output == *"$words"* ]] || { echo "$text: $output"; false; }
	done <<-'E'
		"type=image,name=x,push=true,compression=zstd"|option compression=zstd is not supported
		"type=image,nosuch=1"|option nosuch=1 is not supported
		"type=image", "type=local,dest=made"|more than one output: build once for each
		"type=image,\"a=b"|Unsuitable value: parse error on line 1, column 16: extraneous or missing " in quoted-field
		"type=image,a\"b=c"|Unsuitable value: parse error on line 1, column 13: bare " in non-quoted-field
	E
}

@test "bake --print: what is said twice, descriptions, and JSON that HCL has other forms of" {
	cat >docker-bake.hcl <<-'E'
		group "default" {
		  targets = ["a", "a"]
		  description = "all"
		}
		target "a" {
		  description = "one"
		  context = ""
		  tags = ["x", "y", "x"]
		  output = ["type=registry", "type=local,dest=out", "out", "-", "dest=x"]
		  attest = ["type=sbom", "type=provenance,disabled=true", {type = "sbom", generator = "g"}]
		}
	E
	bake --print | jq -c . >printed
	[ "$(jq -c .group printed)" = '{"default":{"description":"all","targets":["a"]}}' ]
	[ "$(jq -c '.target.a | [.description, .context, .tags]' printed)" = '["one",".",["x","y"]]' ]
	[ "$(jq -c .target.a.output printed)" = '[{"type":"registry"},{"dest":"out","type":"local"},{"dest":"dest=x","type":"local"},{"dest":"-","type":"tar"}]' ]
	[ "$(jq -c .target.a.attest printed)" = '[{"generator":"g","type":"sbom"},{"disabled":true,"type":"provenance"}]' ]
	rm docker-bake.hcl
	echo '{"target":[{"default":{"tags":["a"]}}]}' >bake.json
	[ "$(bake --print -f bake.json | jq -c .target.default.tags)" = '["a"]' ]
	while IFS='|' read -r text words; do
		echo "$text" >bake.json
		run bake --print -f bake.json
		[ "$status" -eq 1 ]
		[[ $output == *"$words"* ]] || { echo "$text: $output"; false; }
	done <<-'E'
		{"target":{"default":{"tags":"a"}}}|list of string required
		{"target":{"default":"x"}}|Incorrect JSON value type
		{"group":{"default":["a"]}}|Incorrect JSON value type
		{"target":{"default":{"tags":["a"],"tags":["b"]}}}|Duplicate argument
		{"variable":{"A":{"default":"x","validation":[{"condition":"${A == \"x\"}","error_message":"no"},{"condition":"${A != \"x\"}","error_message":"two"}]}},"target":{"default":{}}}|Validation failed; two
	E
}

@test "bake --metadata-file: what each target became, by its name" {
	echo f >f
	printf 'FROM scratch\nCOPY f /\n' >Dockerfile
	printf 'group "default" { targets = ["a", "b"] }\ntarget "a" { tags = ["meta-a"] }\ntarget "b" { contexts = { base = "target:a" } }\n' >docker-bake.hcl
	bake --metadata-file meta.json
	jq -e 'keys == ["a", "b"] and .a."image.name" == "docker.io/library/meta-a"' meta.json
	[ "$(jq -r '.a."containerimage.config.digest"' meta.json)" = "$(d image inspect -f '{{.Id}}' meta-a)" ]
	rm meta.json
	not bake --metadata-file meta.json nosuch
	[ ! -e meta.json ]
}
