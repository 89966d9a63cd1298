import type { Finding } from './finding.ts'
import { Sightings } from './sightings.ts'
import { type Stay, stayFindings } from './stay.ts'

/** What was said in a room, and who heard what while he was in. Times are ms into the run. */
export class RoomRecord {
  readonly jid: string
  readonly logged: boolean
  readonly said = new Map<string, { readonly at: number; readonly by: string }>()
  readonly refused = new Map<string, string>()
  readonly stays = new Map<string, Stay[]>()
  readonly #sightings = new Sightings()
  readonly #numbers = new Map<string, number>()
  #lastSaid = 0

  constructor(jid: string, logged: boolean) {
    this.jid = jid
    this.logged = logged
  }

  get kind(): string {
    return this.logged ? 'room' : 'unlogged room'
  }

  /** The id of the next message of somebody, noted as said now. */
  next(by: string, at: number): string {
    const number = (this.#numbers.get(by) ?? 0) + 1
    this.#numbers.set(by, number)
    const id = `r.${by}-${number}`
    this.said.set(id, { at, by })
    this.#lastSaid = at
    return id
  }

  entered(who: string, at: number): void {
    const stays = this.stays.get(who) ?? []
    this.stays.set(who, stays)
    const open = stays.at(-1)
    if (open !== undefined) open.until ??= at
    stays.push({ since: at, heard: [], until: undefined })
  }

  left(who: string, at: number): void {
    const open = this.stays.get(who)?.at(-1)
    if (open !== undefined) open.until ??= at
  }

  isIn(who: string): boolean {
    const last = this.stays.get(who)?.at(-1)
    return last !== undefined && last.until === undefined
  }

  hear(who: string, id: string, at: number): void {
    this.stays.get(who)?.at(-1)?.heard.push({ id, at })
  }

  /** Somebody who is in saw an occupant's presence. */
  sees(who: string, nick: string, here: boolean, at: number): void {
    this.#sightings.see(who, nick, here, at)
  }

  /** Whether everybody has heard something said since then, of a room in which something was. */
  aliveSince(at: number): boolean {
    return this.#lastSaid < at || [...this.stays.values()].every((stays) => this.#heardSince(stays, at))
  }

  /** The longest that something said in between took to the last who heard it, ms. */
  slowest(from: number, to: number): number {
    let most = 0
    for (const stays of this.stays.values())
      for (const { heard } of stays)
        for (const { id, at } of heard) {
          const said = this.#saidAt(id)
          if (said >= from && said <= to) most = Math.max(most, at - said)
        }
    return most
  }

  /** How many haven't heard the latest message, which everybody who is in must. */
  get missing(): number {
    const last = [...this.said.keys()].findLast((id) => !this.refused.has(id))
    if (last === undefined) return 0
    return [...this.stays.values()].filter((stays) => !stays.some(({ heard }) => heard.some(({ id }) => id === last)))
      .length
  }

  /** @param archive the ids that the room's archive has, in its order; undefined of a room without one */
  findings(archive: readonly string[] | undefined): Finding[] {
    const order = archive ?? this.#longest()
    return [
      ...(archive ? this.#archiveFindings(archive) : []),
      ...this.#lost(new Set(order)),
      ...this.#disorder(order),
      ...this.#sightings.findings(this, this.stays),
      ...[...this.stays].flatMap(([who, stays]) => stayFindings(this, who, stays, order)),
    ]
  }

  /** Where nothing is stored, what one of those heard who never left. */
  #longest(): string[] {
    const whole = [...this.stays.values()].filter((stays) => stays.length === 1)
    const lists = (whole.length > 0 ? whole : [...this.stays.values()]).map((stays) =>
      stays.flatMap(({ heard }) => heard),
    )
    const longest = lists.reduce((most, each) => (each.length > most.length ? each : most), [])
    return [...new Set(longest.map(({ id }) => id))]
  }

  #archiveFindings(archive: readonly string[]): Finding[] {
    const seen = new Set<string>()
    return archive.flatMap((id): Finding[] => {
      const again = seen.has(id)
      seen.add(id)
      const what = `${this.jid}: ${id} is there twice`
      return again ? [{ concern: 'archive', kind: this.kind, what, atMs: this.#saidAt(id) }] : []
    })
  }

  #lost(there: ReadonlySet<string>): Finding[] {
    const lost = [...this.said].filter(([id]) => !there.has(id) && !this.refused.has(id))
    return lost.map(([id, { at }]) => {
      const heard = [...this.stays.values()].filter((stays) =>
        stays.some((stay) => stay.heard.some((it) => it.id === id)),
      )
      const what = `${this.jid}: ${id}${heard.length > 0 ? `, heard by ${heard.length}` : ''}`
      return { concern: this.logged && heard.length > 0 ? 'archive' : 'lost', kind: this.kind, what, atMs: at }
    })
  }

  /** Each speaker is heard in the order of speaking. */
  #disorder(order: readonly string[]): Finding[] {
    const findings: Finding[] = []
    const last = new Map<string, number>()
    for (const id of order) {
      const [by, number] = [id.slice(0, id.lastIndexOf('-')), Number(id.slice(id.lastIndexOf('-') + 1))]
      if (number < (last.get(by) ?? 0))
        findings.push({ concern: 'reordered', kind: this.kind, what: `${this.jid}: ${id}`, atMs: this.#saidAt(id) })
      last.set(by, Math.max(number, last.get(by) ?? 0))
    }
    return findings
  }

  #heardSince(stays: readonly Stay[], at: number): boolean {
    const heard = stays.at(-1)?.heard ?? []
    for (let i = heard.length - 1; i >= 0 && heard[i]!.at >= at; i--) if (this.#saidAt(heard[i]!.id) >= at) return true
    return false
  }

  #saidAt(id: string): number {
    return this.said.get(id)?.at ?? 0
  }
}
