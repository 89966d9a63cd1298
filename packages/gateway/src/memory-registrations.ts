import type { BareJid } from '@heliograph/jid'
import type { Registration, Registrations } from './registrations.ts'

/** Registrations that last as long as the process: for tests and examples. */
export class MemoryRegistrations implements Registrations {
  readonly #all = new Map<BareJid, Registration>()

  async get(user: BareJid): Promise<Registration | undefined> {
    return this.#all.get(user)
  }

  async set(user: BareJid, registration: Registration): Promise<void> {
    this.#all.set(user, registration)
  }

  async remove(user: BareJid): Promise<void> {
    this.#all.delete(user)
  }
}
