{{/*
heliograph.yaml of one service. What only some services read is left to them, so that no service needs a Secret that isn't its concern, and
none is restarted by what doesn't concern it. Secrets are named by the files they are mounted as.
*/}}
{{- define "heliograph.config" -}}
{{- $values := .root.Values -}}
{{- $about := include "heliograph.about" . | fromYaml -}}
{{- $only := dict
    "uploads" (list "connection-manager" "session")
    "externalServices" (list "session")
    "federation" (list "s2s-gateway")
    "archive" (list "session" "muc")
    "rooms" (list "muc")
    "push" (list "session")
    "invites" (list "session")
    "events" (list "connection-manager" "pubsub")
    "adminApi" (list "session")
-}}
{{- $config := deepCopy $values.config -}}
{{- range $section, $readers := $only -}}
{{- if not (has $.component $readers) -}}{{- $config = omit $config $section -}}{{- end -}}
{{- end -}}
{{- /* Every process answers gRPC. */ -}}
{{- if ne .component "session" -}}
{{- with dig "adminApi" "certificates" (list) $values.config -}}{{- $_ := set $config "adminApi" (dict "certificates" .) -}}{{- end -}}
{{- end -}}
{{- $_ := set $config "mode" "cluster" -}}
{{- $_ := set $config "domains" (include "heliograph.domains" .root | fromJsonArray) -}}
{{- $_ := set $config "listen" (include "heliograph.listen" . | fromYaml) -}}
{{- $_ := set $config "drain" (dict "seconds" (include "heliograph.drainSeconds" . | int) "pacePerSecond" (int $values.drain.pacePerSecond)) -}}
{{- $nats := dict "servers" (include "heliograph.natsServers" .root | fromJsonArray) -}}
{{- if include "heliograph.storeSecret" (dict "root" .root "store" "nats") -}}
{{- if not (or $values.nats.user $values.nats.bundled.enabled) -}}{{- fail "nats.user is needed with nats.existingSecret" -}}{{- end -}}
{{- $_ := set $nats "user" ($values.nats.user | default "heliograph") -}}
{{- $_ := set $nats "passwordFile" "/etc/heliograph/nats/password" -}}
{{- end -}}
{{- if $values.nats.tls.existingSecret -}}
{{- $tls := dict "ca" "/etc/heliograph/nats-tls/ca.crt" -}}
{{- if $values.nats.tls.clientCertificate -}}
{{- $_ := set $tls "cert" "/etc/heliograph/nats-tls/tls.crt" -}}
{{- $_ := set $tls "key" "/etc/heliograph/nats-tls/tls.key" -}}
{{- end -}}
{{- $_ := set $nats "tls" $tls -}}
{{- end -}}
{{- $_ := set $config "nats" (merge $nats ($values.config.nats | default dict)) -}}
{{- $redis := dict "url" (include "heliograph.redisUrl" .root) -}}
{{- if ne $values.redis.topology "server" -}}
{{- $redis = merge $redis (pick $values.redis "topology" "others") -}}
{{- end -}}
{{- if eq $values.redis.topology "sentinel" -}}{{- $_ := set $redis "master" $values.redis.master -}}{{- end -}}
{{- if include "heliograph.storeSecret" (dict "root" .root "store" "redis") -}}
{{- $_ := set $redis "passwordFile" "/etc/heliograph/redis/password" -}}
{{- end -}}
{{- $_ := set $config "redis" (merge $redis ($values.config.redis | default dict)) -}}
{{- if has "postgres" $about.needs -}}
{{- $postgres := dict "url" (include "heliograph.postgresUrl" .root) -}}
{{- if include "heliograph.storeSecret" (dict "root" .root "store" "postgres") -}}
{{- $_ := set $postgres "passwordFile" "/etc/heliograph/postgres/password" -}}
{{- end -}}
{{- $_ := set $config "postgres" (merge $postgres ($values.config.postgres | default dict)) -}}
{{- else -}}
{{- $config = omit $config "postgres" -}}
{{- end -}}
{{- if $values.rpcTls.enabled -}}
{{- $mutual := dict "ca" "/etc/heliograph/rpc/ca.crt" "cert" "/etc/heliograph/rpc/tls.crt" "key" "/etc/heliograph/rpc/tls.key" -}}
{{- $_ := set $config "tls" (merge (dict "rpcMutual" $mutual) ($config.tls | default dict)) -}}
{{- end -}}
{{- if eq .component "connection-manager" -}}
{{- with $values.edge.proxyProtocolTrusted -}}{{- $_ := set $config "proxyProtocol" (dict "trusted" .) -}}{{- end -}}
{{- if include "heliograph.web" .root -}}
{{- $_ := set $config "web" (merge (dict "trustedProxies" $values.web.trustedProxies) ($config.web | default dict)) -}}
{{- end -}}
{{- end -}}
{{- if eq .component "session" -}}
{{- $accounts := list -}}
{{- range $at, $account := $values.accounts -}}
{{- $accounts = append $accounts (dict "jid" $account.jid "passwordFile" (printf "/etc/heliograph/accounts/%d" $at)) -}}
{{- end -}}
{{- with $accounts -}}{{- $_ := set $config "accounts" . -}}{{- end -}}
{{- $tokens := list -}}
{{- range $at, $token := $values.adminApi.tokens -}}
{{- $tokens = append $tokens (merge (dict "passwordFile" (printf "/etc/heliograph/tokens/%d" $at)) (omit $token "existingSecret" "key")) -}}
{{- end -}}
{{- with $tokens -}}{{- $_ := set $config "adminApi" (merge (dict "tokens" .) ($config.adminApi | default dict)) -}}{{- end -}}
{{- if $values.adminApi.enabled -}}
{{- if not $tokens -}}{{- fail "adminApi.tokens are needed with adminApi.enabled" -}}{{- end -}}
{{- $files := dict "cert" "/etc/heliograph/admin-certificate/tls.crt" "key" "/etc/heliograph/admin-certificate/tls.key" -}}
{{- $_ := set $config "adminApi" (merge (dict "certificate" $files) $config.adminApi) -}}
{{- end -}}
{{- end -}}
{{- if has .component (list "session" "s2s-gateway") -}}
{{- $components := list -}}
{{- range $at, $component := $values.components -}}
{{- $components = append $components (merge (dict "passwordFile" (printf "/etc/heliograph/components/%d" $at)) (omit $component "existingSecret" "key")) -}}
{{- end -}}
{{- with $components -}}{{- $_ := set $config "components" . -}}{{- end -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{/* The domains, their certificates as they are mounted. JSON. */}}
{{- define "heliograph.domains" -}}
{{- $domains := list -}}
{{- range $at, $domain := .Values.domains -}}
{{- $directory := printf "/etc/heliograph/certificates/%d" $at -}}
{{- $files := dict "cert" (printf "%s/tls.crt" $directory) "key" (printf "%s/tls.key" $directory) -}}
{{- $domains = append $domains (merge (dict "certificate" $files) (omit $domain "certificate")) -}}
{{- end -}}
{{- $domains | toJson -}}
{{- end -}}

{{- define "heliograph.listen" -}}
{{- $values := .root.Values -}}
rpc: 0.0.0.0:5290
metrics: 0.0.0.0:5291
health: {{ ternary "0.0.0.0:5292" false $values.rpcTls.enabled }}
{{- if eq .component "connection-manager" }}
c2s: {{ ternary "0.0.0.0:5222" false (gt (int $values.edge.ports.c2s) 0) }}
c2sTls: {{ ternary "0.0.0.0:5223" false (gt (int $values.edge.ports.c2sTls) 0) }}
https: {{ ternary "0.0.0.0:5443" false (gt (int $values.edge.ports.https) 0) }}
http: {{ if include "heliograph.web" .root }}0.0.0.0:5280{{ else }}false{{ end }}
{{- end }}
{{- if and (eq .component "session") $values.adminApi.enabled }}
admin: 0.0.0.0:5293
{{- end }}
{{- if eq .component "s2s-gateway" }}
s2s: {{ ternary "0.0.0.0:5269" false (gt (int $values.federation.ports.s2s) 0) }}
s2sTls: {{ ternary "0.0.0.0:5270" false (gt (int $values.federation.ports.s2sTls) 0) }}
component: 0.0.0.0:5275
componentTls: 0.0.0.0:5276
{{- end }}
{{- end -}}

{{/* Secrets that have no file in the configuration: name of the variable → Secret, key, folder. YAML, by component. */}}
{{- define "heliograph.secretFiles" -}}
{{- $secrets := .root.Values.secrets -}}
{{- $config := .root.Values.config -}}
{{- $list := list -}}
{{- if and (has .component (list "connection-manager" "session")) (has (dig "uploads" "store" "none" $config) (list "s3" "directory")) -}}
{{- $secret := required "secrets.uploads.existingSecret is needed for config.uploads.store" $secrets.uploads.existingSecret -}}
{{- $list = append $list (dict "folder" "uploads" "secret" $secret "files" (dict "HELIOGRAPH_UPLOADS_SECRET_FILE" $secrets.uploads.key)) -}}
{{- if eq $config.uploads.store "s3" -}}
{{- $secret := required "secrets.s3.existingSecret is needed for config.uploads.store s3" $secrets.s3.existingSecret -}}
{{- $list = append $list (dict "folder" "s3" "secret" $secret "files" (dict "HELIOGRAPH_UPLOADS_S3_ACCESS_KEY_ID_FILE" $secrets.s3.accessKeyIdKey "HELIOGRAPH_UPLOADS_S3_SECRET_ACCESS_KEY_FILE" $secrets.s3.secretAccessKeyKey)) -}}
{{- end -}}
{{- end -}}
{{- if and (eq .component "s2s-gateway") $secrets.federation.existingSecret -}}
{{- $list = append $list (dict "folder" "federation" "secret" $secrets.federation.existingSecret "files" (dict "HELIOGRAPH_FEDERATION_SECRET_FILE" $secrets.federation.key)) -}}
{{- end -}}
{{- if and (eq .component "session") $secrets.turn.existingSecret -}}
{{- $list = append $list (dict "folder" "turn" "secret" $secrets.turn.existingSecret "files" (dict "HELIOGRAPH_EXTERNAL_SERVICES_SECRET_FILE" $secrets.turn.key)) -}}
{{- end -}}
{{- $list | toJson -}}
{{- end -}}
