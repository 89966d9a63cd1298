import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codecs, type Envelope, Op } from '@heliograph/bus'
import type { BareJid, Domain, FullJid } from '@heliograph/jid'
import { Hosts } from '@heliograph/ownership'
import { Roster, type Subscription } from '@heliograph/roster'
import { fakeContext } from '../../test/support/fake-context.ts'
import { addResource, makeUser, ROMEO, stanza } from '../../test/support/people.ts'
import { BlockList } from '../blocking/block-list.ts'
import type { SessionContext } from '../context.ts'
import { forgetGuests, noteGuest, tellGuests, welcomeGuest } from './guests.ts'

const contact = (jid: string, subscription: Subscription) => ({
  ...{ jid: jid as BareJid, name: '', groups: [], subscription },
  ...{ ask: false, approved: false, request: '', listed: true },
})

function setUp() {
  const sent: Envelope[] = []
  const left: string[] = []
  const features = new Map<string, ReadonlySet<string>>()
  const context = {
    ...fakeContext().context,
    hosts: new Hosts(['montague.example'] as Domain[]),
    capabilities: {
      note: () => {},
      left: ({ jid }: { jid: string }) => left.push(jid),
      featuresOf: ({ jid }: { jid: string }) => features.get(jid),
    },
    router: { transfer: (_kind: number, _key: string, envelope: Envelope) => sent.push(envelope) },
  } as unknown as SessionContext
  const user = makeUser()
  const items = [
    contact('pope@rome.example', 'both'),
    contact('abbot@rome.example', 'to'),
    contact('nun@rome.example', 'from'),
  ]
  user.profile = { account: ROMEO, roster: new Roster(items) }
  const presence = (from: string, type = '') => {
    const attribute = type === '' ? '' : ` type='${type}'`
    noteGuest(context, user, stanza(`<presence${attribute}/>`).with({ from: from as FullJid }))
  }
  const asked = () => {
    const interests = sent.filter(({ op }) => op === Op.interest)
    return interests.map(({ body, recipients }) => `${codecs.interest.decode(body!).client} ${recipients}`)
  }
  return { context, user, sent, left, features, presence, asked }
}

test('of clients elsewhere whose users see this one it is remembered that they are there', () => {
  const { context, user, left, presence } = setUp()
  const others = ['pope@rome.example', 'abbot@rome.example/a', 'paris@rome.example/b', 'juliet@montague.example/c']
  for (const from of [...others, 'pope@rome.example/d', 'nun@rome.example/e']) presence(from)
  assert.deepEqual([...user.guests!.keys()], ['pope@rome.example/d', 'nun@rome.example/e'])
  presence('pope@rome.example/d', 'unavailable')
  assert.deepEqual(left, ['pope@rome.example/d'])
  assert.deepEqual(
    [...user.guests!.values()].map(({ available }) => available),
    [false, true],
  )
  presence('pope@rome.example/d')
  forgetGuests(context, user)
  assert.deepEqual([left.length, user.guests], [3, undefined])
})

test('who comes gets the last items of what it wants, once; who was there only what it wants in addition', () => {
  const { context, user, features, presence, asked } = setUp()
  const [pope, nun] = ['pope@rome.example/d', 'nun@rome.example/e'] as FullJid[]
  presence(pope!)
  assert.deepEqual(asked(), [], 'what it wants is not known yet')
  features.set(pope!, new Set(['a+notify', 'other']))
  welcomeGuest(context, user, user.guests!.get(pope!)!)
  presence(pope!)
  assert.deepEqual(asked(), [`${pope} a`])
  user.probedAt = performance.now()
  features.set(nun!, new Set(['a+notify']))
  presence(nun!)
  assert.equal(asked().length, 1)
  features.set(nun!, new Set(['a+notify', 'b+notify']))
  presence(nun!)
  assert.deepEqual(asked().slice(1), [`${nun} b`])
  presence(nun!, 'unavailable')
  presence(nun!)
  assert.deepEqual(asked().slice(2), [`${nun} a,b`])
})

test('those are told that want it and may', () => {
  const { context, user, sent, features, presence } = setUp()
  for (const from of ['pope@rome.example/d', 'pope@rome.example/f', 'nun@rome.example/e']) {
    features.set(from, new Set(from.endsWith('f') ? ['b+notify'] : ['a+notify']))
    presence(from)
  }
  const told = (audience: 'all' | 'listed', ...recipients: string[]) => {
    sent.length = 0
    const news = stanza(`<message from='${ROMEO}' type='headline'/>`)
    tellGuests(context, user, { node: 'a', stanza: news, hearers: { audience, recipients } })
    return sent.map(({ stanza: each }) => each?.to).join(' ')
  }
  assert.equal(told('all'), 'pope@rome.example/d nun@rome.example/e')
  assert.equal(told('all', 'nun@rome.example'), 'pope@rome.example/d')
  assert.equal(told('listed', 'nun@rome.example'), 'nun@rome.example/e')
  user.blocked = new BlockList(ROMEO, ['rome.example' as never])
  assert.equal(told('all'), '')
})

test('after a take-over those who see each other are asked whether they are there, once, and told what there is', () => {
  const { context, user, sent, features, presence, asked } = setUp()
  addResource(user, 'phone', 0)
  const news = stanza(`<message from='${ROMEO}' type='headline'/>`)
  for (let told = 0; told < 2; told++)
    tellGuests(context, user, { node: 'a', stanza: news, hearers: { audience: 'all', recipients: [] } })
  assert.deepEqual(
    sent.map(({ stanza: each }) => `${each?.type} ${each?.to}`),
    ['probe pope@rome.example'],
  )
  features.set('pope@rome.example/d', new Set(['a+notify']))
  presence('pope@rome.example/d')
  assert.deepEqual(asked(), ['pope@rome.example/d a'])
})
