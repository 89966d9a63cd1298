import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { connectDatabase, migrate } from '@heliograph/database'
import { type BareJid, ensureBare, ensureDomain, trusted } from '@heliograph/jid'
import { MemoryLiveState } from '@heliograph/live-state'
import { deriveScramKeys, SCRAM_HASHES } from '@heliograph/sasl'
import { clientProof, credentialsContract } from '@heliograph/sasl/contract'
import { infrastructure } from '@heliograph/testkit'
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { AccountStore } from '../src/accounts/account-store.ts'
import { type AccountChange, Accounts, type AccountsOptions } from '../src/accounts/accounts.ts'
import { accountMigrations } from '../src/accounts/migrations.ts'
import { cancelRegistration, changePassword, type RegistrationPolicy, register } from '../src/accounts/registration.ts'
import { InviteStore, inviteMigrations } from '../src/invites/invite-store.ts'
import { Invites } from '../src/invites/invites.ts'

const servers = await infrastructure()
const db = await connectDatabase({ url: await servers.createDatabase(), instance: 'test', poolSize: 2 })
after(async () => {
  await db.close()
  await servers.close()
})
await migrate(db, [...accountMigrations, ...inviteMigrations])

const counters = new MemoryLiveState()
const invites = new Invites(new InviteStore(db), { days: 7 })
const domain = ensureDomain('example.com')
const base: AccountsOptions = { db, counters, iterations: 4096, lockout: { attempts: 3, windowSeconds: 60 } }
const open = (options: Partial<AccountsOptions> = {}) => Accounts.open({ ...base, ...options })
const fresh = (): BareJid => trusted(`user-${randomBytes(4).toString('hex')}@example.com`)
const THROTTLE = { perAddress: 5, perNetwork: 100, total: 1000, windowSeconds: 60 }
const nameOf = (jid: BareJid) => jid.slice(0, jid.indexOf('@'))

credentialsContract('accounts', async () => {
  const accounts = await open({ lockout: { attempts: 1000, windowSeconds: 60 } })
  const jid = fresh()
  await accounts.create(jid, 'r0m30')
  return {
    credentials: accounts.credentials,
    domain,
    username: nameOf(jid),
    password: 'r0m30',
    [Symbol.asyncDispose]: async () => {},
  }
})

test('an account is made once, changed, and removed', async () => {
  const changes: AccountChange['kind'][] = []
  const accounts = await open({ onChange: ({ kind }) => changes.push(kind) })
  const jid = fresh()
  const check = async (password: string) => {
    const answer = await accounts.credentials.checkPassword({ username: nameOf(jid), domain, password, source: '' })
    return answer.ok ? 'ok' : answer.condition
  }
  assert.equal(await accounts.exists(jid), false)
  assert.deepEqual(await accounts.create(jid, 'bad\u0007'), { ok: false, condition: 'not-acceptable' })
  assert.deepEqual(await accounts.create(jid, ''), { ok: false, condition: 'not-acceptable' })
  assert.deepEqual(await accounts.create(jid, 'one'), { ok: true })
  assert.deepEqual(await accounts.create(jid, 'two'), { ok: false, condition: 'conflict' })
  assert.equal(await accounts.exists(jid), true)
  assert.equal(await check('one'), 'ok')

  assert.deepEqual(await accounts.setPassword(jid, 'two'), { ok: true })
  assert.equal(await check('two'), 'ok')
  assert.equal(await check('one'), 'not-authorized')
  assert.deepEqual(await accounts.setDisabled(jid, true), { ok: true })
  assert.deepEqual(await accounts.setDisabled(jid, true), { ok: true })
  assert.equal(await check('two'), 'account-disabled')
  assert.equal(await check('one'), 'not-authorized')
  assert.deepEqual(await accounts.setDisabled(jid, false), { ok: true })
  assert.equal(await check('two'), 'ok')

  const departed = async () =>
    (await db.query<{ jid: string }>('test_departed', 'SELECT jid FROM departed_accounts ORDER BY jid')).rows
  const longAgo = `INSERT INTO departed_accounts VALUES ('long@example.com', now() - interval '2 hours')`
  await db.query('test_departed_long_ago', longAgo)
  assert.deepEqual(await accounts.delete(jid), { ok: true })
  assert.deepEqual(await departed(), [{ jid }])
  assert.equal(await accounts.exists(jid), false)
  assert.equal(await check('two'), 'not-authorized')
  for (const verdict of [accounts.delete(jid), accounts.setPassword(jid, 'x'), accounts.setDisabled(jid, true)])
    assert.deepEqual(await verdict, { ok: false, condition: 'item-not-found' })
  assert.deepEqual(changes, ['created', 'password', 'disabled', 'enabled', 'deleted'])
})

