import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codecs, Envelope, Op } from '@heliograph/bus'
import type { BareJid, Domain } from '@heliograph/jid'
import { Hosts } from '@heliograph/ownership'
import { Roster, type RosterItem, type Subscription } from '@heliograph/roster'
import { NS } from '@heliograph/stanza'
import { fakeContext } from '../../test/support/fake-context.ts'
import { addResource, makeUser, ROMEO, stanza } from '../../test/support/people.ts'
import { BlockList } from '../blocking/block-list.ts'
import type { SessionContext } from '../context.ts'
import type { Recipient } from '../users/copies.ts'
import { handleNews, hearersOf } from './news.ts'
import { NodesSilent } from './own-requests.ts'

const contact = (name: string, subscription: Subscription, groups: readonly string[] = []): RosterItem => ({
  ...{ jid: `${name}@capulet.example` as BareJid, name: '', groups, subscription },
  ...{ ask: false, approved: false, request: '', listed: true },
})

function romeo(...contacts: readonly RosterItem[]) {
  const user = makeUser(ROMEO)
  user.profile = { account: ROMEO, roster: new Roster(contacts, 3) }
  return user
}

const news = (audience: string, groups: readonly string[] = []) => ({ node: 'n', audience, groups: groups.join('\0') })
const [JULIET, NURSE, PARIS] = ['juliet', 'nurse', 'paris'].map((name) => `${name}@capulet.example`) as [
  string,
  string,
  string,
]

test('who of the contacts may hear of something', () => {
  const user = romeo(
    contact('juliet', 'both', ['Love']),
    contact('nurse', 'from', ['Staff']),
    contact('paris', 'to', ['Love']),
  )
  assert.deepEqual(hearersOf(user, news('all')), { audience: 'all', recipients: [] })
  assert.deepEqual(hearersOf(user, news('all'), [NURSE]), { audience: 'all', recipients: [NURSE] })
  assert.deepEqual(hearersOf(user, news('groups', ['Love', 'Hate'])), { audience: 'listed', recipients: [JULIET] })
  assert.equal(hearersOf(user, news('groups', ['Hate'])), undefined)
  assert.equal(hearersOf(user, news('groups', ['Love']), [JULIET]), undefined)
  assert.deepEqual(hearersOf(user, news('listed'), [NURSE, PARIS, 'abbot@rome.example']), {
    audience: 'listed',
    recipients: [NURSE],
  })
  assert.equal(hearersOf(user, news('nobody')), undefined)
  user.blocked = new BlockList(ROMEO, [JULIET as never])
  assert.deepEqual(hearersOf(user, news('all')), { audience: 'all', recipients: [JULIET] })
  assert.equal(hearersOf(user, news('groups', ['Love'])), undefined)
  assert.equal(hearersOf(romeo(contact('paris', 'to')), news('all')), undefined)
})

test('own clients that want it are told, then the fan-out; it is taken when that has told the contacts', () => {
  const { context: fake } = fakeContext()
  const copies: Recipient[] = []
  const sent: { envelope: Envelope; settle: (outcome: 'taken') => void }[] = []
  const receipts: number[] = []
  const user = romeo(contact('juliet', 'both'))
  const [phone, desk] = [addResource(user, 'phone', 0), addResource(user, 'desk', 0)]
  const away = addResource(user, 'away')
  const context = {
    ...fake,
    hosts: new Hosts(['montague.example', 'capulet.example'] as Domain[]),
    capabilities: { featuresOf: (resource: unknown) => new Set(resource === desk ? ['m+notify'] : ['n+notify']) },
    outgoing: { deliverCopies: (recipients: readonly Recipient[]) => copies.push(...recipients) },
    router: {
      transfer: (_kind: number, _key: string, envelope: Envelope, settle: () => void) =>
        sent.push({ envelope, settle }),
      receipt: (_from: string, transfer: number) => receipts.push(transfer),
    },
  } as unknown as SessionContext
  const envelope = new Envelope(Op.news)
  envelope.stanza = stanza(`<message from='${ROMEO}' type='headline'/>`)
  envelope.transfer = 5
  envelope.body = codecs.news.encode(news('all'))
  handleNews(context, user, { envelope, from: 'pubsub-1' })
  assert.deepEqual([copies.map(({ resource }) => resource), away.available], [[phone], false])
  assert.deepEqual([sent.length, sent[0]!.envelope.op, sent[0]!.envelope.id, receipts], [1, Op.news, 3, []])
  sent[0]!.settle('taken')
  assert.deepEqual(receipts, [5])
})

test('what follows from news is done before they are taken; by the next owner where this one gives the user away', async () => {
  for (const phase of ['served', 'leaving'] as const) {
    const { context: fake } = fakeContext()
    const receipts: number[] = []
    const user = romeo()
    const context = {
      ...fake,
      ownership: { heldEpochOf: () => 1, phaseOf: () => phase },
      ownRequests: { ask: () => Promise.reject(new NodesSilent('silent')) },
      db: { query: () => Promise.resolve({ rows: [], count: 0 }) },
      router: { receipt: (_from: string, transfer: number) => receipts.push(transfer) },
    } as unknown as SessionContext
    const envelope = new Envelope(Op.news)
    envelope.stanza = stanza(`<message from='${ROMEO}' type='headline'/>`)
    envelope.transfer = 5
    envelope.body = codecs.news.encode({ node: NS.bookmarks, audience: 'nobody', groups: '' })
    handleNews(context, user, { envelope, from: 'pubsub-1' })
    assert.deepEqual(receipts, [])
    await user.chores.settled()
    assert.deepEqual(receipts, phase === 'served' ? [5] : [])
  }
})
