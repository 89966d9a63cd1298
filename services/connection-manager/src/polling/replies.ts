import type { WebReply } from '../web/exchange.ts'

/** What is wrong, as the identifier that the client gets instead of its own (XEP-0025 §3.1). */
export const FAULTS = { unknown: '0:0', server: '-1:0', badRequest: '-2:0', keys: '-3:0' } as const

export type Fault = keyof typeof FAULTS

export function replyWith(id: string, payloads: readonly Buffer[] = []): WebReply {
  return { status: 200, type: 'text/xml', body: Buffer.concat(payloads), cookie: `ID=${id}; path=/http-poll` }
}

export function faultReply(fault: Fault): WebReply {
  return replyWith(FAULTS[fault])
}

/** An identifier has no `_`, and one that ends in `:0` is an error. */
export function idOf(sid: string): string {
  return `${sid.replaceAll('_', ':')}-`
}

export function sidOf(id: string): string {
  return id.slice(0, -1).replaceAll(':', '_')
}
