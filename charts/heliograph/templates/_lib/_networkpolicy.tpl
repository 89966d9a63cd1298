{{/* A rule: peers (none: anywhere) and TCP ports. Takes direction (`from` or `to`), peers, ports. */}}
{{- define "heliograph.rule" -}}
- ports:
    {{- range .ports }}
    - { protocol: TCP, port: {{ . }} }
    {{- end }}
  {{- with .peers }}
  {{ $.direction }}:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "heliograph.networkpolicy" -}}
{{- if .root.Values.networkPolicy.enabled -}}
{{- $own := include "heliograph.workload" . | fromYaml -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "heliograph.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "heliograph.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    {{- include "heliograph.ingressRules" . | nindent 4 }}
    {{- with $own.networkPolicy.extraIngress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  egress:
    {{- include "heliograph.egressRules" . | nindent 4 }}
    {{- with $own.networkPolicy.extraEgress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
{{- end -}}

{{- define "heliograph.peerOf" -}}
podSelector:
  matchLabels:
    {{- include "heliograph.selector" . | nindent 4 }}
{{- end -}}

{{- define "heliograph.ingressRules" -}}
{{- $root := .root -}}
{{- $values := .root.Values -}}
{{- $about := include "heliograph.about" . | fromYaml -}}
{{- $callers := list -}}
{{- range $about.from -}}{{- $callers = append $callers (include "heliograph.peerOf" (dict "root" $root "component" .) | fromYaml) -}}{{- end -}}
{{ include "heliograph.rule" (dict "direction" "from" "peers" $callers "ports" (list 5290)) }}
{{- with $values.networkPolicy.metricsFrom }}
{{ include "heliograph.rule" (dict "direction" "from" "peers" . "ports" (list 5291)) }}
{{- end }}
{{- if eq .component "connection-manager" }}
{{- $ports := include "heliograph.openPorts" (dict "root" $root "component" .component "names" (list "c2s" "c2s-tls" "https")) | fromJsonArray }}
{{- with $ports }}
{{ include "heliograph.rule" (dict "direction" "from" "peers" $values.networkPolicy.clientsFrom "ports" .) }}
{{- end }}
{{- if include "heliograph.web" $root }}
{{ include "heliograph.rule" (dict "direction" "from" "peers" $values.web.from "ports" (list 5280)) }}
{{- end }}
{{- end }}
{{- if and (eq .component "session") $values.adminApi.enabled $values.adminApi.from }}
{{ include "heliograph.rule" (dict "direction" "from" "peers" $values.adminApi.from "ports" (list 5293)) }}
{{- end }}
{{- if eq .component "s2s-gateway" }}
{{- if and $values.components $values.networkPolicy.componentsFrom }}
{{ include "heliograph.rule" (dict "direction" "from" "peers" $values.networkPolicy.componentsFrom "ports" (list 5275 5276)) }}
{{- end }}
{{- if include "heliograph.federates" $root }}
{{ include "heliograph.rule" (dict "direction" "from" "peers" (list) "ports" (list 5269 5270)) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "heliograph.dnsRule" -}}
- ports:
    - { protocol: UDP, port: 53 }
    - { protocol: TCP, port: 53 }
  {{- with .Values.networkPolicy.dnsTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* The way to a store, bundled or yours. Takes root and store. */}}
{{- define "heliograph.storeRule" -}}
{{- if (get .root.Values .store).bundled.enabled -}}
{{- $peer := include "heliograph.peerOf" (dict "root" .root "component" .store) | fromYaml -}}
{{ include "heliograph.rule" (dict "direction" "to" "peers" (list $peer) "ports" (list (get (dict "nats" 4222 "redis" 6379 "postgres" 5432) .store))) }}
{{- else -}}
{{ include "heliograph.rule" (dict "direction" "to" "peers" (get .root.Values.networkPolicy (printf "%sTo" .store)) "ports" (include "heliograph.storePorts" . | fromJsonArray)) }}
{{- end -}}
{{- end -}}

{{- define "heliograph.egressRules" -}}
{{- $root := .root -}}
{{- $component := .component -}}
{{- $values := .root.Values -}}
{{- $policy := $values.networkPolicy -}}
{{- $about := include "heliograph.about" . | fromYaml -}}
{{ include "heliograph.dnsRule" $root }}
{{- /* Whom it calls: those whose callers it is among. */}}
{{- $called := list }}
{{- range $name, $other := include "heliograph.components" $root | fromYaml }}
{{- if has $component $other.from }}{{- $called = append $called (include "heliograph.peerOf" (dict "root" $root "component" $name) | fromYaml) }}{{- end }}
{{- end }}
{{- with $called }}
{{ include "heliograph.rule" (dict "direction" "to" "peers" . "ports" (list 5290)) }}
{{- end }}
{{- range $store := $about.needs }}
{{ include "heliograph.storeRule" (dict "root" $root "store" $store) }}
{{- end }}
{{- with dig "telemetry" "otlpEndpoint" "" $values.config }}
{{ include "heliograph.rule" (dict "direction" "to" "peers" $policy.otlpTo "ports" (list (include "heliograph.portOf" (dict "url" .) | int))) }}
{{- end }}
{{- $web := list }}
{{- if eq $component "session" }}
{{- $web = list (dig "authentication" "bearer" "jwksUrl" "" $values.config) (dig "uploads" "s3" "bucketUrl" "" $values.config) }}
{{- else if eq $component "pubsub" }}
{{- range dig "events" "deliveries" (list) $values.config }}{{- $web = append $web (get . "url") }}{{- end }}
{{- end }}
{{- $ports := list }}
{{- range compact $web }}{{- $ports = append $ports (include "heliograph.portOf" (dict "url" .) | int) }}{{- end }}
{{- with $ports | uniq }}
{{ include "heliograph.rule" (dict "direction" "to" "peers" $policy.webTo "ports" .) }}
{{- end }}
{{- if and (eq $component "s2s-gateway") (include "heliograph.federates" $root) }}
# Other servers are at any port that their SRV records name.
- ports:
    - { protocol: TCP, port: 1, endPort: 65535 }
  to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except: {{ include "heliograph.ofFamily" (dict "list" $values.federation.notTo "six" false) }}
    - ipBlock:
        cidr: '::/0'
        except: {{ include "heliograph.ofFamily" (dict "list" $values.federation.notTo "six" true) }}
{{- range dig "federation" "nameServers" (list) $values.config }}
{{- $port := regexFind "(\\]|^[0-9.]+):[0-9]+$" . | regexFind "[0-9]+$" | default "53" }}
{{- $host := regexReplaceAll "^\\[(.*)\\](:[0-9]+)?$|^([0-9.]+):[0-9]+$" . "${1}${3}" }}
- ports:
    - { protocol: UDP, port: {{ $port }} }
    - { protocol: TCP, port: {{ $port }} }
  to:
    - ipBlock: { cidr: {{ printf "%s/%s" $host (ternary "128" "32" (contains ":" $host)) | quote }} }
{{- end }}
{{- end }}
{{- end -}}

{{- define "heliograph.ofFamily" -}}
{{- $found := list -}}
{{- range .list -}}{{- if eq (contains ":" .) $.six -}}{{- $found = append $found . -}}{{- end -}}{{- end -}}
{{- $found | toJson -}}
{{- end -}}

{{/* Ports of a store of yours, from its addresses. JSON. */}}
{{- define "heliograph.storePorts" -}}
{{- $urls := list -}}
{{- if eq .store "nats" -}}{{- $urls = include "heliograph.natsServers" .root | fromJsonArray -}}
{{- else if eq .store "redis" -}}
{{- $urls = prepend .root.Values.redis.others (include "heliograph.redisUrl" .root) -}}
{{- if eq .root.Values.redis.topology "sentinel" -}}{{- $urls = append $urls "redis://server" -}}{{- end -}}
{{- else -}}{{- $urls = list (include "heliograph.postgresUrl" .root) -}}
{{- end -}}
{{- $ports := list -}}
{{- range $urls -}}{{- $ports = append $ports (include "heliograph.portOf" (dict "url" .) | int) -}}{{- end -}}
{{- $ports | uniq | toJson -}}
{{- end -}}

{{/* The ports of some listeners, those that are open. JSON. */}}
{{- define "heliograph.openPorts" -}}
{{- $ports := list -}}
{{- range $name, $port := include "heliograph.ports" . | fromYaml -}}
{{- if has $name $.names -}}{{- $ports = append $ports (int $port) -}}{{- end -}}
{{- end -}}
{{- $ports | toJson -}}
{{- end -}}
