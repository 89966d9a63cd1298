import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Domain } from '@heliograph/jid'

/** Makes keys that any instance with the same secret recognises (XEP-0185). */
export class DialbackKeys {
  readonly #secret: string

  constructor(secret: string) {
    this.#secret = createHash('sha256').update(secret).digest('hex')
  }

  /** Proves to `receiving` that who opened its stream `id` speaks for `originating`. */
  keyFor(receiving: Domain, originating: Domain, id: string): string {
    return createHmac('sha256', this.#secret).update(`${receiving} ${originating} ${id}`).digest('hex')
  }

  isKeyFor(key: string, receiving: Domain, originating: Domain, id: string): boolean {
    const ours = Buffer.from(this.keyFor(receiving, originating, id))
    const given = Buffer.from(key.trim())
    return given.length === ours.length && timingSafeEqual(given, ours)
  }
}
