import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codecs, type Envelope, Kind } from '@heliograph/bus'
import type { BareJid } from '@heliograph/jid'
import { fakeContext } from '../../test/support/fake-context.ts'
import { addResource, makeUser } from '../../test/support/people.ts'
import type { SessionContext } from '../context.ts'
import { askForLastItems, askForLastItemsOf } from './interest.ts'

function setUp() {
  const { context: fake } = fakeContext()
  const asked: (readonly string[])[] = []
  const accounts: string[] = []
  const features = new Set<string>()
  const context = {
    ...fake,
    capabilities: { featuresOf: () => features },
    router: {
      transfer: (kind: number, key: string, envelope: Envelope) => {
        assert.deepEqual([kind, key], [Kind.node, user.jid])
        asked.push(envelope.recipients ?? [])
        accounts.push(codecs.interest.decode(envelope.body!).account)
      },
    },
  } as unknown as SessionContext
  const user = makeUser()
  return { context, user, asked, accounts, features }
}

test('a client that is there is asked for once, and again for what it wants in addition', () => {
  const { context, user, asked, features } = setUp()
  const resource = addResource(user, 'orchard')
  features.add('urn:a+notify').add('urn:b')
  askForLastItems(context, user, resource)
  assert.deepEqual(asked, [], 'not there yet')
  resource.presence = addResource(user, 'other', 0).presence
  askForLastItems(context, user, resource)
  askForLastItems(context, user, resource)
  assert.deepEqual(asked, [['urn:a']])
  features.add('urn:c+notify')
  askForLastItems(context, user, resource)
  assert.deepEqual(asked, [['urn:a'], ['urn:c']])
})

test('what a former owner asked for is not asked for again', () => {
  const { context, user, asked, features } = setUp()
  const resource = addResource(user, 'orchard', 0)
  resource.hears = 'inherited'
  features.add('urn:a+notify')
  askForLastItems(context, user, resource)
  assert.deepEqual(asked, [])
})

test('of a new contact everything is asked for that a client wants', () => {
  const { context, user, asked, accounts, features } = setUp()
  addResource(user, 'orchard', 0)
  addResource(user, 'away')
  features.add('urn:a+notify')
  askForLastItemsOf(context, user, 'juliet@capulet.example' as BareJid)
  assert.deepEqual([asked, accounts], [[['urn:a']], ['juliet@capulet.example']])
})
