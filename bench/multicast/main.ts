/** `node bench/multicast/main.ts`: what a change of presence costs between two servers, by how many see it there. Prints a table. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureSelfSigned } from '@heliograph/certificates'
import { ejabberdAvailable, infrastructure, RawClient, Site, startEjabberd, TestDns } from '@heliograph/testkit'
import { CountingWire } from './counting-wire.ts'
import { TheirStream } from './their-stream.ts'

const WATCHERS = [1, 50, 500]
const CHANGES = 20
const NEAR = 'near.example'
const PEERS = { heliograph: 'far.example', ejabberd: 'ejabberd.example' }
const CAPS = `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://client.example' ver='q07IKJEyjvHSyhy//CH0CxmKi8w='/>`

await using made = new AsyncDisposableStack()
const directory = await mkdtemp(join(tmpdir(), 'hg-multicast-'))
made.defer(() => rm(directory, { recursive: true, force: true }))
const dns = made.use(await TestDns.start())
const servers = made.use(await infrastructure())

async function certificate(domain: string): Promise<{ pem: string; leaf: string; directory: string }> {
  const own = join(directory, domain)
  const { cert } = await ensureSelfSigned({ directory: own, domains: [domain] })
  const text = await readFile(cert, 'utf8')
  const [leaf = ''] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/.exec(text) ?? []
  const path = join(directory, `${domain}.pem`)
  await writeFile(path, leaf)
  return { pem: cert, leaf: path, directory: own }
}

async function heliograph(domain: string, trusted: readonly string[], multicast: boolean): Promise<Site> {
  const ca = join(directory, `${domain}-trusts.pem`)
  await writeFile(ca, (await Promise.all(trusted.map((path) => readFile(path, 'utf8')))).join(''))
  const federation = { enabled: true, ca, privateAddresses: true, nameServers: [`127.0.0.1:${dns.port}`] }
  const config = { federation, multicast: { enabled: multicast }, presence: { flapBurst: 1_000 } }
  const { directory: tlsDirectory } = await certificate(domain)
  return Site.standalone({ postgres: await servers.createDatabase(), tlsDirectory, domain, config })
}

async function sent(site: Site): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${site.gateway().metrics}/metrics`)).text()
  return Number(/^heliograph_s2s_stanzas_sent_total(?:\{.*\})? (\d+)/m.exec(text)?.[1] ?? 0)
}

/** Until nothing more goes over the wire. */
async function quiet(wire: CountingWire): Promise<void> {
  for (let before = -1; before !== wire.bytes; await sleep(700)) before = wire.bytes
}

/** Stanzas and bytes a change, on the way to that domain. */
async function measure(site: Site, wire: CountingWire, peer: string, pem: string, watchers: number): Promise<number[]> {
  const person = await site.person('author')
  const author = await RawClient.login(site.at(), person)
  author.send('<presence/>')
  using theirs = await TheirStream.open(site.gateway().s2sTls!, peer, NEAR, pem)
  for (let i = 0; i < watchers; i++) {
    const watcher = `watcher-number-${i}@${peer}`
    theirs.say(`<presence type='subscribe' from='${watcher}' to='${person.jid}'/>`)
    await author.expect(({ attrs }) => attrs.type === 'subscribe' && attrs.from === watcher, 20_000)
    author.send(`<presence type='subscribed' to='${watcher}'/>`)
  }
  // The first changes are while the other server is asked what it takes.
  for (let i = 0; i < 3; i++) {
    author.send(`<presence><status>before ${i}</status></presence>`)
    await quiet(wire)
  }
  const [stanzas, bytes] = [await sent(site), wire.bytes]
  for (let i = 0; i < CHANGES; i++) {
    author.send(
      `<presence><show>away</show><status>change number ${i}</status><priority>5</priority>${CAPS}</presence>`,
    )
    await sleep(100)
  }
  await quiet(wire)
  const result = [((await sent(site)) - stanzas) / CHANGES, Math.round((wire.bytes - bytes) / CHANGES)]
  author.cut()
  await quiet(wire)
  return result
}

const near = await certificate(NEAR)
const wires = new Map<string, CountingWire>()
const pems = new Map<string, string>()
async function reach(domain: string, port: number, pem: string): Promise<void> {
  const wire = made.use(await CountingWire.to(port))
  dns.set(domain, [{ port: wire.port }])
  wires.set(domain, wire)
  pems.set(domain, pem)
}
const theirs = await Promise.all(Object.values(PEERS).map(certificate))
const far = made.use(await heliograph(PEERS.heliograph, [near.leaf], true))
await reach(PEERS.heliograph, far.gateway().s2s!, theirs[0]!.pem)
if (ejabberdAvailable()) {
  const options = { domain: PEERS.ejabberd, certificate: theirs[1]!.pem, authorities: near.leaf, dnsPort: dns.port }
  const ejabberd = made.use(await startEjabberd({ ...options, authentication: 'certificates' }))
  await reach(PEERS.ejabberd, ejabberd.ports.s2s, theirs[1]!.pem)
}
const rows = new Map<string, number[][]>()
for (const multicast of [false, true]) {
  await using site = await heliograph(
    NEAR,
    theirs.map(({ leaf }) => leaf),
    multicast,
  )
  dns.set(NEAR, [{ port: site.gateway().s2s! }])
  for (const [domain, wire] of wires)
    for (const watchers of WATCHERS) {
      const key = `| ${domain.split('.')[0]} | ${watchers}`
      rows.set(key, [...(rows.get(key) ?? []), await measure(site, wire, domain, pems.get(domain)!, watchers)])
    }
}
process.stdout.write(
  '| to | watchers | unicast: stanzas | bytes | multicast: stanzas | bytes | bytes saved |\n|---|---|---|---|---|---|---|\n',
)
for (const [key, [one, other]] of rows) {
  const saved = Math.round(100 * (1 - other![1]! / one![1]!))
  process.stdout.write(`${key} | ${one!.join(' | ')} | ${other!.join(' | ')} | ${saved} % |\n`)
}
