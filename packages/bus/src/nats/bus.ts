/** A message as it came off the bus. */
export interface Delivery {
  readonly subject: string
  /** Shares memory with other messages. */
  readonly payload: Buffer
  /** The bus itself says that nobody listens on the subject this is the reply to. */
  readonly noResponders: boolean
  /** Where its sender wants an answer. */
  readonly reply: string | undefined
}

/** What links need of NATS: messages at most once, in order per publisher while the connection holds. */
export interface Bus {
  /** Bytes a message may have at most. */
  readonly maxPayload: number
  readonly online: boolean
  /** Sends at the end of the running microtasks; until then the payload must stay as it is. Nothing happens while offline. */
  publish(subject: string, payload: Uint8Array, reply?: string): void
  subscribe(subject: string, handler: (delivery: Delivery) => void): () => void
  /** Called when the connection is lost, and when it is back with all subscriptions. */
  onChange(handler: (online: boolean) => void): void
  /** Sends what was published and closes; waits `timeoutMs` at most. */
  close(timeoutMs: number): Promise<void>
}
