variable "X" { default = "a" }
variable "L" { default = ["p", "q"] }
variable "B" { default = true }
target "default" {
  args = {
    A = "%{ if B }yes%{ else }no%{ endif }"
    C = "%{ if X == "b" }yes%{ endif }|"
    D = "%{ for v in L }<${v}>%{ endfor }"
    E = "%{ for i, v in L }${i}=${v};%{ endfor }"
    F = "pre %{~ if B ~} mid %{~ endif ~} post"
    G = "%{ for k, v in {b = 1, a = 2} }${k}${v}%{ endfor }"
    H = "%{ for v in L }%{ if v == "q" }Q%{ else }${upper(v)}%{ endif },%{ endfor }"
    I = "%%{ if x }"
    J = "100%"
    K = "%{ if true }${X}%{ endif }"
    N = "%{ for v in [] }x%{ endfor }"
    M = <<EOT
list:
%{ for v in L ~}
- ${v}
%{ endfor ~}
end
EOT
    T = <<-EOT
      %{ if B }
      one
      %{ endif }
      two
    EOT
  }
}
