import type { Socket } from 'node:net'
import { addressGroup } from '@heliograph/streams'
import { type RelayLimits, relay } from './relay.ts'

export interface TransferLimits extends RelayLimits {
  /** Connections in all, and from one address (of IPv6 a /64). */
  readonly connections: number
  readonly connectionsPerAddress: number
}

/** What became of an activation: only one party may be there, or none under that hash. */
export type Activation = 'active' | 'alone' | 'unknown'

/** How long parties wait for each other and for the activation. */
const WAIT_MS = 60_000

interface Waiting {
  readonly sockets: Socket[]
  readonly late: NodeJS.Timeout
}

/** Bytestreams through this proxy: parties that wait under a hash, and those that are connected with each other. */
export class Transfers implements Disposable {
  readonly #limits: TransferLimits
  readonly #passed: (bytes: number) => void
  readonly #waiting = new Map<string, Waiting>()
  readonly #open = new Set<Socket>()
  readonly #addresses = new Map<string, number>()
  #active = 0

  constructor(limits: TransferLimits, passed: (bytes: number) => void) {
    this.#limits = limits
    this.#passed = passed
  }

  get active(): number {
    return this.#active
  }

  get connections(): number {
    return this.#open.size
  }

  /** Whether there is room for another connection; it then counts until it is closed. */
  admits(socket: Socket): boolean {
    const address = addressGroup(socket.remoteAddress ?? '')
    const fromThere = this.#addresses.get(address) ?? 0
    if (this.#open.size >= this.#limits.connections || fromThere >= this.#limits.connectionsPerAddress) return false
    this.#open.add(socket)
    this.#addresses.set(address, fromThere + 1)
    socket.once('close', () => {
      this.#open.delete(socket)
      const left = (this.#addresses.get(address) ?? 1) - 1
      if (left > 0) this.#addresses.set(address, left)
      else this.#addresses.delete(address)
    })
    return true
  }

  /** A party comes under that hash. False when two are there already. */
  join(hash: string, socket: Socket): boolean {
    const waiting = this.#waiting.get(hash) ?? this.#wait(hash)
    // XEP-0065 §9.1: only one target.
    if (waiting.sockets.length >= 2) return false
    waiting.sockets.push(socket)
    // XEP-0065 §9.1: "Ignore any bytes sent before the bytestream is activated."
    socket.on('data', () => {})
    socket.once('close', () => {
      if (this.#waiting.get(hash)?.sockets.includes(socket)) this.#giveUp(hash)
    })
    return true
  }

  activate(hash: string): Activation {
    const waiting = this.#waiting.get(hash)
    if (waiting === undefined) return 'unknown'
    const [one, other] = waiting.sockets
    if (one === undefined || other === undefined) return 'alone'
    clearTimeout(waiting.late)
    this.#waiting.delete(hash)
    this.#active++
    void relay([one, other], this.#limits, this.#passed).finally(() => this.#active--)
    return 'active'
  }

  [Symbol.dispose](): void {
    for (const hash of [...this.#waiting.keys()]) this.#giveUp(hash)
    for (const socket of this.#open) socket.destroy()
  }

  #wait(hash: string): Waiting {
    const waiting: Waiting = { sockets: [], late: setTimeout(() => this.#giveUp(hash), WAIT_MS) }
    this.#waiting.set(hash, waiting)
    return waiting
  }

  #giveUp(hash: string): void {
    const waiting = this.#waiting.get(hash)
    if (waiting === undefined) return
    clearTimeout(waiting.late)
    this.#waiting.delete(hash)
    for (const socket of waiting.sockets) socket.destroy()
  }
}
