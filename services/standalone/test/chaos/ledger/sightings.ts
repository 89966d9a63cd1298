import type { Finding } from './finding.ts'
import type { Stay } from './stay.ts'

/** Who of a room's occupants saw whom come and go. */
export class Sightings {
  readonly #seen = new Map<string, { here: number; gone: number; last: boolean; at: number }>()

  see(watcher: string, nick: string, here: boolean, at: number): void {
    const key = `${watcher} ${nick}`
    const seen = this.#seen.get(key) ?? { here: 0, gone: 0, last: false, at }
    this.#seen.set(key, seen)
    if (here) seen.here++
    else seen.gone++
    seen.last = here
    seen.at = at
  }

  /** Somebody seen to come or go more often than either entered, or seen otherwise than he is at the end. */
  findings(
    room: { readonly jid: string; readonly kind: string },
    stays: ReadonlyMap<string, readonly Stay[]>,
  ): Finding[] {
    const findings: Finding[] = []
    for (const [key, { here, gone, last, at }] of this.#seen) {
      const [watcher, nick] = key.split(' ') as [string, string]
      const [watched, watching] = [stays.get(nick) ?? [], stays.get(watcher)?.length ?? 1]
      const add = (concern: 'occupant' | 'ghost', how: string) =>
        findings.push({ concern, kind: room.kind, what: `${room.jid}: ${watcher} sees ${nick} ${how}`, atMs: at })
      if (gone > watched.length - 1) add('occupant', `leave ${gone} times of ${watched.length - 1}`)
      if (here > watched.length - 1 + watching)
        add('occupant', `enter ${here} times of ${watched.length - 1 + watching}`)
      const isIn = watched.at(-1)?.until === undefined && watched.length > 0
      if (last !== isIn) add('ghost', isIn ? 'gone at the end, who is in' : 'in at the end, who is gone')
    }
    return findings
  }
}
