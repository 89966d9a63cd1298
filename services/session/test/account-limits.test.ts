import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { connectDatabase, migrate } from '@heliograph/database'
import { ensureBare, ensureDomain } from '@heliograph/jid'
import { MemoryLiveState } from '@heliograph/live-state'
import { infrastructure } from '@heliograph/testkit'
import { Accounts, type AccountsOptions } from '../src/accounts/accounts.ts'
import { accountMigrations } from '../src/accounts/migrations.ts'
import { InviteStore, inviteMigrations } from '../src/invites/invite-store.ts'
import { hashOf, Invites } from '../src/invites/invites.ts'

const servers = await infrastructure()
const db = await connectDatabase({ url: await servers.createDatabase(), instance: 'test', poolSize: 4 })
after(async () => {
  await db.close()
  await servers.close()
})
await migrate(db, [...accountMigrations, ...inviteMigrations])

const invites = new Invites(new InviteStore(db), { days: 7 })
const lockout = { attempts: 3, windowSeconds: 60 }
const open = (mostIn: AccountsOptions['mostIn'], onChange: AccountsOptions['onChange']) =>
  Accounts.open({
    db,
    counters: new MemoryLiveState(),
    iterations: 4096,
    lockout,
    mostIn: mostIn!,
    onChange: onChange!,
  })

test('a domain has no more accounts than it may, whoever makes them at the same time', async () => {
  const limits = new Map([[ensureDomain('small.example'), 3]])
  const mostIn = (of: ReturnType<typeof ensureDomain>) => limits.get(of)
  const changes: string[] = []
  const instances = await Promise.all([1, 2].map(() => open(mostIn, ({ jid }) => changes.push(jid))))
  const jids = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ensureBare(`${name}@small.example`))
  const verdicts = await Promise.all(jids.map((jid, at) => instances[at % 2]!.create(jid, 'pass')))
  const made = jids.filter((_, at) => verdicts[at]!.ok)
  assert.deepEqual([made.length, changes.length], [3, 3])
  const full = { ok: false, condition: 'resource-constraint', text: 'the domain has as many accounts as it may have' }
  for (const verdict of verdicts.filter(({ ok }) => !ok)) assert.deepEqual(verdict, full)
  const [one] = instances
  const another = ensureBare('g@small.example')
  assert.deepEqual(await one!.create(made[0]!, 'pass'), { ok: false, condition: 'conflict' })
  assert.deepEqual(await one!.create(ensureBare('a@large.example'), 'pass'), { ok: true })

  const invite = await invites.create({
    domain: ensureDomain('small.example'),
    account: null,
    inviter: null,
    registers: true,
    subscribes: false,
  })
  const token = hashOf(/preauth=([^;]+)/.exec(invite!.uri)![1]!)
  assert.deepEqual(await one!.create(another, 'pass', token), full)
  assert.deepEqual(await one!.delete(made[0]!), { ok: true })
  assert.deepEqual(await one!.create(another, 'pass', token), { ok: true })
  limits.set(ensureDomain('small.example'), 0)
  assert.deepEqual(await one!.create(made[0]!, 'pass'), full)
  assert.equal(await one!.count(ensureDomain('small.example')), 3)
})
