import assert from 'node:assert/strict'
import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { connectDatabase, migrate } from '@heliograph/database'
import { type BareJid, ensureDomain, trusted } from '@heliograph/jid'
import { MemoryLiveState } from '@heliograph/live-state'
import type { UpgradeHash, UpgradeTask } from '@heliograph/sasl'
import { clientProof } from '@heliograph/sasl/contract'
import { infrastructure } from '@heliograph/testkit'
import { type AccountChange, Accounts } from '../src/accounts/accounts.ts'
import { accountMigrations } from '../src/accounts/migrations.ts'

const servers = await infrastructure()
const db = await connectDatabase({ url: await servers.createDatabase(), instance: 'test', poolSize: 4 })
after(async () => {
  await db.close()
  await servers.close()
})
await migrate(db, accountMigrations)

const domain = ensureDomain('example.com')
const counters = new MemoryLiveState()
const ITERATIONS = 4096

function open(iterations: number, onChange?: (change: AccountChange) => void): Promise<Accounts> {
  const lockout = { attempts: 100, windowSeconds: 60 }
  return Accounts.open({ db, counters, iterations, lockout, ...(onChange && { onChange }) })
}

/** An account that came with keys for SHA-1 only, and two instances that know it. */
async function imported() {
  const changes: AccountChange['kind'][] = []
  const accounts = await open(ITERATIONS, ({ kind }) => changes.push(kind))
  const other = await open(ITERATIONS)
  const username = `user-${randomBytes(4).toString('hex')}`
  const jid = trusted<BareJid>(`${username}@example.com`)
  await accounts.create(jid, 'r0m30')
  await db.query('import', "DELETE FROM account_scram WHERE jid = $1 AND hash <> 'SHA-1'", [jid])
  const who = { username, domain, source: '192.0.2.1' }
  const proves = async (hash: UpgradeHash, password = 'r0m30') => {
    const start = await other.credentials.scramStart({ ...who, hash })
    assert.ok(start.ok)
    const authMessage = 'n=user,r=abc'
    const { proof } = clientProof(password, { hash, ...start, authMessage })
    const finish = { ...who, hash, handle: start.handle, authMessage, clientProof: proof }
    return (await other.credentials.scramFinish(finish)).ok
  }
  return { accounts, other, jid, who, changes, proves }
}

function saltedBy(hash: UpgradeHash, { salt, iterations }: UpgradeTask, password = 'r0m30'): Buffer {
  const name = hash.replace('-', '').toLowerCase()
  return pbkdf2Sync(password, salt, iterations, hash === 'SHA-512' ? 64 : 32, name)
}

for (const hash of ['SHA-256', 'SHA-512'] as const)
  test(`keys for ${hash} are asked for where they lack, and are good at every instance`, async () => {
    const { accounts, other, who, proves, changes } = await imported()
    assert.equal(await proves(hash), false)
    const task = await accounts.upgrades.upgradeStart({ ...who, hash })
    assert.ok(task && task.iterations === ITERATIONS && task.salt.length === 16)
    const result = { ...who, ...task, hash, saltedPassword: saltedBy(hash, task) }
    assert.equal(await other.upgrades.upgradeFinish(result), true)
    accounts.forget(trusted<BareJid>(`${who.username}@example.com`))
    assert.equal(await proves(hash), true)
    assert.equal(await proves(hash, 'other'), false)
    assert.equal(await accounts.upgrades.upgradeStart({ ...who, hash }), undefined)
    assert.deepEqual(changes, ['created'])
  })

test('nothing is asked for of an account that has all, or of none', async () => {
  const { accounts, who, jid } = await imported()
  await accounts.setPassword(jid, 'r0m30')
  for (const username of [who.username, 'nobody'])
    assert.equal(await accounts.upgrades.upgradeStart({ ...who, username, hash: 'SHA-512' }), undefined)
})

test('keys with fewer iterations than there should be are replaced', async () => {
  const { accounts, who, jid } = await imported()
  await accounts.setPassword(jid, 'r0m30')
  const strict = await open(ITERATIONS * 2)
  const task = await strict.upgrades.upgradeStart({ ...who, hash: 'SHA-512' })
  assert.equal(task?.iterations, ITERATIONS * 2)
})

test('keys of a password that was changed in between are not taken', async () => {
  const { accounts, other, who, jid } = await imported()
  const hash = 'SHA-512'
  const task = await accounts.upgrades.upgradeStart({ ...who, hash })
  assert.ok(task)
  await other.setPassword(jid, 'another')
  await db.query('forget', 'DELETE FROM account_scram WHERE jid = $1 AND hash = $2', [jid, hash])
  const result = { ...who, ...task, hash, saltedPassword: saltedBy(hash, task) } as const
  assert.equal(await accounts.upgrades.upgradeFinish(result), false)
})

test('what is no answer to the task is not taken', async () => {
  const { accounts, who } = await imported()
  const hash = 'SHA-512'
  const task = await accounts.upgrades.upgradeStart({ ...who, hash })
  assert.ok(task)
  const result = { ...who, ...task, hash, saltedPassword: saltedBy(hash, task) } as const
  for (const wrong of [
    { saltedPassword: Buffer.alloc(0) },
    { saltedPassword: result.saltedPassword.subarray(1) },
    { iterations: 1 },
    { handle: '' },
    { username: 'nobody' },
  ])
    assert.equal(await accounts.upgrades.upgradeFinish({ ...result, ...wrong }), false)
  assert.equal(await accounts.upgrades.upgradeFinish(result), true)
})

test('a session that comes back with a token stays: its tokens do not end with other keys of the same password', async () => {
  const { accounts, who, jid } = await imported()
  const scope = { ...who, client: '0f0e0d0c-0b0a-4908-8706-050403020100', mechanism: 'HT-SHA-256-NONE' as const }
  const about = { software: '', device: '' }
  await accounts.tokens.issueToken({ ...scope, ...about })
  const hash = 'SHA-512'
  const task = await accounts.upgrades.upgradeStart({ ...who, hash })
  assert.ok(task)
  await accounts.upgrades.upgradeFinish({ ...who, ...task, hash, saltedPassword: saltedBy(hash, task) })
  const { rows } = await db.query('tokens', 'SELECT 1 FROM account_tokens WHERE jid = $1', [jid])
  assert.equal(rows.length, 1)
})
