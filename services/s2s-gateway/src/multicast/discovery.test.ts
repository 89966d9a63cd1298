import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { el, errorReply, formElement, iqResult, NS, type Stanza, stanzaError } from '@heliograph/stanza'
import { Discovery } from './discovery.ts'
import { MulticastServices } from './services.ts'

const [local, remote] = [ensureDomain('ours.example'), ensureDomain('theirs.example')]
const HOUR_MS = 3_600_000

function world() {
  const asked: Stanza[] = []
  const services = new MulticastServices()
  const discovery = new Discovery({ local, remote, services, ask: (request) => asked.push(request) })
  const info = (features: string[], form?: Record<string, string>) => {
    const fields = Object.entries(form ?? {}).map(([name, value]) => ({ var: name, values: [value] }))
    const x = form && formElement({ type: 'result', formType: NS.addresses, fields })
    return el(
      'query',
      { xmlns: NS.discoInfo },
      features.map((feature) => el('feature', { var: feature })),
      x,
    )
  }
  const items = (...jids: string[]) =>
    el(
      'query',
      { xmlns: NS.discoItems },
      jids.map((jid) => el('item', { jid })),
    )
  /** Answers the oldest request. */
  const answer = (payload: ReturnType<typeof el> | undefined, now = 0) => {
    const request = asked.shift()!
    const error = errorReply(request, stanzaError('service-unavailable'))!
    return discovery.hear(payload ? iqResult(request, payload) : error, now)
  }
  return { discovery, asked, info, items, answer }
}

test('a domain that says so itself is found, with its limits, and asked again after twelve hours', () => {
  const { discovery, asked, info, answer } = world()
  assert.equal(discovery.service(0), undefined)
  assert.deepEqual(
    asked.map(({ from, to }) => [from, to]),
    [[local, remote]],
  )
  assert.equal(discovery.service(1), undefined)
  assert.equal(asked.length, 1)
  assert.ok(answer(info(['x', NS.addresses], { message: '30', presence: 'infinite' })))
  assert.deepEqual(discovery.service(2), { jid: remote, most: { message: 30, presence: 1_000 } })
  assert.equal(discovery.service(12 * HOUR_MS - 1)?.jid, remote)
  assert.deepEqual([discovery.service(12 * HOUR_MS), asked.length], [undefined, 1])
})

test('a service of the domain is found among those that it lists, and no stranger', () => {
  const { discovery, asked, info, items, answer } = world()
  discovery.service(0)
  answer(info(['x']))
  answer(
    items(
      'rooms.theirs.example',
      'multicast.theirs.example',
      'multicast.else.example',
      'eviltheirs.example',
      'a@x.theirs.example',
    ),
  )
  assert.deepEqual(
    asked.map(({ to }) => to),
    ['rooms.theirs.example', 'multicast.theirs.example'],
  )
  answer(undefined)
  answer(info([NS.addresses]))
  assert.deepEqual(discovery.service(1), { jid: 'multicast.theirs.example', most: { message: 20, presence: 20 } })
})

test('a domain that doesn’t, or says nothing, is asked again after an hour', () => {
  for (const answers of [['info', 'items'], ['error'], []]) {
    const { discovery, asked, info, items, answer } = world()
    discovery.service(0)
    for (const kind of answers) answer(kind === 'info' ? info([]) : kind === 'items' ? items() : undefined)
    // Whoever says nothing within a minute has said no.
    assert.equal(discovery.service(60_001), undefined)
    asked.length = 0
    assert.deepEqual([discovery.service(HOUR_MS - 1), asked.length], [undefined, 0])
    assert.deepEqual([discovery.service(60_001 + HOUR_MS), asked.length], [undefined, 1])
  }
})

test('only who was asked is heard', () => {
  const { discovery, asked, info } = world()
  discovery.service(0)
  const [request] = asked
  const forged = iqResult(request!, info([NS.addresses])).with({ from: 'else.example' as never })
  assert.equal(discovery.hear(forged, 0), false)
  assert.equal(discovery.hear(iqResult(request!.with({ id: 'other' }), info([NS.addresses])), 0), false)
  assert.equal(discovery.service(1), undefined)
})
