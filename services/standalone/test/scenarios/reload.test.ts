/** ADM-04: a running server takes another configuration while people are connected, or refuses it whole. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureSelfSigned } from '@heliograph/certificates'
import { bothModes, RawClient, type Site } from '@heliograph/testkit'
import { announce, bareOf, enter, errorOf, isPresence, newcomer, say, saying, settle } from '../support/actor.ts'
import { control } from '../support/control.ts'
import { freshRoom } from '../support/room.ts'

const scenario = await bothModes({
  config: {},
  counts: { edge: 1, session: 1, fanout: 1, muc: 1, pubsub: 1, gateway: 1 },
})
const NS_INFO = 'http://jabber.org/protocol/disco#info'
const LONG = 'x'.repeat(50_000)

interface Reloaded {
  readonly instance: string
  readonly changed: readonly string[]
  readonly needsRestart: readonly string[]
}

/** What the server's own forms say. */
async function formsOf(client: RawClient, site: Site): Promise<string> {
  const info = await client.request(
    `<iq type='get' id='forms-${Date.now()}' to='${site.domain}'><query xmlns='${NS_INFO}'/></iq>`,
  )
  return String(info)
}

async function languageOfNewRoom(site: Site, owner: string): Promise<string | undefined> {
  const room = freshRoom(site)
  const made = await control(site, ['rooms', 'create', room, owner])
  assert.equal(made.code, 0, made.errors)
  const { data } = await control(site, ['rooms', 'show', room])
  return (data as { config: Readonly<Record<string, string>> }).config['muc#roomconfig_lang']
}

async function makesAccount(site: Site, name: string, password: string): Promise<boolean> {
  const { code } = await control(site, ['users', 'create', `${name}@${site.domain}`], `${password}\n`)
  return code === 0
}

scenario('what may change holds from then on; a mistake changes nothing, and all mistakes are said', async (site) => {
  await using alice = await newcomer(site, 'alice')
  const person = await site.person('bob')
  const owner = bareOf(alice.jid)

  await site.configure({
    passwords: { minLength: 65, minStrength: 0 },
    rooms: { defaults: { language: 'it' } },
    rates: { burstSeconds: 0 },
    colour: 'red',
  })
  const refused = await control(site, ['reload'])
  assert.equal(refused.code, 1)
  for (const option of ['passwords.minLength', 'rates.burstSeconds', 'colour'])
    assert.match(refused.errors, new RegExp(`- ${option}: .*heliograph.yaml`))
  assert.equal(await languageOfNewRoom(site, owner), '')

  await site.configure({
    domains: [{ contacts: { abuse: ['mailto:abuse@verona.example'] } }],
    passwords: { minLength: 20, minStrength: 0 },
    rooms: { defaults: { language: 'it' } },
    limits: { stanzaBytes: 20_000, depth: 80 },
  })
  const { code, data, errors } = await control(site, ['reload'])
  assert.equal(code, 0, errors)
  const told = data as readonly Reloaded[]
  assert.equal(told.length, site.mode === 'cluster' ? 6 : 1)
  for (const { changed, needsRestart } of told) {
    assert.deepEqual(
      [...changed].sort(),
      [
        'domains',
        'limits.stanzaBytes',
        'passwords.minLength',
        'passwords.minStrength',
        'rooms.defaults.language',
      ].sort(),
    )
    assert.deepEqual(needsRestart, ['limits.depth'])
  }

  assert.equal(await languageOfNewRoom(site, owner), 'it')
  assert.equal(await makesAccount(site, `short-${Date.now()}`, 'nineteen characters'), false)
  assert.equal(await makesAccount(site, `long-${Date.now()}`, 'twenty-one characters'), true)
  assert.match(await formsOf(alice, site), /abuse@verona\.example/)

  // Who is connected was told of another limit, and keeps it.
  say(alice, owner, LONG)
  await alice.expect(saying(LONG))
  await settle(alice)
  await using bob = await enter(site, person)
  assert.equal(bob.features?.getChild('limits', 'urn:xmpp:stream-limits:0')?.getChildText('max-bytes'), '20000')
  say(bob, owner, LONG)
  const error = await bob.expect((it) => it.name === 'stream:error' || it.name === 'error')
  assert.ok(error.getChild('policy-violation'))
  await bob.ended

  await site.configure({})
  assert.equal((await control(site, ['reload'])).code, 0)
  assert.equal(await makesAccount(site, `again-${Date.now()}`, 'nineteen characters'), true)
})

interface Listed {
  readonly name: string
  readonly accounts: number
  readonly limited: boolean
  readonly maxAccounts: number
}

