import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { ensureDomain } from '@heliograph/jid'
import { el, NS } from '@heliograph/stanza'
import { Flusher } from '@heliograph/streams'
import { ANYTHING } from '../../test/support/anything.ts'
import type { Verdict } from '../dialback/elements.ts'
import { DialbackKeys } from '../dialback/key.ts'
import type { FederationContext } from '../federation/federation-context.ts'
import { PeerPolicy } from '../federation/peer-policy.ts'
import { handleDialback } from './dialback.ts'
import { Inbound } from './inbound.ts'
import { Resumables } from './resumables.ts'

const ours = ensureDomain('ours.example')
const theirs = ensureDomain('theirs.example')
const keys = new DialbackKeys('the secret of our cluster')
const limits = { elementBytes: 10_000, headerBytes: 1_000, depth: 10, attributes: 10, nameLength: 100 }

/** Reads nothing. */
class FakeSocket extends EventEmitter {
  said = ''
  get writableLength(): number {
    return this.said.length
  }
  resume(): void {}
  end(): void {}
  destroy(): void {
    this.emit('close')
  }
  write(bytes: Buffer): void {
    this.said += bytes.toString()
  }
}

/** A stream under TLS without a certificate, whose keys the other domains' servers judge so. */
function peer(verdict: () => Verdict = () => 'valid') {
  const socket = new FakeSocket()
  const flusher = new Flusher()
  const warned: unknown[] = []
  const context = {
    ...{ flusher, keys, xml: limits, xmlBeforeAuth: limits, hosts: { domains: [ours] } },
    config: { limits: { timeToAuthenticateSeconds: 60 }, federation: { idleSeconds: 600 } },
    log: { info() {}, warn: (...said: unknown[]) => warned.push(said) },
    events: { opened() {} },
    isOurs: (domain: string) => domain === ours,
    policy: new PeerPolicy({ ...ANYTHING, authentication: 'dialback' }),
    resumables: new Resumables(),
    inquiries: { ask: async () => verdict() },
  }
  const inbound = new Inbound(context as unknown as FederationContext, {
    socket: socket as unknown as Socket,
    ticket: { proves: () => true },
    ended() {},
  })
  Object.defineProperty(inbound.stream, 'tls', {
    value: { getPeerX509Certificate: () => undefined, getProtocol: () => 'TLSv1.3' },
  })
  const says = async (name: 'result' | 'verify', key: string, attrs: object = {}): Promise<string> => {
    const element = el(name, { xmlns: NS.dialback, from: theirs, to: ours, ...attrs }, key)
    handleDialback(inbound, { name, namespace: NS.dialback, element } as Parameters<typeof handleDialback>[1])
    // The flusher writes at the end of the turn.
    const before = socket.said.length
    await turn()
    flusher.flush()
    return socket.said.slice(before)
  }
  return { inbound, says, warned, over: () => inbound.stream.over, done: () => inbound.stream.destroy() }
}

test('we vouch for our own keys, for that stream and that server alone', async () => {
  const { says, done } = peer()
  const key = keys.keyFor(theirs, ours, 'their stream')
  assert.match(await says('verify', key, { id: 'their stream' }), /type='valid'/)
  for (const [forged, attrs] of [
    ['0'.repeat(64), {}],
    [key, { id: 'another' }],
    [key, { from: 'others.example' }],
    ['', {}],
  ] as const)
    assert.match(await says('verify', forged, { id: 'their stream', ...attrs }), /type='invalid'/)
  assert.match(await says('verify', key, { id: 'their stream', to: 'bank.example' }), /item-not-found/)
  done()
})

test('whoever shows a key that its domain doesn’t know speaks for nobody, and goes', async () => {
  const { says, inbound, over, done } = peer(() => 'invalid')
  assert.match(await says('result', 'forged'), /type='invalid'/)
  assert.deepEqual([inbound.authority.isEmpty, over()], [true, true])
  done()
})

test('a key that its domain knows is good for that pair', async () => {
  const { says, inbound, done } = peer()
  assert.match(await says('result', 'good'), /type='valid'/)
  assert.equal(inbound.authority.covers(theirs, ours), true)
  assert.equal(inbound.authority.has(ensureDomain('others.example')), false)
  done()
})

test('whoever asks on and on and doesn’t read is sent away', async () => {
  const { says, over, done } = peer()
  const id = `'`.repeat(256)
  let asked = 0
  for (; !over() && asked < 1_000; asked++) await says('verify', 'k', { id })
  assert.ok(asked > 10 && asked < 60, `${asked}`)
  done()
})

test('an id that is answered as it came is no burden', async () => {
  const { says, over, done } = peer()
  assert.match(await says('verify', 'k', { id: 'x'.repeat(257) }), /policy-violation/)
  assert.equal(over(), true)
  done()
})

test('whoever fails again and again is told so once, and sent away', async () => {
  const { says, warned, over, done } = peer(() => 'remote-server-timeout')
  for (let i = 0; i < 7; i++) assert.match(await says('result', 'k'), /remote-server-timeout/)
  assert.equal(over(), false)
  await says('result', 'k')
  assert.deepEqual([over(), warned.length], [true, 1])
  done()
})
