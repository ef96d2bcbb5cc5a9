variable "L" { default = ["a", "b"] }
variable "M" { default = { x = "1", y = "2" } }
variable "VER" { default = "1.2.3" }
# comment
FOO = "global"
function "inc" {
  params = [x]
  result = add(x, 1)
}
function "tags" {
  params = [name]
  variadic_params = vs
  result = [for v in vs : "${name}:${v}"]
}
target "default" {
  matrix = { item = L, os = [{ n = "deb", v = 12 }, { n = "alp", v = 3 }] }
  name = "x-${item}-${os.n}"
  args = {
    A = inc(3)
    B = "${length(L)}-${L[0]}-${M.x}-${M["y"]}"
    E = join(",", concat(L, ["z"]))
    F = format("%s-%03d-%.1f", "s", 7, 1.5)
    G = regex_replace("1.2.3", "^(\\d+)\\.(\\d+).*$", "$1-$2")
    H = substr("hello", 1, 3)
    I = FOO
    J = title
    K = "${VER == "1.2.3" && !false ? "yes" : "no"}"
    L = 7 % 4 + 2 * 3 - 10 / 4
    M = os.v >= 12
    N = split(".", VER)[1]
    O = lower(trimsuffix("ABC.x", ".x"))
    P = jsonencode({ b = 1, a = [true, null] })
    Q = sha256("x")
    R = contains(L, "a")
    S = element(L, 3)
    T = "$${notvar} %%{x}"
    U = <<-EOT
      indented
        more
    EOT
    V = base64encode("hi")
    W = max(1, 5, 3)
    X = coalesce(null, "c")
    Y = replace("a.b.c", ".", "-")
    Z = [for k, v in M : "${k}=${v}" if v != "1"][0]
  }
  tags = concat(tags("img", "1", "2"), [for s in L : "app:${s}"])
  labels = { for s in L : "l.${s}" => upper(s) }
  output = ["type=local,dest=out"]
}
title = "t"
