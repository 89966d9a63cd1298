import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { Resource } from '../users/resource.ts'
import { CommandSessions } from './command-sessions.ts'
import { endClient } from './own/end-client.ts'
import { listClients } from './own/list-clients.ts'

const mark = (key: string) => (text: string) => createHmac('sha256', key).update(text).digest()
const client = (jid: string) => ({ jid }) as unknown as Resource

test('a session is found by its client alone, while it lives', () => {
  let now = 0
  const sessions = new CommandSessions(mark('k'), () => now)
  const [phone, desk] = [client('a@b/phone'), client('a@b/desk')]
  const session = sessions.open(phone, endClient)
  assert.equal(sessions.find(phone, session.id), session)
  assert.equal(sessions.find(desk, session.id), undefined)
  now = 599_000
  assert.equal(sessions.find(phone, session.id), session, 'each step gives it more time')
  now += 600_001
  assert.equal(sessions.find(phone, session.id), undefined)
})

test('an id that was given is known by every instance, for its client and command only', () => {
  const phone = client('a@b/phone')
  const { id } = new CommandSessions(mark('k')).open(phone, endClient)
  const elsewhere = new CommandSessions(mark('k'))
  assert.equal(elsewhere.find(phone, id), undefined)
  assert.equal(elsewhere.wasGiven(phone, endClient, id), true)
  assert.equal(elsewhere.wasGiven(phone, listClients, id), false)
  assert.equal(elsewhere.wasGiven(client('a@b/desk'), endClient, id), false)
  assert.equal(new CommandSessions(mark('other')).wasGiven(phone, endClient, id), false)
  for (const made of ['', 'x', `${id}A`, id.slice(1), '<>&'])
    assert.equal(elsewhere.wasGiven(phone, endClient, made), false)
})
