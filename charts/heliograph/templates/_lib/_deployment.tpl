{{- define "heliograph.deployment" -}}
{{- $own := include "heliograph.workload" . | fromYaml -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "heliograph.metadata" . | nindent 2 }}
spec:
  {{- if eq $own.autoscaling.kind "none" }}
  replicas: {{ $own.replicas }}
  {{- end }}
  revisionHistoryLimit: {{ $own.revisionHistoryLimit }}
  minReadySeconds: {{ $own.minReadySeconds }}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      {{- toYaml $own.rollingUpdate | nindent 6 }}
  selector:
    matchLabels:
      {{- include "heliograph.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "heliograph.podLabels" . | nindent 8 }}
        {{- with $own.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- $annotations := deepCopy $own.podAnnotations }}
      {{- if $own.restartOnConfig }}
      {{- $_ := set $annotations "checksum/config" (include "heliograph.config" . | sha256sum) }}
      {{- end }}
      {{- if .root.Values.monitoring.scrapeAnnotations.enabled }}
      {{- $annotations = merge $annotations (dict "prometheus.io/scrape" "true" "prometheus.io/port" "5291" "prometheus.io/path" "/metrics") }}
      {{- end }}
      {{- with $annotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "heliograph.pod" . | nindent 6 }}
{{- end -}}

{{- define "heliograph.pod" -}}
{{- $own := include "heliograph.workload" . | fromYaml -}}
serviceAccountName: {{ include "heliograph.serviceAccountName" . }}
terminationGracePeriodSeconds: {{ include "heliograph.graceSeconds" . }}
{{ include "heliograph.restricted" . }}
{{- with $own.initContainers }}
initContainers:
  {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - {{- include "heliograph.container" . | nindent 4 }}
  {{- with $own.extraContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
volumes:
  # What is mounted over is read-only like the rest; this is for what the system or a library may want to write.
  - name: tmp
    emptyDir: { medium: Memory, sizeLimit: 64Mi }
  {{- range include "heliograph.mounts" . | fromJsonArray }}
  - name: {{ .folder | replace "/" "-" }}
    {{- toYaml .source | nindent 4 }}
  {{- end }}
  {{- with $own.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- include "heliograph.placement" $own }}
{{- if $own.topologySpread.enabled }}
topologySpreadConstraints:
  {{- range $own.topologySpread.keys }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: {{ $own.topologySpread.whenUnsatisfiable }}
    # Of one version among themselves: a rollout spreads the new ones as if the old ones weren't there.
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "heliograph.selector" $ | nindent 8 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* What every pod of the image has. */}}
{{- define "heliograph.restricted" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{/* Where a pod goes. Takes the values of a workload. */}}
{{- define "heliograph.placement" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .runtimeClassName }}
runtimeClassName: {{ . }}
{{- end }}
{{- end -}}

{{- define "heliograph.container" -}}
{{- $own := include "heliograph.workload" . | fromYaml -}}
{{- $probe := ternary 5292 5290 .root.Values.rpcTls.enabled -}}
name: {{ .component }}
image: {{ include "heliograph.image" .root }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
command: {{ $own.command | default (list .component) | toJson }}
env:
  - name: HELIOGRAPH_CONFIG
    value: /etc/heliograph/config/heliograph.yaml
  - name: HELIOGRAPH_LISTEN_ADVERTISE_HOST
    valueFrom: { fieldRef: { fieldPath: status.podIP } }
  {{- range $extra := include "heliograph.secretFiles" . | fromJsonArray }}
  {{- range $variable, $key := $extra.files }}
  - name: {{ $variable }}
    value: /etc/heliograph/{{ $extra.folder }}/{{ $key }}
  {{- end }}
  {{- end }}
  {{- with $own.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
ports:
  {{- range $name, $port := include "heliograph.ports" . | fromYaml }}
  - { name: {{ $name }}, containerPort: {{ $port }} }
  {{- end }}
startupProbe:
  grpc: { port: {{ $probe }}, service: startup }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: {{ max 1 (div $own.probes.startupSeconds 2) }}
livenessProbe:
  grpc: { port: {{ $probe }}, service: liveness }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: {{ max 1 (div $own.probes.livenessSeconds 10) }}
readinessProbe:
  grpc: { port: {{ $probe }}, service: readiness }
  periodSeconds: 5
  # A path that doesn't answer is told after 2 s.
  timeoutSeconds: 4
  failureThreshold: {{ max 1 (div $own.probes.readinessSeconds 5) }}
{{- if gt (int $own.preStopSeconds) 0 }}
lifecycle:
  # New clients go elsewhere before this one stops taking any.
  preStop: { sleep: { seconds: {{ $own.preStopSeconds }} } }
{{- end }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: {{ $own.readOnlyRootFilesystem }}
  capabilities: { drop: [ALL] }
resources:
  {{- toYaml $own.resources | nindent 2 }}
volumeMounts:
  - { name: tmp, mountPath: /tmp }
  {{- range include "heliograph.mounts" . | fromJsonArray }}
  - { name: {{ .folder | replace "/" "-" }}, mountPath: /etc/heliograph/{{ .folder }}, readOnly: true }
  {{- end }}
  {{- with $own.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* Ports of the container by name. YAML. */}}
{{- define "heliograph.ports" -}}
{{- range $name, $at := include "heliograph.listen" . | fromYaml }}
{{- if $at }}
{{ include "heliograph.portName" $name }}: {{ regexFind "[0-9]+$" $at }}
{{- end }}
{{- end }}
{{- end -}}
