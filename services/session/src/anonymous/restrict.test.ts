import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { MemoryLiveState } from '@heliograph/live-state'
import { Hosts } from '@heliograph/ownership'
import type { Stanza } from '@heliograph/stanza'
import { fakeContext } from '../../test/support/fake-context.ts'
import { addResource, makeUser, stanza } from '../../test/support/people.ts'
import type { DomainPolicy } from '../config.ts'
import type { SessionContext } from '../context.ts'
import type { Sent } from '../pipeline/sent.ts'
import { admitAnonymous } from './admit.ts'
import { refusedAnonymous } from './restrict.ts'

const domain = ensureDomain('montague.example')
const OWN = 'romeo@montague.example'

/** What the client is told; undefined when it may. */
function told(xml: string, federation = false): string | undefined {
  const replies: Stanza[] = []
  const policies = new Map<typeof domain, DomainPolicy>([[domain, { anonymous: { loginsPerHour: 1, federation } }]])
  const { context: fake } = fakeContext({ policies })
  const outgoing = { deliver: (_user: unknown, _resource: unknown, reply: Stanza) => replies.push(reply) }
  const hosts = new Hosts([domain, ensureDomain('capulet.example')])
  const context = { ...fake, hosts, outgoing } as unknown as SessionContext
  const user = makeUser()
  user.anonymous = true
  const sent = { user, resource: addResource(user, 'x', 0), stanza: stanza(xml) } as unknown as Sent
  if (!refusedAnonymous(context, sent)) return undefined
  return replies.map((reply) => /<error type='auth'><([a-z-]+) /.exec(reply.toString())?.[1]).join()
}

const iq = (type: string, payload: string, to = '') => `<iq id='q' type='${type}'${to && ` to='${to}'`}>${payload}</iq>`
const INFO = "<query xmlns='http://jabber.org/protocol/disco#info'/>"

test('words to users and rooms of this server, presence, and what clients ask for anyway', () => {
  for (const xml of [
    "<message to='juliet@capulet.example'><body>hi</body></message>",
    "<message to='tea@conference.capulet.example' type='groupchat'><body>hi</body></message>",
    '<message><body>note</body></message>',
    '<presence/>',
    "<presence to='tea@conference.capulet.example/me'/>",
    "<presence type='unavailable'/>",
    iq('get', INFO),
    iq('get', INFO, domain),
    iq('get', "<ping xmlns='urn:xmpp:ping'/>"),
    iq('get', "<query xmlns='jabber:iq:roster'/>"),
    iq('result', '', OWN),
    iq('set', "<x xmlns='urn:example'/>", 'juliet@capulet.example/balcony'),
    iq('get', INFO, 'tea@conference.capulet.example'),
  ])
    assert.equal(told(xml), undefined, xml)
})

test('nothing that would be kept, whatever the address', () => {
  for (const payload of [
    "<query xmlns='jabber:iq:roster'><item jid='a@capulet.example'/></query>",
    "<vCard xmlns='vcard-temp'/>",
    "<query xmlns='jabber:iq:private'/>",
    "<query xmlns='jabber:iq:register'/>",
    "<enable xmlns='urn:xmpp:push:0' jid='push.example'/>",
    "<block xmlns='urn:xmpp:blocking'><item jid='a@b'/></block>",
    "<prefs xmlns='urn:xmpp:mam:2' default='always'/>",
    "<query xmlns='urn:xmpp:mam:2'/>",
    "<command xmlns='http://jabber.org/protocol/commands' node='list-clients'/>",
    "<request xmlns='urn:xmpp:http:upload:0' filename='x' size='1'/>",
    "<query xmlns='jabber:iq:search'/>",
    "<unheard xmlns='of'/>",
  ])
    for (const to of ['', OWN, domain, 'capulet.example', `upload.${domain}`])
      assert.equal(told(iq('set', payload, to)), 'forbidden', `${to} ${payload}`)
  for (const payload of [
    "<query xmlns='http://jabber.org/protocol/muc#owner'/>",
    "<query xmlns='jabber:iq:register'/>",
  ])
    assert.equal(told(iq('set', payload, 'tea@conference.capulet.example')), 'forbidden')
  assert.equal(told(iq('get', "<vCard xmlns='vcard-temp'/>")), 'forbidden')
  assert.equal(told("<iq id='q' type='get'/>"), 'forbidden')
})

test('no relations, at whatever address', () => {
  for (const type of ['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed'])
    assert.equal(told(`<presence type='${type}' to='juliet@capulet.example'/>`), 'forbidden', type)
})

test('other servers only where that is configured; an error is not answered', () => {
  for (const xml of [
    "<message to='a@elsewhere.example'><body>hi</body></message>",
    "<presence to='room@conference.elsewhere.example/me'/>",
    iq('get', INFO, 'elsewhere.example'),
  ]) {
    assert.equal(told(xml), 'forbidden', xml)
    assert.equal(told(xml, true), undefined, xml)
  }
  assert.equal(told("<presence type='subscribe' to='a@elsewhere.example'/>", true), 'forbidden')
  assert.equal(told("<message to='a@elsewhere.example' type='error'/>"), '')
})

test('so many come from one address in an hour, to domains that are for them', async () => {
  const counters = new MemoryLiveState()
  const policies = new Map<typeof domain, DomainPolicy>([
    [domain, { anonymous: { loginsPerHour: 2, federation: false } }],
    [ensureDomain('capulet.example'), {}],
  ])
  const come = (source: string, to = domain) => admitAnonymous({ policies, counters }, { domain: to, source })
  assert.deepEqual([await come('192.0.2.1'), await come('192.0.2.1'), await come('192.0.2.1')], [true, true, false])
  assert.equal(await come('192.0.2.2'), true)
  assert.equal(await come('192.0.2.3', ensureDomain('capulet.example')), false)
  assert.equal(await come('192.0.2.3', ensureDomain('unheard.example')), false)
})
