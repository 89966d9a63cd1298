import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeContext } from '../../test/support/fake-context.ts'
import { addResource, makeUser } from '../../test/support/people.ts'
import { type Command, completed, isPermitted } from './command.ts'

test('commands of administrators are for those of them who proved their password', () => {
  const user = makeUser()
  const { context: session } = fakeContext({ admins: [user.jid] })
  const resource = addResource(user, 'desk', 0)
  const command = { who: 'administrators', stages: [], run: () => completed() } as unknown as Command
  const permitted = (mechanism: string, jid = user.jid) => {
    resource.origin = { ...resource.origin, mechanism }
    return isPermitted(command, { session, user: { ...user, jid }, resource, domain: user.domain } as never)
  }
  assert.ok(permitted('SCRAM-SHA-256'))
  assert.ok(permitted('HT-SHA-256-EXPR'))
  assert.ok(!permitted('OAUTHBEARER'))
  assert.ok(!permitted('SCRAM-SHA-256', 'nobody@capulet.example' as typeof user.jid))
})
