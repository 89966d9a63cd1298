import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Jid } from '@heliograph/jid'
import { NS, Stanza } from '@heliograph/stanza'
import { EMPTY_SCOPE } from '@heliograph/xml'
import { copyFor, isPrepared } from './copy-for.ts'
import { forService } from './for-service.ts'
import { ingressOfCopy, ingressOfWhole } from './ingress-of-copy.ts'
import { isMulticast } from './is-multicast.ts'
import { type Multicast, readMulticast } from './read-multicast.ts'

const header = (inside: string) => `<addresses xmlns='${NS.addresses}'>${inside}</addresses>`
const address = (type: string, jid: string, more = '') => `<address type='${type}' jid='${jid}'${more}/>`

function message(inside: string, type = 'chat'): Stanza {
  const xml = `<message xmlns='jabber:client' to='a.example' from='x@a.example/r' type='${type}'>${inside}<body>hi</body></message>`
  return Stanza.parse(Buffer.from(xml), EMPTY_SCOPE)!
}

function read(inside: string): Multicast {
  const multicast = readMulticast(message(header(inside)), 20)
  assert.ok('recipients' in multicast, JSON.stringify(multicast))
  return multicast
}

/** Type, JID and mark of each address that a copy shows. */
function shown(stanza: Stanza): string[] {
  const addresses = stanza.child('addresses', NS.addresses)?.getChildren('address') ?? []
  return addresses.map(({ attrs }) => `${attrs.type} ${attrs.jid}${attrs.delivered === 'true' ? ' +' : ''}`)
}

const MIXED =
  address('to', 'T@a.example') +
  address('cc', 'c@b.example') +
  address('bcc', 'b1@a.example') +
  address('bcc', 'b2@b.example')

test('each receiver sees who else was named, and of the blind ones only himself', () => {
  const { recipients, stanza } = read(MIXED + address('replyto', 'r@a.example'))
  assert.deepEqual(recipients, ['t@a.example', 'c@b.example', 'b1@a.example', 'b2@b.example'])
  const named = ['to t@a.example +', 'cc c@b.example +', 'replyto r@a.example']
  assert.deepEqual(
    recipients.map((to) => shown(copyFor(stanza, to))),
    [named, named, [...named, 'bcc b1@a.example'], [...named, 'bcc b2@b.example']],
  )
  for (const to of recipients) assert.deepEqual([copyFor(stanza, to).to, copyFor(stanza, to).hasBody], [to, true])
})

test('each copy has an ingress id of its own, which tells of the whole', () => {
  const whole = { stream: 'c2s-1', count: 7 }
  const copies = [0, 49].map((index) => ingressOfCopy(whole, index))
  assert.ok(copies[0]!.count < copies[1]!.count && copies[1]!.count < ingressOfCopy({ ...whole, count: 8 }, 0).count)
  assert.deepEqual(copies.map(ingressOfWhole), [whole, whole])
})

test('where nobody is named there is no header', () => {
  const { recipients, stanza } = read(address('bcc', 'b1@a.example') + address('bcc', 'b2@a.example'))
  assert.equal(
    copyFor(stanza, recipients[0]!).toString(),
    `<message to='b1@a.example' from='x@a.example/r' type='chat'><body>hi</body></message>`,
  )
})

test('nobody gets it twice, nor again who has it', () => {
  const { recipients } = read(
    MIXED + address('cc', 't@A.example') + address('to', 'had@a.example', ` delivered='true'`),
  )
  assert.deepEqual(recipients, ['t@a.example', 'c@b.example', 'b1@a.example', 'b2@b.example'])
})

test('another service is told who is its to deliver to', () => {
  const { stanza } = read(MIXED)
  const out = forService(stanza, ['c@b.example', 'b2@b.example'] as Jid[], 'b.example' as Jid)
  assert.equal(out.to, 'b.example')
  assert.deepEqual(shown(out), ['to t@a.example +', 'cc c@b.example', 'bcc b2@b.example'])
  const there = readMulticast(out, 20) as Multicast
  assert.deepEqual(there.recipients, ['c@b.example', 'b2@b.example'])
  assert.deepEqual(shown(copyFor(there.stanza, 'b2@b.example' as Jid)), [
    'to t@a.example +',
    'cc c@b.example +',
    'bcc b2@b.example',
  ])
  assert.ok(isPrepared(stanza))
})

test('a header that somebody put into what he says has no other server deliver to anybody', () => {
  for (const inside of [address('to', 'v@b.example'), address('bcc', 'v@b.example', ` delivered='true'`), '<other/>'])
    assert.equal(isPrepared(message(header(inside))), false, inside)
  assert.equal(isPrepared(message(header('') + header(''))), false)
  assert.ok(isPrepared(message(header(address('to', 'v@b.example', ` delivered='true'`)))))
  assert.ok(isPrepared(message('')))
})

test('what is malformed is refused with the condition that the specification has for it', () => {
  const conditionOf = (inside: string, most = 20): string | undefined => {
    const answer = readMulticast(message(inside), most)
    return 'condition' in answer ? answer.condition : undefined
  }
  const good = address('to', 'a@b.example')
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['', 'bad-request'],
    [header(''), 'bad-request'],
    [header(good) + header(good), 'bad-request'],
    [header(`<address jid='a@b.example'/>`), 'bad-request'],
    [header(address('fax', 'a@b.example')), 'bad-request'],
    [header(address('to', 'a@b.example', ` delivered='yes'`)), 'bad-request'],
    [header(address('to', 'a@b.example', ` uri='sip:a@b.example'`)), 'bad-request'],
    [header(`${good}<address type='to'/>`), 'bad-request'],
    [header(`${good}<address type='to' desc='Foo'/>`), 'bad-request'],
    [header(`${good}<address type='replyto'/>`), 'bad-request'],
    [header(`<address type='noreply'/>`), 'bad-request'],
    [header(address('to', 'a@b.example', ` delivered='true'`)), 'bad-request'],
    [header(header(good)), 'bad-request'],
    [header(`${good}<address type='to' uri='sip:a@b.example'/>`), 'jid-malformed'],
    [header(address('to', '@b.example')), 'jid-malformed'],
    [header(address('replyto', 'a@@')), 'jid-malformed'],
    [header(`${good}<address type='noreply'/>`), undefined],
    [header(`${good}<address type='replyto' uri='sip:a@b.example'/>`), undefined],
    [header(good.repeat(21)), 'not-acceptable'],
  ]
  for (const [inside, condition] of cases) assert.equal(conditionOf(inside), condition, inside)
})

test('only messages and presence that are no errors are for several', () => {
  const iq = Stanza.parse(Buffer.from(`<iq xmlns='jabber:client' type='get' id='i'>${header('')}</iq>`), EMPTY_SCOPE)!
  assert.deepEqual(
    [
      isMulticast(message(header(''))),
      isMulticast(message(header(''), 'error')),
      isMulticast(iq),
      isMulticast(message('')),
    ],
    [true, false, false, false],
  )
})
