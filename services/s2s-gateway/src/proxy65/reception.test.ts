import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { receive } from './reception.ts'
import { REPLY, replyOf } from './socks.ts'

const hash = 'aaee83c26aeeafcbabeabfcbcd50df997e0a2a1e'
const said = Buffer.concat([Buffer.from([5, 1, 0, 5, 1, 0, 3, hash.length]), Buffer.from(hash), Buffer.alloc(2)])

/** A client that never closes. */
class Client extends EventEmitter {
  destroyed = false
  readonly heard: Buffer[] = []
  readonly write = (bytes: Buffer) => this.heard.push(bytes)
  readonly end = this.write

  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
}

test('who finds no room is sent away in time; who does may wait', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  for (const hasRoom of [false, true]) {
    const client = new Client()
    receive(client as unknown as Socket, () => hasRoom)
    client.emit('data', said)
    assert.deepEqual(client.heard.at(-1), replyOf(hasRoom ? REPLY.succeeded : REPLY.notAllowed, hash))
    context.mock.timers.tick(60_000)
    assert.equal(client.destroyed, !hasRoom)
  }
})
