/**
 * Prints what the bus costs: CPU microseconds an envelope, both ends together. Run: `node bench/micro/bus.ts [nats://address]`; without
 * an address it starts a NATS server of its own.
 */
import { connectLinks, createSwitchboard, Envelope, EnvelopeCodec, type Links, Op } from '@heliograph/bus'
import { trusted } from '@heliograph/jid'
import { Stanza } from '@heliograph/stanza'
import { ownServer } from '@heliograph/testkit'

const envelopes = 40_000
const body = `<body>${'Neither, fair saint, if either thee dislike. '.repeat(4)}</body>`
const request = "<request xmlns='urn:xmpp:receipts'/><origin-id xmlns='urn:xmpp:sid:0' id='a1b2c3d4e5'/>"

function chat(): Envelope {
  const stanza = new Stanza({
    name: 'message',
    type: 'chat',
    id: 'a1b2c3d4e5',
    from: trusted('romeo@montague.example/phone-1a2b'),
    to: trusted('juliet@capulet.example/balcony'),
    lang: 'en',
    children: '{jabber:client}body\0{urn:xmpp:receipts}request\0{urn:xmpp:sid:0}origin-id',
    payload: Buffer.from(body + request),
  })
  const head = { kind: 1, key: 'juliet@capulet.example', partition: 77, emitterKind: 1, emitterPartition: 33 } as const
  const rest = { epoch: 1_769_900_000_123, transfer: 123_456, attempt: 1, stream: 'k3j4h5k3j4h5k3j4', count: 42 }
  return Object.assign(new Envelope(Op.route), head, rest, { stanza })
}

function print(what: string, micros: number): void {
  process.stdout.write(`${what.padEnd(44)} ${micros.toFixed(3)}\n`)
}

function cpu(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

function codec(): void {
  const codec = new EnvelopeCodec()
  const envelope = chat()
  const alone = Buffer.from(new Uint8Array(codec.encode(envelope)).buffer)
  const batch = Buffer.concat(Array.from({ length: 100 }, () => alone))
  const inBatch = batch.subarray(alone.length * 50, alone.length * 51)
  const many = Object.assign(new Envelope(Op.deliver), { conns: Array.from({ length: 1000 }, (_, i) => 100_000 + i) })
  const manyBytes = codec.encode(many)
  const fanOut = Object.assign(new Envelope(Op.multicast), {
    recipients: Array.from({ length: 1000 }, (_, i) => `user${i}@montague.example/phone-1a2b`),
  })
  const fanOutBytes = codec.encode(fanOut)
  print(
    `encode a chat envelope (${alone.length} bytes)`,
    each(500_000, () => codec.encode(envelope)),
  )
  print(
    'decode it, alone (payload shared)',
    each(500_000, () => codec.decode(alone)),
  )
  print(
    'decode it, from a batch (payload copied)',
    each(500_000, () => codec.decode(inBatch)),
  )
  print(
    'encode 1000 connections',
    each(5000, () => codec.encode(many)),
  )
  print(
    'decode 1000 connections',
    each(5000, () => codec.decode(manyBytes)),
  )
  print(
    'encode 1000 recipients',
    each(3000, () => codec.encode(fanOut)),
  )
  print(
    'decode 1000 recipients',
    each(3000, () => codec.decode(fanOutBytes)),
  )
}

function each(times: number, run: () => unknown): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 5; round++) {
    const before = cpu()
    for (let i = 0; i < times / 5; i++) run()
    best = Math.min(best, ((cpu() - before) / times) * 5)
  }
  return best
}

/** `batch` envelopes a turn of the event loop, a turn after the batch before has arrived. */
async function exchange(a: Links, b: Links, batch: number): Promise<number> {
  const total = Math.min(envelopes, batch * 4000)
  const envelope = chat()
  let arrived = 0
  let wake = (): void => undefined
  b.receive(() => {
    if (++arrived % batch === 0) wake()
  })
  const before = cpu()
  for (let sent = 0; sent < total; sent += batch) {
    const turn = new Promise<void>((resolve) => {
      wake = resolve
    })
    for (let i = 0; i < batch; i++) a.send(b.instance, envelope)
    await turn
  }
  return (cpu() - before) / total
}

/** As many as the queue takes. */
async function flood(a: Links, b: Links): Promise<number> {
  const envelope = chat()
  let arrived = 0
  b.receive(() => arrived++)
  const before = cpu()
  for (let sent = 0; sent < envelopes; ) {
    if (a.send(b.instance, envelope)) sent++
    else await new Promise((resolve) => setImmediate(resolve))
  }
  while (arrived < envelopes) await new Promise((resolve) => setTimeout(resolve, 1))
  return (cpu() - before) / envelopes
}

async function links(name: string, a: Links, b: Links): Promise<void> {
  await exchange(a, b, 32)
  for (const batch of [1, 8, 32, 128]) print(`${name}, ${batch} a turn`, await exchange(a, b, batch))
  print(`${name}, as many as it takes`, await flood(a, b))
}

async function nats(servers: string): Promise<void> {
  await using a = await connectLinks({ instance: 'a', servers, prefix: 'bench' })
  await using b = await connectLinks({ instance: 'b', servers, prefix: 'bench' })
  await links('nats (without its server)', a, b)
}

process.stdout.write('CPU µs an envelope\n')
codec()
const switchboard = createSwitchboard()
await links('local', switchboard.links('a'), switchboard.links('b'))
const address = process.argv[2]
if (address !== undefined) await nats(address)
else {
  await using server = await ownServer('nats')
  await nats(server.url)
}
