import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { codecs, Op } from '@heliograph/bus'
import { Stanza } from '@heliograph/stanza'
import fc from 'fast-check'
import { DOMAIN, type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'
import { AddressLimit } from '../listeners/address-limit.ts'
import { Exchange, type WebReply } from '../web/exchange.ts'
import { nobody } from '../web/peers.ts'
import { readMessage } from './message.ts'
import { Polling } from './polling.ts'

const OPEN = `<stream:stream to='${DOMAIN}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`
const AUTH = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${Buffer.from('\0juliet\0r0m30myr0m30').toString('base64')}</auth>`
const BIND = `<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>x</resource></bind></iq>`

let fixture: EdgeFixture
before(async () => {
  fixture = await edgeFixture()
})
after(() => fixture[Symbol.asyncDispose]())

class Poller {
  readonly polling = new Polling(fixture.running.edge, { limit: new AddressLimit(() => 2), peers: nobody })
  id = '0'

  async raw(body: string): Promise<WebReply> {
    let reply: WebReply | undefined
    const request = { body: Buffer.from(body), address: '127.0.0.1', secure: true }
    this.polling.take(
      new Exchange(request, (given) => {
        reply = given
      }),
      { relayed: false },
    )
    for (let i = 0; i < 12 && reply === undefined; i++) await turn()
    assert.ok(reply)
    return reply
  }

  /** Sends a part of the stream and returns what comes back; the identifier is taken over. */
  async poll(xml = '', keys = ''): Promise<string> {
    const { body, cookie } = await this.raw(`${this.id}${keys},${xml}`)
    this.id = idIn(cookie)
    return body.toString()
  }

  async login(): Promise<this> {
    await this.poll(OPEN)
    await this.poll(AUTH)
    await this.poll(OPEN)
    await this.poll(BIND)
    return this
  }

  advance(ms: number): void {
    for (let left = ms; left > 0; left -= 250) {
      fixture.advance(250)
      this.polling.sweep(fixture.running.edge.clock.now)
    }
  }
}

const idIn = (cookie: string | undefined) => /^ID=([^;]+);/.exec(cookie ?? '')?.[1] ?? ''
const hash = (key: string) => createHash('sha1').update(key).digest('base64')

test('a client logs in, sends and receives, in pieces cut anywhere', async () => {
  const client = new Poller()
  assert.match(await client.poll(OPEN.slice(0, 20)), /^$/)
  assert.match(await client.poll(OPEN.slice(20)), /^<\?xml version='1.0'\?><stream:stream .*<mechanisms/)
  assert.match(client.id, /^[A-Za-z0-9:-]+-$/)
  assert.match(await client.poll(AUTH), /<success/)
  assert.match(await client.poll(OPEN), /<bind /)
  assert.match(await client.poll(BIND), /<jid>juliet@capulet.example\/x<\/jid>/)
  fixture.owner.heard.length = 0
  await client.poll("<message to='romeo@montague.example' id='1'><body>x</bo")
  await client.poll('dy></message>')
  const sent = fixture.owner.heardOps(Op.stanza)[0]!
  assert.equal(sent.stanza?.id, '1')
  fixture.owner.say(sent, Op.deliver, (envelope) => {
    envelope.stanza = new Stanza({ name: 'message', id: 'back', payload: Buffer.from('<body>ü</body>') })
  })
  await turn()
  assert.equal(await client.poll(), "<message id='back'><body>ü</body></message>")
  assert.match(await client.poll('</stream:stream>'), /<\/stream:stream>$/)
  await client.poll()
  assert.equal(client.id, '0:0')
})

test('keys: each is the hash of the one before; a wrong one changes nothing', async () => {
  const keys = ['foo']
  while (keys.length < 5) keys.push(hash(keys.at(-1)!))
  assert.equal(keys[1], 'C+7Hteo/D9vJXQ3UfzxbwnXaijM=')
  const client = new Poller()
  await client.poll(OPEN, `;${keys[4]}`)
  await client.poll('', `;${keys[3]}`)
  const { id } = client
  assert.equal(idIn((await client.raw(`${id};${keys[3]},`)).cookie), '-3:0')
  assert.equal(idIn((await client.raw(`${id},`)).cookie), '-3:0')
  await client.poll('', `;${keys[2]};${hash('bar')}`)
  await client.poll('', ';bar')
  assert.equal(client.id, id)
})

test('who asks too often is sent away', async () => {
  const client = await new Poller().login()
  fixture.owner.heard.length = 0
  const { id } = client
  for (let i = 0; client.id === id && i < 100; i++) await client.poll()
  assert.equal(client.id, '0:0')
  assert.equal(codecs.closed.decode(fixture.owner.heardOps(Op.closed)[0]!.body!).lost, true)
})

test('who stays away is lost', async () => {
  const client = await new Poller().login()
  fixture.owner.heard.length = 0
  client.advance(299_000)
  assert.equal(fixture.owner.heardOps(Op.closed).length, 0)
  client.advance(2_000)
  assert.equal(codecs.closed.decode(fixture.owner.heardOps(Op.closed)[0]!.body!).lost, true)
  await client.poll()
  assert.equal(client.id, '0:0')
})

test('an error of the stream comes with the next request, and with it the end', async () => {
  const client = await new Poller().login()
  assert.match(await client.poll('<message></iq>'), /<stream:error>.*<\/stream:stream>$/)
  await client.poll()
  assert.equal(client.id, '0:0')
})

test('an address gets no more sessions than it may have, a closed edge makes none', async () => {
  const client = new Poller()
  const begin = async () => idIn((await client.raw(`0,${OPEN}`)).cookie)
  assert.match(await begin(), /-$/)
  assert.match(await begin(), /-$/)
  assert.equal(await begin(), '-1:0')
  client.polling.close()
  assert.equal(await begin(), '-1:0')
})

for (const body of ['', 'x', ',', ';,', '0;;;,', 'a_b,', `${'a'.repeat(300)},`, '0;k;k;k,', '<stream/>']) {
  test(`no request: ${body.slice(0, 20)}`, async () => {
    assert.equal(idIn((await new Poller().raw(body)).cookie), '-2:0')
  })
}

test('a message is read, whatever its XML', () => {
  const text = fc.stringMatching(/^[A-Za-z0-9:-]{1,64}$/)
  fc.assert(
    fc.property(text, fc.uint8Array(), (id, xml) => {
      const message = readMessage(Buffer.concat([Buffer.from(`${id},`), xml]))
      assert.deepEqual(message, { id, key: undefined, newKey: undefined, xml: Buffer.from(xml) })
    }),
  )
})
