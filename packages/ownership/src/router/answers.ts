import { Envelope, Haste, type InstanceId, type Links, Op } from '@heliograph/bus'
import type { Clock } from '../clock.ts'

const retryMs = 50
const idsPerEnvelope = 1024

/** Receipts and refusals on their way back. They must not be lost: where a queue is full they wait, the receipts of one turn in one envelope. */
export class Answers {
  readonly #links: Pick<Links, 'send' | 'beforeFlush'>
  readonly #clock: Clock
  readonly #receipts = new Map<InstanceId, number[]>()
  readonly #refusals = new Map<InstanceId, Envelope[]>()
  #scheduled = false
  #cancelRetry: () => void = () => undefined

  constructor(links: Pick<Links, 'send' | 'beforeFlush'>, clock: Clock) {
    this.#links = links
    this.#clock = clock
  }

  /** Receipts and refusals that have not been sent. */
  get waiting(): number {
    let count = 0
    for (const ids of this.#receipts.values()) count += ids.length
    for (const refusals of this.#refusals.values()) count += refusals.length
    return count
  }

  receipt(to: InstanceId, transfer: number): void {
    const ids = this.#receipts.get(to)
    if (ids) ids.push(transfer)
    else this.#receipts.set(to, [transfer])
    this.#schedule()
  }

  /** Sends after the refusals that still wait. */
  refuse(to: InstanceId, refusal: Envelope): void {
    const waiting = this.#refusals.get(to)
    if (waiting) waiting.push(refusal)
    else this.#refusals.set(to, [refusal])
    this.#schedule()
  }

  forget(peer: InstanceId): void {
    this.#receipts.delete(peer)
    this.#refusals.delete(peer)
  }

  stop(): void {
    this.#cancelRetry()
    this.#scheduled = true
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#links.beforeFlush(this.#flush)
  }

  readonly #flush = (): void => {
    this.#scheduled = false
    let left = 0
    for (const [to, ids] of this.#receipts) left += this.#sendReceipts(to, ids)
    for (const [to, refusals] of this.#refusals) {
      while (refusals[0] && this.#links.send(to, refusals[0])) refusals.shift()
      if (refusals.length === 0) this.#refusals.delete(to)
    }
    if (left + this.#refusals.size === 0) return
    this.#scheduled = true
    this.#cancelRetry = this.#clock.after(retryMs, this.#flush)
  }

  /** How many have to wait. The peer keeps its place: it is needed again in a moment. */
  #sendReceipts(to: InstanceId, ids: number[]): number {
    for (let at = 0; at < ids.length; at += idsPerEnvelope) {
      const envelope = new Envelope(Op.receipt)
      envelope.haste = Haste.ride
      envelope.ids = ids.length <= idsPerEnvelope ? ids : ids.slice(at, at + idsPerEnvelope)
      if (this.#links.send(to, envelope)) continue
      this.#receipts.set(to, ids.slice(at))
      return ids.length - at
    }
    if (ids.length > 0) this.#receipts.set(to, [])
    return 0
  }
}
