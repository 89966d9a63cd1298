{{/* What the bundled servers have in common: one pod, replaced in place. Takes root and store. */}}
{{- define "heliograph.storeMeta" -}}
{{- include "heliograph.metadata" (dict "root" .root "component" .store "name" (include "heliograph.storeName" .)) -}}
{{- end -}}

{{- define "heliograph.storeService" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "heliograph.storeMeta" . | nindent 2 }}
spec:
  clusterIP: None
  selector:
    {{- include "heliograph.selector" (dict "root" .root "component" .store) | nindent 4 }}
  ports:
    - { name: {{ .store }}, port: {{ .port }}, targetPort: {{ .store }} }
{{- end -}}

{{/* Only who needs it comes in, and nothing goes out. */}}
{{- define "heliograph.storeNetworkpolicy" -}}
{{- $root := .root -}}
{{- $peers := list -}}
{{- range $name, $about := include "heliograph.components" .root | fromYaml -}}
{{- if has $.store $about.needs -}}{{- $peers = append $peers (include "heliograph.peerOf" (dict "root" $root "component" $name) | fromYaml) -}}{{- end -}}
{{- end -}}
{{- if and (eq .store "postgres") .root.Values.migrations.job -}}{{- $peers = append $peers (include "heliograph.peerOf" (dict "root" $root "component" "migrations") | fromYaml) -}}{{- end -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "heliograph.storeMeta" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "heliograph.selector" (dict "root" .root "component" .store) | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    {{- include "heliograph.rule" (dict "direction" "from" "peers" $peers "ports" (list .port)) | nindent 4 }}
{{- end -}}

{{- define "heliograph.storePod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .user }}
  runAsGroup: {{ .group }}
  fsGroup: {{ .group }}
  seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "heliograph.storeSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end -}}
