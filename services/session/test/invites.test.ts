import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { connectDatabase, migrate } from '@heliograph/database'
import { type BareJid, ensureBare, ensureDomain, trusted } from '@heliograph/jid'
import { MemoryLiveState } from '@heliograph/live-state'
import { infrastructure } from '@heliograph/testkit'
import { Accounts } from '../src/accounts/accounts.ts'
import { accountMigrations } from '../src/accounts/migrations.ts'
import { checkInvite, type RegistrationPolicy, register } from '../src/accounts/registration.ts'
import { InviteStore, inviteMigrations, type NewInvite } from '../src/invites/invite-store.ts'
import { hashOf, Invites } from '../src/invites/invites.ts'

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
const THROTTLE = { perAddress: 5, perNetwork: 100, total: 1000, windowSeconds: 60 }
const open = () => Accounts.open({ db, counters, iterations: 4096, lockout: { attempts: 3, windowSeconds: 60 } })
const fresh = (): BareJid => trusted(`user-${randomBytes(4).toString('hex')}@example.com`)
const nameOf = (jid: BareJid) => jid.slice(0, jid.indexOf('@'))

test('an invitation lets one account be made, whatever else is allowed', async () => {
  const accounts = await open()
  const policy: RegistrationPolicy = {
    open: 'never',
    throttle: { ...THROTTLE, perAddress: 3 },
    similarNames: 'refuse',
    reserved: ['admin'],
    changePassword: true,
    remove: true,
  }
  const deps = { accounts, counters, policy, invites }
  const inviter = fresh()
  await accounts.create(inviter, 'pass')
  const base: NewInvite = { domain, inviter, account: null, registers: true, subscribes: true }
  const invite = async (change: Partial<NewInvite> = {}) => (await invites.create({ ...base, ...change }))!.token
  const outcome = async (token: string, username: string, password = 'pass') => {
    const verdict = await register(deps, { username, domain, password, source: '192.0.2.88', invite: token })
    return verdict.ok ? 'ok' : verdict.condition
  }
  const check = async (token: string, source = '192.0.2.88', at = domain) => {
    const verdict = await checkInvite(deps, { token, domain: at, source })
    return verdict.ok ? 'ok' : verdict.condition
  }
  const name = () => nameOf(fresh())
  const [one, taken] = [await invite(), nameOf(inviter)]
  assert.equal(await check(one), 'ok')
  assert.equal(await outcome('', name()), 'not-allowed')
  assert.equal(await outcome('x', name()), 'not-allowed')
  assert.equal(await outcome(one, taken), 'conflict')
  assert.equal(await outcome(one, 'admin'), 'not-acceptable')
  assert.equal(await outcome(one, name(), ''), 'not-acceptable')
  // What failed has not used it up; what succeeded has.
  const made = name()
  assert.equal(await outcome(one, made), 'ok')
  assert.equal(await check(one), 'item-not-found')
  assert.equal(await outcome(one, name()), 'not-allowed')
  // Two at once: one of them.
  const raced = await invite()
  const names = [name(), name(), name()]
  const verdicts = await Promise.all(
    names.map((each) => accounts.create(ensureBare(`${each}@example.com`), 'pass', hashOf(raced))),
  )
  assert.equal(verdicts.filter(({ ok }) => ok).length, 1)

  // A name that is promised is nobody else's, not even on this machine.
  const account = fresh()
  const promised = await invite({ account, inviter: null, subscribes: false })
  assert.equal(await outcome(await invite(), nameOf(account)), 'conflict')
  const local = { username: nameOf(account), domain, password: 'pass', source: '127.0.0.1', invite: '' }
  const atHome = await register({ ...deps, policy: { ...policy, open: 'loopback' } }, local)
  assert.equal(!atHome.ok && atHome.condition, 'conflict')
  assert.equal(await outcome(promised, name()), 'not-acceptable')
  assert.equal(await outcome(promised, nameOf(account)), 'ok')

  // Expired is too late to show it, not to use it; of another domain, or of somebody who is disabled, it is none.
  const late = await invite()
  await db.query('test_expire', 'UPDATE invites SET expires_at = now() WHERE hash = $1', [hashOf(late)])
  assert.equal(await check(late, '192.0.2.89'), 'item-not-found')
  assert.equal(await outcome(late, name()), 'ok')
  const other = await invite()
  assert.equal(await check(other, '192.0.2.89', ensureDomain('example.net')), 'item-not-found')
  assert.equal(await check(await invite({ registers: false }), '192.0.2.90'), 'item-not-found')
  await accounts.setDisabled(inviter, true)
  assert.equal(await check(other, '192.0.2.90'), 'item-not-found')
  await accounts.setDisabled(inviter, false)
  assert.equal(await check(other, '192.0.2.90'), 'ok')
  // Answers tell which names are taken: not to be asked without end, at whatever instance, while another invitation is as good.
  const asked = await invite()
  for (let i = 0; i < 19; i++) assert.equal(await outcome(asked, taken), 'conflict')
  assert.equal(await outcome(asked, 'admin'), 'not-acceptable')
  assert.deepEqual(
    [await outcome(asked, taken), await outcome(asked, name()), await outcome(await invite(), taken)],
    ['conflict', 'resource-constraint', 'conflict'],
  )
  // Who guesses is refused, also what would be right.
  for (let i = 0; i < 3; i++) await check('guess', '192.0.2.91')
  assert.equal(await check(other, '192.0.2.91'), 'resource-constraint')
})

test('an invitation is claimed by one contact, or by who made an account with it, once', async () => {
  const accounts = await open()
  const [inviter, contact, stranger] = [fresh(), fresh(), fresh()]
  const base: NewInvite = { domain, inviter, account: null, registers: false, subscribes: true }
  const token = (await invites.create(base))!.token
  assert.equal(await invites.claim(token, contact, contact), false)
  assert.equal(await invites.claim('', inviter, contact), false)
  assert.equal(await invites.claim(token, inviter, contact), true)
  assert.equal(await invites.claim(token, inviter, stranger), false)
  // Again, when it could not be finished.
  assert.equal(await invites.claim(token, inviter, contact), true)
  await invites.joined(token)
  assert.equal(await invites.claim(token, inviter, contact), false)

  await accounts.create(inviter, 'pass')
  const both = (await invites.create({ ...base, registers: true }))!.token
  assert.equal((await accounts.create(contact, 'pass', hashOf(both))).ok, true)
  assert.equal(await invites.claim(both, inviter, stranger), false)
  assert.equal(await invites.claim(both, inviter, contact), true)

  const listed = await invites.store.list(domain, 0, 2)
  assert.equal(listed[0]?.usedBy, contact)
  assert.ok(listed[0]!.number > listed[1]!.number)
  assert.equal(await invites.store.revoke(listed[0]!.number), true)
  assert.equal(await invites.store.revoke(listed[0]!.number), false)
  const open50 = await Promise.all(Array.from({ length: 50 }, () => invites.create({ ...base, inviter: stranger })))
  assert.ok(open50.every((each) => each !== undefined))
  assert.equal(await invites.create({ ...base, inviter: stranger }), undefined)
  await invites.store.erase(stranger)
  assert.notEqual(await invites.create({ ...base, inviter: stranger }), undefined)
})
