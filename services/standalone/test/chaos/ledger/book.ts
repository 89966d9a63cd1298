import type { Finding } from './finding.ts'
import { Flow } from './flow.ts'
import type { NodeRecord } from './node-record.ts'
import { PresenceRecord } from './presence-record.ts'
import type { RoomRecord } from './room-record.ts'

/** The ledger of a run: all that its clients sent, had acknowledged, and received. */
export class Book {
  readonly flows = new Map<string, Flow>()
  readonly rooms = new Map<string, RoomRecord>()
  readonly nodes = new Map<string, NodeRecord>()
  readonly presences = new Map<string, PresenceRecord>()
  /** What was seen to be wrong at once, without comparing. */
  readonly noted: Finding[] = []
  readonly #began = performance.now()

  /** Into the run, ms. */
  now(): number {
    return performance.now() - this.#began
  }

  flow(kind: string, from: string, to: string): Flow {
    const key = `${kind[0]}.${from}-${to}`
    const flow = this.flows.get(key) ?? new Flow(kind, from, to)
    this.flows.set(key, flow)
    return flow
  }

  /** The flow in which an id was given out. */
  flowOf(id: string): Flow | undefined {
    return this.flows.get(id.slice(0, id.lastIndexOf('-')))
  }

  presence(user: string): PresenceRecord {
    const record = this.presences.get(user) ?? new PresenceRecord(user)
    this.presences.set(user, record)
    return record
  }

  /** Something that came back to its sender. */
  refused(id: string, condition: string, room: RoomRecord | undefined): void {
    const flow = this.flowOf(id)
    if (flow) flow.refused.set(id, condition)
    // What somebody says is numbered in each room anew.
    else if (room?.said.has(id)) room.refused.set(id, condition)
  }

  note(finding: Omit<Finding, 'atMs'>): void {
    this.noted.push({ ...finding, atMs: this.now() })
  }
}
