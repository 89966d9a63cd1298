import type { MethodDefinition } from '@grpc/grpc-js'
import { contract } from './contract.ts'

/** What the client writes to the stream that carries calls; see proto/heliograph/v1/calls.proto. */
export interface Call {
  readonly id: number
  readonly method: string
  readonly request: Uint8Array
  readonly cancelled: boolean
}

export interface Answer {
  readonly id: number
  readonly code: number
  readonly message: string
  readonly reply: Buffer
}

export const callsContract = contract<never>('heliograph/v1/calls.proto', 'heliograph.v1.Calls')

export function carryMethod(): MethodDefinition<Call, Answer> {
  return callsContract.definition().Carry as MethodDefinition<Call, Answer>
}

/** The answer that comes before all others. */
export const WELCOME: Answer = { id: 0, code: 0, message: '', reply: Buffer.alloc(0) }