test('only salted keys are stored, each hash with a salt of its own', async () => {
  const accounts = await open()
  const jid = fresh()
  await accounts.create(jid, 'correct horse')
  const store = new AccountStore(db)
  const found = await Promise.all(SCRAM_HASHES.map(async (hash) => (await store.keys(jid, hash))?.keys))
  assert.deepEqual(
    found.map((keys) => keys?.iterations),
    [4096, 4096, 4096],
  )
  assert.equal(new Set(found.map((keys) => keys?.salt.toString('hex'))).size, 3)
})

test('instances share the secret, and a finish may reach another one than its start', async () => {
  const [one, other] = await Promise.all([open(), open()])
  const jid = fresh()
  await one.create(jid, 'pass')
  for (const username of [nameOf(jid), 'nobody']) {
    const who = { username, domain, hash: 'SHA-1' as const, source: '' }
    const [first, second] = await Promise.all([one.credentials.scramStart(who), other.credentials.scramStart(who)])
    assert.deepEqual(first, second)
    assert.ok(first.ok)
    const authMessage = 'signed'
    const { proof } = clientProof('pass', { hash: 'SHA-1', ...first, authMessage })
    const finish = { ...who, handle: first.handle, authMessage, clientProof: proof }
    const third = await open()
    assert.equal((await third.credentials.scramFinish(finish)).ok, username !== 'nobody')
    const foreign = await third.credentials.scramFinish({ ...finish, handle: 'other' })
    assert.equal(foreign.ok, false)
  }
})

test('failures lock an account and an address, known or not, for every instance', async () => {
  const [one, other] = await Promise.all([open(), open()])
  const jid = fresh()
  await one.create(jid, 'pass')
  for (const username of [nameOf(jid), `nobody-${nameOf(jid)}`]) {
    const attempt = async (at: Accounts, password: string, source: string) => {
      const answer = await at.credentials.checkPassword({ username, domain, password, source })
      return answer.ok ? 'ok' : answer.condition
    }
    for (const at of [one, other, one]) assert.equal(await attempt(at, 'wrong', '198.51.100.1'), 'not-authorized')
    for (const password of ['wrong', 'pass'])
      assert.equal(await attempt(other, password, '198.51.100.2'), 'temporary-auth-failure')
  }
  for (let left = 15 - 6; left > 0; left--) {
    const who = { username: `n${left}`, domain, password: 'x', source: '::ffff:198.51.100.1' }
    assert.deepEqual(await one.credentials.checkPassword(who), { ok: false, condition: 'not-authorized' })
  }
  const elsewhere = { username: 'somebody', domain, password: 'x', source: '198.51.100.1' }
  assert.deepEqual(await one.credentials.checkPassword(elsewhere), { ok: false, condition: 'temporary-auth-failure' })
})

test('a success forgets the failures of the account', async () => {
  const accounts = await open()
  const jid = fresh()
  await accounts.create(jid, 'pass')
  for (const password of ['a', 'b', 'pass', 'a', 'b', 'pass']) {
    const answer = await accounts.credentials.checkPassword({ username: nameOf(jid), domain, password, source: '' })
    assert.equal(answer.ok, password === 'pass')
  }
})

