import assert from 'node:assert/strict'
import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { connectDatabase, migrate } from '@heliograph/database'
import { type BareJid, ensureDomain, trusted } from '@heliograph/jid'
import { MemoryLiveState } from '@heliograph/live-state'
import type { TokenRequest, TokenScope } from '@heliograph/sasl'
import { infrastructure } from '@heliograph/testkit'
import { Accounts } from '../src/accounts/accounts.ts'
import { accountMigrations } from '../src/accounts/migrations.ts'

const servers = await infrastructure()
const db = await connectDatabase({ url: await servers.createDatabase(), instance: 'test', poolSize: 4 })
after(async () => {
  await db.close()
  await servers.close()
})
await migrate(db, accountMigrations)

const ABOUT = { software: 'App', device: 'phone' }
const counters = new MemoryLiveState()
const domain = ensureDomain('example.com')
const open = () => Accounts.open({ db, counters, iterations: 4096, lockout: { attempts: 3, windowSeconds: 60 } })

interface Subject {
  readonly accounts: Accounts
  readonly jid: BareJid
  readonly scope: TokenScope
  /** Another instance looks at a token. */
  check(token: string, changes?: Partial<TokenRequest>): Promise<string>
  issue(): Promise<string>
  age(interval: string): Promise<void>
}

async function subject(): Promise<Subject> {
  const [accounts, other] = await Promise.all([open(), open()])
  const username = `user-${randomBytes(4).toString('hex')}`
  const jid = trusted<BareJid>(`${username}@example.com`)
  await accounts.create(jid, 'pass')
  const scope = { username, domain, source: '192.0.2.1', client: randomUUID(), mechanism: 'HT-SHA-256-NONE' as const }
  return {
    accounts,
    jid,
    scope,
    async check(token, changes = {}) {
      const hmac = (role: string) => createHmac('sha256', token).update(role).digest()
      const request = {
        ...scope,
        proof: hmac('Initiator'),
        channelBinding: Buffer.alloc(0),
        count: -1,
        invalidate: false,
      }
      const answer = await other.tokens.checkToken({ ...request, ...changes })
      if (!answer.ok) return answer.condition
      assert.deepEqual(answer.response, hmac('Responder'))
      return answer.due ? 'due' : 'ok'
    },
    async issue() {
      const issued = await accounts.tokens.issueToken({ ...scope, ...ABOUT })
      assert.ok(issued && Date.parse(issued.expiry) > Date.now() + 86_400_000)
      return issued.token
    },
    async age(interval) {
      const sql = `UPDATE account_tokens SET issued_at = issued_at - $2::interval, expires_at = expires_at - $2::interval
        WHERE jid = $1`
      await db.query('age', sql, [jid, interval])
    },
  }
}

test('a token is good at every instance, again and again, and is nowhere to be read', async () => {
  const { check, issue, jid } = await subject()
  const token = await issue()
  assert.equal(await check(token), 'ok')
  assert.equal(await check(token), 'ok')
  const { rows } = await db.query('read', 'SELECT * FROM account_tokens WHERE jid = $1', [jid])
  assert.equal(rows.length, 1)
  assert.ok(!JSON.stringify(rows).includes(token))
})

test('it is for its client, its mechanism, its binding and its account only', async () => {
  const { check, issue, jid } = await subject()
  const other = await subject()
  const token = await issue()
  const wrong: readonly Partial<TokenRequest>[] = [
    { client: randomUUID() },
    { mechanism: 'HT-SHA-256-EXPR' },
    { channelBinding: Buffer.from('x') },
    { proof: Buffer.alloc(32) },
    { proof: Buffer.alloc(0) },
    { username: other.scope.username },
    { username: 'nobody' },
  ]
  for (const changes of wrong) {
    assert.equal(await check(token, { source: '', ...changes }), 'not-authorized')
    await counters.reset(`login-failures:account:${jid}`)
  }
  assert.equal(await check(token), 'ok')
})

