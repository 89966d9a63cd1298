{{/* The Secret with a domain's certificate. Takes root and at. */}}
{{- define "heliograph.certificateSecret" -}}
{{- $domain := index .root.Values.domains .at -}}
{{- $given := $domain.certificate | default dict -}}
{{- $given.existingSecret | default (printf "%s-certificate-%d" (include "heliograph.fullname" .root) .at) -}}
{{- end -}}

{{- define "heliograph.rpcSecret" -}}
{{- if .Values.rpcTls.existingSecret -}}{{ .Values.rpcTls.existingSecret }}
{{- else if .Values.rpcTls.issuerRef -}}{{ include "heliograph.fullname" . }}-rpc
{{- else -}}{{ fail "rpcTls needs an existingSecret or an issuerRef" }}
{{- end -}}
{{- end -}}

{{- define "heliograph.adminSecret" -}}
{{- if .Values.adminApi.existingSecret -}}{{ .Values.adminApi.existingSecret }}
{{- else if .Values.adminApi.issuerRef -}}{{ include "heliograph.adminName" . }}
{{- else -}}{{ fail "adminApi.enabled needs an existingSecret or an issuerRef for the certificate" }}
{{- end -}}
{{- end -}}

{{/* Of the Service for administration over HTTP. */}}
{{- define "heliograph.adminName" -}}
{{ include "heliograph.componentName" (dict "root" . "component" "session") }}-admin
{{- end -}}

{{/* Names that a domain's certificate is for: the domain, and those under which the services are found. */}}
{{- define "heliograph.certificateNames" -}}
{{- $domain := index .root.Values.domains .at -}}
{{- $more := dig "certificate" "dnsNames" (list (printf "*.%s" $domain.name)) $domain -}}
{{- prepend $more $domain.name | uniq | toJson -}}
{{- end -}}

{{/* A self-signed certificate for a domain that has none, kept as it is once it was made. */}}
{{- define "heliograph.selfSigned" -}}
{{- $domain := index .root.Values.domains .at -}}
{{- $name := include "heliograph.certificateSecret" . -}}
{{- $known := lookup "v1" "Secret" .root.Release.Namespace $name -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "heliograph.metadata" (dict "root" .root "name" $name "annotations" (dict "heliograph/domain" $domain.name)) | nindent 2 }}
type: kubernetes.io/tls
data:
  {{- if and $known $known.data (eq (dig "metadata" "annotations" "heliograph/domain" "" $known) $domain.name) }}
  tls.crt: {{ index $known.data "tls.crt" }}
  tls.key: {{ index $known.data "tls.key" }}
  {{- else }}
  {{- $made := genSelfSignedCert $domain.name (list "127.0.0.1") (include "heliograph.certificateNames" . | fromJsonArray) 730 }}
  tls.crt: {{ $made.Cert | b64enc }}
  tls.key: {{ $made.Key | b64enc }}
  {{- end }}
{{- end -}}
