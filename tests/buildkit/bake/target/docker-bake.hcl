variable "TAG" { default = "latest" }
variable "REG" {
  default = "reg.io"
  validation {
    condition = REG != ""
    error_message = "no"
  }
}
variable "NUM" { default = 3 }
variable "DBG" { default = false }
variable "UNSET" {}
function "img" {
  params = [name]
  result = "${REG}/${name}:${TAG}"
}
group "default" { targets = ["app", "mx"] }
group "all" { targets = ["default", "db"] }
target "_common" {
  args = { A = "1", NUM = NUM, DBG = DBG, N = null }
  labels = { "org.x" = "y" }
  pull = true
}
target "app" {
  inherits = ["_common"]
  context = "app"
  contexts = { base = "target:db", x = "docker-image://busybox" }
  dockerfile = "Dockerfile.app"
  args = { B = "2", C = upper("abc"), T = timestamp() == "" ? "x" : "y" }
  tags = [img("app"), notequal("", TAG) ? "app:${TAG}" : ""]
  cache-from = ["type=registry,ref=x/y", "user/app:cache"]
  cache-to = ["type=inline"]
  platforms = ["linux/amd64", "linux/arm64"]
  output = ["type=registry"]
  secret = ["id=mysecret,src=/etc/hosts"]
  no-cache-filter = ["x"]
  target = "prod"
  network = "host"
  shm-size = "128m"
  ulimits = ["nofile=1024:1024"]
  attest = ["type=provenance,mode=max", { type = "sbom" }]
  annotations = ["a=b"]
  entitlements = ["network.host"]
  extra-hosts = { h = "1.2.3.4" }
  dockerfile-inline = <<EOT
FROM x
RUN y ${TAG}
EOT
}
target "db" {
  dockerfile = "db.Dockerfile"
  tags = ["${formatdate("YYYY", "2020-01-02T03:04:05Z")}:${join("-", [for s in ["a","b"] : upper(s)])}"]
  args = {
    for k, v in { X = 1, Y = 2 } : k => "${v}-z" if v > 1
  }
}
target "mx" {
  name = "mx-${tgt}-${replace(ver, ".", "-")}"
  matrix = {
    tgt = ["lint", "test"]
    ver = ["1.0", "2.0"]
  }
  args = { V = ver }
  target = tgt
  tags = ["mx:${ver}"]
}