test('the old token is good until the new one is used, a newer one replaces one that never was', async () => {
  const { check, issue } = await subject()
  const first = await issue()
  assert.equal(await check(first), 'ok')
  const never = await issue()
  const next = await issue()
  assert.equal(await check(first), 'ok')
  assert.equal(await check(never), 'not-authorized')
  assert.equal(await check(next), 'ok')
  assert.equal(await check(first), 'not-authorized')
})

test('it is due after a day, and over after three weeks', async () => {
  const { check, issue, age } = await subject()
  const token = await issue()
  await age('25 hours')
  assert.equal(await check(token), 'due')
  await age('20 days')
  assert.equal(await check(token), 'credentials-expired')
})

test('each count is good once, also for a token that is new', async () => {
  const { check, issue } = await subject()
  const token = await issue()
  assert.equal(await check(token, { count: 5 }), 'ok')
  assert.equal(await check(token, { count: 5 }), 'not-authorized')
  assert.equal(await check(token, { count: 4 }), 'not-authorized')
  assert.equal(await check(token, { count: 6 }), 'ok')
  const next = await issue()
  const answers = await Promise.all([1, 1, 1].map((count) => check(next, { count, source: '' })))
  assert.deepEqual(answers.toSorted(), ['not-authorized', 'not-authorized', 'ok'])
})

test('two logins with a new token at once are both good', async () => {
  const { check, issue } = await subject()
  const token = await issue()
  assert.deepEqual(await Promise.all([check(token), check(token), check(token)]), ['ok', 'ok', 'ok'])
})

test('it can be given up', async () => {
  const { check, issue } = await subject()
  const token = await issue()
  assert.equal(await check(token, { invalidate: true }), 'ok')
  assert.equal(await check(token), 'not-authorized')
})

test('another password, a disabled account and a deleted one end all tokens', async () => {
  const { accounts, jid, scope, check, issue } = await subject()
  const before = await issue()
  await accounts.setPassword(jid, 'another')
  assert.equal(await check(before), 'not-authorized')
  const other = await issue()
  await accounts.setDisabled(jid, true)
  assert.equal(await check(other), 'not-authorized')
  assert.equal(await accounts.tokens.issueToken({ ...scope, ...ABOUT }), undefined)
  await accounts.setDisabled(jid, false)
  const last = await issue()
  await accounts.delete(jid)
  assert.equal(await check(last, { source: '' }), 'not-authorized')
})

test('wrong tokens lock an account like wrong passwords', async () => {
  const { check, issue } = await subject()
  const token = await issue()
  for (let n = 0; n < 3; n++) assert.equal(await check('wrong', { source: '198.51.100.9' }), 'not-authorized')
  assert.equal(await check(token), 'temporary-auth-failure')
})

test('an account has tokens for so many clients; the oldest give way', async () => {
  const { accounts, scope, check, issue, age } = await subject()
  const oldest = await issue()
  await age('1 hour')
  for (let n = 0; n < 32; n++) await accounts.tokens.issueToken({ ...scope, ...ABOUT, client: randomUUID() })
  assert.equal(await check(oldest), 'not-authorized')
})

test('an account knows its clients that have tokens, each once, and ends those of one', async () => {
  const { accounts, jid, scope, check, issue, age } = await subject()
  assert.deepEqual(await accounts.tokenClients(jid), [])
  const token = await issue()
  assert.equal(await check(token), 'ok')
  await age('1 hour')
  const next = await issue()
  const other = { ...scope, ...ABOUT, client: randomUUID(), device: '' }
  await accounts.tokens.issueToken(other)
  const listed = await accounts.tokenClients(jid)
  assert.deepEqual(
    listed.map(({ client, software, device }) => [client, software, device]),
    [
      [other.client, 'App', ''],
      [scope.client, 'App', 'phone'],
    ],
  )
  assert.equal(await accounts.endTokens(jid, scope.client), true)
  assert.equal(await accounts.endTokens(jid, scope.client), false)
  for (const each of [token, next]) assert.equal(await check(each), 'not-authorized')
  await age('22 days')
  assert.deepEqual(await accounts.tokenClients(jid), [])
})
