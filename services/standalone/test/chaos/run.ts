import { type Chance, RawClient } from '@heliograph/testkit'
import { announce } from '../support/actor.ts'
import { makeNode } from '../support/pubsub.ts'
import { makeRoom, UNLOGGED } from '../support/room.ts'
import { Crowd, type CrowdSize } from './crowd/crowd.ts'
import type { Fault } from './faults/fault.ts'
import { finish } from './finish.ts'
import { unlessAborted } from './interruption.ts'
import { Book } from './ledger/book.ts'
import { judge } from './ledger/excuses.ts'
import type { Finding } from './ledger/finding.ts'
import { NodeRecord } from './ledger/node-record.ts'
import { RoomRecord } from './ledger/room-record.ts'
import { type Performed, perform } from './perform.ts'
import type { Beat } from './script.ts'
import { type Counts, Stage, type Telling } from './stage.ts'

export interface RunOptions extends Telling {
  readonly chance: Chance
  readonly counts: Counts
  readonly size: CrowdSize & { readonly rooms: number; readonly nodes: number }
  /** What happens; the run ends with it, or when the time is up. */
  readonly beats: Iterable<Beat>
  readonly forMs: number
  /** Cuts it short: all that was started is ended, and `run` rejects. */
  readonly signal?: AbortSignal
}

/** How a run went. */
export interface Outcome {
  readonly performed: readonly Performed[]
  /** Faults that can't be done here, and why. */
  readonly skipped: ReadonlyMap<string, string>
  readonly findings: readonly Finding[]
  readonly book: Book
  readonly crowd: Crowd
  readonly exits: Stage['supervisor']['exits']
  readonly errors: Stage['errors']
  readonly tookMs: number
}

const NEVER = new AbortController().signal

/** Starts a cluster and a crowd, breaks it as the beats say, and compares the ledgers. */
export async function run({
  chance,
  counts,
  size,
  beats,
  forMs,
  say,
  logDir,
  signal = NEVER,
}: RunOptions): Promise<Outcome> {
  const book = new Book()
  await using stage = await Stage.start(book, counts, { say, logDir })
  await unlessAborted(signal, furnish(stage, size))
  await using crowd = await Crowd.gather(placeOf(stage), size)
  crowd.begin(chance)
  const performed: Performed[] = []
  const skipped = new Map<string, string>()
  const end = book.now() + forMs
  say(`${size.persons} persons and ${size.visitors} visitors, ${size.rate} stanzas a second`)
  for (const beat of beats) {
    if (book.now() >= end) break
    const unable = beat.steps.flatMap(({ fault }) => whyNot(fault, stage))
    for (const [name, why] of unable) skipped.set(name, why)
    if (unable.length > 0) continue
    const done = await unlessAborted(signal, perform(stage, crowd, beat))
    performed.push(done)
    say(line(done))
  }
  const findings = (await unlessAborted(signal, finish(stage, crowd, say))).map((finding) => judge(finding, performed))
  const { supervisor, errors } = stage
  return { performed, skipped, findings, book, crowd, exits: supervisor.exits, errors, tookMs: book.now() }
}

function whyNot(fault: Fault, stage: Stage): [string, string][] {
  const why = fault.impossible?.(stage)
  return why === undefined ? [] : [[fault.name, why]]
}

function line({ beat, began, ended, recovered }: Performed): string {
  const after = recovered === undefined ? 'not served again' : `all served ${Math.round(recovered - ended)} ms after`
  return `${(began / 1000).toFixed(1)} s: ${beat.steps.map(({ what, afterMs }) => `${what}${afterMs > 0 ? ` (${afterMs} ms later)` : ''}`).join(', ')}: ${after}`
}

function placeOf(stage: Stage) {
  const { cluster, book } = stage
  const createUser = async (user: string, password: string): Promise<void> => {
    const verdict = await stage.admin().createUser({ jid: `${user}@${cluster.domain}`, password })
    if (!verdict.ok) throw new Error(`no account for ${user}: ${verdict.condition}`)
  }
  return { domain: cluster.domain, book, edges: () => stage.edges(), createUser }
}

/** Makes the rooms, every other without an archive, and the nodes, each with a publisher and two who are told. */
async function furnish(stage: Stage, { rooms, nodes, persons }: RunOptions['size']): Promise<void> {
  const { book, cluster } = stage
  const { createUser } = placeOf(stage)
  await createUser('host', 'verona-balcony-host')
  await using host = await RawClient.login(stage.edges()[0]!, { user: 'host', password: 'verona-balcony-host' })
  await announce(host)
  for (let i = 0; i < rooms; i++) {
    const room = new RoomRecord(`room${i}@conference.${cluster.domain}`, i % 2 === 0)
    book.rooms.set(room.jid, room)
    await makeRoom(host, room.jid, 'host', { persistentroom: '1', ...(room.logged ? {} : UNLOGGED) })
  }
  for (let i = 0; i < nodes; i++) {
    const [publisher, ...subscribers] = [0, 1, 2].map((each) => `p${(i * 3 + each) % persons}`)
    book.nodes.set(`node${i}`, new NodeRecord(`node${i}`, publisher!, subscribers))
    const open = { publish_model: 'open', max_items: 'max', send_last_published_item: 'never' }
    await makeNode(host, `node${i}`, open)
  }
  await host.close()
}
