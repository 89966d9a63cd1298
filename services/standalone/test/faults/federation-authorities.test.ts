/** FED-03: a domain's own authorities, in both directions, as files have it that change while people talk. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect } from 'node:tls'
import { ensureSelfSigned } from '@heliograph/certificates'
import type { RawClient, Site } from '@heliograph/testkit'
import { errorOf, newcomer, saying } from '../support/actor.ts'
import { until } from '../support/block-lists.ts'
import { ForgedPeer } from '../support/forged-peer.ts'
import { twoServers } from '../support/two-servers.ts'

const PATIENCE_MS = 60_000
const [PARTNER, SISTER] = ['partner.example', 'sister.example']
const NO_STORE = `<no-store xmlns='urn:xmpp:hints'/>`
const directory = await mkdtemp(join(tmpdir(), 'hg-authorities-'))
const policyFile = join(directory, 'policy.yaml')
const bundle = join(directory, 'bundle.pem')
await writeFile(policyFile, 'peers: []')
const { cert: partner } = await ensureSelfSigned({ directory, domains: [PARTNER, SISTER] })
const world = await twoServers({
  cluster: { policyFile, connectSeconds: 3 },
  standalone: { policyFile, connectSeconds: 3 },
})
after(async () => {
  await world[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})
const { near, far, files, honest } = world

/** Files are replaced as a whole, as whoever deploys them does. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}

const agree = (...peers: object[]): Promise<void> => replace(policyFile, JSON.stringify({ peers }))

/** Whether somebody with that certificate is believed to be that domain, by every gateway. */
async function isBelieved({ description, domain }: Site, from: string, certificate: string): Promise<boolean[]> {
  return Promise.all(
    description.gateways.map(async ({ s2sTls }) => {
      using peer = await ForgedPeer.connect(s2sTls!, domain, certificate)
      return (await peer.open(from, domain)).includes('EXTERNAL')
    }),
  )
}

let asked = 0
/** The error with which something comes back from the other server's domain; undefined when it arrives. */
async function fate(from: RawClient, to: RawClient): Promise<string | undefined> {
  const id = `try-${asked++}`
  from.send(`<message id='${id}' to='${to.jid}' type='chat'><body>well?</body>${NO_STORE}</message>`)
  const back = from.expect(({ attrs }) => attrs.id === id && attrs.type === 'error', PATIENCE_MS)
  const there = to.expect(({ attrs }) => attrs.id === id && attrs.from === from.jid, PATIENCE_MS)
  for (const each of [back, there]) each.catch(() => {})
  return errorOf(await Promise.race([back, there]))
}

for (const site of [near, far])
  test(`${site.domain} believes a domain that opens streams by its own authorities alone`, async () => {
    await agree()
    const all = site.description.gateways
    const every = (verdict: boolean) => String(all.map(() => verdict))
    const verdict = (domain: string, certificate: string) => async () =>
      String(await isBelieved(site, domain, certificate))
    await until(every(true), verdict(honest.domain, honest.certificate))
    assert.equal(await verdict(PARTNER, partner)(), every(false), 'its authority is nobody')
    await copyFile(partner, bundle)
    await agree({ domain: PARTNER, ca: [bundle] }, { domain: honest.domain, ca: [bundle] })
    await until(every(true), verdict(PARTNER, partner))
    assert.equal(await verdict(SISTER, partner)(), every(false), 'those of one domain vouch for no other')
    await until(every(false), verdict(honest.domain, honest.certificate))
    await using alice = await newcomer(site, 'alice')
    using peer = await ForgedPeer.connect(all[0]!.s2sTls!, site.domain, partner)
    await peer.prove(PARTNER, site.domain)
    peer.say(`<message from='eve@${PARTNER}' to='${alice.jid}' type='chat'><body>trusted</body></message>`)
    await alice.expect(saying('trusted'), PATIENCE_MS)
    // The file itself changes; one that can't be used changes nothing.
    await replace(bundle, 'nothing')
    await replace(bundle, await readFile(honest.certificate, 'utf8'))
    await until(every(true), verdict(honest.domain, honest.certificate))
    await until(every(false), verdict(PARTNER, partner))
  })

for (const [from, to] of [
  [near, far],
  [far, near],
] as const)
  test(`${from.domain} opens streams to a domain by its own authorities alone`, async () => {
    await agree()
    await using alice = await newcomer(from, 'alice')
    await using bob = await newcomer(to, 'bob')
    await until(undefined, () => fate(alice, bob))
    await copyFile(partner, bundle)
    await agree({ domain: to.domain, ca: [bundle] })
    await until('wait/remote-server-timeout', () => fate(alice, bob))
    await replace(bundle, await readFile(files.shown, 'utf8'))
    await until(undefined, () => fate(alice, bob))
  })

test('each connection shows its certificates: none goes on with what another one showed', async () => {
  const options = {
    ...{ host: '127.0.0.1', port: far.gateway().s2sTls!, servername: far.domain },
    ...{ rejectUnauthorized: false, ALPNProtocols: ['xmpp-server'] },
  }
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const first = connect({ ...options, maxVersion })
    let session: Buffer | undefined
    first.on('session', (given) => {
      session = given
    })
    await once(first, 'secureConnect')
    first.write(
      `<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' to='${far.domain}' version='1.0'>`,
    )
    await once(first, 'data')
    session ??= first.getSession()
    first.destroy()
    const second = connect({ ...options, maxVersion, session })
    await once(second, 'secureConnect')
    assert.equal(second.isSessionReused(), false, maxVersion)
    second.destroy()
  }
})
