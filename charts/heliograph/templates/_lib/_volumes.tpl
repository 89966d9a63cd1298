{{/* What is mounted, as a list of folder (under /etc/heliograph) and source. JSON. */}}
{{- define "heliograph.mounts" -}}
{{- $root := .root -}}
{{- $about := include "heliograph.about" . | fromYaml -}}
{{- $mounts := list (dict "folder" "config" "source" (dict "configMap" (dict "name" (include "heliograph.componentName" .)))) -}}
{{- range $store := $about.needs -}}
{{- $secret := include "heliograph.storeSecret" (dict "root" $root "store" $store) -}}
{{- if $secret -}}
{{- $items := list (dict "key" (include "heliograph.storeKey" (dict "root" $root "store" $store)) "path" "password") -}}
{{- $mounts = append $mounts (dict "folder" $store "source" (dict "secret" (dict "secretName" $secret "items" $items "defaultMode" 288))) -}}
{{- end -}}
{{- end -}}
{{- with $root.Values.nats.tls.existingSecret -}}
{{- $items := list (dict "key" $root.Values.nats.tls.caKey "path" "ca.crt") -}}
{{- if $root.Values.nats.tls.clientCertificate -}}
{{- $items = concat $items (list (dict "key" "tls.crt" "path" "tls.crt") (dict "key" "tls.key" "path" "tls.key")) -}}
{{- end -}}
{{- $mounts = append $mounts (dict "folder" "nats-tls" "source" (dict "secret" (dict "secretName" . "items" $items "defaultMode" 288))) -}}
{{- end -}}
{{- if and (has "postgres" $about.needs) $root.Values.postgres.caSecret -}}
{{- $items := list (dict "key" "ca.crt" "path" "ca.crt") -}}
{{- $mounts = append $mounts (dict "folder" "postgres-ca" "source" (dict "secret" (dict "secretName" $root.Values.postgres.caSecret "items" $items "defaultMode" 288))) -}}
{{- end -}}
{{- if $root.Values.rpcTls.enabled -}}
{{- $mounts = append $mounts (dict "folder" "rpc" "source" (dict "secret" (dict "secretName" (include "heliograph.rpcSecret" $root) "defaultMode" 288))) -}}
{{- end -}}
{{- if $about.certificates -}}
{{- range $at, $domain := $root.Values.domains -}}
{{- $secret := include "heliograph.certificateSecret" (dict "root" $root "at" $at) -}}
{{- $mounts = append $mounts (dict "folder" (printf "certificates/%d" $at) "source" (dict "secret" (dict "secretName" $secret "defaultMode" 288))) -}}
{{- end -}}
{{- end -}}
{{- range $extra := include "heliograph.secretFiles" . | fromJsonArray -}}
{{- $items := list -}}
{{- range $variable, $key := $extra.files -}}{{- $items = append $items (dict "key" $key "path" $key) -}}{{- end -}}
{{- $mounts = append $mounts (dict "folder" $extra.folder "source" (dict "secret" (dict "secretName" $extra.secret "items" $items "defaultMode" 288))) -}}
{{- end -}}
{{- if eq .component "session" -}}
{{- $mounts = concat $mounts (include "heliograph.numbered" (dict "folder" "accounts" "list" $root.Values.accounts) | fromJsonArray) -}}
{{- $mounts = concat $mounts (include "heliograph.numbered" (dict "folder" "tokens" "list" $root.Values.adminApi.tokens) | fromJsonArray) -}}
{{- if $root.Values.adminApi.enabled -}}
{{- $mounts = append $mounts (dict "folder" "admin-certificate" "source" (dict "secret" (dict "secretName" (include "heliograph.adminSecret" $root) "defaultMode" 288))) -}}
{{- end -}}
{{- end -}}
{{- if has .component (list "session" "s2s-gateway") -}}
{{- $mounts = concat $mounts (include "heliograph.numbered" (dict "folder" "components" "list" $root.Values.components) | fromJsonArray) -}}
{{- end -}}
{{- $mounts | toJson -}}
{{- end -}}

{{/* One folder in which the files are numbered as a list of values is. */}}
{{- define "heliograph.numbered" -}}
{{- $sources := list -}}
{{- range $at, $each := .list -}}
{{- $items := list (dict "key" ($each.key | default "password") "path" (toString $at)) -}}
{{- $sources = append $sources (dict "secret" (dict "name" $each.existingSecret "items" $items)) -}}
{{- end -}}
{{- if $sources -}}
{{- list (dict "folder" .folder "source" (dict "projected" (dict "defaultMode" 288 "sources" $sources))) | toJson -}}
{{- else -}}[]{{- end -}}
{{- end -}}
