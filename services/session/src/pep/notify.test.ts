import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codecs, Envelope, Op } from '@heliograph/bus'
import type { BareJid } from '@heliograph/jid'
import { partitionOf } from '@heliograph/ownership'
import { Roster } from '@heliograph/roster'
import { fakeContext } from '../../test/support/fake-context.ts'
import { addResource, ROMEO, stanza } from '../../test/support/people.ts'
import { BlockList } from '../blocking/block-list.ts'
import type { SessionContext } from '../context.ts'
import type { Recipient } from '../users/copies.ts'
import { receiveNotify } from './notify.ts'

const PARIS = 'paris@capulet.example' as BareJid
const AWAY = 'tybalt@capulet.example' as BareJid

test('clients that want it are told at their full addresses; who lives elsewhere goes back', () => {
  const { context: fake } = fakeContext()
  const copies: Recipient[] = []
  const strays: string[] = []
  const context = {
    ...fake,
    tracing: { span: () => ({ context: undefined, end: () => {} }) },
    ownership: { epochOf: (partition: number) => (partition === partitionOf(AWAY) ? 0 : 1), heldEpochOf: () => 1 },
    capabilities: {
      featuresOf: ({ name }: { name: string }) => (name === 'new' ? undefined : new Set([`${name}+notify`])),
    },
    outgoing: { deliverCopies: (recipients: readonly Recipient[]) => copies.push(...recipients) },
    router: {
      receipt: () => {},
      strays: (_from: string, _transfer: number, all: readonly string[]) => strays.push(...all),
    },
  } as unknown as SessionContext
  const romeo = context.users.get(ROMEO)
  const paris = context.users.get(PARIS)
  for (const user of [romeo, paris]) {
    user.profile = { account: user.jid, roster: new Roster() }
    for (const name of ['tune', 'mood', 'new']) addResource(user, name, 0)
    addResource(user, 'tune')
  }
  paris.blocked = new BlockList(PARIS, ['juliet@capulet.example' as never])
  const envelope = new Envelope(Op.notify)
  envelope.stanza = stanza("<message from='juliet@capulet.example' type='headline'/>")
  envelope.recipients = [ROMEO, PARIS, AWAY, 'nobody@capulet.example']
  envelope.body = codecs.news.encode({ node: 'tune', audience: 'all', groups: '' })
  receiveNotify(context, envelope, 'presence-fanout-1')
  assert.deepEqual(
    copies.map(({ resource }) => resource.jid),
    [`${ROMEO}/tune`],
  )
  assert.deepEqual(strays, [AWAY])
})
