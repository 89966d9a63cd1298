import type { Jid } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'

/** A stanza on its way from a room to some of its occupants' clients; each gets a copy with its own address. */
export interface Parcel {
  readonly stanza: Stanza
  readonly recipients: readonly Jid[]
  /** Receivers ignore what isn't above the last they had from the room. */
  readonly sequence: number
  readonly trace: string
}

/** Brings a room's parcels to its occupants, each one's in order, whoever owns them. */
export interface RoomLane extends Disposable {
  /** `taken` runs when every destination has it. */
  send(parcel: Parcel, taken?: () => void): void
  /** Sends again what a former owner may not have brought to everybody, before anything newer. */
  replay(parcels: readonly Parcel[]): void
  /** Resolves when all that was sent is taken. */
  settled(): Promise<void>
  readonly outstanding: number
}
