import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureSelfSigned } from '@heliograph/certificates'
import {
  type BothModesOptions,
  bothModes,
  ejabberdAvailable,
  freePort,
  type Mode,
  type OtherServer,
  prosodyAvailable,
  RawClient,
  type RawStreamOptions,
  type Scenario,
  type Site,
  startEjabberd,
  startProsody,
  TestDns,
} from '@heliograph/testkit'

const OURS: Readonly<Record<Mode, string>> = { standalone: 'standalone.example', cluster: 'cluster.example' }

const MAKES = {
  prosody: { available: prosodyAvailable, start: startProsody },
  ejabberd: { available: ejabberdAvailable, start: startEjabberd },
} as const

/** A server of somebody else's, and how it and ours find out who the other is. */
export interface Wanted {
  readonly make: keyof typeof MAKES
  readonly authentication: 'certificates' | 'dialback'
  /** Whether it takes stanzas on streams that it opened, too. */
  readonly isTwoWay?: boolean
}

export interface World extends AsyncDisposable {
  readonly scenario: Scenario
  /** The other servers that this machine has, and the domains of those that it hasn't. */
  readonly others: readonly OtherServer[]
  readonly missing: readonly string[]
  readonly dns: TestDns
}

/**
 * Servers of both kinds of ours, and of others, which find each other by a DNS of their own. Where certificates count each trusts the other's.
 * @param trusted further domains with a certificate under `directory` that ours trust
 */
export async function federation(
  directory: string,
  wanted: readonly Wanted[],
  {
    trusted = [],
    ...options
  }: Pick<BothModesOptions, 'counts'> & {
    readonly trusted?: readonly string[]
    readonly federation?: Readonly<Record<string, unknown>>
    /** What else is configured. */
    readonly config?: Readonly<Record<string, unknown>>
  } = {},
): Promise<World> {
  await using made = new AsyncDisposableStack()
  const dns = made.use(await TestDns.start())
  const present = wanted.filter(({ make }) => MAKES[make].available())
  const ours = join(directory, 'ours')
  const own = (await ensureSelfSigned({ directory: ours, domains: Object.values(OURS) })).cert
  const certified = present.filter(({ authentication }) => authentication === 'certificates').map(domainOf)
  const shown = await Promise.all([...certified, ...trusted].map((domain) => certificateOf(directory, domain)))
  const ca = join(directory, 'trusted.pem')
  await writeFile(ca, shown.map(leaf).join(''))
  const others = await Promise.all(
    present.map(async (each) => {
      const domain = domainOf(each)
      const { path: certificate } = await certificateOf(directory, domain)
      const authorities = join(directory, `${domain}.pem`)
      await writeFile(authorities, leaf(each.authentication === 'dialback' ? await pem(certificate) : await pem(own)))
      const { authentication, isTwoWay = false } = each
      const other = made.use(
        await MAKES[each.make].start({ domain, certificate, authorities, authentication, isTwoWay, dnsPort: dns.port }),
      )
      const { s2s, s2sTls } = other.ports
      dns.set(domain, [
        { port: s2sTls, directTls: true, priority: 5 },
        { port: s2s, priority: 10 },
      ])
      return other
    }),
  )
  const scenario = await bothModes({
    ...(options.counts && { counts: options.counts }),
    domains: OURS,
    tlsDirectory: ours,
    config: {
      ...options.config,
      federation: {
        enabled: true,
        ca,
        secret: 'a secret for all instances',
        privateAddresses: true,
        nameServers: [`127.0.0.1:${dns.port}`],
        peers: peersOf(present),
        ...options.federation,
      },
    },
  })
  const kept = made.move()
  return {
    others,
    missing: wanted.filter((each) => !present.includes(each)).map(domainOf),
    dns,
    scenario: (name, run) =>
      scenario(name, async (site, test) => {
        announce(dns, site)
        await run(site, test)
      }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

const domainOf = ({ make, authentication, isTwoWay }: Wanted): string =>
  `${make}${isTwoWay ? '-both-ways' : ''}-${authentication}.example`

/** What holds for a domain holds for its rooms, and for where it takes stanzas for several. */
function peersOf(present: readonly Wanted[]): object[] {
  return present.flatMap((each) => {
    const domain = domainOf(each)
    return [domain, `rooms.${domain}`, `multicast.${domain}`].map((name) => ({
      domain: name,
      authentication: each.authentication,
    }))
  })
}

/** Lets the others find a site: every gateway of it. */
function announce(dns: TestDns, site: Site): void {
  const { server } = site
  const gateways = 'members' in server ? server.of('gateway').map(({ ports }) => ports) : [server.ports]
  dns.set(
    site.domain,
    gateways.map(({ s2s }) => ({ port: s2s! })),
  )
}

interface Pem {
  readonly path: string
  readonly text: string
}

async function certificateOf(directory: string, domain: string): Promise<Pem> {
  const { cert: path } = await ensureSelfSigned({ directory: join(directory, domain), domains: [domain] })
  return pem(path)
}

async function pem(path: string): Promise<Pem> {
  return { path, text: await readFile(path, 'utf8') }
}

/** The certificate without its key. */
function leaf({ text }: Pem): string {
  return /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/.exec(text)?.[0] ?? ''
}

/** Somebody with a new account at another server, who has come in. */
export async function stranger(other: OtherServer, name: string): Promise<RawClient> {
  const user = `${name}-${await freePort()}`
  const at = await other.at()
  await register(at, user)
  const client = await RawClient.login(at, { user, password: 'secret', resource: 'there' })
  client.send('<presence/>')
  return client
}

/** Somebody who may have an account at another server already, and comes in. */
export async function regular(other: OtherServer, user: string): Promise<RawClient> {
  const at = await other.at()
  await register(at, user).catch(() => {})
  return RawClient.login(at, { user, password: 'secret', resource: 'there' })
}

/** XEP-0077. Not every server waits for the end of the stream afterwards. */
async function register(at: RawStreamOptions, username: string): Promise<void> {
  const newcomer = await RawClient.connect(at)
  await newcomer.open()
  const fields = `<username>${username}</username><password>secret</password>`
  const answer = await newcomer.request(
    `<iq type='set' id='register'><query xmlns='jabber:iq:register'>${fields}</query></iq>`,
  )
  newcomer.cut()
  if (answer.attrs.type !== 'result') throw new Error(`registration failed: ${answer}`)
}
