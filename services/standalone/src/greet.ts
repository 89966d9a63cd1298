import { resolve } from 'node:path'
import type { HeliographConfig } from '@heliograph/config'
import type { RunningProcess } from '@heliograph/runtime'

/** Tells whoever started it by hand how to connect, in a few lines. */
export function greet({ addresses }: RunningProcess, config: HeliographConfig): void {
  const domain = config.domains[0]?.name ?? 'localhost'
  const clients = [about(addresses.c2s, 'STARTTLS'), about(addresses.c2sTls, 'TLS')].filter(
    (each) => each !== undefined,
  )
  const create = `pnpm heliographctl users create you@${domain}`
  const lines = [
    `Heliograph serves ${config.domains.map(({ name }) => name).join(', ')}. Ctrl-C stops it.`,
    `  clients    ${clients.join(', ') || 'none'}`,
    ...(addresses.https === undefined ? [] : [`  WebSocket  wss://${near(addresses.https)}/xmpp-websocket`]),
    `  accounts   ${registration[config.registration.open]}${create}`,
    `  data       ${resolve(config.dataDir)}`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

const registration = {
  never: '',
  loopback: 'a client on this machine may register one, or: ',
  always: 'any client may register one, or: ',
}

function about(address: string | undefined, how: string): string | undefined {
  return address && `${near(address)} (${how})`
}

/** What listens on all addresses is reached here by this name, and elsewhere by the machine's. */
function near(address: string): string {
  return address.replace(/^(0\.0\.0\.0|\[::\])(?=:)/, 'localhost')
}
