import type { CertificateFiles } from './workspace.ts'

/** What differs from one private ejabberd to the next. */
export interface EjabberdSettings {
  readonly domain: string
  readonly ports: { readonly c2s: number; readonly tls: number; readonly http: number }
  readonly certificate: CertificateFiles
  /** Where the archive goes; undefined for no archive. */
  readonly postgresPort: number | undefined
}

/**
 * Debian's default configuration with what stops a load test taken out: traffic shapers, fail2ban, the presence counter; and
 * listeners nobody uses.
 */
export function ejabberdConfig(settings: EjabberdSettings): string {
  const { domain, ports, certificate, postgresPort } = settings
  const sql =
    postgresPort === undefined
      ? ''
      : `sql_type: pgsql
sql_server: "127.0.0.1"
sql_port: ${postgresPort}
sql_database: ejabberd
sql_username: bench
sql_password: bench
`
  const mam = postgresPort === undefined ? '' : '  mod_mam:\n    db_type: sql\n    default: always\n'
  return `loglevel: info
hosts: ["${domain}"]
certfiles: ["${certificate.certificate}", "${certificate.key}"]
auth_password_format: scram
disable_sasl_mechanisms: ["digest-md5", "X-OAUTH2"]
${sql}listen:
  - port: ${ports.c2s}
    ip: "127.0.0.1"
    module: ejabberd_c2s
    max_stanza_size: 262144
    access: c2s
    starttls: true
  - port: ${ports.tls}
    ip: "127.0.0.1"
    module: ejabberd_c2s
    max_stanza_size: 262144
    access: c2s
    tls: true
  - port: ${ports.http}
    ip: "127.0.0.1"
    module: ejabberd_http
    request_handlers:
      /api: mod_http_api
acl:
  local:
    user_regexp: ""
  loopback:
    ip: ["127.0.0.0/8"]
access_rules:
  local:
    allow: local
  c2s:
    allow: all
api_permissions:
  bench:
    who:
      access:
        allow:
          acl: loopback
    what: "*"
shaper_rules:
  max_user_sessions: 10
  max_user_offline_messages: 100
modules:
  mod_adhoc: {}
  mod_admin_extra: {}
  mod_avatar: {}
  mod_blocking: {}
  mod_caps: {}
  mod_carboncopy: {}
  mod_client_state: {}
  mod_disco: {}
  mod_http_api: {}
  mod_last: {}
${mam}  mod_muc:
    access_create: local
    max_users: 20000
    default_room_options:
      max_users: 20000
      mam: ${postgresPort !== undefined}
  mod_offline:
    access_max_user_messages: max_user_offline_messages
  mod_ping: {}
  mod_privacy: {}
  mod_private: {}
  mod_pubsub:
    plugins: [flat, pep]
  mod_push: {}
  mod_push_keepalive: {}
  mod_roster:
    versioning: true
  mod_shared_roster: {}
  mod_stream_mgmt:
    resend_on_timeout: if_offline
  mod_vcard:
    search: false
  mod_vcard_xupdate: {}
  mod_version: {}
`
}
