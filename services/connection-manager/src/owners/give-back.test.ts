import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Op } from '@heliograph/bus'
import { readStanza } from '@heliograph/stanza'
import { edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'

const MESSAGE = readStanza(Buffer.from('<message><body>Wherefore art thou?</body></message>'))
const PRESENCE = readStanza(Buffer.from('<presence/>'))

test('what comes for a connection that is gone goes back, where nobody else keeps it', async () => {
  await using fixture = await edgeFixture()
  const { owner } = fixture
  const plain = await new FakeClient(fixture).bind('plain')
  const managed = await new FakeClient(fixture).bind('managed')
  managed.say("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
  const [toPlain, toManaged] = owner.heardOps(Op.open)
  const deliver = (to = toPlain!, stanza = MESSAGE) =>
    owner.say(to, Op.deliver, (envelope) => {
      envelope.stanza = stanza
      envelope.id = 7
    })
  const returned = () => owner.heardOps(Op.returned)
  deliver()
  assert.match(plain.hear(), /Wherefore/)
  plain.destroy()
  managed.destroy()
  deliver()
  deliver(toPlain, PRESENCE)
  deliver(toManaged)
  assert.deepEqual(
    returned().map(({ key, conn, id, stanza }) => [key, conn, id, stanza]),
    [[toPlain!.key, toPlain!.conn, 7, MESSAGE]],
  )
  fixture.advance(90_000)
  deliver()
  assert.equal(returned().length, 1)
})
