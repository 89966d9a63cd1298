import { freePort, isFree } from '../free-port.ts'

/** The services of a cluster by the short names that tests and the command line use. */
export const ROLES = {
  edge: 'connection-manager',
  session: 'session',
  fanout: 'presence-fanout',
  muc: 'muc',
  pubsub: 'pubsub',
  gateway: 's2s-gateway',
} as const

export type Role = keyof typeof ROLES

export const ROLE_NAMES = Object.keys(ROLES) as Role[]

type Listener =
  | 'c2s'
  | 'c2sTls'
  | 's2s'
  | 's2sTls'
  | 'component'
  | 'componentTls'
  | 'proxy65'
  | 'http'
  | 'https'
  | 'admin'
  | 'rpc'
  | 'metrics'

const LISTENERS: Readonly<Record<Role, readonly Listener[]>> = {
  edge: ['c2s', 'c2sTls', 'http', 'https'],
  session: ['admin'],
  fanout: [],
  muc: [],
  pubsub: [],
  gateway: ['s2s', 's2sTls', 'component', 'componentTls', 'proxy65'],
}

const ALL: readonly Listener[] = [
  'c2s',
  'c2sTls',
  's2s',
  's2sTls',
  'component',
  'componentTls',
  'proxy65',
  'http',
  'https',
  'admin',
  'rpc',
  'metrics',
]

/** Where an instance listens; loopback ports that nobody else uses. */
export type Ports = Readonly<Partial<Record<Listener, number>>>

/** @param preferred taken where they are free */
export async function portsFor(role: Role, preferred: Ports = {}): Promise<Ports> {
  const ports: Partial<Record<Listener, number>> = {}
  for (const name of [...LISTENERS[role], 'rpc', 'metrics'] as const) {
    const wanted = preferred[name]
    ports[name] = wanted !== undefined && (await isFree(wanted)) ? wanted : await freePort()
  }
  return ports
}

/** The `listen` section of the configuration. */
export function listenSection(ports: Ports): Record<string, string | false> {
  return Object.fromEntries(ALL.map((name) => [name, ports[name] === undefined ? false : `127.0.0.1:${ports[name]}`]))
}
