import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { Metadata, type Server, status } from '@grpc/grpc-js'
import { silentTelemetry } from '@heliograph/telemetry'
import { CallerLimits } from './caller-limits.ts'
import { Carrier } from './carrier.ts'
import type { Answer } from './carry.ts'
import { instanceContract } from './contracts/instance.ts'
import { serve } from './rpc-server.ts'

const METHOD = 'heliograph.v1.Instance.Drain'

class FakeStream extends EventEmitter {
  readonly written: Answer[] = []
  readonly metadata = new Metadata()
  writableLength = 0
  destroyed = false

  getPeer(): string {
    return 'peer'
  }

  getAuthContext(): null {
    return null
  }

  write(answer: Answer): void {
    this.written.push(answer)
  }

  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
}

function carried(drain: () => Promise<{ begun: boolean }>): FakeStream {
  let carry: (stream: FakeStream) => void = () => {}
  const server = {
    addService: (_definition: unknown, methods: { carry: typeof carry }) => {
      carry = methods.carry
    },
  }
  const carrier = new Carrier(server as unknown as Server, {
    log: silentTelemetry().log,
    limits: () => CallerLimits.none,
  })
  const info = () => Promise.reject(new Error('not asked'))
  carrier.add(serve(instanceContract, { info, drain, reload: info }).methods())
  const stream = new FakeStream()
  carry(stream)
  return stream
}

const call = (id: number) => ({ id, method: METHOD, request: Buffer.alloc(0), cancelled: false })

test('a peer that calls without end is refused past the bound', () => {
  const stream = carried(() => new Promise(() => {}))
  for (let id = 1; id <= 20_002; id++) stream.emit('data', call(id))
  const refused = stream.written.filter(({ code }) => code === status.RESOURCE_EXHAUSTED).map(({ id }) => id)
  assert.deepEqual(refused, [20_001, 20_002])
})

test('a peer that does not read its answers loses the stream', async () => {
  const stream = carried(async () => ({ begun: true }))
  stream.writableLength = 20_000
  stream.emit('data', call(1))
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(stream.destroyed, true)
})
