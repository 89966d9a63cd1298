{{/* Where NATS, Redis and Postgres are: the bundled ones, or what is given. */}}
{{- define "heliograph.storeName" -}}
{{- printf "%s-%s" (include "heliograph.fullname" .root) .store -}}
{{- end -}}

{{- define "heliograph.natsServers" -}}
{{- if .Values.nats.bundled.enabled -}}
{{- list (printf "nats://%s:4222" (include "heliograph.storeName" (dict "root" . "store" "nats"))) | toJson -}}
{{- else -}}
{{- if not .Values.nats.servers }}{{ fail "nats.servers is needed when nats.bundled.enabled is false" }}{{ end -}}
{{- .Values.nats.servers | toJson -}}
{{- end -}}
{{- end -}}

{{- define "heliograph.redisUrl" -}}
{{- if .Values.redis.bundled.enabled -}}
{{- printf "redis://%s:6379" (include "heliograph.storeName" (dict "root" . "store" "redis")) -}}
{{- else -}}
{{- required "redis.url is needed when redis.bundled.enabled is false" .Values.redis.url -}}
{{- end -}}
{{- end -}}

{{- define "heliograph.postgresUrl" -}}
{{- if .Values.postgres.bundled.enabled -}}
{{- printf "postgresql://heliograph@%s:5432/heliograph" (include "heliograph.storeName" (dict "root" . "store" "postgres")) -}}
{{- else -}}
{{- required "postgres.url is needed when postgres.bundled.enabled is false" .Values.postgres.url -}}
{{- end -}}
{{- end -}}

{{/* The Secret that has a store's password: given, or made for a bundled one; empty for a store without. Takes root and store. */}}
{{- define "heliograph.storeSecret" -}}
{{- $store := get .root.Values .store -}}
{{- if $store.existingSecret -}}{{ $store.existingSecret }}
{{- else if $store.bundled.enabled -}}{{ include "heliograph.storeName" . }}
{{- end -}}
{{- end -}}

{{- define "heliograph.storeKey" -}}
{{- $store := get .root.Values .store -}}
{{- if $store.existingSecret -}}{{ $store.passwordKey }}{{- else -}}password{{- end -}}
{{- end -}}

{{/* A Secret with a password by chance, kept as it is once it was made. */}}
{{- define "heliograph.madeSecret" -}}
{{- $store := get .root.Values .store -}}
{{- if and $store.bundled.enabled (not $store.existingSecret) -}}
{{- $name := include "heliograph.storeName" . -}}
{{- $known := lookup "v1" "Secret" .root.Release.Namespace $name -}}
{{- /* It begins with a letter: NATS takes what it reads from the environment for a number if it can. */ -}}
{{- $password := printf "p%s" (randAlphaNum 31) | b64enc -}}
{{- if and $known $known.data $known.data.password -}}{{- $password = $known.data.password -}}{{- end -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "heliograph.metadata" (dict "root" .root "component" .store "name" $name "annotations" (dict "helm.sh/resource-policy" "keep")) | nindent 2 }}
type: Opaque
data:
  password: {{ $password }}
{{- end -}}
{{- end -}}

{{/* Port of an address. */}}
{{- define "heliograph.portOf" -}}
{{- $url := urlParse .url -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- $port | default (get (dict "nats" "4222" "tls" "4222" "redis" "6379" "rediss" "6379" "postgres" "5432" "postgresql" "5432" "http" "80" "https" "443") $url.scheme) -}}
{{- end -}}
