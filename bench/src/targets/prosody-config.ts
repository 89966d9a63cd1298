import type { CertificateFiles } from './workspace.ts'

/** What differs from one private Prosody to the next. */
export interface ProsodySettings {
  readonly domain: string
  readonly home: string
  readonly plugins: string
  readonly ports: { readonly c2s: number; readonly tls: number }
  readonly certificate: CertificateFiles
  readonly tuned: boolean
  /** Where the archive goes; undefined for no archive. */
  readonly postgresPort: number | undefined
  /** Who may make nodes. */
  readonly admins: readonly string[]
}

/** Debian's default configuration without its rate limits, without encryption being required, and with ports of our own. */
export function prosodyConfig(settings: ProsodySettings): string {
  const { domain, home, plugins, ports, certificate, tuned, postgresPort, admins } = settings
  const sql =
    postgresPort === undefined
      ? ''
      : `storage = { archive = "sql" }
sql = { driver = "PostgreSQL", database = "prosody", host = "127.0.0.1", port = ${postgresPort}, username = "bench", password = "bench" }
`
  return `plugin_paths = { "${plugins}" }
modules_enabled = {
  "disco"; "roster"; "saslauth"; "tls"; "blocklist"; "bookmarks"; "carbons"; "pep"; "private"; "smacks"; "vcard4"; "vcard_legacy";
  "csi_simple"; "invites"; "ping"; "register"; "time"; "uptime"; "version"; "admin_adhoc"; "posix";${postgresPort === undefined ? '' : ' "mam";'}
}
modules_disabled = { "s2s" }
daemonize = false
pidfile = "${home}/prosody.pid"
data_path = "${home}/data"
interfaces = { "127.0.0.1" }
c2s_ports = { ${ports.c2s} }
c2s_direct_tls_ports = { ${ports.tls} }
c2s_require_encryption = false
authentication = "internal_hashed"
archive_expires_after = "1w"
ssl = { certificate = "${certificate.certificate}"; key = "${certificate.key}" }
log = { info = "${home}/prosody.log" }
${tuned ? 'gc = { mode = "generational" }\n' : ''}${sql}VirtualHost "${domain}"
Component "conference.${domain}" "muc"
${postgresPort === undefined ? '' : '  modules_enabled = { "muc_mam" }\n  muc_log_by_default = true\n'}Component "pubsub.${domain}" "pubsub"
  admins = { ${admins.map((admin) => `"${admin}@${domain}"`).join('; ')} }
`
}

/** A plugin that gives prosodyctl a bulk form of its `register`: one call for a file of names and passwords. */
export const ACCOUNTS_PLUGIN = `
function module.command(arg)
  local host, path = arg[1], arg[2]
  require "core.storagemanager".initialize_host(host)
  local users = require "core.usermanager"
  users.initialize_host(host)
  for line in io.lines(path) do
    local name, password = line:match("^(%S+) (%S+)$")
    if not users.user_exists(name, host) then assert(users.create_user(name, password, host)) end
  end
  return 0
end
`
