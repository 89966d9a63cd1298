import { RawClient } from '@heliograph/testkit'
import { readWholeArchive } from '../support/archive.ts'
import { keptIn } from '../support/pubsub.ts'
import type { Crowd } from './crowd/crowd.ts'
import { pause } from './faults/fault.ts'
import { archiveFindings } from './ledger/archive-check.ts'
import type { Finding } from './ledger/finding.ts'
import type { Stage } from './stage.ts'

const ACKNOWLEDGED_MS = 60_000
const SETTLED_MS = 40_000
/** Kinds of messages that both archives must have. */
const ARCHIVED = new Set(['chat', 'letter', 'note'])

/** Lets everything come to rest, reads what is stored, and says what is wrong. */
export async function finish(stage: Stage, crowd: Crowd, say: (line: string) => void): Promise<Finding[]> {
  const { book } = stage
  const began = book.now()
  const tell = (what: string) => say(`${Math.round(book.now() - began)} ms after the last: ${what}`)
  stage.network.heal()
  await crowd.rest()
  tell('everybody rests')
  // What waits for visitors is fetched, and all say and show something last.
  await Promise.all(crowd.visitors.map((visitor, i) => visitUntilDone(visitor, i)))
  tell('visitors have been')
  for (const person of crowd.persons) {
    person.show()
    for (const room of person.rooms) person.tell(room)
  }
  await Promise.all(
    crowd.persons.map(({ user, returner }) =>
      returner.acknowledged(ACKNOWLEDGED_MS).catch((error: unknown) => {
        book.note({ concern: 'stuck', kind: 'acknowledgement', what: `${user}: ${error}` })
      }),
    ),
  )
  tell('all is acknowledged')
  await crowd.until('everything has come', SETTLED_MS, () => isSettled(stage)).catch(() => {})
  tell('all has come, or won’t')
  // What comes too often comes now.
  await pause(2_000)
  return [...(await findings(stage, crowd)), ...(await ghosts(stage, crowd)), ...book.noted]
}

async function visitUntilDone(visitor: Crowd['visitors'][number], edge: number): Promise<void> {
  for (const end = Date.now() + SETTLED_MS; Date.now() < end; edge++) if (await visitor.visit(edge)) return
  visitor.book.note({ concern: 'stuck', kind: 'login', what: `${visitor.user} can't come in` })
}

function isSettled({ book }: Stage): boolean {
  for (const flow of book.flows.values()) if (flow.missing > 0) return false
  for (const room of book.rooms.values()) if (room.missing > 0) return false
  for (const node of book.nodes.values()) if (node.missing > 0 || node.unanswered > 0) return false
  for (const presence of book.presences.values()) if (presence.mistaken.length > 0) return false
  return true
}

async function findings(stage: Stage, crowd: Crowd): Promise<Finding[]> {
  const { book } = stage
  const found: Finding[] = []
  const lives = new Map([...crowd.persons].map(({ user, life }) => [user, life]))
  const flows = [...book.flows.values()]
  for (const { user } of [...crowd.persons, ...crowd.visitors]) {
    const bodies = (await reading(stage, user, (client) => readWholeArchive(client))).map(({ body }) => body)
    const stored = new Set(bodies)
    for (const flow of flows) if (flow.to === user) found.push(...flow.findings(stored, (lives.get(user) ?? 1) > 1))
    const kept = flows.filter(({ kind, from, to }) => ARCHIVED.has(kind) && (from === user || to === user))
    found.push(...archiveFindings(user, kept, bodies))
  }
  const [reader] = crowd.persons
  for (const room of book.rooms.values()) {
    const items = room.logged
      ? await reading(stage, reader!.user, (client) => readWholeArchive(client, { at: room.jid }))
      : undefined
    found.push(...room.findings(items?.map(({ body }) => body).filter((body) => room.said.has(body))))
  }
  for (const node of book.nodes.values()) {
    const kept = await reading(stage, reader!.user, (client) => keptIn(client, node.node))
    found.push(...node.findings(kept, (user) => (lives.get(user) ?? 1) > 1))
  }
  for (const presence of book.presences.values()) found.push(...presence.findings())
  return found
}

/** With a client of its own, which shows nothing and takes nothing. */
async function reading<T>(stage: Stage, user: string, read: (client: RawClient) => Promise<T>): Promise<T> {
  const [edge] = stage.edges()
  await using client = await RawClient.login(edge!, { user, password: `verona-balcony-${user}`, mechanism: 'PLAIN' })
  const found = await read(client)
  await client.close()
  return found
}

/** Sessions that nobody has, or that somebody doesn't have. */
async function ghosts(stage: Stage, crowd: Crowd): Promise<Finding[]> {
  const wanted = new Map<string, readonly string[]>([
    ...crowd.persons.map(({ user }) => [user, ['desk']] as const),
    ...crowd.visitors.map(({ user }) => [user, []] as const),
  ])
  let wrong: string[] = []
  for (const end = Date.now() + SETTLED_MS; Date.now() < end; await pause(250)) {
    wrong = []
    for (const [user, resources] of wanted) {
      const jid = `${user}@${stage.cluster.domain}`
      const reply = await stage.admin().listSessions({ jid, after: '', max: 20, localOnly: false })
      const there = reply.sessions.map((it) => `${it.jid.split('/')[1]}${it.state === 'online' ? '' : ` ${it.state}`}`)
      if (there.join() !== resources.join()) wrong.push(`${user} has ${there.join(', ') || 'none'}`)
    }
    if (wrong.length === 0) return []
  }
  return wrong.map((what) => ({ concern: 'ghost', kind: 'session', what, atMs: stage.book.now() }))
}
