import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handshakeOf, provesSecret } from './handshake.ts'

test('the handshake is that of the specification', () => {
  // XEP-0114, examples 2 and 3, where the secret is `test`.
  assert.equal(handshakeOf('3BF96D32', 'test'), 'aaee83c26aeeafcbabeabfcbcd50df997e0a2a1e')
})

test('only who knows the secret of this stream proves it', () => {
  const proof = handshakeOf('stream', 'secret')
  assert.equal(provesSecret(proof, 'stream', 'secret'), true)
  for (const said of [handshakeOf('other', 'secret'), handshakeOf('stream', 'guess'), '', proof.slice(1), `${proof}0`])
    assert.equal(provesSecret(said, 'stream', 'secret'), false, said)
})
