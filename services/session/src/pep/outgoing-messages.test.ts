import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Envelope } from '@heliograph/bus'
import { Roster } from '@heliograph/roster'
import { NS } from '@heliograph/stanza'
import { fakeContext } from '../../test/support/fake-context.ts'
import { FakeNodes } from '../../test/support/fake-nodes.ts'
import { addResource, makeUser, ROMEO, stanza } from '../../test/support/people.ts'
import type { SessionContext } from '../context.ts'
import { type OutboundMessage, outboundMessageStages } from '../pipeline/outbound-message.ts'
import { decideSubscription } from './decide.ts'
import { publishDisplayed } from './displayed.ts'

function setUp(xml: string, to: string) {
  const fake = new FakeNodes()
  const sent: Envelope[] = []
  let held = 0
  const user = makeUser()
  user.profile = { account: ROMEO, roster: new Roster() }
  const resource = addResource(user, 'orchard', 0)
  const context = {
    ...fakeContext().context,
    ownRequests: fake.ownRequests,
    router: { transfer: (_kind: number, _key: string, envelope: Envelope) => sent.push(envelope) },
  } as unknown as SessionContext
  const obligation = { hold: () => void held++, release: () => void held-- } as never
  const provenance = { stream: 's', count: 1, trace: '' }
  const message = {
    ...{ user, resource, obligation, provenance, ...provenance },
    stanza: stanza(xml).with({ to: to as never, from: resource.jid }),
  } as OutboundMessage
  return { fake, sent, context, message, held: () => held }
}

test('how far somebody has read is published and taken out of the message, before anybody else sees it (XEP-0490 §3.3)', async () => {
  const mds = `<displayed xmlns='${NS.displayed}'><stanza-id xmlns='urn:xmpp:sid:0' by='${ROMEO}' id='7'/></displayed>`
  const marker = "<displayed xmlns='urn:xmpp:chat-markers:0' id='m'/>"
  const { fake, context, message, held } = setUp(`<message>${marker}${mds}</message>`, 'juliet@capulet.example')
  const { stanza: stripped } = publishDisplayed(context, message)
  assert.deepEqual(stripped.children, ['{urn:xmpp:chat-markers:0}displayed'])
  assert.equal(held(), 1)
  await new Promise(setImmediate)
  assert.equal(held(), 0)
  const node = fake.nodes.get(NS.displayed)!
  assert.equal(node.access, 'whitelist')
  const item = node.items.get('juliet@capulet.example')!
  assert.equal(item.getChild('stanza-id')?.attrs.id, '7')
  const at = (stage: unknown) => outboundMessageStages.indexOf(stage as never)
  assert.ok(at(publishDisplayed) < outboundMessageStages.findIndex(({ name }) => name === 'archive'))
})

test('the account decides on a subscription to its own node; other forms are messages', () => {
  const form = (type: string) =>
    `<message><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>${type}</value></field></x></message>`
  const meant = setUp(form(NS.pubsubSubscribeAuthorization), ROMEO)
  assert.equal(decideSubscription(meant.context, meant.message), undefined)
  assert.equal(meant.sent.length, 1)
  for (const { context, message, sent } of [
    setUp(form('urn:other'), ROMEO),
    setUp(form(NS.pubsubSubscribeAuthorization), 'juliet@capulet.example'),
    setUp('<message><body>hi</body></message>', ROMEO),
  ]) {
    assert.equal(decideSubscription(context, message), message)
    assert.equal(publishDisplayed(context, message), message)
    assert.equal(sent.length, 0)
  }
})
