/** What a client of HTTP sent, as far as its session needs to know. */
export interface WebRequest {
  readonly body: Buffer
  /** Of the client, as told by a proxy that is trusted. */
  readonly address: string
  /** The client's own connection is encrypted. */
  readonly secure: boolean
}

/** What it gets. */
export interface WebReply {
  readonly status: number
  /** Content type. */
  readonly type: string
  readonly body: Buffer
  /** For `Set-Cookie`. */
  readonly cookie?: string
}

const NO_BYTES = Buffer.alloc(0)

/** One request, from its arrival until it has been answered or its client has gone. */
export class Exchange {
  #request: WebRequest
  readonly #reply: (reply: WebReply) => void
  #state: 'waiting' | 'answered' | 'gone' = 'waiting'
  /** Called once if the client goes before it was answered. */
  onGone: (() => void) | undefined = undefined

  constructor(request: WebRequest, reply: (reply: WebReply) => void) {
    this.#request = request
    this.#reply = reply
  }

  get request(): WebRequest {
    return this.#request
  }

  /** The body has been read: it isn't kept while the request waits, for it may be a small part of a large buffer. */
  release(): void {
    this.#request = { ...this.#request, body: NO_BYTES }
  }

  /** Nobody waits for the answer any more. */
  get gone(): boolean {
    return this.#state === 'gone'
  }

  /** Sends the answer, unless it was or the client has gone. */
  answer(reply: WebReply): void {
    if (this.#state !== 'waiting') return
    this.#state = 'answered'
    this.#reply(reply)
  }

  /** The client's connection is closed. */
  leave(): void {
    if (this.#state !== 'waiting') return
    this.#state = 'gone'
    this.onGone?.()
  }
}
