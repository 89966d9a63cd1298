import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare } from '@heliograph/jid'
import type { RpcClients, Verdict } from '@heliograph/rpc'
import type { MucContext } from '../context.ts'
import { type AtOwner, atOwner } from './at-owner.ts'
import { WentAway } from './in-mailbox.ts'

const room = ensureBare('cave@conference.example')
const done: Verdict = { ok: true, condition: '' }
const refused: Verdict = { ok: false, condition: 'recipient-unavailable' }

function site(epochs: readonly number[], owners: readonly (string | undefined)[] = []) {
  const [epoch, owner] = [[...epochs], [...owners]]
  const ownership = {
    instance: 'one',
    epochOf: () => (epoch.length > 1 ? epoch.shift() : epoch[0]),
    ownerOf: () => ({ instance: owner.length > 1 ? owner.shift() : owner[0], epoch: 1 }),
    members: () => [
      { instance: 'one', rpc: 'here' },
      { instance: 'two', rpc: 'there' },
    ],
  }
  return { ownership } as unknown as MucContext
}

function work(answers: readonly (Verdict | Error)[], localOnly = false): AtOwner<Verdict> & { did: string[] } {
  const [left, did] = [[...answers], [] as string[]]
  const next = async (where: string) => {
    did.push(where)
    const answer = left.shift()!
    if (answer instanceof Error) throw answer
    return answer
  }
  return { did, localOnly, here: () => next('here'), there: () => next('there'), nobody: () => refused }
}
const clients = { at: () => ({}) } as unknown as RpcClients

test('who loads what it was given, or knows no owner yet, waits', async () => {
  const asked = work([done])
  assert.deepEqual(await atOwner(site([0, 0, 7], ['one', undefined]), clients, room, asked), done)
  assert.deepEqual(asked.did, ['here'])
})

test('an owner that let go is asked no more than the next one', async () => {
  const asked = work([refused, done])
  assert.deepEqual(await atOwner(site([0], ['two']), clients, room, asked), done)
  assert.deepEqual(asked.did, ['there', 'there'])
})

test('a room that goes away before its turn is looked for again', async () => {
  const asked = work([new WentAway(), done])
  assert.deepEqual(await atOwner(site([7, 0], ['two']), clients, room, asked), done)
  assert.deepEqual(asked.did, ['here', 'there'])
})

test('what failed may have been done, and is not repeated', async () => {
  const asked = work([new Error('cut off'), done])
  await assert.rejects(atOwner(site([0], ['two']), clients, room, asked), /cut off/)
  assert.deepEqual(asked.did, ['there'])
})

test('what another instance hands on is not handed on again', async () => {
  const asked = work([], true)
  assert.deepEqual(await atOwner(site([0], ['two']), clients, room, asked), refused)
  assert.deepEqual(asked.did, [])
})
