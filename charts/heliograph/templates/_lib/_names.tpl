{{- define "heliograph.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Short enough for the longest thing that is put after it. */}}
{{- define "heliograph.fullname" -}}
{{- $name := include "heliograph.name" . -}}
{{- if .Values.fullnameOverride -}}{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Of one component: takes root and component, as most of what follows does. */}}
{{- define "heliograph.componentName" -}}
{{- printf "%s-%s" (include "heliograph.fullname" .root) .component -}}
{{- end -}}

{{- define "heliograph.selector" -}}
app.kubernetes.io/name: {{ include "heliograph.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* Without component: what belongs to all. */}}
{{- define "heliograph.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
app.kubernetes.io/name: {{ include "heliograph.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: heliograph
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* metadata: takes root, component, and name if it isn't the component's; annotations. */}}
{{- define "heliograph.metadata" -}}
name: {{ .name | default (include "heliograph.componentName" .) }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "heliograph.labels" . | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- $annotations := merge (dict) (.annotations | default dict) .root.Values.commonAnnotations }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "heliograph.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ printf "%s@%s" .repository .digest }}
{{- else -}}{{ printf "%s:%s" .repository (.tag | default $.Chart.AppVersion) }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Without the versions of chart and server, which alone are no reason to start a pod anew. */}}
{{- define "heliograph.podLabels" -}}
{{ include "heliograph.selector" . }}
app.kubernetes.io/part-of: heliograph
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* `c2sTls` → `c2s-tls`. */}}
{{- define "heliograph.portName" -}}
{{- regexReplaceAll "([a-z0-9])([A-Z])" . "${1}-${2}" | lower -}}
{{- end -}}
