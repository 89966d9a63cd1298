import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Stanza } from '@heliograph/stanza'
import { fakeContext } from '../../test/support/fake-context.ts'
import { addResource, makeUser, stanza } from '../../test/support/people.ts'
import type { SessionContext } from '../context.ts'
import { bounce } from './bounce.ts'

for (const [outcome, condition] of [
  ['expired', 'remote-server-timeout'],
  ['full', 'resource-constraint'],
] as const) {
  for (const xml of ["<message to='a@b'><body>hi</body></message>", "<presence to='a@b' type='subscribe'/>"]) {
    test(`${xml} that is ${outcome} comes back as an error`, () => {
      const replies: Stanza[] = []
      const outgoing = { deliver: (_user: unknown, _resource: unknown, reply: Stanza) => replies.push(reply) }
      const context = { ...fakeContext().context, outgoing } as unknown as SessionContext
      const user = makeUser()
      const resource = addResource(user, 'orchard', 0)
      bounce(context, { user, resource, stanza: stanza(xml) }, outcome)
      assert.equal(replies.length, 1)
      assert.match(replies[0]!.toString(), new RegExp(`type='error'.*<${condition} `))
    })
  }
}
