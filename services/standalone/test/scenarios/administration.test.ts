/** AUTH-20 and the administration: heliographctl sees and ends what goes on anywhere. */
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { bothModes } from '@heliograph/testkit'
import { bareOf, enter, errorOf, isPresence, newcomer, say, saying } from '../support/actor.ts'
import { control } from '../support/control.ts'
import { befriend } from '../support/friends.ts'

const scenario = await bothModes()

interface Session {
  readonly jid: string
  readonly state: string
  readonly priority: number
  readonly available: boolean
}

scenario('sessions of a person are listed, wherever they are, and one is kicked', async (site) => {
  const alice = await site.person('alice')
  await using phone = await enter(site, alice, { resource: 'phone', edge: 0, priority: 5 })
  await using desk = await enter(site, alice, { resource: 'desk', edge: 1, priority: -1 })
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  await befriend(phone, bob)
  const { data } = await control(site, ['sessions', alice.jid])
  const { sessions, missing } = data as { sessions: Session[]; missing: string[] }
  assert.deepEqual(missing, [])
  const seen = sessions.map(({ jid, priority, available }) => ({ jid, priority, available }))
  assert.deepEqual(
    seen.sort((a, b) => a.priority - b.priority),
    [
      { jid: desk.jid, priority: -1, available: true },
      { jid: phone.jid, priority: 5, available: true },
    ],
  )
  const kicked = await control(site, ['kick', phone.jid, '--reason', 'lost phone'])
  assert.deepEqual(kicked.data, { kicked: 1 })
  assert.match(String(await phone.expect('error')), /lost phone/)
  await phone.ended
  await bob.expect((it) => isPresence(it, phone.jid, 'unavailable'))
  assert.deepEqual((await control(site, ['kick', alice.jid])).data, { kicked: 1 })
  await desk.ended
  assert.deepEqual((await control(site, ['kick', alice.jid])).data, { kicked: 0 })
})

scenario('an account is made, its password changed, disabled and deleted', async (site) => {
  const carol = { user: `carol-${Date.now().toString(36)}`, password: 'first of many' }
  const jid = `${carol.user}@${site.domain}`
  assert.equal((await control(site, ['users', 'create', jid], 'first of many\n')).code, 0)
  assert.equal((await control(site, ['users', 'create', jid], 'again and again\n')).code, 1)
  const client = await enter(site, { ...carol, jid })
  assert.equal(bareOf(client.jid), jid)
  assert.equal((await control(site, ['users', 'password', jid], 'qwertyuiop\n')).code, 1)
  assert.equal((await control(site, ['users', 'password', jid, '--force'], 'qwertyuiop\n')).code, 0)
  assert.equal((await control(site, ['users', 'password', jid], 'second to none\n')).code, 0)
  await assert.rejects(enter(site, { ...carol, jid }), /not-authorized/)
  await using again = await enter(site, { ...carol, jid, password: 'second to none' }, { edge: 1 })

  assert.equal((await control(site, ['users', 'disable', jid])).code, 0)
  await Promise.all([client.ended, again.ended]) // AUTH-20: sessions are dropped
  await assert.rejects(enter(site, { ...carol, jid, password: 'second to none' }), /account-disabled/)
  assert.equal((await control(site, ['users', 'enable', jid])).code, 0)
  await using third = await onceEnabled(() => enter(site, { ...carol, jid, password: 'second to none' }))
  assert.equal((await control(site, ['users', 'delete', jid])).code, 0)
  await third.ended
  await assert.rejects(enter(site, { ...carol, jid, password: 'second to none' }), /not-authorized/)
})

scenario('a deleted account is gone for its friends, in person or away, and takes no more messages', async (site) => {
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  for (const present of [true, false]) {
    const person = await site.person('erin')
    const erin = await enter(site, person)
    await befriend(erin, bob)
    if (!present) {
      await erin.close()
      await bob.expect((it) => isPresence(it, erin.jid, 'unavailable'))
    }
    assert.equal((await control(site, ['users', 'delete', person.jid])).code, 0)
    await erin.ended
    if (present) await bob.expect((it) => isPresence(it, erin.jid, 'unavailable'))
    await bob.expect((it) => isPresence(it, person.jid, 'unsubscribe'))
    await bob.expect((it) => isPresence(it, person.jid, 'unsubscribed'))
    assert.deepEqual(
      bob.takeAll((it) => bareOf(it.attrs.from ?? '') === person.jid && it.attrs.type === 'unavailable'),
      [],
    )
    say(bob, person.jid, 'anybody home?')
    assert.equal(errorOf(await bob.expect(saying('anybody home?'))), 'cancel/service-unavailable')
  }
})

scenario('users, instances and owners are listed', async (site) => {
  const dave = await site.person('dave')
  const users = JSON.stringify((await control(site, ['users', 'list', '--domain', site.domain])).data)
  assert.ok(users.includes(dave.jid))
  const instances = (await control(site, ['instances'])).data as { service: string }[]
  assert.equal(instances.length, site.mode === 'cluster' ? 12 : 6)
  const owners = (await control(site, ['owners', 'user'])).data as { partition: number; instance: string }[]
  assert.equal(new Set(owners.map(({ partition }) => partition)).size, 256)
  assert.equal(new Set(owners.map(({ instance }) => instance)).size, site.mode === 'cluster' ? 2 : 1)
})

/** Instances that remember the account as disabled are told that it isn't: soon, not before the command has ended. */
async function onceEnabled<T>(login: () => Promise<T>): Promise<T> {
  for (let tried = 0; tried < 50; tried++) {
    try {
      return await login()
    } catch (error) {
      if (!/account-disabled/.test(String(error))) throw error
      await setTimeout(20)
    }
  }
  return login()
}
