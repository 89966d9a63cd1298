import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerPolicyConfig } from '@heliograph/config'
import { ensureDomain } from '@heliograph/jid'
import { stanza } from '@heliograph/stanza'
import { Element } from '@heliograph/xml'
import { ANYTHING } from '../../test/support/anything.ts'
import { PeerPolicy, type Terms } from './peer-policy.ts'
import { refusal } from './refusal.ts'

const CONFIG: PeerPolicyConfig = {
  ...ANYTHING,
  others: 'deny',
  peers: [
    { domain: 'both.example', allow: 'both', minTls: 'TLSv1.3', pins: ['a pin'] },
    { domain: 'news.example', allow: 'inbound', authentication: 'dialback', inbound: { kinds: ['message'] } },
    { domain: 'never.example', allow: 'nothing' },
    { domain: 'small.example', allow: 'both', outbound: { stanzaBytes: 10_000, stanzasPerSecond: 5 } },
  ],
}

const termsOf = (policy: PeerPolicy) => (domain: string) => policy.of(ensureDomain(domain))
const brief = ({ inbound, outbound, ...rest }: Terms) => [inbound !== undefined, outbound !== undefined, rest]

test('what is said of a domain holds for it, the rest for all others', () => {
  const of = termsOf(new PeerPolicy(CONFIG))
  const usual = { authentication: 'certificates', minTls: 'TLSv1.2', pins: [], authorities: undefined }
  assert.deepEqual(brief(of('both.example')), [true, true, { ...usual, minTls: 'TLSv1.3', pins: ['a pin'] }])
  assert.deepEqual(brief(of('news.example')), [true, false, { ...usual, authentication: 'dialback' }])
  assert.deepEqual(brief(of('never.example')), [false, false, usual])
  assert.deepEqual(of('other.example'), of('never.example'))
  assert.deepEqual(of('small.example').outbound?.rates, { stanzasPerSecond: 5, bytesPerSecond: 0, burstSeconds: 10 })
})

test('another policy holds from then on', () => {
  const policy = new PeerPolicy(CONFIG)
  const concerns = policy.renew({ ...CONFIG, others: 'allow', peers: [CONFIG.peers[0]!] })
  assert.deepEqual(brief(termsOf(policy)('never.example')).slice(0, 2), [true, true])
  assert.deepEqual(
    ['both.example', 'never.example'].map((name) => concerns(ensureDomain(name))),
    [false, true],
  )
})

test('a kind that may not go is refused, an answer never is; so is what is too long', () => {
  const of = termsOf(new PeerPolicy(CONFIG))
  const { inbound } = of('news.example')
  assert.equal(refusal(inbound!, stanza('message', {})), undefined)
  assert.equal(refusal(inbound!, stanza('presence', {}))?.condition, 'not-allowed')
  assert.equal(refusal(inbound!, stanza('iq', { type: 'get' }))?.condition, 'not-allowed')
  assert.equal(refusal(inbound!, stanza('iq', { type: 'result' })), undefined)
  assert.equal(refusal(inbound!, stanza('presence', { type: 'error' })), undefined)
  const long = stanza('message', {}).append(new Element('body').t('x'.repeat(10_000)))
  assert.equal(refusal(of('small.example').outbound!, long)?.condition, 'policy-violation')
  assert.equal(refusal(of('small.example').inbound!, long), undefined)
})
