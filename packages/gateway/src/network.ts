import type { BareJid } from '@heliograph/jid'
import type { Registration } from './registrations.ts'

/** Somebody in another network. */
export interface ForeignContact {
  /** As the network writes it. */
  readonly address: string
  readonly isAvailable: boolean
}

/** The network that a gateway leads to. What it rejects is told to the user, without the reason. */
export interface Network {
  /** Whether who registers with this is somebody there. */
  verify(registration: Registration): Promise<boolean>
  /** The user has come; gives the contacts there. */
  logIn(user: BareJid, registration: Registration): Promise<readonly ForeignContact[]>
  /** The user has left, or is registered no more. */
  logOut(user: BareJid): Promise<void>
  /** False when it can't be delivered. */
  send(user: BareJid, to: string, body: string): Promise<boolean>
}
