import { once } from 'node:events'
import { type handleServerStreamingCall, type ServerWritableStream, status } from '@grpc/grpc-js'
import { admitted } from './caller-limits.ts'
import { RpcError } from './rpc-error.ts'
import type { CallInfo, Conditions } from './rpc-server.ts'

/** Yields replies until `call.signal` aborts: the caller went away, or the server stops. It may throw `RpcError` to refuse. */
export type StreamHandler = (request: unknown, call: CallInfo) => AsyncIterable<unknown>

type Call = ServerWritableStream<unknown, unknown>

/** Answers a method with a stream of replies; where the caller doesn't read them no more are asked for. */
export function streamed(
  handler: StreamHandler,
  method: string,
  { log, stopping, limits, wrongTokens }: Conditions,
): handleServerStreamingCall<unknown, unknown> {
  return (call: Call) => {
    const gone = new AbortController()
    call.on('cancelled', () => gone.abort())
    const signal = AbortSignal.any([gone.signal, stopping])
    const peer = call.getPeer()
    const replies = async (): Promise<void> => {
      admitted(limits(), call, { scope: undefined, peer, method, log, wrongTokens })
      await send(call, handler(call.request, { peer, signal }), signal)
    }
    replies().catch((error: unknown) => {
      if (!(error instanceof RpcError)) log.error('rpc_failed', { method, error })
      const refused = error instanceof RpcError ? error : new RpcError('INTERNAL', 'internal error')
      call.emit('error', { code: status[refused.code], details: refused.message })
    })
  }
}

async function send(call: Call, replies: AsyncIterable<unknown>, signal: AbortSignal): Promise<void> {
  for await (const reply of replies) {
    if (signal.aborted) break
    if (!call.write(reply)) await once(call, 'drain', { signal }).catch(() => undefined) // gone: the loop ends
  }
  call.end()
}