test('weak keys are replaced when the password is seen, unless it was changed meanwhile', async () => {
  const jid = fresh()
  await (await open()).create(jid, 'pass')
  const stronger = await open({ iterations: 5000 })
  const who = { username: nameOf(jid), domain, password: 'pass', source: '' }
  assert.deepEqual(await stronger.credentials.checkPassword(who), { ok: true })
  const store = new AccountStore(db)
  const stored = await store.keys(jid, 'SHA-512')
  assert.equal(stored?.keys.iterations, 5000)
  assert.deepEqual(await stronger.credentials.checkPassword(who), { ok: true })

  const other = await deriveScramKeys('other', { hash: 'SHA-256', salt: Buffer.alloc(16), iterations: 1 })
  assert.equal(await store.replaceKeys(jid, [other], other), false)
})

test('accounts are listed by page', async () => {
  const accounts = await open()
  const make = async (text: string) => {
    const jid = ensureBare(text)
    await accounts.create(jid, 'pass')
    return jid
  }
  const jids: BareJid[] = []
  for (const name of ['b@list.example', 'a@list.example', '\u00E9@list.example', 'c@list.example', 'a@other.example'])
    jids.push(await make(name))
  const list = { domain: ensureDomain('list.example'), max: 3 }
  const first = await accounts.list(list)
  assert.deepEqual(
    first.accounts.map(({ jid }) => jid),
    ['a@list.example', 'b@list.example', 'c@list.example'],
  )
  assert.equal(first.next, 'c@list.example')
  const last = await accounts.list({ ...list, after: first.next })
  assert.deepEqual(
    last.accounts.map(({ jid, disabled, createdAt }) => [jid, disabled, createdAt instanceof Date]),
    [['\u00E9@list.example', false, true]],
  )
  assert.equal(last.next, undefined)
  const all = await accounts.list({ max: 1000 })
  assert.ok(jids.every((jid) => all.accounts.some((account) => account.jid === jid)))
})

test('existence is remembered until somebody says it changed', async () => {
  let now = 0
  const [one, other] = await Promise.all([open({ now: () => now }), open()])
  const jid = fresh()
  assert.equal(await one.exists(jid), false)
  await other.create(jid, 'pass')
  assert.equal(await one.exists(jid), false)
  one.forget(jid)
  assert.equal(await one.exists(jid), true)
  await other.delete(jid)
  assert.equal(await one.exists(jid), true)
  now += 60_000
  assert.equal(await one.exists(jid), false)
})

test('in-band registration', async () => {
  const accounts = await open()
  const policy: RegistrationPolicy = {
    open: 'loopback',
    throttle: THROTTLE,
    similarNames: 'refuse',
    reserved: ['admin'],
    changePassword: true,
    remove: true,
  }
  const deps = { accounts, counters, policy, invites }
  const anyone = {
    ...deps,
    policy: { ...policy, open: 'always' as const, throttle: { ...THROTTLE, perAddress: 1 } },
  }
  const username = nameOf(fresh())
  const request = { username: username.toUpperCase(), domain, password: 'pass', source: '127.0.0.1', invite: '' }
  const jid = ensureBare(`${username}@example.com`)
  const outcome = async (changed: Partial<typeof request>) => {
    const verdict = await register(deps, { ...request, ...changed })
    return verdict.ok ? verdict.jid : verdict.condition
  }
  assert.equal(await outcome({ source: '192.0.2.9' }), 'not-allowed')
  assert.equal(await outcome({ username: '' }), 'not-acceptable')
  assert.equal(await outcome({ username: 'a b' }), 'not-acceptable')
  assert.equal(await outcome({ username: 'Admin' }), 'not-acceptable')
  assert.equal(await outcome({ password: '' }), 'not-acceptable')
  assert.equal(await outcome({}), jid)
  assert.equal(await outcome({}), 'conflict')
  assert.equal(await outcome({ username: `${username}2` }), `${username}2@example.com`)
  assert.equal(await outcome({ username: `${username}3` }), `${username}3@example.com`)
  const elsewhere = { ...request, source: '192.0.2.9' }
  assert.equal((await register(anyone, { ...elsewhere, username: `${username}4` })).ok, true)
  const verdict = await register(anyone, { ...elsewhere, username: `${username}5` })
  assert.equal(!verdict.ok && verdict.condition, 'resource-constraint')

  const change = { jid, username, password: 'new', encrypted: true }
  const changing = async (changed: Partial<typeof change>, policyChange: Partial<RegistrationPolicy> = {}) => {
    const verdict = await changePassword(
      { accounts, policy: { ...policy, ...policyChange } },
      { ...change, ...changed },
    )
    return verdict.ok ? 'ok' : verdict.condition
  }
  assert.equal(await changing({}, { changePassword: false }), 'not-allowed')
  assert.equal(await changing({ encrypted: false }), 'not-authorized')
  assert.equal(await changing({ password: '' }), 'bad-request')
  assert.equal(await changing({ username: 'other' }), 'bad-request')
  assert.equal(await changing({ password: '\u0007' }), 'not-acceptable')
  assert.equal(await changing({}), 'ok')
  const login = { username, domain, password: 'new', source: '' }
  assert.deepEqual(await accounts.credentials.checkPassword(login), { ok: true })

  const kept = await cancelRegistration({ accounts, policy: { ...policy, remove: false } }, jid)
  assert.deepEqual(kept, { ok: false, condition: 'not-allowed' })
  assert.deepEqual(await cancelRegistration(deps, jid), { ok: true, jid })
  assert.deepEqual(await cancelRegistration(deps, jid), { ok: false, condition: 'registration-required' })
  assert.equal(await changing({}), 'registration-required')
})

