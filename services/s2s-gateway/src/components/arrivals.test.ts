import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Envelope, Op } from '@heliograph/bus'
import { ensureDomain, type Jid } from '@heliograph/jid'
import { stanza } from '@heliograph/stanza'
import { silentTelemetry } from '@heliograph/telemetry'
import { Arrivals } from './arrivals.ts'
import type { ComponentsContext } from './context.ts'
import { Streams } from './streams.ts'

const sms = ensureDomain('sms.example')

/** A gateway that holds the streams 7 and 8. */
function gateway() {
  const answers: string[] = []
  const written: { on: number; settle: (isTaken: boolean) => void }[] = []
  const streams = new Streams(() => {})
  for (const number of [7, 8])
    streams.bound({ domain: sms, number, deliver: (_stanza, settle) => written.push({ on: number, settle }) })
  const arrivals = new Arrivals(
    {
      router: {
        receipt: (from: string, transfer: number) => answers.push(`${from} ${transfer} taken`),
        strays: (from: string, transfer: number) => answers.push(`${from} ${transfer} returned`),
      },
      tracing: silentTelemetry().tracer,
      events: { repeated: { add: () => {} } },
    } as unknown as ComponentsContext,
    streams,
  )
  const arrive = (owner: string, count: number, conn: number): void => {
    const envelope = new Envelope(Op.component)
    envelope.transfer = count
    envelope.conn = conn
    envelope.stream = 'edge/1'
    envelope.count = count
    envelope.recipients = [sms]
    envelope.stanza = stanza('message', { from: 'juliet@capulet.example' as Jid, to: 'nurse@sms.example' as Jid })
    arrivals.receive(envelope, owner)
  }
  return { arrive, answers, written }
}

test('what comes again while the first is under way to another stream waits for that', () => {
  const { arrive, answers, written } = gateway()
  arrive('one owner', 1, 7)
  arrive('the next', 1, 8)
  assert.deepEqual([written.length, answers.length], [1, 0])
  written[0]!.settle(false)
  assert.deepEqual(answers, ['one owner 1 returned', 'the next 1 returned'])
  arrive('the next', 1, 8)
  written[1]!.settle(true)
  arrive('the third', 1, 7)
  assert.deepEqual(answers.slice(2), ['the next 1 taken', 'the third 1 taken'])
  assert.deepEqual(
    written.map(({ on }) => on),
    [7, 8],
  )
})

test('nothing overtakes what is under way to another stream', () => {
  const { arrive, answers, written } = gateway()
  arrive('one owner', 1, 7)
  arrive('the next', 1, 8)
  arrive('the next', 2, 8)
  assert.deepEqual([written.length, answers], [1, ['the next 2 returned']])
  written[0]!.settle(true)
  arrive('the next', 2, 8)
  assert.equal(written[1]?.on, 8)
})

test('what was written before something that wasn’t is still known', () => {
  const { arrive, answers, written } = gateway()
  for (const count of [1, 2, 3]) arrive('one owner', count, 7)
  for (const [at, isTaken] of [true, false, false].entries()) written[at]!.settle(isTaken)
  for (const count of [1, 2, 3]) arrive('the next', count, 8)
  assert.equal(written.length, 5)
  assert.deepEqual(answers.slice(3), ['the next 1 taken'])
})
