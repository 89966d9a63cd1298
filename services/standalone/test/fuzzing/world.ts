import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureSelfSigned } from '@heliograph/certificates'
import { type Infrastructure, type LogLine, RawClient, RawComponent, Site, TestDns } from '@heliograph/testkit'
import { services } from '../../src/services.ts'
import { handledBy } from './payloads.ts'
import type { Target } from './speech.ts'

export const HOME = 'fuzz.example'
const AWAY = 'away.example'
export const COMPONENT = 'parts.fuzz.example'
const SECRET = 'nuts and bolts'
const PASSWORD = 'nuts and bolts'
const ADMINS = 2_000
const SECONDARY: Readonly<Record<string, readonly string[]>> = {
  conference: handledBy('muc', 'server'),
  pubsub: [...handledBy('pubsub', 'server'), ...handledBy('pubsub', 'item')],
  upload: handledBy('session', 'upload'),
}
const PLENTY = 1_000_000

/** A server with everything switched on, and another one, so that there are streams between servers. */
export class World implements AsyncDisposable {
  readonly home: Site
  readonly #away: Site
  readonly #stack: AsyncDisposableStack
  #entered = 0

  private constructor(home: Site, away: Site, stack: AsyncDisposableStack) {
    this.home = home
    this.#away = away
    this.#stack = stack
  }

  static async start(
    servers: Infrastructure,
    directory: string,
    onLine: (name: string, line: LogLine) => void,
  ): Promise<World> {
    await using made = new AsyncDisposableStack()
    const dns = made.use(await TestDns.start())
    const tlsDirectory = join(directory, 'tls')
    const { cert } = await ensureSelfSigned({ directory: tlsDirectory, domains: [HOME, AWAY] })
    const ca = join(directory, 'trusted.pem')
    await writeFile(
      ca,
      (await readFile(cert, 'utf8')).replace(
        /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END [A-Z ]*PRIVATE KEY-----\n/,
        '',
      ),
    )
    const federation = {
      enabled: true,
      ca,
      secret: 'a secret of both servers',
      privateAddresses: true,
      nameServers: [`127.0.0.1:${dns.port}`],
    }
    const start = async (domain: string) => {
      const site = await Site.standalone({
        ...{ postgres: await servers.createDatabase(), domain, tlsDirectory, onLine },
        config: { ...everything(join(directory, domain)), federation },
      })
      dns.set(domain, [{ port: site.gateway().s2s! }])
      return made.use(site)
    }
    const [home, away] = [await start(HOME), await start(AWAY)]
    return new World(home, away, made.move())
  }

  /** Whether both servers are alive. */
  get running(): boolean {
    return [this.home, this.#away].every(({ server }) => 'process' in server && server.process.running)
  }

  get metricsPorts(): number[] {
    return [this.home, this.#away].map((site) => site.edge().metrics!)
  }

  /** A new person at either server, or an administrator of this one. */
  async enter(name: 'admin' | 'ann' | 'ben' | 'far'): Promise<RawClient> {
    const at = (name === 'far' ? this.#away : this.home).at(0, 'tls')
    const user = `${name}-${this.#entered++ % ADMINS}`
    await RawClient.register(at, user, PASSWORD)
    return RawClient.login(at, { user, password: PASSWORD, resource: 'fuzz', mechanism: 'SCRAM-SHA-256' })
  }

  async component(): Promise<RawComponent> {
    return RawComponent.login({ port: this.home.gateway().component!, domain: COMPONENT, secret: SECRET })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}

/** Everybody and everything that can be spoken to. Which services there are the server says itself. */
export async function targetsOf(
  asker: RawClient,
  people: readonly string[],
  rooms: readonly string[],
): Promise<Target[]> {
  const items = "<query xmlns='http://jabber.org/protocol/disco#items'/>"
  const answer = await asker.request(`<iq type='get' id='services' to='${HOME}'>${items}</iq>`)
  const found = (answer.getChild('query')?.getChildren('item') ?? []).map(({ attrs }) => String(attrs.jid))
  const [server, account] = [handledBy('session', 'server'), handledBy('session', 'account')]
  const [room, any] = [handledBy('muc', 'item'), services.flatMap(({ name }) => handledBy(name, 'item'))]
  const own = [undefined, undefined, undefined].map((address) => ({ address, answers: account }))
  return [
    ...own,
    ...[HOME, HOME, `${HOME}/desk`].map((address) => ({ address, answers: server })),
    ...[...found, ...found].map((address) => ({ address, answers: SECONDARY[address.split('.')[0]!] ?? any })),
    ...rooms.flatMap((address) => [
      { address, answers: room },
      { address, answers: room },
      { address: `${address}/me`, answers: [...room, ...account] },
    ]),
    ...people.flatMap((full) => [full, full.split('/')[0]!].map((address) => ({ address, answers: account }))),
    ...[`nobody@${HOME}`, `x@${COMPONENT}/r`, COMPONENT].map((address) => ({ address, answers: account })),
    ...[`fuzz@conference.${AWAY}`, `pubsub.${AWAY}`, AWAY, 'nowhere.example'].map((address) => ({
      address,
      answers: any,
    })),
  ]
}

function everything(directory: string): Record<string, unknown> {
  return {
    archive: { search: true },
    userSearch: 'allDomains',
    externalServices: { services: [{ type: 'stun', host: 'stun.example', port: 3478, transport: 'udp' }] },
    uploads: {
      ...{
        store: 'directory',
        directory: join(directory, 'files'),
        publicUrl: 'https://upload.localhost',
        secret: 'a secret for links',
      },
    },
    registration: {
      ...{
        open: 'always',
        perAddress: PLENTY,
        perNetwork: PLENTY,
        total: PLENTY,
        similarNames: 'allow',
        keepRemovedDays: 0,
      },
    },
    proxy65: { enabled: true, host: '127.0.0.1' },
    components: [
      {
        domains: [COMPONENT, 'push.fuzz.example'],
        password: SECRET,
        privileges: { roster: 'both', message: 'outgoing' },
        waitSeconds: 1,
      },
    ],
    rates: { stanzasPerSecond: 0, bytesPerSecond: 0 },
    authentication: { iterations: 4_096 },
    admins: Array.from({ length: ADMINS }, (_, at) => `admin-${at}@${HOME}`),
    telemetry: { logLevel: 'info' },
  }
}
