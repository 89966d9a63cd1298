import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Envelope, Op } from '@heliograph/bus'
import type { Outcome } from '@heliograph/ownership'
import { fakeContext } from '../../test/support/fake-context.ts'
import { addResource, makeUser, stanza } from '../../test/support/people.ts'
import type { SessionContext } from '../context.ts'
import { probeContacts, tellFanout } from './tell-fanout.ts'

function setUp() {
  const told: Envelope[] = []
  const outcomes: Outcome[] = []
  const router = {
    transfer: (_kind: unknown, _key: unknown, envelope: Envelope, settle: (outcome: Outcome) => void) => {
      told.push(envelope)
      settle(outcomes.shift() ?? 'taken')
    },
  }
  const context = { ...fakeContext().context, router } as unknown as SessionContext
  const user = makeUser()
  return { context, told, outcomes, user, resource: addResource(user, 'orchard', 0) }
}

const PRESENCE = stanza("<presence from='romeo@montague.example/orchard'/>")

test('presence that could not be brought to the fan-out is told again', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { context, told, outcomes, user, resource } = setUp()
  outcomes.push('full', 'expired')
  resource.revision = 7
  tellFanout(context, user, resource, PRESENCE, '')
  for (let second = 0; second < 5; second++) t.mock.timers.tick(1_000)
  assert.deepEqual(
    told.map(({ count }) => count),
    [7, 7, 7],
  )
})

test('what is no longer true is not told again', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { context, told, outcomes, user, resource } = setUp()
  outcomes.push('full', 'full')
  tellFanout(context, user, resource, PRESENCE, '')
  resource.revision++
  probeContacts(context, user, resource)
  user.remove(resource)
  t.mock.timers.tick(1_000)
  assert.deepEqual(
    told.map(({ op }) => op),
    [Op.presence, Op.probe],
  )
})
