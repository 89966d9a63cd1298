import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codecs, type Envelope, Kind } from '@heliograph/bus'
import { type BareJid, trusted } from '@heliograph/jid'
import { Roster } from '@heliograph/roster'
import { fakeContext } from '../../test/support/fake-context.ts'
import { addResource, makeUser, ROMEO, stanza } from '../../test/support/people.ts'
import type { SessionContext } from '../context.ts'
import { askerOf, bringToNodes } from './bring-to-nodes.ts'

const JULIET = 'juliet@capulet.example' as BareJid
const query = (from: string, what = 'items') =>
  stanza(`<iq type='get' id='1'><query xmlns='http://jabber.org/protocol/disco#${what}'/></iq>`).with({
    from: trusted(from),
  })

function romeo() {
  const user = makeUser()
  const juliet = { jid: JULIET, name: '', groups: ['Love', 'Verona'], subscription: 'from' } as const
  const roster = new Roster([{ ...juliet, ask: false, approved: false, request: '', listed: true }])
  user.profile = { account: ROMEO, roster }
  addResource(user, 'orchard', 0)
  addResource(user, 'away')
  return user
}

test('what is said of who asks', () => {
  const user = romeo()
  const resources = `${ROMEO}/orchard`
  assert.deepEqual(askerOf(user, query(`${ROMEO}/away`)), { own: true, subscriber: true, groups: '', resources })
  const friend = { own: false, subscriber: true, groups: 'Love\0Verona' }
  assert.deepEqual(askerOf(user, query(`${JULIET}/balcony`)), { ...friend, resources })
  assert.deepEqual(askerOf(user, query(`${JULIET}/balcony`, 'info')), { ...friend, resources: '' })
  const stranger = { own: false, subscriber: false, groups: '', resources: '' }
  assert.deepEqual(askerOf(user, query('paris@capulet.example/x')), stranger)
})

test('a request is in custody when the owner of the nodes has it, and keeps where it came from', () => {
  const { context: fake } = fakeContext()
  const sent: { key: string; envelope: Envelope; settle: (outcome: 'taken') => void }[] = []
  const context = {
    ...fake,
    router: {
      transfer: (kind: number, key: string, envelope: Envelope, settle: () => void) => {
        assert.equal(kind, Kind.node)
        sent.push({ key, envelope, settle })
      },
    },
  } as unknown as SessionContext
  let held = 0
  const custody = { hold: () => void held++, release: () => void held-- }
  const provenance = { stream: 's', count: 7, trace: '' }
  bringToNodes(context, { user: romeo(), stanza: query(`${ROMEO}/orchard`), provenance, custody })
  const { key, envelope, settle } = sent[0]!
  assert.deepEqual([key, envelope.stanza?.to, envelope.stream, envelope.count, held], [ROMEO, ROMEO, 's', 7, 1])
  assert.equal(codecs.asker.decode(envelope.body!).own, true)
  settle('taken')
  assert.equal(held, 0)
})
