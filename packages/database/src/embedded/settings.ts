/** How a private server is tuned: small, but durable. A site that needs more runs a Postgres of its own. */
const SETTINGS: Readonly<Record<string, string>> = {
  max_connections: '40',
  shared_buffers: '64MB',
  synchronous_commit: 'on',
  max_wal_size: '512MB',
  checkpoint_timeout: '15min',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  random_page_cost: '1.1',
  unix_socket_permissions: '0700',
  // Statements and details may quote stanzas: they stay out of the log.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
}

export interface ServerAddress {
  readonly socketDir: string
  /** Loopback TCP port; undefined for the unix socket alone. */
  readonly port: number | undefined
}

/** The server's arguments; `extra` settings win. */
export function serverArgs(dataDir: string, address: ServerAddress, extra: Readonly<Record<string, string>>): string[] {
  const settings: Record<string, string> = {
    ...SETTINGS,
    unix_socket_directories: address.socketDir,
    port: String(address.port ?? 5432),
    listen_addresses: address.port === undefined ? '' : '127.0.0.1',
    ...extra,
  }
  return ['-D', dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}