test('who registers from elsewhere gets no name that was removed lately, is reserved or looks like another', async () => {
  const accounts = await open({ registration: { keepRemovedDays: 30 } })
  const refused: string[] = []
  const policy: RegistrationPolicy = {
    open: 'always',
    throttle: { perAddress: 1000, perNetwork: 1000, total: 1000, windowSeconds: 60 },
    similarNames: 'refuse',
    reserved: ['admin'],
    changePassword: true,
    remove: true,
  }
  const deps = { accounts, counters, policy, invites, refused: (reason: string) => void refused.push(reason) }
  const outcome = async (username: string, changed: Partial<RegistrationPolicy> = {}) => {
    const request = { username, domain, password: 'pass', source: '192.0.2.77', invite: '' }
    const verdict = await register({ ...deps, policy: { ...policy, ...changed } }, request)
    return verdict.ok ? 'ok' : `${verdict.condition} ${verdict.text ?? ''}`.trim()
  }
  const salt = randomBytes(4).toString('hex').replaceAll(/[01]/g, 'x')
  const similar = 'conflict the name looks like another one'
  assert.equal(await outcome(`modern-${salt}`), 'ok')
  assert.equal(await outcome(`modern-${salt}`), 'conflict')
  assert.equal(await outcome(`rnodern-${salt}`), similar)
  assert.equal(await outcome(`m0dem-${salt}`), similar)
  assert.equal(await outcome(`m0dem-${salt}`, { similarNames: 'allow' }), 'ok')
  assert.equal(await outcome('аdmin'), 'not-acceptable the name mixes scripts')
  assert.equal(await outcome('adrnin'), similar)
  // Of one script, and not to be told from Latin.
  await accounts.create(ensureBare('scope@example.com'), 'pass')
  assert.equal(await outcome('ѕсоре'), similar)
  assert.equal(await outcome('scopé'), 'ok')

  const jid = ensureBare(`modern-${salt}@example.com`)
  await accounts.delete(jid)
  assert.equal(await outcome(`modern-${salt}`), 'conflict the name was in use until lately')
  assert.deepEqual(new Set(refused), new Set(['name']))
  // The operator may give it to somebody, and who is at the machine may take it.
  assert.equal((await accounts.create(jid, 'pass')).ok, true)
  await accounts.delete(jid)
  const local = { username: `modern-${salt}`, domain, password: 'pass', source: '127.0.0.1', invite: '' }
  assert.equal((await register({ ...deps, policy: { ...policy, open: 'loopback' } }, local)).ok, true)
  // Without days nothing is remembered.
  const other = await open()
  const gone = fresh()
  await other.create(gone, 'pass')
  await other.delete(gone)
  assert.equal(await outcome(nameOf(gone)), 'ok')
})