async function domainsOf(site: Site, ...args: string[]): Promise<readonly Listed[]> {
  const { code, data, errors } = await control(site, ['domains', 'list', ...args])
  assert.equal(code, 0, errors)
  return data as readonly Listed[]
}

scenario('a domain has no more accounts than it may; its own administrator sees no other', async (site) => {
  const [before] = await domainsOf(site, '--domain', site.domain)
  assert.deepEqual([before?.name, before?.limited], [site.domain, false])
  const password = 'token-of-the-tests-for-one-domain'
  await site.configure({
    domains: [{ maxAccounts: before!.accounts + 1 }],
    adminApi: { tokens: [{ name: 'own', scopes: ['read', 'users'], domains: [site.domain], password }] },
  })
  const reloaded = await control(site, ['reload'])
  assert.equal(reloaded.code, 0, reloaded.errors)
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${site.description.adminApi}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${password}`, 'content-type': 'application/json' },
    })
  const name = `limited-${Date.now().toString(36)}`
  const make = (user: string, domain = site.domain) =>
    ask('/v1/users', {
      method: 'POST',
      body: JSON.stringify({ jid: `${user}@${domain}`, password: 'oranges & lemons' }),
    })

  const answers = await Promise.all(['a', 'b', 'c'].map((end) => make(name + end)))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 503, 503])
  assert.match(await answers.find(({ status }) => status === 503)!.text(), /as many accounts as it may have/)
  assert.equal((await make(name, 'other.example')).status, 403)
  assert.equal((await ask('/v1/domains')).status, 403)
  assert.equal((await ask('/v1/domains?domain=other.example')).status, 403)
  const shown = (await (await ask(`/v1/domains?domain=${site.domain}`)).json()) as { domains: Listed[] }
  const { accounts, maxAccounts } = shown.domains[0]!
  assert.deepEqual([accounts, maxAccounts], [before!.accounts + 1, before!.accounts + 1])

  await using client = await RawClient.connect(site.at(0))
  await client.open()
  const fields = `<username>${name}d</username><password>oranges &amp; lemons</password>`
  const form = `<iq type='set' id='full'><query xmlns='jabber:iq:register'>${fields}</query></iq>`
  assert.equal(errorOf(await client.request(form)), 'wait/resource-constraint')
  await site.configure({})
  assert.equal((await control(site, ['reload'])).code, 0)
  assert.equal((await make(`${name}e`)).status, 401)
  assert.equal((await client.request(form)).attrs.type, 'result')
})

const ADDED = 'added.example'

/** Once its certificate is there: it is loaded beside the reload. */
async function loginWhenServed(site: Site, user: string, password: string, ca: string): Promise<RawClient> {
  for (const until = Date.now() + 20_000; ; await sleep(100)) {
    try {
      return await RawClient.login({ ...site.at(0, 'starttls'), domain: ADDED, ca }, { user, password })
    } catch (error) {
      if (Date.now() > until) throw error
    }
  }
}

scenario('a domain that is added is served at once: its certificate, users and rooms', async (site) => {
  const directory = await mkdtemp(join(tmpdir(), 'hg-added-'))
  try {
    const certificate = await ensureSelfSigned({ directory, domains: [ADDED] })
    await using alice = await newcomer(site, 'alice')
    await site.configure({ domains: [{}, { name: ADDED, certificate }] })
    const { code, data, errors } = await control(site, ['reload'])
    assert.equal(code, 0, errors)
    for (const { changed, needsRestart } of data as readonly Reloaded[])
      assert.deepEqual([changed.includes('domains'), needsRestart], [true, []])

    const made = await control(site, ['users', 'create', `bob@${ADDED}`], 'a long way from Mantua\n')
    assert.equal(made.code, 0, made.errors)
    await using bob = await loginWhenServed(
      site,
      'bob',
      'a long way from Mantua',
      await readFile(certificate.cert, 'utf8'),
    )
    await announce(bob)
    say(bob, alice.jid, 'from the added domain')
    await alice.expect(saying('from the added domain'))
    say(alice, bob.jid, 'to the added domain')
    await bob.expect(saying('to the added domain'))
    const nick = `square@conference.${ADDED}/bob`
    bob.send(`<presence to='${nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`)
    await bob.expect((it) => isPresence(it, nick))

    await site.configure({})
    const removed = await control(site, ['reload'])
    assert.equal(removed.code, 0, removed.errors)
    for (const { needsRestart } of removed.data as readonly Reloaded[]) assert.deepEqual(needsRestart, ['domains'])
    say(alice, bob.jid, 'still there')
    await bob.expect(saying('still there'))
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
