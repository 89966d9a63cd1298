{{/* A Service that the outside connects to: takes root, component, of (the values) and ports by name of their listener. */}}
{{- define "heliograph.public" -}}
{{- $of := .of -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "heliograph.metadata" (dict "root" .root "component" .component "name" (printf "%s-public" (include "heliograph.componentName" .)) "annotations" $of.annotations) | nindent 2 }}
spec:
  type: {{ $of.type }}
  {{- if ne $of.type "ClusterIP" }}
  externalTrafficPolicy: {{ $of.externalTrafficPolicy }}
  {{- end }}
  {{- if eq $of.type "LoadBalancer" }}
  {{- with $of.loadBalancerClass }}
  loadBalancerClass: {{ . }}
  {{- end }}
  {{- with $of.loadBalancerSourceRanges }}
  loadBalancerSourceRanges:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
  ipFamilyPolicy: PreferDualStack
  selector:
    {{- include "heliograph.selector" . | nindent 4 }}
  ports:
    {{- range $name, $port := .ports }}
    {{- if gt (int $port) 0 }}
    - { name: {{ include "heliograph.portName" $name }}, port: {{ $port }}, targetPort: {{ include "heliograph.portName" $name }} }
    {{- end }}
    {{- end }}
{{- end -}}
