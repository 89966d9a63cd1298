import type { Crowd } from './crowd/crowd.ts'
import { pause } from './faults/fault.ts'
import type { Beat } from './script.ts'
import type { Stage } from './stage.ts'

/** A beat as it went; ms into the run. */
export interface Performed {
  readonly beat: Beat
  readonly began: number
  /** When the faults were over. */
  readonly ended: number
  /** When everybody was served again; undefined: not within the limit. */
  readonly recovered: number | undefined
}

const RECOVERY_LIMIT_MS = 60_000
const LOOK_MS = 20

/** Does what a beat says, and waits until everybody is served again. */
export async function perform(stage: Stage, crowd: Crowd, beat: Beat): Promise<Performed> {
  const { book } = stage
  const began = book.now()
  await Promise.all(
    beat.steps.map(async ({ afterMs, act, fault, what }) => {
      await pause(afterMs)
      await act(stage).catch((error: unknown) => {
        book.note({
          concern: 'stuck',
          kind: 'rig',
          what: `${fault.name} (${what}): ${error instanceof Error ? error.stack : error}`,
        })
      })
    }),
  )
  const ended = book.now()
  crowd.probe()
  let recovered: number | undefined
  for (const end = ended + RECOVERY_LIMIT_MS; recovered === undefined && book.now() < end; ) {
    await pause(LOOK_MS)
    if (served(stage, ended)) recovered = book.now()
  }
  if (recovered === undefined) {
    const waiting = [...book.flows.values()].filter((flow) => flow.kind === 'chat' && !flow.aliveSince(ended))
    const rooms = [...book.rooms.values()].filter((room) => !room.aliveSince(ended))
    const who = [...waiting.map(({ from, to }) => `${from} → ${to}`), ...rooms.map(({ jid }) => jid)]
    const what = `${beat.steps.map((step) => step.what).join(' and ')}: ${who.slice(0, 8).join(', ')} of ${who.length}`
    book.note({ concern: 'stuck', kind: 'service', what })
  }
  await pause(beat.pauseMs)
  return { beat, began, ended, recovered }
}

function served({ book }: Stage, since: number): boolean {
  for (const flow of book.flows.values()) if (flow.kind === 'chat' && !flow.aliveSince(since)) return false
  for (const room of book.rooms.values()) if (!room.aliveSince(since)) return false
  return true
}
