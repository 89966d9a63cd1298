{{/* The signals of a component, targets filled in. JSON. */}}
{{- define "heliograph.signals" -}}
{{- $own := include "heliograph.workload" . | fromYaml -}}
{{- $pods := printf "namespace=%q,pod=~%q" .root.Release.Namespace (printf "%s-[^-]+-[^-]+" (include "heliograph.componentName" .)) -}}
{{- $signals := list -}}
{{- range $own.autoscaling.metrics -}}
{{- $target := toString .target -}}
{{- if eq $target "0" -}}{{- $target = $own.connectionsPerPod | int | toString -}}{{- end -}}
{{- $signals = append $signals (dict "name" .name "query" (replace "$pods" $pods .query) "target" $target "type" (.type | default "AverageValue")) -}}
{{- end -}}
{{- $signals | toJson -}}
{{- end -}}

{{- define "heliograph.hpa" -}}
{{- $own := include "heliograph.workload" . | fromYaml -}}
{{- if has $own.autoscaling.kind (list "hpa" "cpu") -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "heliograph.metadata" . | nindent 2 }}
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: {{ include "heliograph.componentName" . }} }
  minReplicas: {{ $own.autoscaling.minReplicas }}
  maxReplicas: {{ $own.autoscaling.maxReplicas }}
  metrics:
    {{- if eq $own.autoscaling.kind "cpu" }}
    - type: Resource
      resource: { name: cpu, target: { type: Utilization, averageUtilization: {{ $own.autoscaling.cpuPercent }} } }
    {{- else }}
    {{- range include "heliograph.signals" . | fromJsonArray }}
    - type: Pods
      pods:
        metric: { name: {{ .name }} }
        target: { type: AverageValue, averageValue: {{ .target | quote }} }
    {{- end }}
    {{- end }}
  behavior:
    {{- toYaml $own.autoscaling.behavior | nindent 4 }}
{{- end -}}
{{- end -}}

{{- define "heliograph.scaledobject" -}}
{{- $own := include "heliograph.workload" . | fromYaml -}}
{{- if eq $own.autoscaling.kind "keda" -}}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  {{- include "heliograph.metadata" . | nindent 2 }}
spec:
  scaleTargetRef: { name: {{ include "heliograph.componentName" . }} }
  minReplicaCount: {{ $own.autoscaling.minReplicas }}
  maxReplicaCount: {{ $own.autoscaling.maxReplicas }}
  advanced:
    horizontalPodAutoscalerConfig:
      behavior:
        {{- toYaml $own.autoscaling.behavior | nindent 8 }}
  triggers:
    {{- range include "heliograph.signals" . | fromJsonArray }}
    - type: prometheus
      metricType: {{ .type }}
      metadata:
        serverAddress: {{ $own.autoscaling.prometheusUrl }}
        query: {{ .query | quote }}
        threshold: {{ include "heliograph.plainNumber" .target | quote }}
        # Without an answer of Prometheus nothing changes.
        ignoreNullValues: 'false'
    {{- end }}
{{- end -}}
{{- end -}}

{{/* KEDA knows no `600m`. */}}
{{- define "heliograph.plainNumber" -}}
{{- if hasSuffix "m" . -}}{{- divf (trimSuffix "m" . | float64) 1000.0 -}}{{- else -}}{{- . -}}{{- end -}}
{{- end -}}
