import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codecs, type Envelope, Op } from '@heliograph/bus'
import type { BareJid } from '@heliograph/jid'
import { Roster, type RosterItem } from '@heliograph/roster'
import { fakeContext } from '../../test/support/fake-context.ts'
import { makeUser, ROMEO } from '../../test/support/people.ts'
import type { SessionContext } from '../context.ts'
import { tellLessened } from './relation.ts'

const JULIET = 'juliet@capulet.example' as BareJid
const item = (subscription: RosterItem['subscription'], ...groups: string[]): RosterItem => ({
  ...{ jid: JULIET, name: '', groups, subscription },
  ...{ ask: false, approved: false, request: '', listed: true },
})

function told(before: RosterItem | undefined, after: RosterItem | undefined) {
  const sent: Envelope[] = []
  const router = { transfer: (_kind: number, _key: string, envelope: Envelope) => sent.push(envelope) }
  const context = { ...fakeContext().context, router } as unknown as SessionContext
  const user = makeUser()
  user.profile = { account: ROMEO, roster: new Roster(after ? [after] : []) }
  tellLessened(context, user, JULIET, before)
  assert.ok(sent.every(({ op, recipients }) => op === Op.relation && recipients?.[0] === JULIET))
  return sent.map(({ body }) => codecs.asker.decode(body!)).map(({ subscriber, groups }) => `${subscriber} ${groups}`)
}

test('nodes hear of a contact who may see less than before, and of no other', () => {
  assert.deepEqual(told(undefined, item('from')), [])
  assert.deepEqual(told(item('to', 'a'), undefined), [])
  assert.deepEqual(told(item('from', 'a'), item('both', 'a', 'b')), [])
  assert.deepEqual(told(item('both', 'a'), item('to', 'a')), ['false a'])
  assert.deepEqual(told(item('both', 'a', 'b'), item('both', 'b')), ['true b'])
  assert.deepEqual(told(item('from'), undefined), ['false '])
})
