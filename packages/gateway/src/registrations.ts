import type { BareJid } from '@heliograph/jid'

/** Something that who registers has to say. */
export interface RegistrationField {
  /** One of those of XEP-0077 §14.1, such as `username`, `password`, `phone`. */
  readonly name: string
  readonly label: string
  /** It is never shown again. */
  readonly isPrivate?: boolean
}

/** What a user has said, by the names of fields. */
export type Registration = Readonly<Record<string, string>>

/** Where a gateway keeps who has registered. */
export interface Registrations {
  get(user: BareJid): Promise<Registration | undefined>
  set(user: BareJid, registration: Registration): Promise<void>
  remove(user: BareJid): Promise<void>
}
