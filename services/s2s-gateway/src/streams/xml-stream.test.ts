import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { NS } from '@heliograph/stanza'
import { Flusher } from '@heliograph/streams'
import { XmlStream } from './xml-stream.ts'

class FakeSocket extends EventEmitter {
  readonly writableLength = 0
  said = ''
  pause(): void {}
  resume(): void {}
  end(): void {}
  destroy(): void {
    this.emit('close')
  }
  write(bytes: Buffer): void {
    this.said += bytes.toString()
  }
}

const limits = { elementBytes: 10_000, headerBytes: 1_000, depth: 10, attributes: 10, nameLength: 100 }

test('a fault in what had come before it was held ends the stream and nothing else', () => {
  const socket = new FakeSocket()
  const heard: string[] = []
  const faults: unknown[] = []
  const fault = new Error('ours')
  const flusher = new Flusher()
  const stream = new XmlStream({
    socket: socket as unknown as Socket,
    limits,
    flusher,
    sink: {
      greeting: () => '<stream:stream>',
      opened: () => stream.greet('<stream:stream>'),
      element({ name }) {
        heard.push(name)
        if (name === 'second') throw fault
        stream.hold()
      },
      ended: () => heard.push('ended'),
      failed: (error) => faults.push(error),
    },
  })
  const header = `<stream:stream xmlns='${NS.componentAccept}' xmlns:stream='${NS.streams}' to='sms.example'>`
  socket.emit('data', Buffer.from(`${header}<first/><second/>`))
  assert.deepEqual(heard, ['first'])
  stream.release()
  flusher.flush()
  assert.deepEqual([heard, faults], [['first', 'second', 'ended'], [fault]])
  assert.match(socket.said, /internal-server-error/)
  stream.destroy()
})
