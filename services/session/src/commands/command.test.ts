import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeContext } from '../../test/support/fake-context.ts'
import { addResource, makeUser } from '../../test/support/people.ts'
import { beyondAuthority } from './administrators.ts'
import { type Asker, type Command, completed, isPermitted } from './command.ts'

test('commands of administrators are for those of them who proved their password', () => {
  const user = makeUser()
  const { context: session } = fakeContext({ admins: [user.jid], domainAdmins: new Map() })
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

test('an administrator of one domain has its users, but nobody who administers more', () => {
  const user = makeUser()
  const jid = (text: string) => text as typeof user.jid
  const domain = (text: string) => text as typeof user.domain
  const { context: session } = fakeContext({
    admins: [jid(`boss@${user.domain}`)],
    domainAdmins: new Map([
      [user.domain, [user.jid, jid(`second@${user.domain}`)]],
      [domain('other.example'), [jid(`neighbour@${user.domain}`)]],
    ]),
  })
  const resource = addResource(user, 'desk', 0)
  const command = { who: 'administrators', stages: [], run: () => completed() } as unknown as Command
  const asker = (at: string) => ({ session, user, resource, domain: domain(at) }) as unknown as Asker
  assert.deepEqual(
    [isPermitted(command, asker(user.domain)), isPermitted(command, asker('other.example'))],
    [true, false],
  )
  const may = (...addresses: string[]) => beyondAuthority(asker(user.domain), addresses) === undefined
  assert.ok(may() && may(`nell@${user.domain}`, `nell@${user.domain}/desk`, `second@${user.domain}`))
  for (const address of ['', '@', 'nell@other.example', 'other.example', `nell@conference.${user.domain}`])
    assert.ok(!may(`nell@${user.domain}`, address), address)
  for (const name of ['boss', 'BOSS', 'neighbour']) assert.ok(!may(`${name}@${user.domain}`), name)
})
