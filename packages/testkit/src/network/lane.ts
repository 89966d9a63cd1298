import type { Socket } from 'node:net'

/** How a {@link Lane} passes bytes on. */
export interface Weather {
  /** Nothing passes. */
  readonly held: boolean
  readonly delayMs: number
  /** Up to so much more for each piece. */
  readonly jitterMs: number
}

/** Beyond it the source isn't read. */
const MOST_BYTES = 1_048_576

interface Piece {
  readonly bytes: Buffer
  readonly due: number
}

/** One direction of a connection through a proxy: what comes from one socket is written to the other, in order, when it is due. */
export class Lane {
  readonly #from: Socket
  readonly #to: Socket
  readonly #pieces: Piece[] = []
  #weather: Weather
  #bytes = 0
  #due = 0
  #timer: NodeJS.Timeout | undefined

  constructor(from: Socket, to: Socket, weather: Weather) {
    this.#from = from
    this.#to = to
    this.#weather = weather
    from.on('data', (bytes: Buffer) => this.#take(bytes))
    to.on('drain', () => this.#pass())
  }

  change(weather: Weather): void {
    this.#weather = weather
    this.#pass()
  }

  /** One of the sockets has closed: what is here is lost with it, unless it was on its way to the other. */
  end(closed: Socket): void {
    clearTimeout(this.#timer)
    if (closed === this.#from && !this.#to.destroyed) {
      if (!this.#weather.held) for (const { bytes } of this.#pieces.splice(0)) this.#to.write(bytes)
      this.#to.end(() => this.#to.destroy())
    } else this.#from.destroy()
  }

  #take(bytes: Buffer): void {
    const { delayMs, jitterMs } = this.#weather
    const wanted = delayMs === 0 ? 0 : performance.now() + delayMs + Math.random() * jitterMs
    this.#due = Math.max(this.#due, wanted)
    this.#pieces.push({ bytes, due: this.#due })
    this.#bytes += bytes.length
    this.#pass()
    if (this.#bytes > MOST_BYTES) this.#from.pause()
  }

  #pass(): void {
    clearTimeout(this.#timer)
    if (this.#weather.held || this.#to.destroyed) return
    const now = performance.now()
    while (this.#pieces.length > 0 && !this.#to.writableNeedDrain) {
      const { bytes, due } = this.#pieces[0]!
      if (due > now && this.#weather.delayMs > 0) {
        this.#timer = setTimeout(() => this.#pass(), due - now)
        break
      }
      this.#pieces.shift()
      this.#bytes -= bytes.length
      this.#to.write(bytes)
    }
    if (this.#bytes <= MOST_BYTES && this.#from.isPaused()) this.#from.resume()
  }
}
