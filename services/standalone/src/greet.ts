import type { HeliographConfig } from '@heliograph/config'
import type { RunningProcess } from '@heliograph/runtime'

/** Tells whoever started it by hand how to connect, in a few lines. */
export function greet({ addresses }: RunningProcess, config: HeliographConfig): void {
  const domain = config.domains[0]?.name ?? 'localhost'
  const registration = config.registration.open === 'never' ? 'heliographctl users create' : 'in-band from this machine'
  const lines = [
    '',
    `Heliograph serves ${config.domains.map(({ name }) => name).join(', ')}.`,
    `  clients    ${addresses.c2s ?? '-'} (STARTTLS), ${addresses.c2sTls ?? '-'} (TLS)`,
    `  WebSocket  wss://${addresses.https ?? '-'}/xmpp-websocket`,
    `  accounts   ${registration}: you@${domain}`,
    `  data       ${config.dataDir}   stop with Ctrl-C`,
    '',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}
