import type { Exchange } from './exchange.ts'

/** One way of having sessions over HTTP. */
export interface WebSessions {
  /** Answers a request sooner or later; `relayed` by another edge, which took it for this one's. */
  take(exchange: Exchange, options: { relayed: boolean }): void
  /** Does what is due by the coarse clock. */
  sweep(now: number): void
  /** No new sessions from here on. */
  close(): void
}
