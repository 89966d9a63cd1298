import type { BareJid } from '@heliograph/jid'
import type { PresentRole } from '../authority/standing.ts'

/** How a room is set up (XEP-0045 §10.1.3, §15.5.3). Immutable; each property is declared in {@link CONFIG_FIELDS}. */
export interface RoomConfig {
  readonly name: string
  readonly description: string
  /** RFC 5646; empty: not said. */
  readonly language: string
  /** Whether the room has an archive that its users can read (170, 171). */
  readonly logged: boolean
  readonly subjectByParticipants: boolean
  /** Whether mere members of a members-only room invite others, who so become members. */
  readonly invitations: boolean
  readonly privateMessages: 'anyone' | 'participants' | 'moderators' | 'none'
  /** Undefined: as many as the service lets in. */
  readonly maxOccupants: number | undefined
  /** Whose presence everybody is told. */
  readonly presenceBroadcast: readonly PresentRole[]
  /** Whether those are told of members who aren't there who are (102, 103). */
  readonly absentShown: boolean
  readonly memberListFor: readonly PresentRole[]
  /** Whether the room is found by those who weren't told its address. */
  readonly listed: boolean
  /** Whether it stays when the last occupant has left. */
  readonly persistent: boolean
  readonly moderated: boolean
  readonly membersOnly: boolean
  readonly passwordProtected: boolean
  readonly password: string
  readonly addressesFor: 'moderators' | 'anyone'
  /** Messages of the past that somebody who enters is shown at most. */
  readonly historyMax: number
  /** An XMPP URI; empty: none. */
  readonly pubsubNode: string
  readonly contacts: readonly BareJid[]
  /** Whether users may ask to become members (§7.10). */
  readonly registration: boolean
  /** Whether somebody for whom a nick is kept is here under that one alone (§7.10). */
  readonly nicksLocked: boolean
  /** Whether occupants may change their nicks (§7.6). */
  readonly nickChanges: boolean
  /** Whether users may have what is said here sent to them while they aren't here. */
  readonly subscriptions: boolean
  /** Whether whoever is nothing here answers a question before he enters (XEP-0158). */
  readonly captchaProtected: boolean
}
