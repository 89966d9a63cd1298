{{/*
The services: which values they have, what they need (as `needs` in their service.ts), who calls them by gRPC (`from`), and whether they
show the domains' certificates. Takes the root.
*/}}
{{- define "heliograph.components" -}}
{{- $queues := and (dig "federation" "enabled" false .Values.config) (gt (dig "federation" "queueSeconds" 1 .Values.config | int) 0) -}}
connection-manager: { values: connectionManager, needs: [nats, redis], from: [connection-manager, session], certificates: true }
session: { values: session, needs: [nats, redis, postgres], from: [connection-manager, session], certificates: false }
presence-fanout: { values: presenceFanout, needs: [nats, redis, postgres], from: [session], certificates: false }
muc: { values: muc, needs: [nats, redis, postgres], from: [connection-manager, session, muc], certificates: false }
pubsub: { values: pubsub, needs: [nats, redis, postgres], from: [connection-manager, session, pubsub], certificates: false }
s2s-gateway: { values: s2sGateway, needs: {{ ternary "[nats, redis, postgres]" "[nats, redis]" $queues }}, from: [session], certificates: true }
{{- end -}}

{{/* What the table has of one component, as YAML. */}}
{{- define "heliograph.about" -}}
{{- get (include "heliograph.components" .root | fromYaml) .component | toYaml -}}
{{- end -}}

{{/* Its values laid over the defaults, as YAML. */}}
{{- define "heliograph.workload" -}}
{{- $about := include "heliograph.about" . | fromYaml -}}
{{- mergeOverwrite (deepCopy .root.Values.defaults) (get .root.Values $about.values) | toYaml -}}
{{- end -}}

{{/* How long it may drain: an edge at least as long as closing all that it is to hold takes, at the pace, in the four fifths that are for it. */}}
{{- define "heliograph.drainSeconds" -}}
{{- $own := include "heliograph.workload" . | fromYaml -}}
{{- $seconds := int (.root.Values.drain.seconds) -}}
{{- if $own.drainSeconds -}}
{{- $seconds = int $own.drainSeconds -}}
{{- else if $own.connectionsPerPod -}}
{{- $seconds = max $seconds (ceil (divf (divf (float64 $own.connectionsPerPod) (float64 .root.Values.drain.pacePerSecond)) 0.8) | int) -}}
{{- end -}}
{{- $seconds -}}
{{- end -}}

{{/* preStop, the drain, and what closing and lingering may take after it. */}}
{{- define "heliograph.graceSeconds" -}}
{{- $own := include "heliograph.workload" . | fromYaml -}}
{{- add (int $own.preStopSeconds) (include "heliograph.drainSeconds" . | int) 5 -}}
{{- end -}}

{{- define "heliograph.serviceAccountName" -}}
{{- $own := include "heliograph.workload" . | fromYaml -}}
{{- if $own.serviceAccount.name -}}{{ $own.serviceAccount.name }}
{{- else if $own.serviceAccount.create -}}{{ include "heliograph.componentName" . }}
{{- else -}}default
{{- end -}}
{{- end -}}

{{/* "true" where other servers are spoken with. */}}
{{- define "heliograph.federates" -}}
{{- if dig "federation" "enabled" false .Values.config -}}true{{- end -}}
{{- end -}}

{{/* "true" where something else ends TLS for the web. */}}
{{- define "heliograph.web" -}}
{{- if or .Values.web.ingress.enabled .Values.web.httpRoute.enabled -}}true{{- end -}}
{{- end -}}

{{/* The hosts of the web, and what is found there. JSON. */}}
{{- define "heliograph.webHosts" -}}
{{- $hosts := list -}}
{{- range .Values.domains }}{{- $hosts = append $hosts .name }}{{- end -}}
{{- .Values.web.hosts | default $hosts | toJson -}}
{{- end -}}

{{- define "heliograph.webPaths" -}}
["/xmpp-websocket", "/http-bind", "/.well-known/host-meta", "/.well-known/host-meta.json", "/upload", "/room-question", "/events"]
{{- end -}}
