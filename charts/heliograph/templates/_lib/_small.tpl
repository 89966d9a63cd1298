{{- define "heliograph.configmap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "heliograph.metadata" . | nindent 2 }}
data:
  heliograph.yaml: |
    {{- include "heliograph.config" . | nindent 4 }}
{{- end -}}

{{/* For heliographctl; instances know each other's addresses from Redis. */}}
{{- define "heliograph.service" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "heliograph.metadata" . | nindent 2 }}
spec:
  type: ClusterIP
  selector:
    {{- include "heliograph.selector" . | nindent 4 }}
  ports:
    - { name: grpc, port: 5290, targetPort: rpc, appProtocol: kubernetes.io/h2c }
{{- end -}}

{{- define "heliograph.serviceaccount" -}}
{{- $own := include "heliograph.workload" . | fromYaml -}}
{{- if and $own.serviceAccount.create (not $own.serviceAccount.name) -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "heliograph.metadata" (merge (dict "annotations" $own.serviceAccount.annotations) .) | nindent 2 }}
automountServiceAccountToken: false
{{- end -}}
{{- end -}}

{{- define "heliograph.pdb" -}}
{{- $own := include "heliograph.workload" . | fromYaml -}}
{{- if $own.pdb.enabled -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "heliograph.metadata" . | nindent 2 }}
spec:
  maxUnavailable: {{ $own.pdb.maxUnavailable }}
  # One that isn't ready keeps nobody from emptying a machine.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "heliograph.selector" . | nindent 6 }}
{{- end -}}
{{- end -}}

{{- define "heliograph.podmonitor" -}}
{{- if .root.Values.monitoring.podMonitor.enabled -}}
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata:
  {{- include "heliograph.metadata" (merge (dict "labels" .root.Values.monitoring.podMonitor.labels) .) | nindent 2 }}
spec:
  selector:
    matchLabels:
      {{- include "heliograph.selector" . | nindent 6 }}
  podMetricsEndpoints:
    - port: metrics
      path: /metrics
      interval: {{ .root.Values.monitoring.podMonitor.interval }}
{{- end -}}
{{- end -}}
