import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BareJid, ensureBare } from '@heliograph/jid'
import type { PubsubContext } from '../context.ts'
import type { Node } from '../node/node.ts'
import { forgetDeparted } from './forget-departed.ts'

const romeo = ensureBare('romeo@montague.example')
const juliet = ensureBare('juliet@montague.example')
const service = ensureBare('pubsub.montague.example')

interface Fake {
  readonly service: BareJid
  details: unknown
  forgot: number
}

function nodeOf(at: BareJid, details: unknown): Fake & { readonly turns: (() => void)[] } {
  const turns: (() => void)[] = []
  return {
    ...{ service: at, details, forgot: 0, turns },
    get about() {
      return this.details
    },
    mailbox: { pushBeyond: (turn: () => void) => turns.push(turn) },
    peopleChanged() {
      this.forgot++
    },
  } as Fake & { readonly turns: (() => void)[] }
}

async function forgotten(nodes: readonly ReturnType<typeof nodeOf>[], left: readonly string[], meanwhile = () => {}) {
  const people = { leftBy: async () => new Set(left) }
  const context = { nodes: nodes as unknown as Node[], store: { people } } as unknown as PubsubContext
  await forgetDeparted(context, new Set([romeo]))
  meanwhile()
  for (const { turns } of nodes) for (const turn of turns) turn()
}

test('nodes forget who is no more, and are no more with their account; others stay as they are', async () => {
  const known = nodeOf(service, { id: '1', creator: juliet })
  const made = nodeOf(service, { id: '2', creator: romeo })
  const own = nodeOf(romeo, { id: '3', creator: romeo })
  const since = nodeOf(romeo, { id: '4', creator: romeo })
  const absent = nodeOf(service, 'absent')
  await forgotten([known, made, own, since, absent], ['1', '2', '3'])
  assert.deepEqual([known.details, known.forgot], [{ id: '1', creator: juliet }, 1])
  assert.deepEqual([made.details, made.forgot], [{ id: '2', creator: service }, 1])
  assert.deepEqual([own.details, own.forgot], [undefined, 1])
  assert.deepEqual([since.details, since.turns.length, absent.turns.length], [{ id: '4', creator: romeo }, 0, 0])
})

test('what was being read when the account was deleted is looked at in its turn', async () => {
  const [own, other] = [nodeOf(romeo, undefined), nodeOf(service, undefined)]
  await forgotten([own, other], ['3'], () => {
    own.details = { id: '3', creator: romeo }
    other.details = { id: '5', creator: juliet }
  })
  assert.deepEqual([own.details, own.forgot, other.forgot], [undefined, 1, 0])
})

test('nothing waits where no node knew them', async () => {
  const reading = nodeOf(service, undefined)
  await forgotten([reading], [])
  assert.equal(reading.turns.length, 0)
})
