import assert from 'node:assert/strict'
import { test } from 'node:test'
import { el, iqResult, type Stanza } from '@heliograph/stanza'
import { makeUser } from '../../test/support/people.ts'
import { NodesSilent, OwnRequests } from './own-requests.ts'

test('each answer comes to who asked; who gets none is told so', async () => {
  let now = 0
  let isHere = true
  const sent: Stanza[] = []
  const requests = new OwnRequests({
    hears: () => isHere,
    send: (_user, request) => sent.push(request),
    now: () => now,
  })
  const [romeo, paris] = [makeUser(), makeUser('paris@capulet.example' as never)]
  const asked = requests.ask(romeo, 'get', el('x', { xmlns: 'y' }))
  const silent = requests.ask(romeo, 'set', el('x', { xmlns: 'y' }))
  const [first, second] = sent
  assert.deepEqual([first?.from, first?.to, first?.type, second?.type], [romeo.jid, romeo.jid, 'get', 'set'])
  const answer = iqResult(first!)
  assert.equal(requests.answered(paris, answer), false)
  assert.equal(requests.answered(romeo, answer.with({ from: paris.jid })), false, 'somebody else')
  assert.equal(requests.answered(romeo, answer), true)
  assert.equal(requests.answered(romeo, answer), false)
  assert.equal(await asked, answer)
  now = 9_999
  requests.tick()
  assert.equal(requests.waiting, 1)
  now = 10_000
  requests.tick()
  await assert.rejects(silent, NodesSilent)
  const given = requests.ask(romeo, 'get', el('x', { xmlns: 'y' }))
  const other = requests.ask(paris, 'get', el('x', { xmlns: 'y' }))
  requests.abandon(romeo.partition)
  await assert.rejects(given, NodesSilent)
  assert.equal(requests.answered(paris, iqResult(sent.at(-1)!)), true)
  await other
  isHere = false
  await assert.rejects(requests.ask(romeo, 'get', el('x', { xmlns: 'y' })), NodesSilent)
})
