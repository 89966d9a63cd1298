import type { Finding } from './finding.ts'
import type { RoomRecord } from './room-record.ts'

/** From an entering to the end of being in. */
export interface Stay {
  readonly since: number
  readonly heard: { readonly id: string; readonly at: number }[]
  until: number | undefined
}

/**
 * What is wrong with what somebody heard, against the room's one order: something twice, in another order, or not at all although
 * something before and after it was heard in one stay. Somebody who never left must have heard all.
 */
export function stayFindings(
  room: RoomRecord,
  who: string,
  stays: readonly Stay[],
  order: readonly string[],
): Finding[] {
  const { kind, jid } = room
  const findings: Finding[] = []
  const place = new Map(order.map((id, at) => [id, at]))
  const seen = new Set<string>()
  for (const [nth, stay] of stays.entries()) {
    let last = nth === 0 ? -1 : undefined
    for (const { id, at } of stay.heard) {
      const what = `${jid}: ${who} heard ${id}`
      if (seen.has(id)) findings.push({ concern: 'repeated', kind, what: `${what} twice`, atMs: at })
      else if (room.refused.has(id))
        findings.push({ concern: 'repeated', kind, what: `${what}, which was refused`, atMs: at })
      const here = place.get(id)
      if (here === undefined || seen.has(id)) {
        if (here === undefined && !room.logged)
          findings.push({ concern: 'lost', kind, what: `${what}, others not`, atMs: at })
        continue
      }
      seen.add(id)
      // For the session after the one that was in, of which the room hasn't heard yet.
      if (stay.until !== undefined && at >= stay.until) last = undefined
      if (last !== undefined && here < last)
        findings.push({ concern: 'reordered', kind, what: `${what} after ${order[last]}`, atMs: at })
      else {
        if (last !== undefined) findings.push(...skipped(room, who, order.slice(last + 1, here), at))
        last = here
      }
    }
    const stayed = stay.until === undefined && nth === stays.length - 1
    if (stayed && last !== undefined) findings.push(...skipped(room, who, order.slice(last + 1), stay.since))
  }
  // What came late is reordered, not lost.
  return findings.filter((finding) => !(finding.concern === 'lost' && seen.has(finding.what.split(' ').at(-1)!)))
}

function skipped(room: RoomRecord, who: string, ids: readonly string[], at: number): Finding[] {
  return ids.map((id) => {
    const atMs = room.said.get(id)?.at ?? at
    return { concern: 'lost', kind: room.kind, what: `${room.jid}: ${who} did not hear ${id}`, atMs }
  })
}
