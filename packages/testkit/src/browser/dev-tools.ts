import { once } from 'node:events'
import { WebSocket } from 'ws'

type Fields = Readonly<Record<string, unknown>>

interface Reply {
  readonly id?: number
  readonly result?: Fields
  readonly error?: { readonly message: string }
}

/** The Chrome DevTools Protocol: calls and their results. */
export class DevTools {
  readonly #socket: WebSocket
  readonly #pending = new Map<number, (reply: Reply) => void>()
  #calls = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data) => {
      const reply = JSON.parse(String(data)) as Reply
      if (reply.id === undefined) return // an event
      this.#pending.get(reply.id)?.(reply)
      this.#pending.delete(reply.id)
    })
    socket.on('close', () => {
      for (const settle of this.#pending.values()) settle({ error: { message: 'the browser has ended' } })
      this.#pending.clear()
    })
  }

  static async connect(address: string): Promise<DevTools> {
    const socket = new WebSocket(address)
    await once(socket, 'open')
    return new DevTools(socket)
  }

  /** @param session of a page; without it the browser itself is called */
  call(method: string, params: Fields = {}, session?: string): Promise<Fields> {
    const id = ++this.#calls
    return new Promise((resolve, reject) => {
      this.#pending.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result ?? {})
        else reject(new Error(`${method}: ${error.message}`))
      })
      this.#socket.send(JSON.stringify({ id, method, params, ...(session !== undefined && { sessionId: session }) }))
    })
  }

  close(): void {
    this.#socket.terminate()
  }
}
