import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { Hosts } from '@heliograph/ownership'
import { NS, Stanza } from '@heliograph/stanza'
import { EMPTY_SCOPE } from '@heliograph/xml'
import { copiesOf, isForSeveral } from './several.ts'

const hosts = new Hosts([ensureDomain('ours.example'), ensureDomain('other.example')])
const context = (enabled = true) => ({ hosts, config: { multicast: { enabled, addressesFromServers: 3 } } }) as never

function presence(jids: readonly string[], to = 'ours.example'): Stanza {
  const addresses = jids.map((jid) => `<address type='bcc' jid='${jid}'/>`).join('')
  const header = `<addresses xmlns='${NS.addresses}'>${addresses}</addresses>`
  const xml = `<presence xmlns='jabber:client' from='a@theirs.example/r' to='${to}'>${header}</presence>`
  return Stanza.parse(Buffer.from(xml), EMPTY_SCOPE)!
}

const outcomeOf = (...jids: string[]) => {
  const copies = copiesOf(context(), presence(jids), { stream: 's', count: 2 })
  return 'condition' in copies
    ? copies.condition
    : copies.map(({ stanza, ingress: { stream, count } }) => `${stanza} ${stream} ${count}`)
}

test('each of ours gets one, under an ingress id of its own', () => {
  assert.deepEqual(outcomeOf('b@ours.example', 'b@ours.example/x'), [
    `<presence to='b@ours.example' from='a@theirs.example/r'/> s+ 2048`,
    `<presence to='b@ours.example/x' from='a@theirs.example/r'/> s+ 2049`,
  ])
})

test('nothing is relayed, to whomever, and nobody gets it then', () => {
  const strangers = [
    'c@theirs.example',
    'c@bank.example',
    'c@other.example',
    'room@conference.ours.example',
    'ours.example',
  ]
  for (const stranger of strangers) assert.equal(outcomeOf('b@ours.example', stranger), 'forbidden', stranger)
})

test('no more than are told in disco#info', () => {
  assert.equal(outcomeOf('a@ours.example', 'b@ours.example', 'c@ours.example', 'd@ours.example'), 'not-acceptable')
})

test('only what is addressed to the domain itself is for several, and only where that is wanted', () => {
  const cases: readonly (readonly [Stanza, boolean, boolean])[] = [
    [presence(['b@ours.example']), true, true],
    [presence(['b@ours.example']), false, false],
    [presence(['b@ours.example'], 'b@ours.example'), true, false],
    [presence(['b@ours.example'], 'ours.example/x'), true, false],
    [presence(['b@ours.example'], 'conference.ours.example'), true, false],
    [presence(['b@ours.example']).with({ type: 'error' }), true, false],
  ]
  for (const [stanza, enabled, expected] of cases)
    assert.equal(isForSeveral(context(enabled), stanza), expected, `${stanza}`)
})
