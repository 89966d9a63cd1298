/** CORE-08: a certificate a domain, replaced without anybody noticing. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { copyFile, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'node:tls'
import { ensureSelfSigned } from '@heliograph/certificates'
import { bothModes, RawClient, type Site } from '@heliograph/testkit'
import { settle } from '../support/actor.ts'

const directory = await mkdtemp(join(tmpdir(), 'hg-certificates-'))
after(() => rm(directory, { recursive: true, force: true }))

/** Puts a new certificate for the domain in its place, as a mounted secret would be. */
async function renew(domain: string): Promise<void> {
  const made = await mkdtemp(join(directory, 'new-'))
  const { cert } = await ensureSelfSigned({ directory: made, domains: [domain] })
  await copyFile(cert, join(directory, `${domain}.draft`))
  await rename(join(directory, `${domain}.draft`), fileOf(domain))
}

const fileOf = (domain: string): string => join(directory, `${domain}.pem`)
const DOMAINS = ['localhost', 'second.example']
for (const domain of DOMAINS) await renew(domain)

const scenario = await bothModes({
  counts: { session: 1, fanout: 1, muc: 1, pubsub: 1, gateway: 1 },
  config: {
    domains: DOMAINS.map((name) => ({ name, certificate: { cert: fileOf(name), key: fileOf(name) } })),
  },
})

/** The certificate that a listener shows for a name. */
function shown(port: number, servername: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false })
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '')
      socket.destroy()
    })
  })
}

const onDisk = async (domain: string): Promise<string> =>
  new X509Certificate(await readFile(fileOf(domain))).fingerprint256

async function shownEverywhere(site: Site, domain: string, expected: string): Promise<boolean> {
  const ports = site.edges.flatMap(({ c2sTls, https }) => [c2sTls!, https!])
  const seen = await Promise.all(ports.map((port) => shown(port, domain)))
  return seen.every((fingerprint) => fingerprint === expected)
}

scenario('each domain shows its own; a new one is shown soon, and live sessions go on', async (site) => {
  const person = await site.person('alice')
  const ca = new X509Certificate(await readFile(fileOf('localhost'))).toString()
  await using clear = await RawClient.login({ ...site.at(0), ca }, person)
  await using secure = await RawClient.login({ ...site.at(1, 'tls'), ca }, person)
  await using web = await RawClient.login({ ...site.at(0, 'wss'), ca }, person)
  for (const domain of DOMAINS) assert.ok(await shownEverywhere(site, domain, await onDisk(domain)), domain)
  const second = await onDisk('second.example')
  await renew('localhost')
  const renewed = await onDisk('localhost')
  for (const until = Date.now() + 10_000; !(await shownEverywhere(site, 'localhost', renewed)); await sleep(100))
    assert.ok(Date.now() < until, 'the new certificate is not shown')
  assert.ok(await shownEverywhere(site, 'second.example', second))
  for (const client of [clear, secure, web]) await settle(client)
  await using late = await RawClient.login(
    { ...site.at(0), ca: new X509Certificate(await readFile(fileOf('localhost'))).toString() },
    person,
  )
  await settle(late)
})
