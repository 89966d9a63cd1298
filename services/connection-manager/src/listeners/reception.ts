import type { Socket } from 'node:net'
import { readProxyHeader } from '../proxy-protocol/header.ts'
import { Networks, plainAddress } from '../proxy-protocol/networks.ts'
import type { AddressLimit } from './address-limit.ts'

/** How long a proxy has to send its header. */
const HEADER_TIMEOUT_MS = 5_000

export type RejectReason = 'limit' | 'address_limit' | 'proxy_header'

type Welcome = (socket: Socket, address: string) => void

export interface ReceptionOptions {
  /** Networks whose connections begin with a PROXY header, and only theirs. */
  readonly trusted: readonly string[]
  /** In all. */
  readonly limits: { readonly connections: number }
  /** From one address. */
  readonly limit: AddressLimit
  readonly rejected: (reason: RejectReason) => void
}

/** What happens to every accepted socket before anything is read from the client: who is it really, and may it come in. */
export class Reception {
  readonly #trusted: Networks
  readonly #limit: AddressLimit
  readonly #rejected: ReceptionOptions['rejected']
  readonly #limits: ReceptionOptions['limits']
  #open = 0

  constructor({ trusted, limits, limit, rejected }: ReceptionOptions) {
    this.#limits = limits
    this.#trusted = new Networks(trusted)
    this.#limit = limit
    this.#rejected = rejected
  }

  /**
   * Calls `welcome` with the client's address, at once or after the proxy's header; or closes the socket. Connections from `shared`
   * networks carry many clients and aren't counted here.
   */
  receive(socket: Socket, welcome: Welcome, shared?: Networks): void {
    // We gather writes ourselves.
    socket.setNoDelay(true)
    const peer = plainAddress(socket.remoteAddress)
    if (this.#open >= this.#limits.connections) {
      this.#rejected('limit')
      socket.destroy()
      return
    }
    this.#open++
    socket.once('close', () => this.#open--)
    const admit = (address: string): void => {
      if (shared?.has(address)) welcome(socket, address)
      else this.#admit(socket, address, welcome)
    }
    if (this.#trusted.has(peer)) this.#readHeader(socket, peer, admit)
    else admit(peer)
  }

  #admit(socket: Socket, address: string, welcome: Welcome): void {
    if (!this.#limit.enter(address)) {
      this.#rejected('address_limit')
      socket.destroy()
      return
    }
    socket.once('close', () => this.#limit.leave(address))
    welcome(socket, address)
  }

  #readHeader(socket: Socket, peer: string, admit: (address: string) => void): void {
    let seen: Buffer = Buffer.alloc(0)
    const reject = (): void => {
      this.#rejected('proxy_header')
      socket.destroy()
    }
    const read = (): void => {
      const chunk: Buffer | null = socket.read()
      if (chunk === null) return
      seen = Buffer.concat([seen, chunk])
      const header = readProxyHeader(seen)
      if (header === 'incomplete') return
      if (header === 'invalid') {
        reject()
        return
      }
      socket.off('readable', read)
      socket.off('error', ignore)
      socket.setTimeout(0, reject)
      if (header.length < seen.length) socket.unshift(seen.subarray(header.length))
      admit(header.source ?? peer)
    }
    socket.on('error', ignore)
    socket.setTimeout(HEADER_TIMEOUT_MS, reject)
    socket.on('readable', read)
  }
}

function ignore(): void {}
