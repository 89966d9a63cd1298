import { treatments } from '@heliograph/archive'
import { NS, type Stanza } from '@heliograph/stanza'

/** What was said in a room, as all occupants got it but for their addresses; with the room's stanza-id. */
export interface PastMessage {
  readonly id: number
  readonly stanza: Stanza
}

const RETRACT = `{${NS.retraction}}retract`
const RETRACTED = `{${NS.retraction}}retracted`
const MAX_BYTES = 262_144

/** What was said lately in one room: so many messages at most, and no more than 256 KiB. */
export class History {
  readonly #messages: PastMessage[] = []
  readonly #max: number
  #bytes = 0

  constructor(max: number) {
    this.#max = max
  }

  /** Oldest first. */
  get messages(): readonly PastMessage[] {
    return this.#messages
  }

  get bytes(): number {
    return this.#bytes
  }

  add(message: PastMessage): void {
    if (!isHistoric(message.stanza)) return
    this.#messages.push(message)
    this.#bytes += message.stanza.payload.length
    while (this.#messages.length > this.#max || (this.#bytes > MAX_BYTES && this.#messages.length > 1))
      this.#bytes -= this.#messages.shift()!.stanza.payload.length
  }

  /** What was taken back is not told again (XEP-0424 §5). */
  remove(id: number): void {
    const index = this.#messages.findIndex((message) => message.id === id)
    if (index >= 0) this.#bytes -= this.#messages.splice(index, 1)[0]!.stanza.payload.length
  }
}

/** Whether an archived message says something still: no change of subject (XEP-0045 §7.2.13), no receipt or marker, nothing taken back. */
export function isHistoric({ children }: Stanza): boolean {
  if (children.includes(RETRACT) || children.includes(RETRACTED)) return false
  return children.some((name) => {
    const treatment = treatments.get(name)
    return treatment?.archived === true && treatment.waits === 'no'
  })
}