test('a password that the account had before is refused, until enough others came since', async () => {
  const passwords = { minLength: 1, minClasses: 1, minStrength: 0, history: 3 }
  const accounts = await open({ passwords })
  const jid = fresh()
  await accounts.create(jid, 'one')
  assert.equal(await accounts.firstPasswordProblem(jid, 'one'), undefined) // it would tell strangers what the password is
  for (const password of ['two', 'three']) {
    assert.match((await accounts.passwordProblem(jid, 'one')) ?? '', /had before/)
    assert.deepEqual(await accounts.setPassword(jid, password), { ok: true })
  }
  for (const former of ['one', 'two', 'three']) assert.match((await accounts.passwordProblem(jid, former)) ?? '', /had/)
  await accounts.setPassword(jid, 'four')
  assert.equal(await accounts.passwordProblem(jid, 'one'), undefined)
  assert.match((await accounts.passwordProblem(jid, 'two')) ?? '', /had before/)
  assert.match((await accounts.passwordProblem(jid, 'four')) ?? '', /had before/)
})

test('registration and change of password say what is wrong with a weak one', async () => {
  const accounts = await open({ passwords: { minLength: 8, minClasses: 1, minStrength: 2, history: 3 } })
  const policy: RegistrationPolicy = {
    open: 'loopback',
    throttle: THROTTLE,
    similarNames: 'refuse',
    reserved: [],
    changePassword: true,
    remove: true,
  }
  const jid = fresh()
  const username = nameOf(jid)
  const request = { username, domain, source: '127.0.0.1', invite: '' }
  const deps = { accounts, counters, policy, invites }
  assert.deepEqual(await register(deps, { ...request, password: 'short' }), {
    ok: false,
    condition: 'not-acceptable',
    text: 'the password has fewer than 8 characters',
  })
  const made = await register(deps, { ...request, password: 'verona-balcony' })
  assert.equal(made.ok, true)
  const change = await changePassword(deps, { jid, username, password: `${username}1`, encrypted: true })
  assert.match((!change.ok && change.text) || '', /easy to guess/)
})

test('who comes with a token of the issuer: an account without a password, once, unless it is disabled', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] })
  const changes: AccountChange['kind'][] = []
  const policy = {
    ...{ domain, issuer: 'i', audience: ['a'], algorithms: ['ES256'], clockSkewSeconds: 0, userClaim: 'sub' },
    ...{ scope: undefined, createAccounts: true },
  }
  const accounts = await open({ bearer: { policy, keys }, onChange: ({ kind }) => changes.push(kind) })
  const jid = fresh()
  const signer = new SignJWT({ iss: 'i', aud: 'a', sub: nameOf(jid) }).setProtectedHeader({ alg: 'ES256', kid: 'k' })
  const token = await signer.setExpirationTime('1 hour').sign(privateKey)
  const check = () => accounts.bearers!.checkBearer({ domain, source: '', token })
  assert.deepEqual(await Promise.all([check(), check()]), Array(2).fill({ ok: true, username: nameOf(jid) }))
  assert.deepEqual(changes, ['created'])
  assert.equal(await accounts.exists(jid), true)
  const byPassword = { username: nameOf(jid), domain, source: '', password: '' }
  assert.deepEqual(await accounts.credentials.checkPassword(byPassword), { ok: false, condition: 'not-authorized' })
  await accounts.setDisabled(jid, true)
  assert.deepEqual(await check(), { ok: false, condition: 'account-disabled', problem: undefined })
  await accounts.setDisabled(jid, false)
  assert.deepEqual(await accounts.setPassword(jid, 'one'), { ok: true })
  assert.deepEqual(await accounts.credentials.checkPassword({ ...byPassword, password: 'one' }), { ok: true })
})
